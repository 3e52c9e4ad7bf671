"""UUIDs that carry their own index, so that a million of them need no table to be looked up."""

import re
from hashlib import blake2b
from typing import Final

from purgeplan.model.ids import UUID_PATTERN

_UUID = re.compile(UUID_PATTERN)
_LOW: Final = 0xFFFF_FFFF
_ODD: Final = 0x9E37_79B1
"""Golden-ratio multiplier: makes the mask of the index out of the id's first 32 bits."""


class Ids:
    """The ids of one kind: index to UUID and back, both by one hash.

    The upper 96 bits are a keyed hash of the index, the lower 32 the index under a mask made of
    the upper ones; whoever looks an id up takes the mask off and hashes again.
    """

    __slots__ = ("_key",)

    def __init__(self, kind: str, seed: int) -> None:
        self._key = blake2b(f"{kind}:{seed}".encode(), digest_size=32).digest()

    def draw(self, index: int) -> bytes:
        """Give 48 bytes that belong to an index: 12 for its id, 36 for whatever it looks like."""
        return blake2b(index.to_bytes(8, "little"), key=self._key, digest_size=48).digest()

    def text(self, index: int, draw: bytes | None = None) -> str:
        """Give the UUID of an index; ``draw`` where the caller has it already."""
        high = (draw or self.draw(index))[:12].hex()
        low = index ^ (int(high[:8], 16) * _ODD >> 16 & _LOW)
        return f"{high[:8]}-{high[8:12]}-4{high[13:16]}-a{high[17:20]}-{high[20:]}{low:08x}"

    def index(self, text: str) -> int | None:
        """Give the index of a UUID in any case, or None where it is none of these."""
        text = text.lower()
        if not is_uuid(text):
            return None
        index = int(text[-8:], 16) ^ (int(text[:8], 16) * _ODD >> 16 & _LOW)
        return index if self.text(index) == text else None


def is_uuid(text: str) -> bool:
    """Tell whether a text has the form of a UUID, in any case."""
    return _UUID.fullmatch(text.lower()) is not None
