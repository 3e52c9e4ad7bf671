"""Unpacks gzip and Zstandard, to the last byte: a cut or damaged file is an error."""

import zlib
from collections.abc import Callable, Generator, Iterator
from itertools import chain
from pathlib import PurePath
from typing import Any, Final

from purgeplan.errors import Finding, InvalidError, Place
from purgeplan.sources.reading.files import Opened

_GZIP: Final = b"\x1f\x8b"
_ZSTD: Final = b"\x28\xb5\x2f\xfd"
_GZIP_STEP: Final = 1 << 16
_ZSTD_STEP: Final = 1 << 12
"""Bytes given to a decoder at once: what comes of them, 64 and 128 MiB at the worst, fits the
memory. Each step waits for the interpreter, which whoever scans the text holds: the fewer, the
better they go side by side."""

_BLOCK: Final = 1 << 18
"""Bytes given on at once, or more: each of them is looked at as a whole."""

_LARGEST: Final = 1 << 20
"""Bytes given on at once, at most: whoever scans them takes some of its own for each line."""

_Frame = Callable[[], Any]


def unpacked(source: Opened) -> Generator[bytes, None, None]:
    """Give the content: unpacked where it is gzip or Zstandard, as it is otherwise.

    Raises InvalidError where a packed file ends early, fails its checksum or goes on after its
    end, and where one that is named as packed is not.
    """
    chunks = source.chunks()
    head = next(chunks, b"")
    frame, errors, step = _frames(head)
    if frame is None:
        if PurePath(source.name).suffix in (".gz", ".zst"):
            raise InvalidError(_damaged(source.name, "is not compressed as its name says"))
        yield head
        yield from chunks
        return
    try:
        yield from _blocks(_cut(_all_frames(frame, _steps(head, chunks, step))))
    except EOFError:
        raise InvalidError(_damaged(source.name, "ends in the middle")) from None
    except errors as error:
        raise InvalidError(_damaged(source.name, "fails its checks")) from error


def _frames(head: bytes) -> tuple[_Frame | None, type[Exception], int]:
    if head.startswith(_GZIP):
        return lambda: zlib.decompressobj(wbits=31), zlib.error, _GZIP_STEP
    if head.startswith(_ZSTD):
        import zstandard  # noqa: PLC0415 - most files are not

        return zstandard.ZstdDecompressor().decompressobj, zstandard.ZstdError, _ZSTD_STEP
    return None, zlib.error, 0


def _steps(head: bytes, chunks: Iterator[bytes], step: int) -> Iterator[bytes]:
    for chunk in chain((head,), chunks):
        for start in range(0, len(chunk), step):
            yield chunk[start : start + step]


def _all_frames(frame: _Frame, steps: Iterator[bytes]) -> Iterator[bytes]:
    """Unpack frame after frame; what follows the last one must be a frame too."""
    current, begun = frame(), False
    for step in steps:
        rest = step
        while rest:
            yield current.decompress(rest)
            begun = True
            rest = current.unused_data if current.eof else b""
            if current.eof:
                current, begun = frame(), False
    if begun:
        raise EOFError


def _cut(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Give pieces of a bounded size: a few bytes of a bomb are a hundred million."""
    for piece in pieces:
        for start in range(0, len(piece), _LARGEST):
            yield piece[start : start + _LARGEST]


def _blocks(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Put pieces together: a step of a packed file may give few bytes, or many."""
    held, size = list[bytes](), 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size >= _BLOCK:
            yield b"".join(held)
            held, size = [], 0
    yield b"".join(held)


def _damaged(name: str, what: str) -> Finding:
    place = Place(name)
    return Finding("PP206", f"the compressed file {what}", "download or export it again", place)
