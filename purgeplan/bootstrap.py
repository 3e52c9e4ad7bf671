"""Names in a plan become ready objects here: the one room that knows every other's constructors.

Rooms are imported where they are used, so that a command loads only what it needs.
"""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from purgeplan.errors import StaleError
from purgeplan.model.outcome import Item, Outcome, State
from purgeplan.model.ports import AppFacts, AppView, Clock, Journal, Lock
from purgeplan.model.records import Operator, PlanRow
from purgeplan.model.spec import Rules

if TYPE_CHECKING:
    from purgeplan.engine.apply import Gatekeeper
    from purgeplan.engine.plan import Planner
    from purgeplan.engine.resolve import Resolved
    from purgeplan.engine.run import Order, World
    from purgeplan.engine.stops import StopRequest, Switches
    from purgeplan.model.secret import Secret
    from purgeplan.sources.port import Progress


def kinds() -> Mapping[str, Mapping[str, Any]]:
    """Give the schema fragment of every kind of source."""
    from purgeplan.sources import FRAGMENTS

    return FRAGMENTS


@dataclass(frozen=True, slots=True)
class Shop:
    """Makes what a command needs for one plan; everything it makes is the caller's to close.

    ``journal_path`` is where the app's journal is, existing or not.
    """

    rules: Rules
    clock: Clock
    state: Path
    journal_path: Path

    def journal(self) -> Journal:
        """Open the app's journal for writing, made if need be."""
        from purgeplan.journal import open_journal

        return open_journal(self.journal_path, self.clock)

    def lock(self) -> Lock:
        """Give the lock that keeps runs of one app apart."""
        from purgeplan.journal import AppLock

        return AppLock(self.state / "locks", self.journal_path, self.clock)

    def key(self) -> "Secret":
        """Find the API key; raises CredentialsError where there is none."""
        from purgeplan.onesignal.keys import find_key

        return find_key(self.rules.spec.app.api_key, Path(self.rules.spec.root))

    def view(self, key: "Secret") -> AppView:
        """Give the view of the app, which sends nothing but GETs."""
        from purgeplan.onesignal.app import OneSignalApp

        return OneSignalApp(self.rules.spec.app, self.rules.spec.target, key, self.clock)

    def resolve(self, journal: Journal, stdin: BinaryIO, progress: "Progress") -> "Resolved":
        """Read sources and protect lists into the set to be frozen; the caller closes it."""
        from purgeplan.engine.inputs import Inputs
        from purgeplan.engine.resolve import Evidence, resolve

        app_id, by = self.rules.spec.app.id, self.rules.spec.target.by
        evidence = Evidence(
            now=self.clock.now(),
            deleted=journal.deleted(app_id, by),
            first_seen=partial(journal.first_seen, app_id),
        )
        return resolve(self.rules, Inputs(stdin, progress), evidence)

    def planner(self, journal: Journal) -> "Planner":
        """Give what judges and freezes a resolved set."""
        from purgeplan.engine.plan import Judges, Planner
        from purgeplan.guards import GUARDS, warnings

        return Planner(self.rules, journal, Judges(GUARDS, warnings), self.clock.now())

    def gatekeeper(self, journal: Journal, order: "Order") -> "Gatekeeper":
        """Give what lets a frozen set through to execution."""
        from purgeplan.engine.apply import Gatekeeper
        from purgeplan.guards import GUARDS

        return Gatekeeper(
            rules=self.rules,
            order=order,
            journal=journal,
            clock=self.clock,
            guards=GUARDS,
            digest_of=self.digest_of,
            protected_now=partial(self._protected_now, journal),
        )

    def _protected_now(self, journal: Journal, row: PlanRow) -> Iterable[int]:
        from purgeplan.engine.inputs import Inputs
        from purgeplan.engine.still_protected import still_protected

        def pending() -> Iterable[tuple[int, str, str | None]]:
            rows = journal.items(row.plan_id, (State.PENDING,))
            return ((one.position, one.id, one.onesignal_id) for one in rows)

        found = still_protected(self.rules, Inputs(), row.draft.protects, pending)
        if found.uncomparable:
            raise StaleError(*found.uncomparable)
        return found.spared

    def digest_of(self, path: str) -> str | None:
        """Give the sha256 of a file of the repository, None where it is not there."""
        file = Path(self.rules.spec.root) / path
        if not file.is_file():
            return None
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()

    def switches(self) -> "Switches":
        """Give the pause and the stop file, beside the journal."""
        from purgeplan.engine.stops import Switches

        pause = self.journal_path.with_name(self.journal_path.name + ".pause")
        stop = self.journal_path.with_name(self.journal_path.name + ".stop")
        return Switches(pause.exists, stop.exists, str(pause), str(stop))

    @asynccontextmanager
    async def world(
        self, journal: Journal, key: "Secret", view: AppView, request: "StopRequest", who: Operator
    ) -> AsyncGenerator["World", None]:
        """Give the effects of a run, and close target and journal thread after it."""
        from purgeplan.engine.run import World
        from purgeplan.onesignal.deletes import DeleteTarget
        from purgeplan.onesignal.transport import AiohttpTransport

        spec = self.rules.spec
        target = DeleteTarget(spec.app, spec.target, key, self.clock, AiohttpTransport())
        with ThreadPoolExecutor(1, "journal") as thread:
            try:
                yield World(
                    journal=journal,
                    target=target,
                    view=view,
                    clock=self.clock,
                    offload=partial(_offload, thread),
                    dump=self._dump,
                    switches=self.switches(),
                    request=request,
                    operator=who,
                )
            finally:
                await target.close()

    def _dump(self, run_id: int, outcomes: Sequence[Outcome]) -> None:
        from purgeplan.journal import dump_outcomes

        dump_outcomes(self.journal_path.with_name(f"errored-{run_id}.jsonl"), outcomes)


async def _offload(thread: ThreadPoolExecutor, call: Callable[[], list[Item]]) -> list[Item]:
    return await asyncio.get_running_loop().run_in_executor(thread, call)


async def look(view: AppView) -> AppFacts:
    """Look at the app once and close the view."""
    try:
        return await view.look()
    finally:
        await view.close()
