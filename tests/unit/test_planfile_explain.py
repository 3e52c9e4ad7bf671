"""Settings explained out of the schema: every one has words, examples, and a page."""

import pytest
import yaml
from support.planfile import APP_ID, KINDS, NOW, plan_text, refusals

from purgeplan.planfile import parse_plan_text, plan_schema, policy_schema
from purgeplan.planfile.explain import explain_field, field_names


def test_a_setting_is_explained():
    """Its kind, its meaning, its default, an example to copy."""
    page = explain_field("limits.max_delete_percent", KINDS)

    assert page.splitlines()[0] == "limits.max_delete_percent (number)"
    assert "Default: 10" in page
    assert "  max_delete_percent: 10" in page


def test_a_required_setting_says_so():
    """The first line tells it."""
    assert explain_field("limits.max_delete", KINDS).startswith(
        "limits.max_delete (whole number, required)\n"
    )


def test_a_mapping_names_its_keys():
    """So that one finds the way down."""
    assert "\nKeys: id, name, api_key, base_url\n" in explain_field("app", KINDS)


def test_a_choice_names_its_words():
    """All of them, in the first line."""
    assert "(one of cleanup, erasure, reset)" in explain_field("purpose", KINDS)


def test_a_kind_of_source_is_explained_with_its_options():
    """By the words of its own fragment."""
    page = explain_field("source.csv", KINDS)

    assert "A table of text." in page
    assert "Keys: from, path, column, by, as_of, sha256" in page
    assert "  {from: csv, path: a.csv}" in page


@pytest.mark.parametrize(
    ("pointer", "first"),
    [
        ("source.csv.column", "source.csv.column (text)"),
        ("source.column", "source.csv.column (text)"),
        ("source.0.path", "source.csv.path (text, required)"),
        ("protect.1.inline.ids", "protect.inline.ids (list, required)"),
        ("source.since", "source.segment.since (text)"),
        ("source.from", "source.from (one of csv, inline, segment, required)"),
        ("policy", "policy (mapping)"),
        ("policy.budget.per", "policy.budget.per (text, required)"),
        ("policy.apps.0.population.users", "policy.apps.population.users (whole number)"),
        (" app.api_key.env ", "app.api_key.env (text)"),
    ],
)
def test_pointers_as_messages_write_them_are_understood(pointer, first):
    """With and without the number in a list, the kind of source, and blanks around."""
    assert explain_field(pointer, KINDS).splitlines()[0] == first


@pytest.mark.parametrize("pointer", ["", "limit", "limits.max", "source.nothing", "PP101", "0"])
def test_what_is_no_setting_is_none(pointer):
    """The caller suggests another."""
    assert explain_field(pointer, KINDS) is None


def test_every_setting_has_a_page_and_is_named_once():
    """Names and pages are the same list."""
    names = field_names(KINDS)

    assert len(set(names)) == len(names) > 100
    assert all(explain_field(name, KINDS).startswith(f"{name} (") for name in names)


def test_every_field_has_a_description_and_its_examples_are_valid():
    """An example that the schema refuses would teach errors."""
    for name, field in plan_schema(KINDS)["properties"].items():
        assert field["description"].endswith(".")
        for example in field["examples"]:
            text = yaml.safe_dump(example, default_flow_style=True, width=10_000)
            found = refusals(plan_text(**{name: text.removesuffix("\n...\n").strip()}))
            assert [one for one in found if one.code != "PP028"] == [], (name, example)


def test_schemas_have_no_alternatives():
    """`oneOf` and `anyOf` would make every message say that nothing fits."""
    for schema in (plan_schema(KINDS), policy_schema(KINDS)):
        assert not {"oneOf", "anyOf"} & set(_keywords(schema))


def _keywords(schema):
    """Give every key anywhere in a schema."""
    for key, below in schema.items() if isinstance(schema, dict) else enumerate(schema):
        yield key
        if isinstance(below, dict | list):
            yield from _keywords(below)


def test_a_new_kind_needs_no_change_here():
    """A fragment handed in is schema, check, parser and page at once."""
    kinds = {
        "moon": {
            "properties": {"phase": {"enum": ["full", "new"], "description": "Which."}},
            "required": ["phase"],
            "description": "Ids by the moon.",
        }
    }
    user = "{resource: user, by: crm_id}"
    text = plan_text(target=user, source="{from: moon, phase: full, by: crm_id}")

    spec = parse_plan_text(text, "a.yaml", "/repo", kinds, policy=None, now=NOW)

    assert (spec.sources[0].kind, spec.sources[0].options) == ("moon", {"phase": "full"})
    assert explain_field("source.moon.phase", kinds).startswith(
        "source.moon.phase (one of full, new"
    )
    assert spec.app.id == APP_ID
