"""Turns bytes into lines of UTF-8: encodings as said or marked, never guessed."""

import codecs
from collections.abc import Iterator
from itertools import chain
from typing import Final

from purgeplan.errors import Finding, InvalidError, Place

MAX_LINE: Final = 2_000_000
"""Bytes a line may have; what the database takes, and far more than a list of ids needs."""

_BOMS: Final = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
_FOREIGN: Final = {
    b"PK\x03\x04": "a spreadsheet or zip archive",
    b"\xd0\xcf\x11\xe0": "an old Excel file",
    b"PAR1": "a Parquet file",
    b"%PDF": "a PDF",
    b"{\\rt": "an RTF document",
}


def lines(name: str, chunks: Iterator[bytes], encoding: str | None) -> Iterator[bytes]:
    """Give units of whole lines, UTF-8, each line ended by LF; CRLF has become LF.

    ``encoding`` is ``utf-8``, ``utf-16`` or ``latin-1``; where it is None a byte order mark
    decides, and UTF-8 holds without one. Raises InvalidError with file and line.
    """
    head = next(chunks, b"")
    while len(head) < 4 and (more := next(chunks, b"")):  # noqa: PLR2004 - the longest mark
        head += more
    codec, mark = _codec(name, head, encoding)
    pieces = chain((head[mark:],), chunks)
    if codec == "utf-8":
        yield from _checked(name, _units(pieces))
    else:
        yield from _checked(name, _units(_transcoded(name, pieces, codec)))


def _codec(name: str, head: bytes, encoding: str | None) -> tuple[str, int]:
    for magic, what in _FOREIGN.items():
        if head.startswith(magic):
            raise InvalidError(_not_text(name, f"is {what}"))
    if encoding == "latin-1":
        return encoding, 0
    marks = (mark for mark in _BOMS if head.startswith(mark))
    mark = next(marks, b"")
    codec = _BOMS.get(mark, "utf-8")
    if encoding is not None and not codec.startswith(encoding):
        problem = f"the file has no mark of {encoding}" if not mark else f"the file is {codec}"
        mend = "save it as UTF-8, or correct `encoding`"
        raise InvalidError(Finding("PP207", problem, mend, Place(name, 1)))
    return codec, len(mark)


def _transcoded(name: str, chunks: Iterator[bytes], codec: str) -> Iterator[bytes]:
    decoder, line = codecs.getincrementaldecoder(codec)(), 1
    try:
        for chunk in chunks:
            text = decoder.decode(chunk)
            line += text.count("\n")
            yield text.encode()
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        line += error.object[: error.start].decode(codec).count("\n")
        problem = f"the text is not {codec} here"
        mend = "export the file again, as UTF-8"
        raise InvalidError(Finding("PP207", problem, mend, Place(name, line))) from None


def _units(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Cut at line feeds, so that no unit ends within a line, a character or a CRLF.

    A line that is too long is the last unit, without its end: only who counts lines can name it.
    """
    rest: list[bytes] = []
    held = 0
    for chunk in chunks:
        cut = chunk.rfind(b"\n") + 1
        if cut:
            yield b"".join([*rest, chunk[:cut]])
            rest, held = [], 0
        rest.append(chunk[cut:])
        held += len(chunk) - cut
        if held > MAX_LINE:
            yield b"".join(rest)
            return
    last = b"".join(rest)
    if last:
        yield last + b"\n"


def _checked(name: str, units: Iterator[bytes]) -> Iterator[bytes]:
    line = 1
    for unit in units:
        if not unit.endswith(b"\n"):
            problem = f"the line has more than {MAX_LINE:,} bytes"
            mend = "write one row a line, each ended by LF or CRLF"
            raise InvalidError(Finding("PP208", problem, mend, Place(name, line)))
        if b"\0" in unit:
            at = line + unit.count(b"\n", 0, unit.index(b"\0"))
            raise InvalidError(_not_text(name, _nul(unit, line), at))
        if not unit.isascii():
            _decode(name, unit, line)
        line += unit.count(b"\n")
        yield unit.replace(b"\r\n", b"\n") if b"\r" in unit else unit


def _nul(unit: bytes, line: int) -> str:
    """Say what NUL bytes are: the other half of each letter, where they stand at the start."""
    if line == 1 and b"\0" in unit[:4]:
        return "looks like UTF-16 without its mark, or UTF-32"
    return "holds a NUL byte"


def _decode(name: str, unit: bytes, line: int) -> None:
    try:
        unit.decode()
    except UnicodeDecodeError as error:
        at = Place(name, line + unit.count(b"\n", 0, error.start))
        problem = f"byte 0x{unit[error.start]:02x} is not UTF-8"
        mend = "save the file as UTF-8, or say `encoding: latin-1` if it is"
        raise InvalidError(Finding("PP207", problem, mend, at)) from None


def _not_text(name: str, what: str, line: int = 0) -> Finding:
    return Finding("PP208", f"the file {what}", "export the ids as CSV in UTF-8", Place(name, line))
