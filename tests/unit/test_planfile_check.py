"""How problems of settings are told: all at once, in order, in words, without secrets and ids."""

import pytest
from support.planfile import APP_ID, codes, only, plan, plan_text, refusals

from purgeplan.errors import Place
from purgeplan.planfile.expected import Broken, expected


def said(text):
    """Give the one finding as code, problem and mend."""
    finding = only(text)
    return finding.code, finding.problem, finding.mend


def test_the_smallest_plan_is_valid():
    """Every other test changes this one."""
    assert refusals(plan_text()) == ()


def test_a_misspelt_protect_is_refused_with_what_was_meant():
    """`protcet` would protect nobody."""
    finding = only(plan_text("protcet: [{from: csv, path: a.csv, by: external_id}]"))

    assert (finding.code, finding.problem) == ("PP020", "unknown key `protcet`")
    assert finding.mend == "did you mean `protect`?"
    assert finding.place == Place("plans/a.yaml", 8, 1)
    assert finding.source_line == "protcet: [{from: csv, path: a.csv, by: external_id}]"


@pytest.mark.parametrize(
    ("text", "mend"),
    [
        (plan_text("max_delete: 5"), "did you mean `limits: {max_delete: ...}`?"),
        (plan_text("Canary: 5"), "did you mean `canary`?"),
        (plan_text("expires-after: 7d"), "did you mean `expires_after`?"),
        (
            plan_text(limits="{max_delete: 5, protect: []}"),
            "`protect` belongs to the top of the file",
        ),
        (
            plan_text("keep: {xyz: 1}"),
            "the keys here are opt_outs, partly_selected_users",
        ),
        (plan_text("pace: {max_run_tme: 4h}"), "did you mean `max_run_time`?"),
        (plan_text(source="{from: csv, path: a, colunm: b}"), "did you mean `column`?"),
    ],
)
def test_an_unknown_key_says_where_it_may_belong(text, mend):
    """A similar name here, the same name elsewhere, or all names there are."""
    finding = only(text)

    assert (finding.code, finding.mend) == ("PP020", mend)


def test_a_misspelt_required_key_is_told_from_both_sides():
    """The unknown one names the right one, and the missing one the wrong one."""
    text = plan_text("limit: {max_delete: 5}", without=["limits"])

    assert [(one.code, one.mend) for one in refusals(text)] == [
        ("PP021", "is it meant by `limit`?"),
        ("PP020", "did you mean `limits`?"),
    ]


@pytest.mark.parametrize("name", ["version", "name", "reason", "app", "target", "source", "limits"])
def test_each_required_key_is_missed_by_name(name):
    """An example says what to add."""
    finding = only(plan_text(without=[name]))

    assert finding.code == "PP021"
    assert f"`{name}`" in finding.problem
    assert finding.mend.startswith(f"add `{name}: ")
    assert finding.source_line is None


@pytest.mark.parametrize(
    ("changes", "problem", "mend"),
    [
        ({"limits": "{}"}, "missing key `max_delete` under `limits`", "add `max_delete: 15000`"),
        (
            {"target": "{resource: user}"},
            "missing key `by` under `target`",
            "add `by: external_id`",
        ),
        ({"target": "{by: external_id}"}, "missing key `resource` under `target`", None),
        ({"source": "{from: csv}"}, "missing key `path` under `source`", "add `path: a.csv`"),
        ({"source": "{path: a.csv}"}, "missing key `from` under `source`", "add `from: csv`"),
        ({"app": "{name: Acme}"}, "missing key `id` under `app`", f"add `id: {APP_ID}`"),
        (
            {"protect": "[{from: csv, path: a}]"},
            "missing key `by` under `protect.0`",
            "add `by: external_id`",
        ),
    ],
)
def test_a_missing_key_is_told_with_an_example(changes, problem, mend):
    """It stands at the key of the mapping that misses it."""
    finding = only(plan_text(**changes))

    assert (finding.code, finding.problem) == ("PP021", problem)
    assert mend is None or finding.mend == mend
    assert finding.place.column in (1, 11)


@pytest.mark.parametrize(
    ("changes", "problem", "mend"),
    [
        (
            {"limits": "{max_delete: lots}"},
            "limits.max_delete: expected a whole number, got text",
            "write it like 15000",
        ),
        (
            {"limits": "{max_delete: 15_000}"},
            "limits.max_delete: expected a whole number, got text",
            "write it like 15000",
        ),
        (
            {"limits": "{max_delete: 1.5}"},
            "limits.max_delete: expected a whole number, got a number",
            "write it like 15000",
        ),
        (
            {"limits": "{max_delete: .inf}"},
            "limits.max_delete: expected a whole number, got text",
            "write it like 15000",
        ),
        (
            {"limits": "{max_delete: true}"},
            "limits.max_delete: expected a whole number, got true or false",
            "write it like 15000",
        ),
        (
            {"limits": "{max_delete: }"},
            "limits.max_delete: expected a whole number, got nothing",
            "write it like 15000",
        ),
        (
            {"keep": "{opt_outs: yes}"},
            "keep.opt_outs: expected true or false, got text",
            "write it like false",
        ),
        (
            {"protect": ""},
            "protect: expected a list, got nothing",
            "write it like [{from: csv, path: protect/staff.csv, by: external_id}]",
        ),
        (
            {"source": "all"},
            "source: expected a mapping or a list, got text",
            "write it like {from: csv, path: exports/inactive.csv}",
        ),
        (
            {"name": "2026"},
            "name: expected text, got a number",
            "quote it, so that it stays the text that it is",
        ),
        (
            {"name": "true"},
            "name: expected text, got true or false",
            "quote it, so that it stays the text that it is",
        ),
        (
            {"pace": "{delay: 500}"},
            "pace.delay: expected text, got a number",
            "write it like 500ms",
        ),
        ({"app": "[]"}, "app: expected a mapping or text, got a list", None),
        ({"app": "{id: 5, name: A}"}, "app.id: expected text, got a number", None),
        ({"drift": "export"}, "drift: expected a mapping, got text", None),
        ({"pace": "{rate: {a: 1}}"}, "pace.rate: expected text, got a mapping", None),
    ],
)
def test_another_kind_of_value_is_told_by_kinds(changes, problem, mend):
    """What was expected and what was found, never the value; and an example to copy."""
    code, found, way = said(plan_text(**changes))

    assert (code, found) == ("PP022", problem)
    assert mend is None or way == mend


@pytest.mark.parametrize(
    ("changes", "problem", "mend"),
    [
        (
            {"purpose": "clenup"},
            'purpose: expected one of cleanup, erasure, reset, got "clenup"',
            "did you mean cleanup?",
        ),
        (
            {"target": "{resource: device}"},
            'target.resource: expected one of subscription, user, player, got "device"',
            "write it like subscription",
        ),
        (
            {"source": "{from: exel, path: a}"},
            'source.from: expected one of csv, inline, segment, got "exel"',
            "write it like csv",
        ),
        ({"version": "2"}, "version: expected 1, got 2", "write it like 1"),
    ],
)
def test_a_word_that_is_none_of_the_choices_is_told_with_them(changes, problem, mend):
    """A similar one is named where there is one."""
    assert said(plan_text(**changes)) == ("PP023", problem, mend)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"limits": "{max_delete: -1}"}, "limits.max_delete: expected 0 or more, got -1"),
        (
            {"limits": "{max_delete: 1, max_delete_percent: 100.1}"},
            "limits.max_delete_percent: expected 100 or less, got 100.1",
        ),
        (
            {"limits": "{max_delete: 1, max_delete_percent: -0.1}"},
            "limits.max_delete_percent: expected 0 or more, got -0.1",
        ),
        ({"canary": "-1"}, "canary: expected 0 or more, got -1"),
        ({"retry": "{max_attempts: 0}"}, "retry.max_attempts: expected 1 or more, got 0"),
        ({"source": "[]"}, "source: expected a list of 1 or more, got a list"),
        (
            {"app": f"{{id: {APP_ID}, name: A, api_key: {{}}}}"},
            "app.api_key: expected a mapping with 1 or more keys, got a mapping",
        ),
        (
            {"app": f"{{id: {APP_ID}, name: A, api_key: {{env: A, file: b}}}}"},
            "app.api_key: expected a mapping with 1 key at most, got a mapping",
        ),
        (
            {"pace": "{window: {days: [mon, mon], from: 1:00, to: 2:00, tz: UTC}}"},
            "pace.window.days: expected a list that names each thing once, got a list",
        ),
    ],
)
def test_a_value_out_of_range_is_refused_and_never_clamped(changes, problem):
    """The bound is told."""
    code, found, _ = said(plan_text(**changes))

    assert (code, found) == ("PP024", problem)


@pytest.mark.parametrize(
    ("changes", "problem", "mend"),
    [
        (
            {"not_before": "14"},
            "not_before: expected text, got a number",
            "write it like 14d",
        ),
        (
            {"not_before": "'14'"},
            'not_before: expected a duration, got "14"',
            "write a number with its unit (ms, s, m, h, d), such as 500ms, 8h or 14d",
        ),
        (
            {"pace": "{rate: 900}"},
            "pace.rate: expected text, got a number",
            "write it like 900/s",
        ),
        (
            {"pace": "{rate: 0/s}"},
            'pace.rate: expected a rate above zero, got "0/s"',
            "write it like 900/s or 60/min",
        ),
        (
            {"expires_after": "0d"},
            'expires_after: expected a duration above zero, got "0d"',
            "write a number with its unit (ms, s, m, h, d), such as 500ms, 8h or 14d",
        ),
        (
            {"pace": "{window: {from: 22:00, to: 24:00, tz: Europe/Berlin}}"},
            'pace.window.to: expected a time of day, got "24:00"',
            "write it like 22:00, from 00:00 to 23:59",
        ),
        (
            {"pace": "{window: {from: 22:00, to: 6:00, tz: Europe/Berln}}"},
            'pace.window.tz: expected a time zone, got "Europe/Berln"',
            "did you mean Europe/Berlin?",
        ),
        (
            {"pace": "{window: {from: 22:00, to: 6:00, tz: ../../etc}}"},
            'pace.window.tz: expected a time zone, got "../../etc"',
            "write its name, such as Europe/Berlin",
        ),
        (
            {"target": "{resource: subscription, by: player_id}"},
            'target.by: expected a kind of ids, got "player_id"',
            "write subscription_id, as OneSignal calls it now",
        ),
        (
            {"target": "{resource: user, by: a/b}"},
            'target.by: expected a kind of ids, got "a/b"',
            "write subscription_id, external_id, onesignal_id or an alias label",
        ),
        (
            {"app": "{id: acme, name: Acme}"},
            'app.id: expected a UUID, got "acme"',
            "copy it whole: 8-4-4-4-12 hex digits",
        ),
        (
            {"source": "{from: csv, path: a, sha256: 4be0f6}"},
            'source.sha256: expected a sha256, got "4be0f6"',
            "write all 64 hex digits that `sha256sum FILE` prints",
        ),
        (
            {"source": "{from: csv, path: a, as_of: 20.11.2026}"},
            'source.as_of: expected a date, got "20.11.2026"',
            "write it like 2026-11-20 or 2026-11-20T08:00:00Z",
        ),
        (
            {"source": "{from: segment, name: a, since: long}"},
            'source.since: expected a duration above zero, got "long"',
            "write a number with its unit (ms, s, m, h, d), such as 500ms, 8h or 14d",
        ),
    ],
)
def test_a_text_of_another_form_is_told_with_one_that_fits(changes, problem, mend):
    """Forms are told once, by their words and not by a pattern."""
    code, found, way = said(plan_text(**changes))

    assert code in ("PP022", "PP025")
    assert (found, way) == (problem, mend)


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


@pytest.mark.parametrize("one", ["00123", "4711", "1.23E+15", "true", "null"])
def test_an_inline_id_that_is_no_text_is_refused(one):
    """It must be quoted, since YAML readers turn 00123 into 83; the id is not echoed."""
    (finding,) = refusals(plan_text(source=f"{{from: inline, ids: [{one}]}}"))

    assert finding.code == ("PP011" if one == "00123" else "PP022")
    assert "quote it" in finding.mend or one == "null"
    assert finding.source_line is None
    assert one not in finding.problem.replace("true or false", "")


@pytest.mark.parametrize("one", ["'00123'", "u-000181", "NO", "22:00", '"true"'])
def test_an_inline_id_that_is_text_stays_what_it_is(one):
    """Byte for byte, leading zeros and all."""
    target = "{resource: user, by: external_id}"
    spec = plan(source=f"{{from: inline, ids: [{one}]}}", target=target)

    assert spec.sources[0].options["ids"] == [one.strip("'\"")]


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
