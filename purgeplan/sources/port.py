"""The port of sources: what a kind is given, and what it must leave in the workspace."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Final, Protocol

from purgeplan.errors import Finding
from purgeplan.model.spec import SourceSpec
from purgeplan.sources.audience.load import Audience
from purgeplan.sources.reading.reach import Reach
from purgeplan.sources.workspace import Workspace

COLUMNS: Final = (
    "id",
    "subscription_id",
    "onesignal_id",
    "external_id",
    "opted_out",
    "channel",
    "last_active",
)
"""Columns of a staged table, all text. ``opted_out`` is ``t`` or ``f``, ``channel`` is ``email``,
``sms`` or ``push``, ``last_active`` is in ms since the epoch. What a source does not know is NULL,
and not in ``Staged.known``; of ``last_active`` each row knows for itself."""


@dataclass(frozen=True, slots=True)
class Context(Reach):
    """What a kind may use of the world.

    ``set_aside``: ids that are unfit are left out and listed, where otherwise the first of them
    is an error. ``audience`` gives exports, where the plan has any.
    """

    set_aside: bool = False
    audience: Audience | None = None


@dataclass(frozen=True, slots=True)
class Staged:
    """One source as it lies in the workspace: ``table`` has COLUMNS, one row for each row read.

    ``rows`` counts those set aside too, ``rejected`` only them; ``set_aside`` places the first
    few. ``known`` are the columns beside ``id`` that hold for every row. ``sha256`` is that of the
    content as it lies there, ``files`` that of each file by its path relative to the root.
    ``as_of`` (aware UTC) is when it was true, where the source knows by itself; such a one may hold
    nobody. ``warnings`` are no refusals. ``columns`` are those that the ids were taken from:
    several where the files of one source call theirs otherwise.
    """

    name: str
    table: str
    rows: int
    known: frozenset[str] = frozenset()
    rejected: int = 0
    set_aside: tuple[Finding, ...] = ()
    sha256: str | None = None
    files: Mapping[str, str] = field(default_factory=dict)
    as_of: datetime | None = None
    warnings: tuple[Finding, ...] = ()
    columns: tuple[str, ...] = ()


class Source(Protocol):
    """A kind of source.

    ``stage`` reads it whole or raises: InvalidError with the exact places where it is not as it
    must be, UnreachableError where it can't be had now. Ids come out canonical and fit
    (``model.ids``), duplicates and all. ``fragment`` describes its options as JSON Schema
    (draft-07): properties, required, description, examples; those of every kind (``from``, ``by``,
    ``as_of``, ``sha256``) are not in it.
    """

    fragment: ClassVar[Mapping[str, Any]]

    def __init__(self, spec: SourceSpec) -> None:
        """Take the options, which its schema has checked."""
        ...

    def check(self, context: Context) -> None:
        """Raise InvalidError for settings that ``stage`` refuses before it reads anything."""
        ...

    def stage(self, context: Context, work: Workspace) -> Staged:
        """Read the source into a table of the workspace."""
        ...
