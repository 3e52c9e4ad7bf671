"""The hash chain: a link covers all that an event says, and all that came before."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from purgeplan.journal.chain import flaws, genesis, linked, outcomes_digest
from purgeplan.model.outcome import Code, Item, Outcome, State
from purgeplan.model.records import Event

AT = datetime(2026, 6, 1, tzinfo=UTC)
NAME = "a journal"
EVENT = Event(1, AT, "run.ended", 1, 2, {"why": "done", "exit": 0}, "")
CHANGES = {
    "number": {"seq": 2},
    "time": {"at": AT + timedelta(milliseconds=1)},
    "kind": {"kind": "run.started"},
    "plan": {"plan_id": 2},
    "no plan": {"plan_id": None},
    "run": {"run_id": 1},
    "data": {"data": {"why": "done", "exit": 4}},
    "more data": {"data": {"why": "done", "exit": 0, "count": 1}},
    "no data": {"data": {}},
}


def chain(count=4):
    """Give a sound chain."""
    events, before = [], genesis(NAME)
    for number in range(1, count + 1):
        events.append(linked(before, replace(EVENT, seq=number)))
        before = events[-1].link
    return events


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_link_covers_all_that_an_event_says(change):
    """Whatever of it is changed, the link is another."""
    before = genesis(NAME)

    assert linked(before, replace(EVENT, **change)).link != linked(before, EVENT).link


def test_a_link_covers_what_came_before():
    """The same event after another past, or in another journal, has another link."""
    assert linked("0" * 64, EVENT).link != linked("1" * 64, EVENT).link
    assert genesis(NAME) != genesis("another journal")


@pytest.mark.parametrize("change", [one for name, one in CHANGES.items() if name != "number"])
@pytest.mark.parametrize("at", range(4))
def test_a_changed_event_is_found_wherever_it_stands(change, at):
    """The first and the last as well."""
    events = chain()
    events[at] = replace(events[at], **change)

    assert flaws(NAME, events) != []


def test_a_chain_that_lost_an_event_or_its_order_is_found():
    """Only what is cut off at the end is not, but by a head that was printed elsewhere."""
    one, two, three, four = chain()

    assert flaws(NAME, [one, two, three, four]) == flaws(NAME, [one, two]) == []
    for broken in ([two, three, four], [one, three, four], [one, three, two, four]):
        assert flaws(NAME, broken) != []
    assert flaws("another journal", [one, two]) != []


@pytest.mark.parametrize(
    "change",
    [
        {"item": Item(1, "a")},
        {"state": State.FAILED},
        {"code": Code.ABSENT},
        {"status": 200},
        {"status": None},
    ],
)
def test_outcomes_are_committed_to_by_all_that_a_report_tells_of_them(change):
    """Who, what became of them, and by which answer."""
    outcome = Outcome(Item(0, "a"), State.ACCEPTED, Code.ACCEPTED, AT, 202)

    assert outcomes_digest([outcome._replace(**change)]) != outcomes_digest([outcome])
