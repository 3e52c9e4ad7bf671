"""The judge: holds the sandbox's ledger against journal, report and exit code (I1-I5)."""

import json
from collections import Counter
from contextlib import closing
from dataclasses import dataclass

from purgeplan.cli.reading import Found
from purgeplan.journal import open_reader
from purgeplan.model.outcome import State
from purgeplan.model.records import PlanState
from purgeplan.model.review import Named
from purgeplan.reports import RUN_FORMS

REPORTED = {
    "accepted": State.ACCEPTED,
    "already_gone": State.ABSENT,
    "failed": State.FAILED,
    "unknown": State.SENT,
    "pending": State.PENDING,
    "skipped": State.SKIPPED,
}


@dataclass(frozen=True)
class Verdict:
    """What a point came to.

    ``lost`` counts ids of which the journal says another thing than what happened; ``flaws`` are
    broken promises in words: a point survives where there is none.
    """

    sent: int = 0
    resent: int = 0
    lost: int = 0
    flaws: tuple = ()


def doubt(case):
    """Look at the journal that a crash left: sound, whole, ahead of the wire.

    Gives the ids that it has as sent and unresolved, and the flaws.
    """
    with closing(open_reader(case.journal)) as journal:
        flaws = list(journal.check())
        rows = journal.plans()
        items = list(journal.items(rows[0].plan_id)) if rows else []
    if rows and rows[0].sealed_at is not None:
        return set(), flaws  # its ids are HMACs now
    if not rows:
        return set(), flaws + _always(case, ()) if case.tail.read() else flaws
    return {one.id for one in items if one.state is State.SENT}, flaws + _always(case, items)


def judge(case, codes, doubtful=None):
    """Hold everything together after the end; the last of ``codes`` is the final exit code.

    ``doubtful``, where given, are the ids that crashes had left open: only they may be sent twice.
    """
    with closing(open_reader(case.journal)) as journal:
        flaws = list(journal.check())
        row = journal.plans()[0]
        items = list(journal.items(row.plan_id))
        report = json.loads(RUN_FORMS["json"](Found(journal, row, Named(row.draft.path)).record()))
    flaws += _always(case, items)
    sent = case.tail.sent
    again = {one for one, count in sent.items() if count > 1}
    if doubtful is not None and not again <= doubtful:
        flaws.append(f"I5: {len(again - doubtful)} ids were sent twice that were in no doubt")
    lost = list(_phantoms(case.tail, items))
    flaws += [f"lost: {one}" for one in lost]
    flaws += _ended(codes, row, items) + _reported(report["counts"], items)
    return Verdict(sent.total(), len(again), len(lost), tuple(flaws))


def _always(case, items):
    """Give what is wrong whenever one looks: closure, cap, write-ahead, one state each."""
    case.tail.read()
    sent, attempts = case.tail.sent, {one.id: one.attempts for one in items}
    flaws = [f"I1: {one} was not planned" for one in sent if one not in case.allowed]
    flaws += [f"I16: {path} was asked for" for path in case.tail.strange]
    flaws += [
        f"I3: {one} was sent {count} times and claimed {attempts.get(one, 0)} times"
        for one, count in sent.items()
        if count > attempts.get(one, 0)
    ]
    if len(sent) > case.max_delete:
        flaws.append(f"I2: {len(sent)} ids were sent, max_delete is {case.max_delete}")
    if case.ids and sorted(attempts) != sorted(case.ids):
        flaws.append(f"I4: {len(items)} items in all states, {len(case.ids)} were planned")
    return flaws


def _phantoms(tail, items):
    """Give ids that are said to be gone and are not, or to be untouched and are gone."""
    said = {
        State.ACCEPTED: tail.carried_out,
        State.ABSENT: tail.carried_out | tail.absent,
    }
    for one in items:
        if one.state in said and one.id not in said[one.state]:
            yield f"{one.id} is {one.state}, and OneSignal never said so"
        if one.state is State.SKIPPED and one.id in tail.carried_out:
            yield f"{one.id} is skipped, and was deleted"


def _ended(codes, row, items):
    """Give where the final exit code and the plan's state say another thing than the items."""
    states = Counter(one.state for one in items)
    left = states[State.PENDING] + states[State.SENT]
    flaws = []
    if (codes[-1] == 0) != (not left and not states[State.FAILED]):
        flaws.append(f"exit code {codes[-1]} of {dict(states)}")
    if (row.state is PlanState.DONE) != (left == 0):
        flaws.append(f"the plan is {row.state} with {left} left")
    return flaws


def _reported(counts, items):
    """Give where the report's numbers are not those of the items, or do not add up."""
    states = Counter(one.state for one in items)
    wrong = {name for name, state in REPORTED.items() if counts[name] != states[state]}
    if wrong or counts["planned"] != sum(counts[name] for name in REPORTED):
        return [f"report: {counts} of {dict(states)}"]
    return []
