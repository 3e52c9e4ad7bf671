"""Reads the sources and protect lists of a plan into a workspace, and tells all that is wrong."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import BinaryIO

from purgeplan.errors import Finding, InvalidError
from purgeplan.model.spec import PlanSpec, Purpose, Resource, Rules, SourceSpec
from purgeplan.sources import KINDS
from purgeplan.sources.audience.demand import EXPORTED, WHOLE, demand_of
from purgeplan.sources.audience.load import Audience, Export, Loaded
from purgeplan.sources.port import Context, Source, Staged
from purgeplan.sources.reading.paths import STDIN
from purgeplan.sources.reading.reach import Progress, quiet
from purgeplan.sources.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Inputs:
    """What reading needs of the world: standard input, room to work, whom to tell of progress.

    ``export`` is None where a command has no use for exports.
    """

    stdin: BinaryIO | None = None
    progress: Progress = quiet
    export: Export | None = None
    memory: str = "512MB"
    threads: int = 2
    kinds: Mapping[str, type[Source]] = field(default_factory=lambda: KINDS)

    def workspace(self) -> Workspace:
        """Give a workspace, not entered yet."""
        return Workspace(self.memory, self.threads)


@dataclass(frozen=True, slots=True)
class Listed:
    """A protect list as read, under a name that no other list of the plan has.

    ``ids_digest`` covers the kind of its ids as well: the same ids of another kind are others.
    """

    name: str
    spec: SourceSpec
    staged: Staged
    ids_digest: str


def protects_of(rules: Rules) -> tuple[SourceSpec, ...]:
    """Give the policy's protect lists, then the plan's: a plan can only add."""
    return (*(rules.policy.protect if rules.policy else ()), *rules.spec.protect)


def piped_twice(plan: PlanSpec) -> list[Finding]:
    """Refuse each source after the first that would read standard input."""
    return _piped(plan.sources, "another source has read standard input")[1:]


def piped_lists(rules: Rules) -> list[Finding]:
    """Refuse protect lists from standard input, which can't be read a second time."""
    problem = "protect lists are read again at each start: standard input can't be"
    return _piped(protects_of(rules), problem)


def _piped(specs: Sequence[SourceSpec], problem: str) -> list[Finding]:
    piped = [spec for spec in specs if spec.options.get("path") == STDIN]
    return [Finding("PP218", problem, "name a file", spec.place) for spec in piped]


def takes_whole_export(spec: PlanSpec) -> bool:
    """Tell whether the sources of a plan take the export of everyone, or need it.

    A segment alone says which rows go, and not which rows a user has besides.
    """
    kinds = {one.kind for one in spec.sources}
    users = spec.target.resource is Resource.USER
    return WHOLE in kinds or bool(kinds & EXPORTED and (users or kinds - EXPORTED))


Read = tuple[SourceSpec, Staged]


class Reading:
    """Reads one input after the other; what is wrong is kept until ``complete`` raises it all."""

    def __init__(self, rules: Rules, inputs: Inputs, work: Workspace) -> None:
        self._rules = rules
        self._inputs = inputs
        self._work = work
        self._wrong: list[Finding] = []
        self._audience: Audience | None = None

    def sources(self) -> list[Read]:
        """Read the listed sources; for an erasure bad ids are set aside, and empty is nobody."""
        plan = self._rules.spec
        self._wrong += piped_twice(plan)
        listed = [one for one in plan.sources if one.kind not in EXPORTED]
        return self._read(listed, plan.path, erasure=plan.purpose is Purpose.ERASURE)

    def with_exports(self, read: Sequence[Read]) -> list[Read]:
        """Add the sources that take exports, in the order of the plan.

        They come last, when nothing else is wrong: one may take an hour, and is not asked for in
        vain. Raises InvalidError as ``complete`` does.
        """
        plan = self._rules.spec
        exported = [one for one in plan.sources if one.kind in EXPORTED]
        if exported:
            self._demand(exported)
            self.complete()
        found = self._read(exported, plan.path, erasure=plan.purpose is Purpose.ERASURE)
        self.complete()
        return sorted([*read, *found], key=lambda one: plan.sources.index(one[0]))

    def _demand(self, exported: Sequence[SourceSpec]) -> None:
        export, progress = self._inputs.export, self._inputs.progress
        try:
            demand = demand_of(exported, self._work)
        except InvalidError as error:
            self._wrong += error.findings
            return
        if export is not None:
            self._audience = Audience(
                self._work, export, demand.columns, demand.max_age_s, progress
            )

    def whole(self) -> Loaded | None:
        """Give the export of everyone where the sources took it, or need it."""
        needed = takes_whole_export(self._rules.spec)
        return self._audience.whole() if self._audience is not None and needed else None

    def segments(self) -> list[Loaded]:
        """Give the exports of segments that the sources took."""
        return self._audience.segments() if self._audience is not None else []

    def protects(self) -> list[Listed]:
        """Read the protect lists, each whole, none of them empty."""
        self._wrong += piped_lists(self._rules)
        spec, policy = self._rules.spec, self._rules.policy
        found = self._read(policy.protect, policy.path, erasure=False) if policy else []
        found += self._read(spec.protect, spec.path, erasure=False)
        names = _distinct([f"{staged.name}" for _, staged in found], [s.by for s, _ in found])
        return [
            Listed(name, one, staged, _digest(one.by, self._work.digest(staged.table).hex))
            for name, (one, staged) in zip(names, found, strict=True)
        ]

    def complete(self) -> None:
        """Raise InvalidError with all that was wrong, if anything was."""
        if self._wrong:
            raise InvalidError(*self._wrong)

    def _read(
        self, specs: Sequence[SourceSpec], named_in: str, *, erasure: bool
    ) -> list[tuple[SourceSpec, Staged]]:
        """Read what a file names; the places of its specs are for eyes, relative to anywhere."""
        folder, found = str(PurePath(named_in).parent), []
        for spec in specs:
            try:
                staged = self._one(spec, folder, set_aside=erasure)
            except InvalidError as error:
                self._wrong += error.findings
                continue
            if staged.rows == 0 and not erasure and staged.as_of is None:
                mend = "look at how it was made; leave it out if it is meant to be empty"
                self._wrong.append(Finding("PP215", f"{staged.name} is empty", mend, spec.place))
            found.append((spec, staged))
        return found

    def _one(self, spec: SourceSpec, folder: str, *, set_aside: bool) -> Staged:
        context = Context(
            root=self._rules.spec.root,
            folder=folder,
            stdin=self._inputs.stdin,
            set_aside=set_aside,
            progress=self._inputs.progress,
            audience=self._audience,
        )
        return self._inputs.kinds[spec.kind](spec).stage(context, self._work)


def _digest(kind: str, ids_digest: str) -> str:
    return hashlib.sha256(f"{kind}\n{ids_digest}".encode()).hexdigest()


def _distinct(names: Sequence[str], kinds: Sequence[str]) -> list[str]:
    """Give names of which none is like another: by their kind, then by number."""
    given: list[str] = []
    for name, kind in zip(names, kinds, strict=True):
        told = name if names.count(name) == 1 else f"{name} by {kind}"
        same = sum(one == told or one.startswith(f"{told} #") for one in given)
        given.append(f"{told} #{same + 1}" if same else told)
    return given
