"""Laws of the forms: bounded, clean, and giving back what was put in."""

import csv
import unicodedata
from dataclasses import replace
from io import StringIO

from hypothesis import example, given
from hypothesis import strategies as st
from support.guards import any_facts, any_policy, any_spec
from support.plans import facts, protect, spec
from support.reports import item, record, review, run

from purgeplan.engine.admit import violations
from purgeplan.guards import GUARDS, warnings
from purgeplan.model.spec import App
from purgeplan.reports import ITEM_FORMS, PLAN_FORMS, RUN_FORMS, plan_markdown, run_markdown

texts = st.text() | st.sampled_from(
    ["\x1b]0;x\x07", "a\nb", "| x |", "</code>", "\u202e", "\ud800"]
)
bounds = st.integers(0, 200) | st.integers(0, 20_000)
FORBIDDEN = {"Cc", "Cf", "Cs"}


def hostile(name, entries):
    """Give a review in which every text is someone else's."""
    plan = spec(name=name, reason=name, path=name, owner=name, app=App("id", name))
    lists = tuple(protect(name, 0) for _ in range(entries))
    shown = review(spec=plan, facts=facts(protects=lists, live_name=name + "x", sample=(name,)))
    asked = (shown.spec, shown.policy, shown.facts)
    return replace(shown, violations=violations(*asked, GUARDS), warnings=warnings(*asked))


@given(texts, st.integers(0, 60), bounds)
@example("ü" * 300, 60, 12_000)
def test_markdown_never_exceeds_its_bound(name, entries, bound):
    """Whatever the files hold, a comment fits."""
    assert len(plan_markdown(hostile(name, entries), bound).encode()) <= bound
    told = record(runs=tuple(run(number, why=name) for number in range(entries)))
    assert len(run_markdown(told, bound).encode()) <= bound


@given(texts)
def test_no_form_leaks_a_control_character(name):
    """Terminal and comment get line ends and nothing else that is not visible."""
    told = record(runs=(run(why=name),), journal=name)

    for shown in (
        PLAN_FORMS["text"](hostile(name, 1)),
        PLAN_FORMS["markdown"](hostile(name, 1)),
        RUN_FORMS["text"](told),
        RUN_FORMS["markdown"](told),
    ):
        rest = shown.replace("\n", "")
        assert not {unicodedata.category(one) for one in rest} & FORBIDDEN


@given(texts)
def test_text_forges_no_line(name):
    """A name with line ends adds no line to the summary."""
    assert len(PLAN_FORMS["text"](hostile(name, 1)).splitlines()) == len(
        PLAN_FORMS["text"](hostile("plain", 1)).splitlines()
    )


@given(texts)
def test_markdown_tables_keep_their_columns(name):
    """No name opens a column, a row, a tag or a mention of its own."""
    shown = PLAN_FORMS["markdown"](hostile(name, 1))
    plain = PLAN_FORMS["markdown"](hostile("plain", 1))

    told = [
        RUN_FORMS["markdown"](record(runs=(run(why=one),), journal=one)) for one in (name, "plain")
    ]

    for mark in ("|", "<", ">", "`", "@", "*", "["):
        assert shown.count(mark) == plain.count(mark)
        assert told[0].count(mark) == told[1].count(mark)


@given(any_spec, any_policy, any_facts)
def test_every_plan_can_be_shown(plan, rules, known):
    """Odd facts are refused by guards, and shown by every form all the same."""
    asked = (plan, rules, known)
    shown = review(
        spec=plan,
        policy=rules,
        facts=known,
        violations=violations(*asked, GUARDS),
        warnings=warnings(*asked),
    )

    assert all(form(shown) for form in PLAN_FORMS.values())


@given(st.lists(st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1)))
def test_csv_gives_every_id_back(ids):
    """Read as CSV and rid of one leading apostrophe, the column is what was reported."""
    lines = "".join(ITEM_FORMS["csv"](item(one) for one in ids))

    rows = list(csv.DictReader(StringIO(lines, newline="")))

    assert [row["id"].removeprefix("'") for row in rows] == ids
    assert not any(row["id"].startswith(("=", "+", "-", "@")) for row in rows)
