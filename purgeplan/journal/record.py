"""The record: events, verdicts, and whether what is in the file is what was written."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from purgeplan.errors import JournalError
from purgeplan.journal.chain import IdsDigest, flaws
from purgeplan.journal.part import Part
from purgeplan.journal.rows import EVENTS, draft_digest, events
from purgeplan.model.outcome import Verdict
from purgeplan.model.records import Event, PlanRow, PlanState

_VERDICT: Final = (
    "UPDATE items SET verdict = ? WHERE plan_id = ? AND position = ? AND state = 'accepted'"
)
_BECOMES: Final = {
    "plan.saved": PlanState.OPEN,
    "plan.adopted": PlanState.OPEN,
    "plan.reopened": PlanState.OPEN,
    "plan.superseded": PlanState.SUPERSEDED,
}
_SAYING: Final = frozenset(
    {"plan.saved", "plan.adopted", "plan.renewed", "plan.concluded", "plan.sealed"}
)
_IDS: Final = "SELECT position, id FROM items WHERE plan_id = ? AND position >= ? ORDER BY position"


class Record(Part):
    """The part that keeps the record and looks it over."""

    def record_verdicts(
        self, plan_id: int, verdicts: Iterable[tuple[int, Verdict]], at: datetime
    ) -> None:
        """Fill what ``verify`` found out; a verdict on what was not accepted is an illegal move."""
        found = dict(verdicts)
        with self._store.write():
            self.plan(plan_id)
            rows = [(verdict, plan_id, position) for position, verdict in found.items()]
            self._moved(_VERDICT, rows, "given a verdict")
            if found:
                counts = {str(verdict): n for verdict, n in Counter(found.values()).items()}
                self._event("items.verified", at, (plan_id, None), counts)

    def note(
        self,
        kind: str,
        plan_id: int | None,
        run_id: int | None,
        at: datetime,
        data: Mapping[str, Any],
    ) -> None:
        """Append one event; its data holds no ids and no free text."""
        with self._store.write():
            self._event(kind, at, (plan_id, run_id), data)

    def events(self, plan_id: int | None = None, kind: str | None = None) -> Iterator[Event]:
        """Give events in order, of one plan and of one kind where these are named."""
        wanted = {"plan_id = ?": plan_id, "kind = ?": kind}
        given = {test: value for test, value in wanted.items() if value is not None}
        where = " AND ".join(given) or "1"
        sql = f"{EVENTS} WHERE {where} ORDER BY seq"
        yield from events(self._store.stream(sql, *given.values()))

    def check(self) -> list[str]:
        """Give what is wrong; a file too broken to be read to its end is said, not raised."""
        found: list[str] = []
        try:
            found += self._structure()
            found += flaws(self.identity, self.events())
            for row in reversed(self.plans()):
                found += [f"plan {row.plan_id}: {flaw}" for flaw in self._plan_flaws(row)]
            found += self._run_flaws()
        except (JournalError, ValueError, TypeError, OverflowError) as error:
            found.append(f"unreadable: {error}")
        return found

    def _structure(self) -> Iterator[str]:
        for (flaw,) in self._store.read("PRAGMA integrity_check"):
            if flaw != "ok":
                yield f"integrity: {flaw}"
        for table, _, parent, _ in self._store.read("PRAGMA foreign_key_check"):
            yield f"{table}: a row has no counterpart in {parent}"

    def _plan_flaws(self, row: PlanRow) -> Iterator[str]:
        said = self._said(row.plan_id)
        counts = self._counts(row.plan_id)
        held = sum(counts.values())
        if not row.total == held == said.get("total"):
            yield f"{held} items in all states, {said.get('total')} were planned"
        if self._ids_digest(row.plan_id) != said.get("ids"):
            yield "its ids are not those that were written"
        if draft_digest(row.draft) != said.get("draft"):
            yield "its text, times or fingerprint are not what was written"
        if row.state != said.get("state"):
            yield f"it is {row.state}, and was {said.get('state')} when last written"
        if said.get("counts", counts) != counts:
            yield "its counts are not those that it was closed with"
        elif "outcomes" in said and said["outcomes"] != self._outcomes_digest(row.plan_id):
            yield "its outcomes are not those that it was closed with"

    def _said(self, plan_id: int) -> Mapping[str, Any]:
        """Give what the events say last of a plan."""
        said: dict[str, Any] = {}
        for event in self.events(plan_id):
            if event.kind in _BECOMES:
                said.pop("counts", None)
                said.pop("outcomes", None)
                said["state"] = _BECOMES[event.kind]
            if event.kind in _SAYING:
                said.update(event.data)
        return said

    def _run_flaws(self) -> Iterator[str]:
        ended = {
            event.run_id: (event.data.get("why"), event.data.get("exit"))
            for event in self.events(kind="run.ended")
        }
        for run in self.runs():
            if ended.get(run.run_id, (run.why, None)) != (run.why, run.exit_code):
                yield f"run {run.run_id}: it did not end as its row says"

    def _ids_digest(self, plan_id: int) -> str:
        ids = IdsDigest()
        ids.take(one for _, one in self._paged(_IDS, plan_id))
        return ids.hex()
