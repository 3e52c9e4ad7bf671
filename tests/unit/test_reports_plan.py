"""A plan under review: every number, whom it is about, the command that comes next."""

import html
import json
from dataclasses import replace
from pathlib import Path

import pytest
from support.plans import NOW, facts, policy, protect, spec
from support.reports import FINGERPRINT, judged, review

import purgeplan.reports
from purgeplan.model.facts import Counts
from purgeplan.model.review import Previous
from purgeplan.reports import ITEM_FORMS, PLAN_FORMS, RUN_FORMS, plan_document, plan_markdown
from purgeplan.reports.sums import planned_sum, rows_sum

text = PLAN_FORMS["text"]


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


def test_a_backup_is_told_before_it_is_made():
    """Where the rows will be, and how long the export of the app takes that comes first."""
    shown = review(spec=spec(backup_export=True))

    (said,) = [line for line in lines(shown) if line.startswith("  backup")]
    assert "kept before the first DELETE in state/journal.db.backups" in said
    assert said.endswith("the export takes about 3 min 26 s")
    assert "backup" not in text(review())
    assert plan_document(shown)["backup"] == {"folder": "state/journal.db.backups", "kept": []}
    assert "kept before the first DELETE" in plan_markdown(shown)
