"""Values that a plan file may not have: of another kind, out of range, of another form."""

import pytest
from support.planfile import APP_ID, plan, plan_text, refusals, said


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
