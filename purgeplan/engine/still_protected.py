"""Reads the protect lists again at each start: whoever was added meanwhile is spared."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from purgeplan.engine.idset import Comparison
from purgeplan.engine.inputs import Inputs, Listed, Reading, protects_of
from purgeplan.errors import Finding
from purgeplan.model.ids import ONESIGNAL_ID
from purgeplan.model.spec import Rules
from purgeplan.sources.workspace import Workspace

Pending = tuple[int, str, str | None]
"""Position, id and (where it is known) onesignal_id of an item that is still to be sent."""


@dataclass(frozen=True, slots=True)
class Recheck:
    """Positions to be spared, and a finding for each list that changed and can't be compared.

    With any finding the caller must refuse: only a new plan can tell whom that list names.
    """

    spared: tuple[int, ...] = ()
    uncomparable: tuple[Finding, ...] = ()


def still_protected(
    rules: Rules,
    inputs: Inputs,
    recorded: Mapping[str, str],
    pending: Callable[[], Iterable[Pending]],
) -> Recheck:
    """Tell which pending items the protect lists name by now.

    ``recorded`` maps each list's name to its ids_digest when planned (``Draft.protects``); whatever
    holds ids that were subtracted then, under any name, needs no second look, and ``pending`` is
    asked for only where a list does not. Raises InvalidError where a list can't be read whole.
    """
    if not protects_of(rules):
        return Recheck()
    with inputs.workspace() as work:
        reading = Reading(rules, inputs, work)
        listed = reading.protects()
        reading.complete()
        known = set(recorded.values())
        changed = [one for one in listed if one.ids_digest not in known]
        return _compare(rules, work, changed, pending) if changed else Recheck()


def _compare(
    rules: Rules, work: Workspace, changed: list[Listed], pending: Callable[[], Iterable[Pending]]
) -> Recheck:
    rows = ((str(position), one, user) for position, one, user in pending())
    work.load("pending", ("position", "id", "onesignal_id"), rows)
    tables = {rules.spec.target.by: ("pending", "position", "id")}
    if not work.number("SELECT count(*) FROM pending WHERE onesignal_id IS NULL"):
        tables.setdefault(ONESIGNAL_ID, ("pending", "position", "onesignal_id"))
    comparison = Comparison(work, tables)
    spared: set[int] = set()
    blind = []
    for one in changed:
        hits = comparison.hits(one.staged, one.spec.by)
        if hits is None:
            blind.append(_blind(one))
        else:
            spared.update(int(row) for row in work.column("SELECT id FROM $hits", hits=hits))
    return Recheck(tuple(sorted(spared)), tuple(blind))


def _blind(listed: Listed) -> Finding:
    problem = f"protect list {listed.name} has changed since planning, and only a plan can compare"
    mend = "run `purgeplan plan` again and have the new plan reviewed"
    return Finding("PP222", f"{problem} ids by {listed.spec.by}", mend, listed.spec.place)
