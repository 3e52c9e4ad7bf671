"""The forms of a plan under review: every number, every limit, the command that comes next."""

import html
import json
from dataclasses import replace
from datetime import time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from support.plans import NOW, facts, policy, protect, reset, spec
from support.reports import FINGERPRINT, review

import purgeplan.reports
from purgeplan.engine.admit import violations
from purgeplan.guards import GUARDS, warnings
from purgeplan.model.facts import Counts
from purgeplan.model.review import Eta, Previous
from purgeplan.model.spec import Budget, Limits, Pace, Population, Require, Resource, Window
from purgeplan.reports import ITEM_FORMS, PLAN_FORMS, RUN_FORMS, plan_document, plan_markdown
from purgeplan.reports.sums import planned_sum, rows_sum

text = PLAN_FORMS["text"]


def judged(**changes):
    """Give a review with what guards and warnings say of it."""
    shown = review(**changes)
    asked = (shown.spec, shown.policy, shown.facts)
    return replace(shown, violations=violations(*asked, GUARDS), warnings=warnings(*asked))


def lines(shown):
    """Give the lines of the text form."""
    return text(shown).splitlines()


def test_every_file_of_a_form_is_a_line_in_a_table():
    """A form that is forgotten in its table, or a line without its file, is found."""
    folder = Path(purgeplan.reports.__file__).parent

    files = {path.stem for path in folder.glob("*.py") if path.stem.startswith(("plan_", "run_"))}

    tables = [f"plan_{name}" for name in PLAN_FORMS]
    tables += [f"run_{name}" for name in (*RUN_FORMS, *ITEM_FORMS)]
    assert files == set(tables)


def test_first_line_carries_every_number():
    """A reviewer who reads one line knows how many go, of how many, of which app."""
    counts = Counts(
        rows=12_463,
        duplicates=12,
        protected=37,
        planned=12_403,
        to_delete=12_400,
        deleted_before=3,
        rejected=1,
        kept_opt_outs=2,
        kept_partly=3,
        absent_at_plan=5,
    )

    assert lines(judged(facts=facts(counts=counts)))[0] == (
        "Plan inactive-2026-h1: 12,400 subscriptions to delete, 37 protected, 5 kept,"
        " 5 absent already, 3 deleted before or in doubt, 1 set aside, 12 duplicates dropped;"
        ' 12,400 of 412,118 subscriptions (3.0 %) in app "Acme Prod"'
    )


def test_the_sum_of_rows_names_every_place_where_one_can_go():
    """A reader who adds up what is written comes to the number of rows."""
    counts = Counts(
        rows=36,
        duplicates=2,
        protected=3,
        planned=10,
        to_delete=6,
        deleted_before=4,
        rejected=5,
        kept_opt_outs=7,
        kept_partly=1,
        absent_at_plan=8,
    )

    rows, _, terms = rows_sum(counts).partition(" = ")

    assert rows == "36 rows"
    assert sum(int(one.split()[0]) for one in terms.split(" + ")) == 36
    assert planned_sum(counts) == "10 planned = 4 deleted before or in doubt + 6 to delete"


def test_everyone_is_no_population_that_is_ok():
    """The row of the population carries the refusal of who covers all of it."""
    rows = plan_document(judged(facts=facts(412_118)))["limits"]

    assert {row["name"]: row["verdict"] for row in rows}["population"] == "REFUSED"


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        (policy(max_delete=1), "PP108"),
        (policy(apps=()), "PP109"),
        (policy(require=Require(ticket=True)), "PP110"),
    ],
)
def test_a_plan_against_the_policy_is_not_within_its_rules(rules, code):
    """Whichever rule it is, the row of the policy says so."""
    document = plan_document(judged(policy=rules))

    assert code in [one["code"] for one in document["violations"]]
    rows = {row["name"]: row["verdict"] for row in document["limits"]}
    assert rows["policy"] == "REFUSED"


def test_one_of_each_is_told_in_the_singular():
    """One row twice is one duplicate, not duplicates."""
    known = facts(1)

    said = lines(judged(facts=replace(known, counts=replace(known.counts, duplicates=1))))[0]

    assert "1 subscription to delete" in said
    assert "1 duplicate dropped" in said


def test_shows_sums_that_can_be_checked():
    """Rows and planned are sums in words, and they add up."""
    shown = text(judged())

    assert "12,449 rows = 12 duplicates + 37 protected + 12,400 planned\n" in shown
    assert "12,400 planned = 12,400 to delete\n" in shown


def test_ends_with_the_commands_that_come_next():
    """A plan that is let through ends with what to paste, also for a script."""
    assert lines(judged())[-5:] == [
        f"Fingerprint 7a44d1c09b2e  {FINGERPRINT}",
        "Nothing was sent. To run exactly this plan:",
        "  purgeplan apply plans/inactive.yaml",
        "or in a script:",
        f'  purgeplan apply plans/inactive.yaml --confirm "Acme Prod" --fingerprint {FINGERPRINT}',
    ]


def test_a_refused_plan_shows_why_and_no_command():
    """Each violation has code, place and mend; there is nothing to paste."""
    shown = lines(judged(facts=facts(12_400, 61_000)))

    assert shown[0].startswith("Refused plan inactive-2026-h1: 12,400 subscriptions")
    assert (
        "Refused PP102: 12,400 of 61,000 subscriptions (20.3 %) is over max_delete_percent 10"
        " (plans/inactive.yaml:9:22); split the plan, or raise the limit in the file and have it"
        " reviewed"
    ) in shown
    assert shown[-1] == "Nothing was sent. What a refusal means: purgeplan explain PP102"
    assert not any("purgeplan apply" in line for line in shown)


def test_every_limit_has_its_number_and_the_guards_verdict():
    """Nobody has to work out whether a limit is kept."""
    rules = policy(max_delete=14_000, budget=Budget(20_000, 86_400.0))
    shown = text(judged(policy=rules, facts=facts(budget_used=9_000)))

    rows = [" ".join(line.split()) for line in shown.splitlines()]
    assert "limits max_delete 12,400 15,000 (ceiling 14,000) ok" in rows
    assert "max_delete_percent 3.0 % 10 % ok" in rows
    assert "keep_at_least 399,718 stay at least 1 ok" in rows
    assert "population 412,118 subscriptions known (from app), not everyone ok" in rows
    assert "policy this plan within its rules REFUSED" in rows
    assert "budget 9,000 used + 12,400 20,000 in 24 h stops the run" in rows


def test_limits_of_what_is_unknown_say_so():
    """An unknown population is shown as unknown, refused, and by whom."""
    rules = policy(max_delete_percent=Decimal(5), budget=Budget(20_000, 3_600.0))
    shown = text(judged(policy=rules, facts=facts(population=None)))

    rows = [" ".join(line.split()) for line in shown.splitlines()]
    assert "max_delete_percent unknown 10 % (ceiling 5 %) REFUSED" in rows
    assert "keep_at_least unknown at least 1 REFUSED" in rows
    assert "population unknown must be known, not everyone REFUSED" in rows
    assert "budget unknown used + 12,400 20,000 in 1 h REFUSED" in rows


def test_a_reset_says_which_limits_are_not_judged():
    """Emptying an app does not look like a plan within its limits."""
    shown = judged(spec=reset(), policy=policy(may_be_emptied=True), facts=facts(100, 100))

    assert text(shown).count("not judged: a reset") == 3


def test_users_are_shown_with_their_lower_bound():
    """A share of a lower bound is shown as one."""
    shown = judged(spec=spec(Resource.USER))

    assert "at least 20,606 users (412,118 subscriptions)" in text(shown)
    assert plan_document(shown)["population"]["at_least"] is True
    known = replace(facts(), population=Population("export", 412_118, 300_000))
    assert "300,000 users " in text(judged(spec=spec(Resource.USER), facts=known))


def test_protect_lists_come_one_by_one():
    """What each list saved is said, and which could not be compared."""
    known = facts(protects=(protect("staff.csv", 31), protect("vip.csv", None)))
    shown = text(judged(facts=known))

    assert "  protect    staff.csv by external_id: 31 saved (of 212 on it)\n" in shown
    assert "             vip.csv by external_id: NOT COMPARED (of 212 on it)\n" in shown
    assert "  protect    no list\n" in text(judged(facts=facts(protects=())))


def test_says_what_was_not_checked():
    """What a list can't know is said outright."""
    known = facts(opt_outs_checked=False, activity_checked=False, live_name=None)
    shown = text(judged(facts=known))
    comment = PLAN_FORMS["markdown"](judged(facts=known))

    unseen = "opt-outs NOT CHECKED, activity NOT CHECKED, the app's name NOT CHECKED"
    assert f"{unseen}\n" in shown
    assert "Warning PP122: opt-outs NOT CHECKED" in shown
    assert f"| checks | {unseen} |" in comment


def test_pace_has_its_duration_window_hint_and_expiry():
    """A slow plan says how slow, when it may run, and what would be quicker."""
    window = Window(frozenset({0, 3}), time(22), time(6), "Europe/Berlin")
    eta = Eta(6_200.0, NOW + timedelta(days=9), passes_expiry=True, hint="`rate: 100/s`")
    plan = spec(pace=Pace(window=window), not_before_s=60.0, canary=0)
    shown = text(judged(spec=plan, eta=eta))

    assert "500 ms between starts, one at a time (2/s): about 1 h 43 min, until 2026-12-03" in shown
    assert "only mon thu 22:00-06:00 Europe/Berlin\n" in shown
    assert "hint: `rate: 100/s`\n" in shown
    assert "may start from 2026-11-24 08:30Z on\n" in shown
    assert "must have started by 2026-12-01 08:30Z\n" in shown
    assert "will still run then, which it may once it has started\n" in shown
    assert "canary: none\n" in shown


def test_an_eta_that_is_unknown_is_left_out():
    """Nothing is guessed where nothing paces the run."""
    plan = spec(pace=Pace(None))

    assert "  pace       one at a time, without a delay\n" in text(
        judged(spec=plan, eta=Eta(None, None))
    )


@pytest.mark.parametrize(
    ("left", "seconds", "lasts"),
    [(3, 0.003, "less than a second"), (3, 3.0, "about 3 s"), (0, 0.0, None)],
)
def test_an_eta_is_no_finer_than_a_second(left, seconds, lasts):
    """Three ids at 1,000 a second do not take "3 ms", and nobody takes no time."""
    eta = Eta(seconds, NOW + timedelta(seconds=seconds))

    shown = judged(spec=spec(pace=Pace(None, 1_000.0)), facts=facts(left), eta=eta)

    assert f"  pace       1000/s{f': {lasts}, until' if lasts else chr(10)}" in text(shown)
    assert f"| pace | 1000/s{f', {lasts}' if lasts else ''} |" in plan_markdown(shown)


def test_sample_shows_ids_and_hides_addresses():
    """A reviewer sees a few ids; an e-mail address or a phone number is not shown."""
    known = facts(sample=("u-000181", "mira@acme.example", "+4915112345678", "a", "b", "c"))

    assert (
        "  sample     u-000181  …@…  +491…78  a  b  (5 of 12,400; all of them: --ids-out FILE)\n"
    ) in text(judged(facts=known))


def test_tells_the_difference_to_the_plan_before():
    """What a new list changed against the reviewed one is said in two numbers."""
    before = Previous("9c1e0d" + "0" * 58, NOW, "superseded", 7, 312, 40)

    shown = text(judged(previous=before))

    assert (
        "  before     +312 -40 compared with 9c1e0d000000 of 2026-11-24 08:30Z"
        " (superseded, 7 deleted)\n"
    ) in shown
    sealed = replace(before, added=None, removed=None)
    assert "  before     9c1e0d000000 of" in text(judged(previous=sealed))


def test_an_open_plan_that_goes_on_says_so():
    """Planning again halfway shows what is left."""
    shown = text(judged(continues=True, facts=replace(facts(), left=7_791, claimed_before=4_609)))

    assert shown.startswith("Plan inactive-2026-h1: 7,791 subscriptions still to delete,")
    assert "continues the open plan of this fingerprint\n" in shown


def test_nothing_to_delete_has_no_command():
    """An empty plan does not ask for an apply."""
    shown = judged(facts=facts(0))

    assert lines(shown)[-1] == "Nothing was sent, and there is nothing to delete."
    assert plan_document(shown)["next"] is None


def test_purpose_owner_ticket_and_breakdown_are_shown():
    """Whatever the plan says of itself reaches the reviewer, and what the ids are made of."""
    plan = spec(owner="growth", ticket="PRIV-1184")
    known = facts(breakdown=(("type", "Email", 4_400),))
    shown = text(judged(spec=plan, facts=known, policy=policy()))

    assert "cleanup: 180 days silent · owner growth · ticket PRIV-1184\n" in shown
    assert "  made of    type Email: 4,400\n" in shown
    assert "(policy: purgeplan.yaml)\n" in shown


def test_sources_name_their_content():
    """A file shows its digest, what is no file shows that."""
    known = facts()
    inline = replace(known.sources[0], name="inline", kind="inline", sha256=None)
    shown = text(judged(facts=replace(known, sources=(*known.sources, inline))))

    assert (
        "csv exports/inactive.csv · 12,449 rows · sha256 4be04be04be0 · as of 2026-11-24 08:30Z\n"
    ) in shown
    assert "inline · 12,449 rows · no file · as of" in shown
    placed = replace(inline, name="inline at plan.yaml:6:9", rows=1)
    shown = text(judged(facts=replace(known, sources=(placed,))))
    assert "inline at plan.yaml:6:9 · 1 row · no file" in shown
    assert "inline inline" not in shown


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        (("player_id",), "csv exports/inactive.csv · column player_id: 12,449 rows · sha256"),
        (("id", "player_id"), "csv exports/inactive.csv · columns id, player_id: 12,449 rows"),
    ],
)
def test_sources_name_the_column_that_their_ids_were_taken_from(columns, said):
    """Who reads the plan sees it when the wrong one was taken; so does a pull request."""
    known = facts()
    shown = judged(facts=replace(known, sources=(replace(known.sources[0], columns=columns),)))

    assert said in text(shown)
    assert f"{', '.join(columns)}: 12,449 rows" in html.unescape(plan_markdown(shown))
    assert json.loads(PLAN_FORMS["json"](shown))["sources"][0]["columns"] == [*columns]


def test_document_has_fingerprint_and_counts_at_the_top():
    """What a pipeline needs is found without knowing the rest, and survives JSON."""
    shown = judged(previous=Previous("9c" * 32, NOW, "done", 7))

    document = json.loads(PLAN_FORMS["json"](shown))

    assert document["format_version"] == "1.0"
    assert document["type"] == "plan"
    assert document["fingerprint"] == FINGERPRINT
    assert document["refused"] is False
    assert document["counts"]["to_delete"] == 12_400
    assert document["counts"]["rows"] == 12_449
    assert document["previous"]["planned_at"] == "2026-11-24T08:30:00+00:00"
    assert document["next"]["apply"] == "purgeplan apply plans/inactive.yaml"


def test_document_holds_no_full_id():
    """The summary that goes into a pull request has no id in it."""
    one = "0a31c5d0-3f0e-4a4e-9a34-1f2d7b3de2a9"
    shown = judged(facts=facts(sample=(one,)))

    assert one not in PLAN_FORMS["json"](shown)
    assert one not in PLAN_FORMS["markdown"](shown)
    assert "0a31…a9" in plan_document(shown)["sample"]


def test_document_tells_violations_apart_from_warnings():
    """A refusal is machine-readable: code, place, mend."""
    window = Window(frozenset({0}), time(22), time(6), "UTC")
    plan = spec(limits=Limits(1), pace=Pace(window=window))
    document = plan_document(judged(spec=plan, facts=facts(activity_checked=False)))

    assert document["refused"] is True
    assert document["next"] is None
    assert [one["code"] for one in document["violations"]] == ["PP103"]
    assert document["violations"][0]["place"] == {
        "file": "plans/inactive.yaml",
        "line": 8,
        "column": 22,
    }
    assert [one["level"] for one in document["warnings"]] == ["warning"]
    assert document["pace"]["window"] == "mon 22:00-06:00 UTC"


def test_markdown_says_what_goes_and_how_to_run_it():
    """A comment has the number in bold, the tables, the fingerprint and the command."""
    shown = PLAN_FORMS["markdown"](judged())

    assert shown.startswith("<!-- purgeplan:plan:")
    assert (
        "**12,400 subscriptions** of <code>Acme Prod</code> would be deleted"
        " (3.0 % of 412,118). There is no undo."
    ) in shown
    assert f"Fingerprint <code>{FINGERPRINT}</code>" in shown
    assert "To run exactly this: <code>purgeplan apply plans/inactive&#46;yaml" in shown


def test_markdown_of_a_refused_plan_lists_violations_and_no_command():
    """A refused comment can't be mistaken for an approved one."""
    shown = PLAN_FORMS["markdown"](judged(facts=facts(100, None), policy=policy()))

    assert "**Refused**, nothing was sent: 100 subscriptions" in shown
    assert "- **PP106** <code>" in shown
    assert "To run exactly this" not in shown


def test_markdown_marks_the_same_plan_the_same_way():
    """A later version replaces the comment of its plan and of no other."""
    first, again = judged(), judged(facts=facts(5), fingerprint="0" * 64)
    other = judged(spec=spec(name="inactive-2026-h2"))

    marks = [plan_markdown(one).splitlines()[0] for one in (first, again, other)]

    assert marks[0] == marks[1] != marks[2]


def test_markdown_that_is_too_long_says_what_was_cut():
    """Lists are cut before anything else is, and the cut is said."""
    lists = tuple(protect(f"protect/list-{number}.csv", 1) for number in range(500))
    shown = judged(facts=facts(protects=lists))

    cut = plan_markdown(shown, 4_000)

    assert len(cut.encode()) <= 4_000
    assert "more, cut to fit" in cut
    assert "12,400 subscriptions" in cut
    assert FINGERPRINT in cut


@pytest.mark.parametrize("bound", [0, 1, 40, 200])
def test_markdown_fits_into_next_to_nothing(bound):
    """Where no version fits, plain words are cut to the byte."""
    shown = plan_markdown(judged(spec=spec(name="größe" * 40)), bound)

    assert len(shown.encode()) <= bound
    assert "<" not in shown


def test_a_backup_is_told_before_it_is_made():
    """Where the rows will be, and how long the export of the app takes that comes first."""
    shown = review(spec=spec(backup_export=True))

    (said,) = [line for line in lines(shown) if line.startswith("  backup")]
    assert "kept before the first DELETE in state/journal.db.backups" in said
    assert said.endswith("the export takes about 3 min 26 s")
    assert "backup" not in text(review())
    assert plan_document(shown)["backup"] == {"folder": "state/journal.db.backups", "kept": []}
    assert "kept before the first DELETE" in plan_markdown(shown)
