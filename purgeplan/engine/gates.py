"""The gates of ``apply`` that need no network: whether the frozen set is the reviewed one."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from purgeplan.engine import canary
from purgeplan.engine.stops import window_finding
from purgeplan.errors import (
    AttentionError,
    Exit,
    Finding,
    JournalError,
    StaleError,
    StoppedEarlyError,
)
from purgeplan.model.fingerprint import addressed_digest, fingerprint, short, sources_digest
from purgeplan.model.ports import Journal
from purgeplan.model.records import ADDRESSED, SOURCES, PlanRow, PlanState, RunRow, Tally
from purgeplan.model.spec import PlanSpec, Policy, Resource
from purgeplan.model.window import is_open

if TYPE_CHECKING:  # what sends is not loaded by `plan`
    from purgeplan.engine.run import Order

_JOURNAL = "its journal failed"
_AGAIN = "run `purgeplan plan` again and have the new plan reviewed"


def frozen(journal: Journal, spec: PlanSpec) -> PlanRow | None:
    """Give the newest plan of that name for the app, whatever became of it."""
    return next(iter(journal.plans(spec.app.id, spec.name)), None)


def intact(journal: Journal, row: PlanRow, spec: PlanSpec) -> None:
    """Raise StaleError where the frozen ids under the file's settings give another fingerprint.

    Whom their DELETEs name counts too, up to the first run or backup: after these the journal notes
    there whom an export has found, or the API says it has deleted.
    """
    if row.sealed_at is not None:
        return  # a sealed plan has no ids any more, and is closed
    addressed = row.draft.summary.get("addressed")
    later = any(journal.events(row.plan_id, ADDRESSED)) or journal.runs(row.plan_id)
    if spec.target.resource is Resource.USER and not later:
        addressed = addressed_digest(journal.addressed(row.plan_id))
    now = fingerprint(spec, journal.sorted_ids(row.plan_id), addressed)
    if now != row.draft.fingerprint:
        problem = (
            f"the plan file now gives fingerprint {short(now)}, planned was"
            f" {short(row.draft.fingerprint)}: limits, target or another setting that decides"
            " who goes has changed since planning"
        )
        raise StaleError(Finding("PP301", problem, _AGAIN, spec.place_of("name")))


def sources_unchanged(
    row: PlanRow,
    spec: PlanSpec,
    digest_of: Callable[[str], str | None],
    named: Callable[[], Iterable[str]],
) -> None:
    """Raise StaleError where the plan file describes other sources, or a file says something else.

    ``digest_of`` gives the sha256 of a file of the repository, None where it is not there: the
    set is frozen, so a file may go. ``named`` gives the files that the sources name now; one that
    was not planned must have the content of one that was, as where both were moved.
    """
    problem = _described_anew(row, spec) or _says_else(row, spec, digest_of, list(named()))
    if problem is not None:
        raise StaleError(Finding("PP302", problem, _AGAIN, spec.place_of("source")))


def _described_anew(row: PlanRow, spec: PlanSpec) -> str | None:
    if row.draft.summary.get(SOURCES) == sources_digest(spec):
        return None
    problem = "the plan file's `source` is not what was planned"
    if row.draft.path != spec.path:
        problem += f": the frozen set of this name is that of {row.draft.path}"
    return problem


def _says_else(
    row: PlanRow, spec: PlanSpec, digest_of: Callable[[str], str | None], named: Sequence[str]
) -> str | None:
    planned, found = row.draft.files, dict[str, str | None]()
    for path in dict.fromkeys((*planned, *named)):
        now = found[path] = digest_of(path)
        if now is None or now == planned.get(path):
            continue
        if path in planned:
            return f"{path} has changed since planning"
        if now not in planned.values():
            return f"the source names {path} by now, which was not planned"
    moved = row.draft.path != spec.path
    if moved and not set(planned.values()) <= {found[path] for path in named}:
        return f"the frozen set is that of {row.draft.path}, and not all of its lists are here"
    return None


def governed(row: PlanRow, policy: Policy | None) -> None:
    """Raise StaleError where a plan was made under a policy, and none is found any more."""
    path = row.draft.summary.get("policy")
    if policy is None and path:
        problem = f"it was planned under the policy {path}, which is not there any more"
        raise StaleError(Finding("PP307", problem, f"restore it, or {_AGAIN}"))


def timely(row: PlanRow, spec: PlanSpec, tally: Tally, now: datetime) -> None:
    """Raise StaleError after expiry (before the first DELETE), StoppedEarlyError before time."""
    if not tally.begun and now > row.draft.expires_at:
        problem = f"the plan expired at {row.draft.expires_at:%Y-%m-%d %H:%M}Z"
        raise StaleError(Finding("PP303", problem, _AGAIN, spec.place_of("expires_after")))
    not_before = row.planned_at + timedelta(seconds=spec.not_before_s)
    if now < not_before:
        problem = f"not_before: this plan may start at {not_before:%Y-%m-%d %H:%M}Z"
        finding = Finding("PP511", problem, "repeat it then", spec.place_of("not_before"))
        raise StoppedEarlyError(finding)


def window_open(spec: PlanSpec, order: "Order", now: datetime) -> None:
    """Raise StoppedEarlyError outside the plan's window, unless the order is to wait."""
    window = spec.pace.window
    if window is not None and not order.wait and not is_open(window, now):
        raise StoppedEarlyError(window_finding(window, now))


def not_closed(row: PlanRow) -> None:
    """Raise StaleError where the plan was cancelled or superseded."""
    if row.state in (PlanState.CANCELLED, PlanState.SUPERSEDED):
        problem = f"the plan was {row.state}"
        if row.closed_at:
            problem += f" at {row.closed_at:%Y-%m-%d %H:%M}Z"
        raise StaleError(Finding("PP304", problem, _AGAIN))


def same_fingerprint(row: PlanRow, order: "Order") -> None:
    """Raise StaleError where the operator's fingerprint is not the plan's, all 64 digits."""
    if order.fingerprint is None or order.fingerprint == row.draft.fingerprint:
        return
    ours, theirs = row.draft.fingerprint, order.fingerprint
    if short(ours) != short(theirs):  # else only the rest tells them apart
        ours, theirs = short(ours), short(theirs)
    problem = f"the plan at hand is {ours}, the one you approved {theirs}"
    raise StaleError(Finding("PP305", problem, _AGAIN))


def looked_at(
    journal: Journal, row: PlanRow, order: "Order", errored: Callable[[int], bool]
) -> None:
    """Raise AttentionError where the last run wants a person's look and nobody named it.

    Once somebody has looked, raises JournalError where a run's journal failed and is not what was
    written.
    """
    last = next(iter(journal.runs(row.plan_id)), None)
    why = _wants_a_look(journal, last, errored) if last is not None else None
    if last is None or why is None:
        return
    if order.after != last.run_id:
        raise _not_looked_at(last, why)
    if why is _JOURNAL and (wrong := journal.check()):
        problem = f"the journal {journal.where} is not sound: {wrong[0]}"
        mend = "keep it as it is, and compare it with a copy"
        raise JournalError(Finding("PP405", problem, mend))


def _wants_a_look(journal: Journal, last: RunRow, errored: Callable[[int], bool]) -> str | None:
    """Say why a person must look at a run, None where nobody need.

    A run whose journal failed could not record its end, nor one that was killed right after its
    canary had failed; ``errored`` tells that the first has left a file.
    """
    if last.exit_code is None and errored(last.run_id):
        return _JOURNAL
    if last.exit_code == Exit.ATTENTION:
        return f"{last.why}"
    return "its canary failed" if canary.failed_since(journal, last) else None


def _not_looked_at(last: RunRow, why: str) -> AttentionError:
    problem = f"run {last.run_id} stopped ({why}), and a person must look at it first"
    mend = f"`purgeplan report` shows it; then repeat the command with --after {last.run_id}"
    return AttentionError(Finding("PP512", problem, mend))
