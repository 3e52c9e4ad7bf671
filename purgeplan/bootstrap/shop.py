"""The shop: makes what a command needs for one plan."""

from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from purgeplan.bootstrap.loop import offloading, seldom_collected
from purgeplan.model.backup import folder_of
from purgeplan.model.outcome import Outcome, State
from purgeplan.model.ports import AppFacts, AppView, Clock, Journal, Lock
from purgeplan.model.records import Operator, PlanRow
from purgeplan.model.spec import DriftCheck, KeyRef, Rules
from purgeplan.onesignal.turns import Turns

if TYPE_CHECKING:
    from purgeplan.bootstrap.exports import Exports
    from purgeplan.engine.apply import Gatekeeper
    from purgeplan.engine.backup import Backups
    from purgeplan.engine.drift import Drift
    from purgeplan.engine.plan import Planner
    from purgeplan.engine.resolved import Resolved
    from purgeplan.engine.run import Order, World
    from purgeplan.engine.stops import StopRequest, Switches
    from purgeplan.engine.verify import Verifier
    from purgeplan.model.secret import Secret
    from purgeplan.sources.reading.reach import Progress


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
    _keys: "dict[KeyRef, Secret]" = field(default_factory=dict, init=False, repr=False)
    _turns: Turns = field(default_factory=Turns, init=False, repr=False)

    def journal(self) -> Journal:
        """Open the app's journal for writing, made if need be."""
        from purgeplan.journal import open_journal

        return open_journal(self.journal_path, self.clock)

    def passing_journal(self) -> Journal:
        """Give a journal that knows nothing of the app and keeps nothing, on no disk."""
        from purgeplan.journal import passing_journal

        return passing_journal(self.clock)

    def lock(self) -> Lock:
        """Give the lock that keeps runs of one app apart."""
        from purgeplan.journal import AppLock

        return AppLock(self.state / "locks", self.journal_path, self.clock)

    def key(self) -> "Secret":
        """Find the API key, once: a variable is gone then; raises CredentialsError for none."""
        from purgeplan.onesignal.keys import find_key

        ref = self.rules.spec.app.api_key
        if ref not in self._keys:
            self._keys[ref] = find_key(ref, Path(self.rules.spec.root))
        return self._keys[ref]

    def view(self, key: "Secret") -> AppView:
        """Give the view of the app, which sends nothing but GETs."""
        from purgeplan.onesignal.app import OneSignalApp

        return OneSignalApp(
            self.rules.spec.app, self.rules.spec.target, key, self.clock, self._turns
        )

    @property
    def exports(self) -> "Exports":
        """Give what gets exports of the app, and where they lie: beside the journal."""
        from purgeplan.bootstrap.exports import Exports

        folder = self.journal_path.with_name(self.journal_path.name + ".exports")
        return Exports(self.rules.spec, self.clock, self.key, folder, self._turns)

    @property
    def backups_folder(self) -> Path:
        """Give the folder of backups, beside the journal, existing or not."""
        return Path(folder_of(str(self.journal_path)))

    def backups(self, journal: Journal, tell: "Progress") -> "Backups":
        """Give what keeps the rows of those who go."""
        from purgeplan.engine.backup import Backups
        from purgeplan.journal.files import appearing, folder_beside

        folder, exporter = self.backups_folder, partial(self.exports.exporter, journal)
        folder_beside(folder)
        return Backups(journal, exporter, self.clock, folder, appearing, tell)

    def forget_backups(self, journal: Journal, row: PlanRow) -> int:
        """Delete the backups of a plan; give how many files there were."""
        from purgeplan.engine.backup import forget

        return forget(journal, row, self.backups_folder, self.clock.now())

    def forget_dumps(self, journal: Journal, row: PlanRow) -> int:
        """Delete what runs of a plan saved when the journal failed; give how many files."""
        files = [self._dumped(run.run_id) for run in journal.runs(row.plan_id)]
        there = [file for file in files if file.exists()]
        for file in there:
            file.unlink()
        return len(there)

    def resolve(
        self, journal: Journal, stdin: BinaryIO | None, progress: "Progress", app: AppFacts
    ) -> "Resolved":
        """Read sources and protect lists into the set to be frozen; the caller closes it."""
        from purgeplan.engine.first_seen import first_seen
        from purgeplan.engine.inputs import Inputs
        from purgeplan.engine.resolve import Evidence, resolve

        app_id, by = self.rules.spec.app.id, self.rules.spec.target.by
        evidence = Evidence(
            now=self.clock.now(),
            deleted=journal.deleted(app_id, by),
            first_seen=partial(first_seen, journal, self.rules.spec),
        )
        export = partial(self.exports.get, journal, app)
        return resolve(self.rules, Inputs(stdin, progress, export=export), evidence)

    def planner(self, journal: Journal) -> "Planner":
        """Give what judges and freezes a resolved set."""
        from purgeplan.engine.plan import Judges, Planner
        from purgeplan.guards import GUARDS, warnings

        return Planner(self.rules, journal, Judges(GUARDS, warnings), self.clock.now())

    def gatekeeper(self, journal: Journal, order: "Order") -> "Gatekeeper":
        """Give what lets a frozen set through to execution."""
        from purgeplan.engine.apply import Gatekeeper
        from purgeplan.guards import GUARDS
        from purgeplan.sources.reading.paths import named_files

        return Gatekeeper(
            rules=self.rules,
            order=order,
            journal=journal,
            clock=self.clock,
            guards=GUARDS,
            digest_of=self.digest_of,
            named=partial(named_files, self.rules.spec),
            protected_now=partial(self._protected_now, journal),
            drift=self._drift(journal),
            errored=lambda run_id: self._dumped(run_id).exists(),
        )

    def _drift(self, journal: Journal) -> "Drift | None":
        if self.rules.spec.drift.check is DriftCheck.NONE:
            return None
        from purgeplan.engine.drift import Drift

        every_s, exporter = self.rules.spec.drift.every_s, partial(self.exports.exporter, journal)
        return Drift(journal, self.clock, exporter, every_s)

    def _protected_now(self, journal: Journal, row: PlanRow) -> Iterable[int]:
        from purgeplan.engine.inputs import Inputs
        from purgeplan.engine.still_protected import still_protected

        def left() -> Iterable[tuple[int, str, str | None]]:
            rows = journal.items(row.plan_id, (State.PENDING, State.SENT))
            return ((one.position, one.id, one.onesignal_id) for one in rows)

        return still_protected(self.rules, Inputs(), row.draft.protects, left)

    def verifier(self, journal: Journal, view: AppView, tell: "Progress") -> "Verifier":
        """Give what tells whether accepted ids are gone."""
        from purgeplan.engine.verify import Verifier

        exporter = partial(self.exports.exporter, journal)
        return Verifier(journal, view, exporter, self.clock, tell)

    def digest_of(self, path: str) -> str | None:
        """Give the sha256 of a file of the repository, None where it is not there.

        Raises InvalidError for what no source could have read: links, paths that lead out.
        """
        from purgeplan.sources.reading.files import digest_inside

        return digest_inside(self.rules.spec.root, path)

    def switches(self) -> "Switches":
        """Give the pause and the stop file, beside the journal."""
        from purgeplan.engine.stops import Switches

        pause = self.journal_path.with_name(self.journal_path.name + ".pause")
        stop = self.journal_path.with_name(self.journal_path.name + ".stop")
        return Switches(pause.exists, stop.exists, str(pause), str(stop))

    @asynccontextmanager
    async def world(
        self, keeper: "Gatekeeper", view: AppView, request: "StopRequest", who: Operator
    ) -> AsyncGenerator["World", None]:
        """Give the effects of a run that was let through, and close target and thread after it."""
        from concurrent.futures import ThreadPoolExecutor

        from purgeplan.engine.run import World
        from purgeplan.onesignal.deletes import DeleteTarget

        spec = self.rules.spec
        target = DeleteTarget(spec.app, spec.target, self.key(), self.clock)
        with seldom_collected(), ThreadPoolExecutor(1, "journal") as thread:
            try:
                yield World(
                    journal=keeper.journal,
                    target=target,
                    view=view,
                    clock=self.clock,
                    offload=offloading(thread),
                    dump=self._dump,
                    switches=self.switches(),
                    request=request,
                    operator=who,
                    drift=keeper.drift,
                    saved=self._saved,
                )
            finally:
                await target.close()

    def _dump(self, run_id: int, outcomes: Sequence[Outcome]) -> None:
        from purgeplan.journal import dump_outcomes

        dump_outcomes(self._dumped(run_id), outcomes)

    def _saved(self, run_id: int) -> Sequence[Outcome]:
        from purgeplan.journal import dumped_outcomes

        return dumped_outcomes(self._dumped(run_id))

    def _dumped(self, run_id: int) -> Path:
        return self.journal_path.with_name(f"{self.journal_path.name}.errored-{run_id}.jsonl")
