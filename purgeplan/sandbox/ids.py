"""UUIDs that carry their own index, so that a million of them need no table to be looked up."""

import re
from hashlib import blake2b
from typing import Final

from purgeplan.model.ids import UUID_PATTERN

_UUID = re.compile(UUID_PATTERN)
_ID_BYTES: Final = 12
_LOW: Final = 0xFFFF_FFFF
_ODD: Final = 0x9E37_79B9_7F4A_7C15
"""Golden-ratio multiplier; mixes the high bits into the mask of the low ones."""

_VERSION_MASK: Final = ~((0xF << 44) | (0x3 << 30)) & ((1 << 96) - 1)
_VERSION: Final = (0x4 << 44) | (0x2 << 30)


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
        high = int.from_bytes((draw or self.draw(index))[:_ID_BYTES])
        high = high & _VERSION_MASK | _VERSION
        digits = f"{high:024x}{index ^ (high * _ODD >> 40 & _LOW):08x}"
        return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"

    def index(self, text: str) -> int | None:
        """Give the index of a UUID in any case, or None where it is none of these."""
        text = text.lower()
        if not is_uuid(text):
            return None
        number = int(text.replace("-", ""), 16)
        high = number >> 32
        index = number & _LOW ^ (high * _ODD >> 40 & _LOW)
        return index if self.text(index) == text else None


def is_uuid(text: str) -> bool:
    """Tell whether a text has the form of a UUID, in any case."""
    return _UUID.fullmatch(text.lower()) is not None
