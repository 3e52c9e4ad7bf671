"""States of an item, the moves between them, and the codes that say what happened."""

from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple


class State(StrEnum):
    """Where an item of a plan is; each has exactly one at every commit."""

    PENDING = "pending"
    SENT = "sent"
    ACCEPTED = "accepted"
    ABSENT = "absent"
    FAILED = "failed"
    SKIPPED = "skipped"


class Skip(StrEnum):
    """Why an item was left out though planned."""

    PROTECTED = "protected"
    DRIFT = "drift"
    DELETED_BEFORE = "deleted_before"
    CANCELLED = "cancelled"
    RECREATED = "recreated"  # of older journals: in doubt, the alias of somebody new
    NO_BACKUP = "no_backup"


class Verdict(StrEnum):
    """What ``verify`` found out about an accepted item."""

    GONE = "gone"
    RETURNED = "returned"
    STILL_THERE = "still_there"


MOVES: Final[dict[State, frozenset[State]]] = {
    State.PENDING: frozenset({State.SENT, State.SKIPPED}),
    State.SENT: frozenset(
        {State.ACCEPTED, State.ABSENT, State.FAILED, State.PENDING, State.SKIPPED}
    ),
    State.ACCEPTED: frozenset({State.PENDING}),  # only `retry`, of those verified as still there
    State.ABSENT: frozenset(),
    State.FAILED: frozenset({State.PENDING}),  # only `retry`
    State.SKIPPED: frozenset(),
}
"""``pending -> sent`` is the claim; ``sent -> pending`` only where nothing can have been done."""


class Code(StrEnum):
    """The closed list of what an attempt ended in; response texts are never kept."""

    ACCEPTED = "accepted"
    ABSENT = "absent"
    PRESUMED_OURS = "presumed_ours"  # absent after an attempt of ours that may have worked
    THROTTLED = "throttled"
    SERVER_ERROR = "server_error"
    CONFLICT = "conflict"
    TIMEOUT = "timeout"
    CONNECTION_LOST = "connection_lost"
    NOT_SENT = "not_sent"
    DENIED = "denied"
    REJECTED = "rejected"
    FOREIGN = "foreign"  # an answer that is not the API's


NOTHING_DONE: Final = (Code.THROTTLED, Code.NOT_SENT, Code.DENIED)
"""Codes of attempts that surely did nothing, and left the item to be sent."""


class Item(NamedTuple):
    """One id of the frozen set; ``position`` counts from 0 in the order of sending.

    A tuple, as an outcome is: a frozen dataclass takes five times as long to make, and each DELETE
    has several.
    """

    position: int
    id: str
    attempts: int = 0
    onesignal_id: str | None = None


class Outcome(NamedTuple):
    """What the journal is told of an item after an attempt; ``at`` is aware UTC.

    ``state`` is SENT where the item stays unresolved, PENDING where nothing was done.
    """

    item: Item
    state: State
    code: Code
    at: datetime
    status: int | None = None
    onesignal_id: str | None = None
