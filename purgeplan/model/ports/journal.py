"""The journal's port: what the memory of an app must promise."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from purgeplan.model.outcome import Item, Outcome, Skip, State, Verdict
from purgeplan.model.records import (
    Draft,
    Event,
    ItemRow,
    Operator,
    PlannedItem,
    PlanRow,
    PlanState,
    RunRow,
    Tally,
    Unresolved,
)


class Journal(Protocol):
    """The memory of an app: what was planned, sent and answered.

    Every writing method is one transaction, durable (power cut included) when it returns, and
    leaves each item in exactly one state. Nothing else writes. After the first JournalError the
    journal answers every call with it and touches the file no more. Times are aware UTC.
    """

    @property
    def where(self) -> str:
        """Say which journal this is, for people."""
        ...

    @property
    def identity(self) -> str:
        """Give the journal's own random name, kept by copies."""
        ...

    def close(self) -> None:
        """Close; what was returned from is durable already."""
        ...

    # Plans

    def save(self, draft: Draft, items: Iterable[PlannedItem], at: datetime) -> PlanRow:
        """Write a plan and its frozen set, whole or not at all, superseding the open one.

        Items come in the order of sending. An open plan of the same app and name becomes
        superseded and hands on its lineage; so does the newest one, done without a run. Raises
        whatever ``items`` raises, with nothing kept.
        """
        ...

    def renew(self, plan_id: int, draft: Draft, at: datetime) -> PlanRow:
        """Take over expiry, text and summary of a draft with the same fingerprint."""
        ...

    def conclude(self, plan_id: int, state: PlanState, at: datetime) -> None:
        """Close an open plan as done or cancelled; pending items of a cancelled one are skipped."""
        ...

    def plan(self, plan_id: int) -> PlanRow:
        """Give a plan; raises KeyError where there is none."""
        ...

    def plans(self, app_id: str | None = None, name: str | None = None) -> list[PlanRow]:
        """Give plans, the newest first."""
        ...

    def adopt(self, other: "Journal", plan_id: int, at: datetime) -> PlanRow:
        """Take over a saved plan with its frozen set; the one already here where it is known."""
        ...

    def sorted_ids(self, plan_id: int) -> Iterator[str]:
        """Give every id of the frozen set, in order of its UTF-8 bytes."""
        ...

    def addressed(self, plan_id: int) -> Iterator[str]:
        """Give id, tab and onesignal_id of items that have one, in order of the ids' UTF-8."""
        ...

    def items(self, plan_id: int, states: Sequence[State] = ()) -> Iterator[ItemRow]:
        """Give items in the order of sending; all of them where no state is named."""
        ...

    def tally(self, plan_id: int) -> Tally:
        """Count the items of a plan by state, from the rows."""
        ...

    def claimed_in_lineage(self, plan_id: int) -> int:
        """Count the distinct ids ever claimed by this plan and those it superseded."""
        ...

    def claimed_left(self, plan_id: int) -> int:
        """Count those of them that are pending or unresolved in this plan."""
        ...

    def claimed_ids(self, plan_id: int) -> Iterator[str]:
        """Give the distinct ids ever claimed by this plan and those it superseded."""
        ...

    # Evidence

    def first_seen(self, app_id: str, ids_digest: str) -> datetime | None:
        """Tell when a source with these very ids was first planned for the app."""
        ...

    def deleted(self, app_id: str, by: str) -> Iterator[tuple[str, datetime]]:
        """Give ids accepted or absent under any plan of the app, with the latest time of each."""
        ...

    def claimed_since(self, app_id: str, since: datetime) -> int:
        """Count the app's ids of which a claim, under any plan, is not older than ``since``."""
        ...

    def skip_deleted_elsewhere(self, plan_id: int, at: datetime) -> int:
        """Skip pending ids that another plan may have deleted after this one was planned."""
        ...

    def doubtful_elsewhere(self, plan_id: int) -> frozenset[int]:
        """Give positions of aliases in doubt that another plan may have reached since planning."""
        ...

    def skip(self, plan_id: int, positions: Iterable[int], why: Skip, at: datetime) -> int:
        """Skip those of the named items that are pending; give how many that were."""
        ...

    def address(self, plan_id: int, found: Iterable[tuple[int, str]], at: datetime) -> int:
        """Note the onesignal_id, by position, of ids that name a user; give how many it notes.

        Only of pending ones that were never claimed and have none: whom an alias in doubt named
        can't be found out afterwards.
        """
        ...

    # Runs

    def start_run(self, plan_id: int, command: str, operator: Operator, at: datetime) -> int:
        """Open a run; whatever run was still open is closed as interrupted."""
        ...

    def turn(
        self, run_id: int, outcomes: Sequence[Outcome], again: Sequence[Item], fresh: int
    ) -> list[Item]:
        """Settle what was answered and claim what comes next, in one durable transaction.

        ``again`` are items of this run to be sent once more (pending or sent by now); ``fresh`` is
        how many pending ones to claim besides, in the order of sending. Gives the fresh ones
        claimed, fewer than asked where no more are pending. An outcome that is no legal move
        raises JournalError.
        """
        ...

    def end_run(self, run_id: int, why: str, exit_code: int, at: datetime) -> None:
        """Close a run with the reason and the exit code that the user sees."""
        ...

    def runs(self, plan_id: int | None = None) -> list[RunRow]:
        """Give runs, the newest first."""
        ...

    def unresolved(self, plan_id: int) -> list[Unresolved]:
        """Give items sent and unresolved, in the order of sending."""
        ...

    def reopen(self, plan_id: int, at: datetime) -> int:
        """Take failed and still-there items back to pending; open the plan again.

        One of which a request may have worked is unresolved instead, by its last claim.
        """
        ...

    def record_verdicts(
        self, plan_id: int, verdicts: Iterable[tuple[int, Verdict]], at: datetime
    ) -> None:
        """Fill what ``verify`` found out, by position, of accepted items."""
        ...

    # The record

    def note(
        self,
        kind: str,
        plan_id: int | None,
        run_id: int | None,
        at: datetime,
        data: Mapping[str, Any],
    ) -> None:
        """Append one event to the hash chain."""
        ...

    def events(self, plan_id: int | None = None, kind: str | None = None) -> Iterator[Event]:
        """Give events in order, of one plan and of one kind where these are named."""
        ...

    def head(self) -> str:
        """Give the chain's last link, the witness that is printed at the end of a run."""
        ...

    def check(self) -> list[str]:
        """Give what is wrong with integrity, foreign keys and the whole chain; empty is sound."""
        ...

    def seal(self, plan_id: int, key: bytes, at: datetime) -> int:
        """Replace the ids of a closed plan by their HMAC-SHA256 under the key; give how many."""
        ...

    def overwrite(self) -> None:
        """Leave nothing on the disk of what was sealed."""
        ...
