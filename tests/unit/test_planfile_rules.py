"""The rules between settings of a plan file: what contradicts, or can never be meant."""

import pytest
from support.planfile import APP_ID, USERS, only, plan, plan_text, refusals

from purgeplan.errors import Place


@pytest.mark.parametrize(
    ("target", "by"),
    [
        ("{resource: subscription}", "external_id"),
        ("{resource: player}", "onesignal_id"),
        ("{resource: user, by: external_id}", "crm_id"),
        ("{resource: user, by: crm_id}", "subscription_id"),
    ],
)
def test_a_source_of_another_kind_of_id_than_the_target_s_is_refused(target, by):
    """Customer number 17 is not the external_id 17: as that it would be somebody else's."""
    source = f"[{{from: csv, path: a.csv}}, {{from: csv, path: b.csv, by: {by}}}]"

    finding = only(plan_text(source=source, target=target))

    assert (finding.code, finding.place.line) == ("PP026", 6)
    assert f"ids by {by} are none to delete by" in finding.problem


@pytest.mark.parametrize(
    ("target", "mend"),
    [
        ("{resource: subscription, by: external_id}", "leave `by` out"),
        ("{resource: player, by: onesignal_id}", "leave `by` out"),
        (
            "{resource: user, by: subscription_id}",
            "write external_id, onesignal_id or an alias label",
        ),
    ],
)
def test_a_target_by_another_s_kind_of_id_is_refused(target, mend):
    """A DELETE with the wrong kind of id would miss, or hit somebody else."""
    finding = only(plan_text(target=target))

    assert (finding.code, finding.mend) == ("PP026", mend)


@pytest.mark.parametrize("resource", ["subscription", "player"])
def test_an_erasure_of_devices_is_refused(resource):
    """Who asks to be forgotten is a user; the plan file says so, before anybody is asked."""
    finding = only(plan_text("purpose: erasure", target=f"{{resource: {resource}}}"))

    assert (finding.code, finding.place.line) == ("PP026", 5)
    assert "deletes users" in finding.problem


@pytest.mark.parametrize(
    ("one", "target", "problem"),
    [
        ("..", USERS, "ids[1] is a path, not an id"),
        ("", USERS, "ids[1] is empty"),
        ("mia@acme.example", "{resource: subscription}", "ids[1] is not a UUID (8-4-4-4-12"),
    ],
    ids=["path", "empty", "address"],
)
def test_an_id_in_the_file_that_can_not_be_sent_is_refused(one, target, problem):
    """Nothing has to be read for it, so validate finds it too; the id is not echoed."""
    good = "6f1c2a50-3f0e-4a4e-9a34-1f2d7b3de2a9"
    (found,) = refusals(
        plan_text(source=f"{{from: inline, ids: [{good}, '{one}']}}", target=target)
    )

    assert (found.code, found.place.line, found.source_line) == ("PP214", 6, None)
    assert found.problem.startswith(problem)


def test_an_id_in_a_protect_list_is_judged_by_its_own_kind():
    """A protect list says `by`; an erasure sets bad ids aside of its sources, never of these."""
    protect = "protect: [{from: inline, ids: ['..'], by: external_id}]"
    source = "{from: inline, ids: ['..', mia]}"
    (found,) = refusals(plan_text("purpose: erasure", protect, source=source, target=USERS))

    assert (found.code, found.place.line) == ("PP214", 9)
    assert plan("purpose: erasure", source=source, target=USERS).sources[0].kind == "inline"


def test_delay_and_rate_exclude_each_other():
    """One of the two would be ignored."""
    finding = only(plan_text("pace: {delay: 500ms, rate: 900/s}"))

    assert (finding.code, finding.place.column) == ("PP026", 22)


@pytest.mark.parametrize(
    ("retry", "key"),
    [
        ("{backoff: 90s}", "backoff"),
        ("{backoff: 3s, max_backoff: 2s}", "backoff"),
        ("{max_backoff: 1s}", "max_backoff"),
    ],
)
def test_a_backoff_longer_than_its_maximum_is_refused(retry, key):
    """Neither is quietly cut to the other."""
    finding = only(plan_text(f"retry: {retry}"))

    assert finding.code == "PP026"
    assert finding.place == Place("plans/a.yaml", 8, 8 + retry.index(key) + len(key) + 2)


@pytest.mark.parametrize("where", ["source", "protect"])
@pytest.mark.parametrize("written", ["2026-11-24T08:30:01Z", "2026-11-25", "9999-12-31"])
def test_evidence_from_the_future_is_refused(where, written):
    """It would count as younger than every deletion until then."""
    one = f"[{{from: csv, path: a, by: subscription_id, as_of: {written}}}]"

    finding = only(plan_text(**{where: one}))

    assert (finding.code, finding.problem) == ("PP029", "as_of is in the future")


@pytest.mark.parametrize("written", ["2026-02-30", "0001-01-01T00:00:00+14:00", "20261120", "now"])
def test_a_moment_that_is_none_is_refused(written):
    """A day that does not exist, a time before time, another form."""
    (finding,) = refusals(plan_text(source=f"{{from: csv, path: a, as_of: {written}}}"))

    assert finding.code in ("PP025", "PP022")


@pytest.mark.parametrize("ref", ["{env: 1 2}", "{keyring: acme}", "{file: ''}", "{env: a-b}"])
def test_a_place_of_a_key_that_can_be_none_is_refused_unseen(ref):
    """It may be the key itself, at the wrong place."""
    finding = only(plan_text(app=f"{{id: {APP_ID}, name: A, api_key: {ref}}}"))

    assert finding.code == "PP025"
    assert finding.problem.endswith("got text")
    assert finding.source_line is None


@pytest.mark.parametrize("reason", ['""', '"  "', '"\\n"', '"a\\0b"', '"\\x1b[2J"'])
def test_a_reason_says_something(reason):
    """Blank is no reason, and controls are no words; what is wanted is not what was found."""
    finding = only(plan_text(reason=reason))

    assert finding.code == "PP025"
    assert finding.problem.startswith("reason: expected a text of visible characters, got ")
    assert finding.problem.split("got ")[1] in ("an empty text", '"  "', "text that is not shown")


@pytest.mark.parametrize("name", ['""', '" a"', '"a\\nb"', "x" * 201, '"a\\u2028b"'])
def test_a_name_is_one_line(name):
    """It is shown in lists, typed into commands, and found again."""
    assert only(plan_text(name=name)).code == "PP025"
