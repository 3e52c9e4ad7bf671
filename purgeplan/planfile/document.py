"""A YAML text with where everything in it stands, and the findings that are made of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from purgeplan.errors import Finding, Place
from purgeplan.planfile.secrets import tells

Pointer = tuple[str | int, ...]
"""The way to a value: ``("source", 0, "path")``, written ``source.0.path``."""

_HIDDEN: Final = frozenset({"ids", "sentinel", "api_key", "url"})
_SHOWN_LISTS: Final = frozenset({"days", "hosts"})


@dataclass(frozen=True, slots=True)
class Span:
    """Where a key or value stands; lines and the column count from 1."""

    line: int
    column: int
    last_line: int


def dotted(pointer: Pointer) -> str:
    """Write a pointer as people do."""
    return ".".join(str(part) for part in pointer)


def is_hidden(pointer: Pointer) -> bool:
    """Tell whether a scalar here may be an id, or stand for a key.

    Any list of scalars may be one of ids, under whatever misspelt name.
    """
    in_list = len(pointer) > 1 and isinstance(pointer[-1], int)
    return is_secret(pointer) or (in_list and pointer[-2] not in _SHOWN_LISTS)


def is_secret(pointer: Pointer) -> bool:
    """Tell whether all that is written here, names of keys too, may be ids or stand for a key."""
    return not _HIDDEN.isdisjoint(pointer)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file as read; ``hidden`` are the lines that no finding shows."""

    file: str
    text: str
    hidden: frozenset[int] = frozenset()

    def finding(self, code: str, problem: str, mend: str, span: Span) -> Finding:
        """Give a finding with its place, and with its line where that shows no secret and no id."""
        place = Place(self.file, span.line, span.column)
        return Finding(code, problem, mend, place, self._shown(span.line))

    def span(self, offset: int) -> Span:
        """Give the place of a character of the text."""
        line = self.text.count("\n", 0, offset) + 1
        return Span(line, offset - self.text.rfind("\n", 0, offset), line)

    def _shown(self, line: int) -> str | None:
        text = "".join(self.text.split("\n", line)[line - 1 : line]).rstrip("\r")
        return None if line in self.hidden or not text or tells(text) else text


@dataclass(frozen=True, slots=True)
class Document:
    """A mapping of plain values (text, int, Decimal, bool, None, list, dict) and its marks."""

    sheet: Sheet
    content: Mapping[str, Any]
    values: Mapping[Pointer, Span]
    keys: Mapping[Pointer, Span]

    def at(self, *pointer: str | int) -> Any:  # noqa: ANN401 - whatever is written there
        """Give what is written somewhere, or None; never raises, whatever the file holds."""
        found: Any = self.content
        for part in pointer:
            if isinstance(found, dict):
                found = found.get(part)
            else:
                found = found[part] if _has(found, part) else None
        return found

    def finding(self, code: str, problem: str, mend: str, pointer: Pointer) -> Finding:
        """Give a finding at a value; where that is a mapping or list, at its key."""
        if isinstance(self.at(*pointer), dict | list) and pointer in self.keys:
            return self.finding_at_key(code, problem, mend, pointer)
        if not pointer:  # the whole file: its first line is not what is wrong
            return Finding(code, problem, mend, self.place(pointer))
        return self.sheet.finding(code, problem, mend, self.values[pointer])

    def finding_at_key(self, code: str, problem: str, mend: str, pointer: Pointer) -> Finding:
        """Give a finding at a key."""
        return self.sheet.finding(code, problem, mend, self.keys[pointer])

    def place(self, pointer: Pointer) -> Place:
        """Give where a value is written."""
        span = self.values[pointer]
        return Place(self.sheet.file, span.line, span.column)

    def places(self) -> dict[str, Place]:
        """Give the places of all settings by their dotted pointers, single ids left out."""
        shown = (
            pointer
            for pointer in self.values
            if not (pointer and isinstance(pointer[-1], int)) or isinstance(self.at(*pointer), dict)
        )
        return {dotted(pointer): self.place(pointer) for pointer in shown}


def _has(found: Any, part: str | int) -> bool:  # noqa: ANN401 - whatever is written there
    return isinstance(found, list) and isinstance(part, int) and part < len(found)
