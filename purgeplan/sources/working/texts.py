"""Texts as the database reads them: in a shape that is told, nothing of it detected."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import BinaryIO

from purgeplan.sources.working.names import checked, sql_text

_TEXT = Template(
    "read_csv($path, columns={$columns}, delim=$delimiter, quote=$quote, escape=$quote,"
    " header=$header, new_line='\\n', encoding='utf-8', auto_detect=false, all_varchar=true,"
    " strict_mode=true, null_padding=false, ignore_errors=false)"
)


@dataclass(frozen=True, slots=True)
class Shape:
    """How a spooled text is read: nothing of it is detected."""

    width: int
    delimiter: str = ","
    quoted: bool = True
    header: bool = True


class MisreadError(Exception):
    """Raised when the database can't read a spool; its own words are dropped, they show rows."""


def text_of(path: Path, shape: Shape) -> str:
    """Give, as SQL, the table that a spool is: columns c0, c1, ... of text, empty ones NULL."""
    return _TEXT.substitute(
        path=sql_text(str(path)),
        columns=", ".join(f"'c{number}': 'VARCHAR'" for number in range(shape.width)),
        delimiter=sql_text(shape.delimiter),
        quote=sql_text('"' if shape.quoted else ""),
        header=str(shape.header).lower(),
    )


def typed(columns: Sequence[str]) -> str:
    """Give columns of text as a table is made of."""
    return ", ".join(f"{checked(column)} VARCHAR" for column in columns)


def write_rows(file: BinaryIO, rows: Iterable[Sequence[str | None]]) -> int:
    """Write rows as a text without a header, every cell quoted; give how many."""
    text = io.TextIOWrapper(file, "utf-8", newline="", write_through=True)
    writer, written = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL), 0
    for row in rows:
        writer.writerow(row)
        written += 1
    text.flush()
    text.detach()
    return written
