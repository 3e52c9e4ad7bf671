"""Events of a run: dotted facts in the past tense, as text on stderr and as JSON in a file."""

import json
import logging
import os
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager, suppress
from typing import Any, Final, NoReturn, TextIO

import structlog

from purgeplan.cli.console import Console
from purgeplan.cli.redaction import redacted_field
from purgeplan.errors import AttentionError, Finding, InvalidError
from purgeplan.model.ids import masked
from purgeplan.model.progress import Checked, Ended, Progress, Settled, Waiting

Log = structlog.typing.FilteringBoundLogger
_Event = MutableMapping[str, Any]

FOREIGN: Final = ("httpx", "httpcore", "aiohttp", "asyncio", "urllib3")
"""Loggers that would write full URLs, and with them ids, or headers."""


@contextmanager
def opened_log(console: Console) -> Iterator[Log]:
    """Give the log of this command: to stderr from info with ``-v``, debug with ``-vv``.

    The file of ``--log-json`` gets every event from info on; it is appended to, 0600.
    """
    silence_libraries()
    file = _open(console.log_json) if console.log_json else None
    try:
        structlog.configure(
            processors=[
                structlog.contextvars.merge_contextvars,
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True, key="ts"),
                _redact,
                _Sinks(console, file),
            ],
            wrapper_class=structlog.make_filtering_bound_logger(
                logging.DEBUG if console.verbosity > 1 else logging.INFO
            ),
        )
        yield structlog.get_logger()
    finally:
        structlog.reset_defaults()
        if file:
            with suppress(OSError):  # each line was flushed, and told of where that failed
                file.close()


def silence_libraries() -> None:
    """Keep libraries from logging anything: what they know must not leave by that way."""
    for name in FOREIGN:
        logger = logging.getLogger(name)
        logger.setLevel(logging.CRITICAL + 1)
        logger.propagate = False


def tell(log: Log, progress: Progress) -> None:
    """Turn what a run yields into events, one for each outcome."""
    match progress:
        case Settled(outcomes=outcomes):
            for outcome in outcomes:
                log.info(
                    "deletion.recorded",
                    ref=masked(outcome.item.id),
                    state=str(outcome.state),
                    code=str(outcome.code),
                    attempt=outcome.item.attempts,
                    status=outcome.status,
                )
        case Waiting(why=why, seconds=seconds):
            log.debug("run.waited", why=why, wait_s=round(seconds, 3))
        case Checked(active=active):
            log.info("drift.checked", skipped=active)
        case Ended():
            log.info("run.ended", why=progress.why, exit=int(progress.exit))


class _Sinks:
    """The last processor: writes an event where it belongs, and lets it go no further."""

    def __init__(self, console: Console, file: TextIO | None) -> None:
        self._console = console
        self._file = file

    def __call__(self, _logger: object, method: str, event: _Event) -> NoReturn:
        if self._file:
            self._write(json.dumps(event, default=str) + "\n", self._file)
        if self._console.verbosity >= (0 if method in ("warning", "error", "critical") else 1):
            self._console.say(_text(event))
        raise structlog.DropEvent

    @staticmethod
    def _write(line: str, file: TextIO) -> None:
        try:
            file.write(line)
        except OSError as error:
            problem = f"the log can't be written: {error.strerror}"
            mend = "make room, or give --log-json another file"
            raise AttentionError(Finding("PP089", problem, mend)) from error


def _redact(_logger: object, _method: str, event: _Event) -> _Event:
    return {name: redacted_field(name, value) for name, value in event.items()}


def _text(event: _Event) -> str:
    rest = {key: value for key, value in event.items() if key not in ("ts", "event", "level")}
    pairs = (f"{key}={_word(value)}" for key, value in rest.items() if value is not None)
    clock = str(event["ts"])[11:19]
    return " ".join([f"{clock}Z", str(event["event"]), *pairs])


def _word(value: object) -> str:
    text = str(value)
    return json.dumps(text, ensure_ascii=False) if not text or " " in text else text


def _open(path: str) -> TextIO:
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0)
        return os.fdopen(os.open(path, flags, 0o600), "a", buffering=1, encoding="utf-8")
    except OSError as error:
        problem = f"can't write the log {path}: {error.strerror}"
        raise InvalidError(Finding("PP090", problem, "give --log-json another file")) from error
