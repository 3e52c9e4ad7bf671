"""The two streams: stdout is the product, stderr the talk; color, terminals, safe characters."""

import json
import os
import re
import sys
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, TextIO

from purgeplan.errors import AttentionError, Finding

_STYLES: Final = {
    "bold": "1",
    "dim": "2",
    "red": "1;31",
    "green": "32",
    "yellow": "33",
    "blue": "1;34",
}


LOST: Final = (BrokenPipeError, AttentionError)
"""What is raised where stdout is no more."""

_COMMAND: Final = re.compile(r"^\s*:(?=:)|##(?=\w*\[)", re.MULTILINE)


def neutral(text: str) -> str:
    """Give a text in which nothing can move the cursor, color, or turn the reading direction.

    Line feeds and tabs stay; whatever else is invisible is shown as its escape.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(one if _harmless(one) else _escape(one) for one in text)


def one_line(text: str) -> str:
    """Give a text as ``neutral`` does, in one line: nothing in it can look like a line of ours."""
    return neutral(text).replace("\n", "\\n")


def commandless(text: str) -> str:
    """Give a text that no build runner takes for a command to it.

    GitHub's reads `::name::` at the start of a line and `##[name]` anywhere, Azure's and
    TeamCity's `##name[`, in whatever a step prints: ids and reasons of a plan among it.
    """
    return _COMMAND.sub(lambda found: f"{found[0]} ", text) if ":" in text or "#" in text else text


def _harmless(character: str) -> bool:
    known = character.isprintable() or unicodedata.category(character) == "Zs"
    return known or character in "\n\t"


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def wants_color(environ: Mapping[str, str], is_terminal: bool, forbidden: bool = False) -> bool:
    """Decide on color for one stream: a terminal that can, and nobody who objects.

    ``NO_COLOR`` counts where it is set and not empty (no-color.org).
    """
    if forbidden or environ.get("NO_COLOR") or environ.get("TERM") == "dumb":
        return False
    return is_terminal


@dataclass(slots=True)
class Console:
    """Where a command speaks.

    ``verbosity`` is -1 for ``-q``, else the number of ``-v``. ``live`` is the text of the line
    that progress is being shown on, cleared before and drawn again after anything else is said.
    """

    out: TextIO
    err: TextIO
    color_err: bool = False
    err_is_terminal: bool = False
    verbosity: int = 0
    log_json: str | None = None
    live: str = field(default="", init=False)

    def product(self, text: str) -> None:
        """Print what was asked for, on stdout."""
        self.put(commandless(neutral(text)).rstrip("\n") + "\n")

    def document(self, document: Any) -> None:  # noqa: ANN401 - whatever json takes
        """Print one JSON document on stdout, in one line and in ASCII, and flush it."""
        self.put(json.dumps(document, default=str).replace("##", "#\\u0023") + "\n")
        self.flush()

    def last(self, text: str) -> None:
        """Print how a run ended: on stdout, or where that is lost on stderr, and raise nothing."""
        try:
            self.product(text)
            self.flush()
        except LOST:
            hush(self.out)
            self.insist(neutral(text))

    def put(self, text: str = "") -> None:
        """Write a text on stdout as it is.

        Raises BrokenPipeError where its reader went away, AttentionError where it can't be
        written otherwise: a log on a full disk.
        """
        with _writable(self.out):
            self.out.write(text)

    def flush(self) -> None:
        """Write what waits, and raise as ``put`` does."""
        with _writable(self.out):
            self.out.flush()

    def say(self, text: str) -> None:
        """Talk on stderr, unless ``-q``."""
        if self.verbosity >= 0:
            self.insist(neutral(text))

    def insist(self, text: str) -> None:
        """Print on stderr whatever the verbosity; the caller has neutralized the text."""
        live = self.live
        self.draw("")
        self._tell(commandless(text).rstrip("\n") + "\n")
        self.draw(live)

    def command(self, text: str) -> None:
        """Give a build runner a command, in a line of its own on stderr."""
        self._tell(text + "\n")

    def draw(self, text: str) -> None:
        """Put a text on the live line of a terminal; empty takes the line away."""
        if text != self.live:
            self._tell("\r\x1b[2K" + neutral(text))
        self.live = text

    def _tell(self, text: str) -> None:
        try:
            self.err.write(text)
            self.err.flush()
        except OSError:  # nobody listens any more, or a full disk; the exit code still tells
            hush(self.err)

    def styled(self, text: str, style: str) -> str:
        """Give a text in a style of stderr, where color is wanted."""
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if self.color_err else text


def standard_console(argv: Sequence[str], environ: Mapping[str, str] = os.environ) -> Console:
    """Give the console of this process, its streams unable to fail on a character."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    forbidden = "--no-color" in argv
    err_is_terminal = is_terminal(sys.stderr)
    return Console(
        sys.stdout,
        sys.stderr,
        color_err=wants_color(environ, err_is_terminal, forbidden),
        err_is_terminal=err_is_terminal and environ.get("TERM") != "dumb",
    )


def is_terminal(stream: TextIO | None) -> bool:
    """Tell whether a stream is a terminal; one that is closed or missing is none."""
    return stream is not None and not stream.closed and stream.isatty()


@contextmanager
def _writable(stream: TextIO) -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        hush(stream)
        problem = f"stdout can't be written: {error.strerror}"
        raise AttentionError(Finding("PP089", problem, "give it room, and ask again")) from error


def hush(stream: TextIO) -> None:
    """Point a stream at nothing: its reader went away, and the last flush must not fail on it."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


_ANSI = re.compile(r"\x1b\[[0-9;]*m")


def plain(text: str) -> str:
    """Give a text without our own styles."""
    return _ANSI.sub("", text)
