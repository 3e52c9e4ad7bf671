"""How problems of a plan file are told: all at once, one of each value, no id and no secret."""

import pytest
from support.planfile import APP_ID, codes, only, plan_text, refusals

from purgeplan.planfile.expected import Broken, expected


def test_all_problems_come_at_once_in_the_order_of_their_lines():
    """One run is enough to mend a file."""
    text = plan_text(
        "canary: lots", "protcet: []", "canary: 5", version="2", limits="{max_delete: -1}"
    )

    assert [(one.code, one.place.line) for one in refusals(text)] == [
        ("PP023", 1),
        ("PP024", 7),
        ("PP022", 8),
        ("PP020", 9),
        ("PP009", 10),
    ]


def test_of_one_value_one_thing_is_told():
    """A number for a purpose is of the wrong kind; that it is none of the words follows."""
    assert codes(plan_text(purpose="5")) == ["PP022"]


def test_hundreds_of_problems_are_told_in_part_and_that_is_said():
    """The first hundred, and a last finding that there are more."""
    ids = ", ".join("5" for _ in range(500))
    found = refusals(plan_text(source=f"{{from: inline, ids: [{ids}]}}"))

    assert len(found) == 101
    assert found[-1].code == "PP033"


@pytest.mark.parametrize(
    "text",
    [
        plan_text(source="{from: inline, ids: [alice], colum: x}"),
        plan_text(source="{from: inline, ids: [[alice]]}"),
        plan_text(source="{from: inline, ids: ['b\n alice'], colum: x}"),
        plan_text(source="{from: inline, ids: {alice: 1, alice: 2}}"),
        plan_text(source="{from: inline, ids: alice}"),
        plan_text(source="{from: inline, ids: [alice, b, c, d]}"),
        plan_text(source="[alice]"),
        plan_text("souce: {from: inline, idz: [alice]}"),
        plan_text(source="{from: inline, ids: [alice, *b]}"),
        plan_text(source="{from: inline, ids: [alice, b"),
        plan_text(source="{from: inline, ids: [alice, %b]}"),
        plan_text(source="{from: inline, ids: [%alice]}"),
        plan_text(source="\n  from: inline\n  ids:\n    - alice\n    bob: 1\n"),
        plan_text("x: |", "  alice", "y: [alice, 5]"),
    ],
)
def test_no_finding_echoes_a_line_with_ids(text):
    """Whatever is wrong around them, the ids of people stay out of messages."""
    found = refusals(text)

    assert found
    assert "alice" not in repr(found)


@pytest.mark.parametrize(
    "secret",
    [
        "6f1c2a50-3f0e-4a4e-9a34-1f2d7b3de2aa",
        "maya@example.com",
        "a very long text that nobody knows the meaning of",
        "postgres://host/db?password=hunter2",
        "token-of-maya",
    ],
)
def test_no_finding_echoes_a_value_that_may_be_a_secret(secret):
    """A value pasted at the wrong place is told as text."""
    for changes in ({"purpose": secret}, {"not_before": secret}, {"canary": secret}):
        finding = only(plan_text(**{key: f"'{text}'" for key, text in changes.items()}))

        assert secret not in finding.problem
        assert "very long" in secret or finding.source_line is None


def test_no_finding_echoes_what_stands_where_a_key_is_named():
    """Whoever writes the key where its variable's name belongs has written a key."""
    finding = only(plan_text(app=f"{{id: {APP_ID}, name: Acme, api_key: {{env: abcd-1234}}}}"))

    assert finding.code == "PP025"
    assert "abcd" not in repr(finding)


def test_the_line_of_an_app_s_id_may_be_shown():
    """An app's id is in every message about it anyway, and most typos stand on that line."""
    line = f"app: {{id: {APP_ID}, nmae: Acme}}"

    assert {one.source_line for one in refusals(plan_text(app=line[5:]))} == {line}


def test_an_unknown_key_that_may_be_an_id_is_not_named():
    """Keys are shown if they look like names."""
    finding = only(plan_text(f"{APP_ID}: 1"))

    assert finding.problem == "unknown key (not shown)"
    assert finding.source_line is None


def test_a_rule_that_planfile_does_not_know_is_told_all_the_same():
    """Fragments of kinds may use any keyword of JSON Schema."""
    broken = Broken(("a",), "multipleOf", 5, 7, {})

    assert expected(broken).words == "another value"
    assert expected(broken).mend == "correct it"
