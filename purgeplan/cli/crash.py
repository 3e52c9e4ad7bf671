"""The crash report: what a bug looks like from inside, without anything of the user's.

Messages of exceptions are left out, since any of them may hold an id of free form; types,
frames and source lines are ours and stay.
"""

import os
import platform
import traceback
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from purgeplan.cli.redaction import redacted

_ROOTS: Final = ("site-packages", "purgeplan")


def report(error: BaseException, command: str, version: str, at: datetime) -> str:
    """Give the report as Markdown; ``command`` is the bare name of the subcommand."""
    facts = [
        f"- purgeplan {version}, command `{command}`",
        f"- Python {platform.python_version()}, {platform.system()} {platform.machine()}",
        f"- {at:%Y-%m-%dT%H:%M:%SZ}",
    ]
    trace = "\n\n".join(_chapter(one) for one in _chain(error))
    text = "\n".join(["# purgeplan crash report", "", *facts, "", "```", trace, "```", ""])
    return redacted(text)


def save(text: str, folder: Path, at: datetime) -> Path:
    """Write a report to a new file of its own, readable by its owner only."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{at:%Y%m%dT%H%M%S%f}-{os.getpid()}.md"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Give the error, what it came from, and what a group holds; each once."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop(0)
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        inner: Sequence[BaseException] = getattr(one, "exceptions", ())
        waiting += [*inner, one.__cause__, None if one.__suppress_context__ else one.__context__]


def _chapter(error: BaseException) -> str:
    name = f"{type(error).__module__}.{type(error).__qualname__}"
    frames = [
        f"  {_short(frame.filename)}:{frame.lineno} in {frame.name}\n    {frame.line}"
        for frame in traceback.extract_tb(error.__traceback__)
    ]
    return "\n".join([name, *frames])


def _short(filename: str) -> str:
    """Give a path without the part that names a home folder."""
    parts = Path(filename).parts
    for root in _ROOTS:
        if root in parts:
            return "/".join(parts[len(parts) - 1 - parts[::-1].index(root) :])
    return parts[-1] if parts else filename
