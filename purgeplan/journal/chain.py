"""The hash chain of events: how a link is made, and what is wrong with a chain."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import islice
from typing import Final

from purgeplan.journal.times import ms
from purgeplan.model.outcome import Outcome
from purgeplan.model.records import Event

_TOGETHER: Final = 10_000
"""Lines hashed at once: quick, and flat in memory."""


def canonical(document: object) -> str:
    """Give JSON in the one form that is hashed: sorted keys, no blanks, ASCII."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"))


def digest(document: object) -> str:
    """Give the sha256 of a document's canonical form, in hex."""
    return hashlib.sha256(canonical(document).encode()).hexdigest()


def genesis(identity: str) -> str:
    """Give what stands before the first link, so that no two journals share a chain."""
    return hashlib.sha256(identity.encode()).hexdigest()


def linked(before: str, event: Event) -> Event:
    """Give an event with the link that follows the link ``before``; its own is not looked at."""
    body = canonical([event.seq, ms(event.at), event.kind, event.plan_id, event.run_id, event.data])
    link = hashlib.sha256(f"{before}\n{body}".encode()).hexdigest()
    return replace(event, link=link)


def flaws(identity: str, events: Iterable[Event]) -> list[str]:
    """Give the first thing that is wrong with a chain; empty where it is sound.

    What was cut off at the end shows only against a head that was printed elsewhere.
    """
    before = genesis(identity)
    for seq, event in enumerate(events, 1):
        if event.seq != seq:
            return [f"events: number {seq} is missing or out of order"]
        if event.link != linked(before, event).link:
            return [f"events: number {seq} or one before it was changed"]
        before = event.link
    return []


def outcomes_digest(outcomes: Sequence[Outcome]) -> str:
    """Give a commitment to outcomes by position; ids are bound to positions by the fingerprint."""
    return digest([[one.item.position, one.state, one.code, one.status] for one in outcomes])


class IdsDigest:
    """Counts a frozen set and commits to it: sha256 over its ids in the order of sending."""

    def __init__(self) -> None:
        self.count = 0
        self._sha = hashlib.sha256()

    def take(self, ids: Iterable[str]) -> None:
        """Take the next ids, many at once."""
        coming = iter(ids)
        while block := list(islice(coming, _TOGETHER)):
            self.count += len(block)
            self._sha.update(("\n".join(block) + "\n").encode())

    def hex(self) -> str:
        """Give 64 hex digits."""
        return self._sha.hexdigest()
