"""The ports of the API: one that deletes, one that looks, one that gets exports."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from purgeplan.model.outcome import Item

if TYPE_CHECKING:  # most commands send nothing
    from purgeplan.model.answer import Answer


class Target(Protocol):
    """The one port that deletes.

    ``delete`` sends exactly one DELETE for an item that was claimed durably before the call, and
    never repeats it by itself. Whatever the network or the server does comes back as an Answer;
    an exception is a bug. It may be called many times at once.
    """

    async def delete(self, claimed: Item) -> "Answer":
        """Send one DELETE and read its answer."""
        ...

    async def close(self) -> None:
        """Close every connection."""
        ...


@dataclass(frozen=True, slots=True)
class AppFacts:
    """What the API says of an app; None where the key may not see it."""

    name: str | None
    subscriptions: int | None


class AppView(Protocol):
    """Looks at the app, at one request a second at most.

    Raises CredentialsError where the key is refused, UnreachableError where there is no answer,
    AttentionError where the answer is not the API's.
    """

    async def look(self) -> AppFacts:
        """Check the key and give the app's name and counts."""
        ...

    async def holds(self, kind: str, one: str) -> bool | None:
        """Tell whether a subscription or user still exists; None where the API can't say."""
        ...

    async def onesignal_id(self, kind: str, one: str) -> str | None:
        """Give whom an alias names now, or None where it names nobody."""
        ...

    async def close(self) -> None:
        """Close every connection."""
        ...


@dataclass(frozen=True, slots=True)
class ExportAsk:
    """What an export is asked for; ``active_since`` (aware UTC) keeps only rows active after it.

    Without a segment everything comes, unsubscribed rows included; with one these are asked for.
    """

    extra_fields: tuple[str, ...] = ()
    segment: str | None = None
    active_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class ExportFile:
    """An export on this machine: the .csv.gz that came, 0600; ``asked_at`` is its as_of.

    Whoever reads it checks that it is whole, and takes one away that is damaged.
    """

    path: str
    sha256: str
    asked_at: datetime


class Exporter(Protocol):
    """Gets exports of the app's audience, one at a time.

    ``fetch`` gives one younger than ``max_age_s`` where it has it, goes on polling one that was
    asked for before a crash, else asks for a new one; it waits while the account's slot is taken,
    telling why. Raises CredentialsError, UnreachableError (no answer, no slot, not ready in time)
    or AttentionError (an answer that is not the API's). ``progress(phase, done, total)``.
    """

    async def fetch(
        self, ask: ExportAsk, max_age_s: float, progress: Callable[[str, int, int | None], None]
    ) -> ExportFile:
        """Give an export, whole, on this machine."""
        ...

    async def close(self) -> None:
        """Close every connection; what was asked for is remembered."""
        ...
