"""Builds plain values from YAML events, without recursion, and keeps a list of what it refuses."""

from dataclasses import dataclass, field
from typing import Any, Final

from yaml import events

from purgeplan.planfile.document import Pointer, Span, is_hidden, is_secret
from purgeplan.planfile.scalars import ambiguity, is_ambiguous, resolved
from purgeplan.planfile.secrets import is_key_name, shown_name

MAX_DEPTH: Final = 20
MAX_VALUES: Final = 10_000
MAX_FLAWS: Final = 100

MEND_KEY: Final = (
    "name where it is, `api_key: {env: ONESIGNAL_API_KEY}`; and replace that key if it was shared"
)
_PLAIN_ONLY: Final = "write the value itself, as often as it is needed"


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something refused, before it is known which lines may be shown."""

    code: str
    problem: str
    mend: str
    span: Span


class StopReading(Exception):  # noqa: N818 - it ends the reading and is no error of anyone's
    """Raised where reading on makes no sense; the flaws say why."""


@dataclass(slots=True)
class _Open:
    """A mapping or list that is not closed yet; ``key`` is the one that awaits its value."""

    pointer: Pointer
    container: dict[str, Any] | list[Any]
    key: str | None = None
    dropped: bool = False


@dataclass(slots=True)
class Builder:
    """Takes the events of one text, in order; ``root`` holds the values of its document."""

    root: Any = None
    documents: int = 0
    flaws: list[Flaw] = field(default_factory=list)
    values: dict[Pointer, Span] = field(default_factory=dict)
    keys: dict[Pointer, Span] = field(default_factory=dict)
    hidden: set[int] = field(default_factory=set)
    _open: list[_Open] = field(default_factory=list)

    def take(self, event: events.Event) -> None:
        """Take the next event; raises StopReading where nothing sensible can follow."""
        match event:
            case events.DocumentStartEvent():
                self._document(_span(event))
            case events.CollectionEndEvent():
                self._open.pop()
            case events.NodeEvent():
                self._refuse_marks(event, _span(event))
                self._node(event, _span(event))
            case _:
                pass  # starts and ends of stream and document say nothing

    def flaw(self, code: str, problem: str, mend: str, span: Span) -> None:
        """Keep what is refused; raises StopReading when there is too much of it."""
        self.flaws.append(Flaw(code, problem, mend, span))
        if len(self.flaws) >= MAX_FLAWS:
            raise StopReading

    def _document(self, span: Span) -> None:
        self.documents += 1
        if self.documents > 1:
            self.flaw("PP006", "a second document", "keep one plan a file, without `---`", span)
            raise StopReading

    def _refuse_marks(self, event: events.NodeEvent, span: Span) -> None:
        """Refuse what makes YAML more than it looks: none of it is needed in a plan."""
        if isinstance(event, events.AliasEvent):
            self.flaw("PP008", "an alias (`*name`) is not allowed here", _PLAIN_ONLY, span)
        elif event.anchor is not None:
            self.flaw("PP008", "an anchor (`&name`) is not allowed here", _PLAIN_ONLY, span)
        if getattr(event, "tag", None) is not None:
            self.flaw("PP008", "a tag (`!name`) is not allowed here", "remove it", span)

    def _node(self, event: events.NodeEvent, span: Span) -> None:
        top = self._open[-1] if self._open else None
        if top and isinstance(top.container, dict) and top.key is None:
            self._key(top, event, span)
            return
        match event:
            case events.ScalarEvent():
                self._scalar(event, span)
            case events.MappingStartEvent():
                self._begin({}, span)
            case events.SequenceStartEvent():
                self._begin([], span)
            case _:
                self._attach(None, span)

    def _key(self, top: _Open, event: events.NodeEvent, span: Span) -> None:
        if not isinstance(event, events.ScalarEvent):
            self.flaw("PP010", "a key that is no plain text", "write a name and a colon", span)
            raise StopReading
        top.key = event.value
        pointer = (*top.pointer, event.value)
        if event.value == "<<" and event.implicit[0]:
            self.flaw("PP008", "a merge key (`<<`) is not allowed here", _PLAIN_ONLY, span)
            top.dropped = True
        elif pointer in self.keys:
            first = self.keys[pointer].line
            name = "(not shown)" if is_secret(pointer) else shown_name(event.value)
            problem = f"the key {name} is here twice, first in line {first}"
            self.flaw("PP009", problem, "remove one of the two", span)
            top.dropped = True
        else:
            self.keys[pointer] = span
        if is_secret(top.pointer):
            self._hide(span)

    def _scalar(self, event: events.ScalarEvent, span: Span) -> None:
        plain = event.implicit[0]
        value = resolved(event.value) if plain else event.value
        pointer = self._attach(value, span)
        if is_hidden(pointer):
            self._hide(span)
        if plain and is_ambiguous(event.value):
            self.flaw("PP011", *ambiguity(event.value), span)
        if isinstance(value, str) and value and pointer and is_key_name(str(pointer[-1])):
            self._hide(span)
            self.flaw("PP012", "a literal key is refused", MEND_KEY, span)

    def _begin(self, container: dict[str, Any] | list[Any], span: Span) -> None:
        pointer = self._attach(container, span)
        if len(self._open) == MAX_DEPTH:
            problem = f"nested more than {MAX_DEPTH} levels deep"
            self.flaw("PP007", problem, "a plan needs five at most", span)
            raise StopReading
        self._open.append(_Open(pointer, container))

    def _attach(self, value: Any, span: Span) -> Pointer:  # noqa: ANN401 - any value of YAML
        """Put a value where it belongs, and give its pointer."""
        pointer = self._put(self._open[-1], value, span) if self._open else ()
        if not self._open:
            self.root = value
        self.values[pointer] = span
        if len(self.values) > MAX_VALUES:
            mend = "keep lists of ids in files of their own and name them with `from: csv`"
            self.flaw("PP002", f"the file has more than {MAX_VALUES:,} values", mend, span)
            raise StopReading
        return pointer

    @staticmethod
    def _put(top: _Open, value: Any, span: Span) -> Pointer:  # noqa: ANN401 - as above
        if isinstance(top.container, list):
            top.container.append(value)
            return (*top.pointer, len(top.container) - 1)
        key, top.key = top.key or "", None
        if top.dropped:
            top.dropped = False
            return (*top.pointer, key, f"again in {span.line}:{span.column}")
        top.container[key] = value
        return (*top.pointer, key)

    def _hide(self, span: Span) -> None:
        self.hidden.update(range(span.line, span.last_line + 1))


def _span(event: events.Event) -> Span:
    start: Any = event.start_mark
    end: Any = event.end_mark
    return Span(start.line + 1, start.column + 1, end.line + 1)
