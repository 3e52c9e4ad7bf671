"""What a plan file says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Any

from purgeplan.errors import Place
from purgeplan.model.ids import SUBSCRIPTION_ID


class Resource(StrEnum):
    """What is deleted; ``player`` is a subscription through the legacy endpoint."""

    SUBSCRIPTION = "subscription"
    USER = "user"
    PLAYER = "player"


class Purpose(StrEnum):
    """Why; it sets defaults and never overrides what is written."""

    CLEANUP = "cleanup"
    ERASURE = "erasure"
    RESET = "reset"


class DriftCheck(StrEnum):
    """How a plan finds out who was active since it was made."""

    NONE = "none"
    EXPORT = "export"


@dataclass(frozen=True, slots=True)
class KeyRef:
    """Where the API key is to be found: ``env`` NAME, ``file`` PATH or ``keyring`` SERVICE/USER."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class App:
    """The app that a plan is about; ``name`` must be what OneSignal calls this id."""

    id: str
    name: str
    api_key: KeyRef = KeyRef("env", "ONESIGNAL_API_KEY")
    base_url: str = "https://api.onesignal.com"


@dataclass(frozen=True, slots=True)
class Target:
    """What kind of thing is deleted and by which kind of id."""

    resource: Resource
    by: str = SUBSCRIPTION_ID


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """One source or protect list; ``options`` are those of its kind, checked by its schema.

    ``by`` is the kind of the ids it holds. ``as_of`` is when this was true, where the file says.
    """

    kind: str
    options: Mapping[str, Any]
    by: str
    place: Place
    as_of: datetime | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Keep:
    """Rows kept though the source names them."""

    opt_outs: bool = True
    partly_selected_users: bool = True


@dataclass(frozen=True, slots=True)
class Limits:
    """How many may go, and how many must stay; zero means zero."""

    max_delete: int
    max_delete_percent: Decimal = Decimal(10)
    keep_at_least: int = 1


@dataclass(frozen=True, slots=True)
class Window:
    """When requests may start: weekdays (0 is Monday) and local times in a named zone.

    ``until`` before or equal to ``since`` means the next day; a window belongs to the day it opens.
    """

    days: frozenset[int]
    since: time
    until: time
    tz: str


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast: either ``delay_s`` between starts, one at a time, or ``rate_per_s``."""

    delay_s: float | None = 0.5
    rate_per_s: float | None = None
    window: Window | None = None
    max_run_time_s: float | None = None

    @property
    def starts_per_s(self) -> float | None:
        """Starts of requests a second; None where nothing but the answers slows them."""
        if self.rate_per_s is not None:
            return self.rate_per_s
        return 1 / self.delay_s if self.delay_s else None


@dataclass(frozen=True, slots=True)
class Retry:
    """How often, and with which waits, one id is tried again."""

    max_attempts: int = 5
    backoff_s: float = 2.0
    max_backoff_s: float = 60.0


@dataclass(frozen=True, slots=True)
class Breaker:
    """When a run stops by itself; shares in percent over the last answers, None is off."""

    max_consecutive_failures: int = 20
    max_failure_percent: Decimal = Decimal(20)
    max_absent_percent: Decimal | None = Decimal(50)


@dataclass(frozen=True, slots=True)
class Drift:
    """Whether, and how often during a run, those active since the evidence are taken out."""

    check: DriftCheck = DriftCheck.NONE
    every_s: float = 86_400.0


@dataclass(frozen=True, slots=True)
class PlanSpec:
    """A whole plan file, with the defaults of its purpose filled in.

    ``places`` maps a pointer such as ``limits.max_delete`` to where it is written; a pointer that
    is missing there is a default. ``text`` is the file as read, ``path`` relative to ``root``,
    the folder of the repository (or of the file, outside one).
    """

    name: str
    reason: str
    app: App
    target: Target
    sources: tuple[SourceSpec, ...]
    limits: Limits
    path: str
    root: str
    text: str
    purpose: Purpose = Purpose.CLEANUP
    owner: str | None = None
    ticket: str | None = None
    protect: tuple[SourceSpec, ...] = ()
    keep: Keep = Keep()
    pace: Pace = Pace()
    retry: Retry = Retry()
    breaker: Breaker = Breaker()
    canary: int = 20
    drift: Drift = Drift()
    not_before_s: float = 0.0
    expires_after_s: float = 604_800.0
    backup_export: bool = False
    places: Mapping[str, Place] = field(default_factory=dict)

    def place_of(self, pointer: str) -> Place:
        """Give where a setting is written; a default stands where its mapping is, or the file."""
        return written_at(self.places, pointer) or Place(self.path)


def written_at(places: Mapping[str, Place], pointer: str) -> Place | None:
    """Give where a setting is written, else the mapping that it would be in; None for neither."""
    while pointer not in places and pointer:
        pointer = pointer.rpartition(".")[0]
    return places.get(pointer)
