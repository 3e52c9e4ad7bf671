"""A plan under review, as JSON and as a comment: no full id, and within the bound."""

import json
from datetime import time

import pytest
from support.plans import NOW, facts, policy, protect, spec
from support.reports import FINGERPRINT, judged

from purgeplan.model.review import Previous
from purgeplan.model.spec import Limits, Pace, Window
from purgeplan.reports import PLAN_FORMS, plan_document, plan_markdown


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
