"""Reads the protect lists again at each start: whoever was added meanwhile is spared."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from purgeplan.engine.idset import Comparison
from purgeplan.engine.inputs import Inputs, Listed, Reading, protects_of
from purgeplan.errors import Finding, StaleError
from purgeplan.model.ids import ONESIGNAL_ID
from purgeplan.model.spec import Rules
from purgeplan.sources.workspace import Workspace

Left = tuple[int, str, str | None]
"""Position, id and (where it is known) onesignal_id of an item that is pending or unresolved."""


def still_protected(
    rules: Rules,
    inputs: Inputs,
    recorded: Mapping[str, str],
    left: Callable[[], Iterable[Left]],
) -> Iterator[int]:
    """Stream the positions of items left that the protect lists name by now, some repeatedly.

    ``recorded`` maps each list's name to its ids_digest when planned (``Draft.protects``); whatever
    holds ids that were subtracted then, under any name, needs no second look, and ``left`` is
    asked for only where a list does not. Before the first position it raises InvalidError where a
    list can't be read whole, StaleError with a finding for each that changed and can't be compared:
    only a new plan can tell whom it names.
    """
    if not protects_of(rules):
        return
    with inputs.workspace() as work:
        reading = Reading(rules, inputs, work)
        listed = reading.protects()
        reading.complete()
        known = set(recorded.values())
        changed = [one for one in listed if one.ids_digest not in known]
        if changed:
            yield from _named(rules, work, changed, left)


def _named(
    rules: Rules, work: Workspace, changed: list[Listed], left: Callable[[], Iterable[Left]]
) -> Iterator[int]:
    rows = ((str(position), one, user) for position, one, user in left())
    work.load("left_items", ("position", "id", "onesignal_id"), rows)
    tables = {rules.spec.target.by: ("left_items", "position", "id")}
    if not work.number("SELECT count(*) FROM left_items WHERE onesignal_id IS NULL"):
        tables.setdefault(ONESIGNAL_ID, ("left_items", "position", "onesignal_id"))
    comparison = Comparison(work, tables)
    found = [(one, comparison.hits(one.staged, one.spec.by)) for one in changed]
    blind = [_blind(one) for one, hits in found if hits is None]
    if blind:
        raise StaleError(*blind)
    for hits in (hits for _, hits in found if hits is not None):
        yield from map(int, work.column("SELECT id FROM $hits", hits=hits))


def _blind(listed: Listed) -> Finding:
    problem = f"protect list {listed.name} has changed since planning, and only a plan can compare"
    mend = "run `purgeplan plan` again and have the new plan reviewed"
    return Finding("PP222", f"{problem} ids by {listed.spec.by}", mend, listed.spec.place)
