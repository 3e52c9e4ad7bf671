"""Questions at the terminal, above all the one before anything is deleted."""

import os
import re
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, TextIO

from purgeplan.cli.console import Console, is_terminal, neutral
from purgeplan.errors import Finding, UnconfirmedError

TRIES: Final = 2
TERMINAL: Final = "/dev/tty"

_COUNT = re.compile(r"[0-9]+|[0-9]{1,3}(?:[,._' \u00a0\u202f][0-9]{3})+")


def confirms(typed: str, name: str, count: int) -> bool:
    """Tell whether what was typed is the app's name and the count, in one line.

    The name is compared as it is (composed and decomposed accents are the same); the count may
    have separators between thousands.
    """
    words, wanted = (unicodedata.normalize("NFC", text).strip() for text in (typed, name))
    if not words.startswith(wanted):
        return False
    rest = words[len(wanted) :]
    digits = rest.strip()
    if rest == digits or not _COUNT.fullmatch(digits):
        return False
    return int(re.sub(r"[^0-9]", "", digits)) == count


def confirm(
    console: Console, name: str, count: int, what: str, stdin_is_data: bool = False
) -> None:
    """Ask for name and count at the terminal, twice at most.

    ``what`` is the thing in the plural (users). Raises UnconfirmedError where the words are
    others, or at once where there is no terminal; never waits for what is not one. Where stdin is
    a source of ids, the process's own terminal is asked instead.
    """
    wanted = f"{neutral(name)} {count}"
    with _terminal(stdin_is_data) as terminal:
        for _ in range(TRIES):
            console.insist(f"To delete {count:,} {what} (there is no undo), type: {wanted}")
            typed = _read(console, terminal)
            if confirms(typed, name, count):
                return
            if not typed:
                break
            console.insist("That is something else.")
    raise UnconfirmedError(
        Finding("PP391", "what was typed is not the app's name and the count", "nothing was sent")
    )


def can_ask() -> bool:
    """Tell whether somebody sits at stdin."""
    return is_terminal(sys.stdin) and _in_foreground(sys.stdin)


def ask(console: Console, question: str) -> str:
    """Ask one question at stdin and give the answer, trimmed; empty where there is none."""
    console.insist(neutral(question))
    return _read(console, sys.stdin).strip()


def _read(console: Console, terminal: TextIO) -> str:
    try:
        console.err.write("> ")
        console.err.flush()
        return terminal.readline()
    except KeyboardInterrupt:
        console.insist("")  # the terminal has written ^C behind the question
        raise


@contextmanager
def _terminal(stdin_is_data: bool) -> Iterator[TextIO]:
    if not stdin_is_data:
        if not can_ask():
            raise _nobody()
        yield sys.stdin
        return
    try:
        opened = open(TERMINAL, encoding="utf-8")  # noqa: PTH123, SIM115 - no file: closed below
    except OSError as error:
        raise _nobody() from error
    with opened:
        if not _in_foreground(opened):
            raise _nobody()
        yield opened


def _in_foreground(terminal: TextIO) -> bool:
    """Tell whether reading would work: a job in the background would be stopped for it."""
    try:
        group = os.tcgetpgrp(terminal.fileno())
    except OSError:  # not our controlling terminal: nobody stops us
        return True
    return group in (0, os.getpgrp())  # 0: the group is outside this container


def _nobody() -> UnconfirmedError:
    mend = 'give --confirm "APP NAME" and --fingerprint, or use a terminal'
    return UnconfirmedError(Finding("PP390", "there is no terminal to confirm at", mend))
