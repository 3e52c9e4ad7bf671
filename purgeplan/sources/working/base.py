"""Opens the database of a workspace: in memory, bounded, closed off from all but its folder."""

import errno
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from purgeplan.errors import Finding, UnreachableError
from purgeplan.sources.working.names import sql_text

if TYPE_CHECKING:
    import duckdb


def connected(folder: Path, memory: str, threads: int) -> "duckdb.DuckDBPyConnection":
    """Open a new database that spills into a folder, and reaches nothing outside of it."""
    import duckdb  # noqa: PLC0415 - takes 0.3 s, and no kind needs it to be described

    spill = folder / "spill"
    spill.mkdir(mode=0o700)
    base = duckdb.connect(":memory:")
    for setting in (
        f"memory_limit = {sql_text(memory)}",
        f"threads = {threads}",
        f"temp_directory = {sql_text(str(spill))}",
        "preserve_insertion_order = false",  # orders are asked for; this one costs memory
        "enable_progress_bar = true",  # kept and asked for, never printed
        "enable_progress_bar_print = false",
        "progress_bar_time = 0",
        "autoinstall_known_extensions = false",
        "autoload_known_extensions = false",
        f"allowed_directories = [{sql_text(f'{folder}/')}]",
        "enable_external_access = false",
        "lock_configuration = true",
    ):
        base.execute(f"SET {setting}")
    return base


_DISK: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS)


@contextmanager
def room() -> Iterator[None]:
    """Map what a full memory, or a full or broken disk raises; the rest passes."""
    import duckdb  # noqa: PLC0415 - takes 0.3 s, and no kind needs it to be described

    try:
        yield
    except (duckdb.OutOfMemoryException, duckdb.IOException) as error:
        raise UnreachableError(_full(type(error).__name__)) from None
    except OSError as error:
        if error.errno not in _DISK:
            raise
        raise UnreachableError(_full(str(error.strerror))) from error


@contextmanager
def placed() -> Iterator[None]:
    """Map what the system raises where no folder can be made to work in."""
    try:
        yield
    except OSError as error:
        raise UnreachableError(_full(str(error.strerror))) from error


def _full(why: str) -> Finding:
    return Finding(
        "PP219",
        f"no room to work in {tempfile.tempdir or 'any temporary folder'}: {why}",
        "free some space, or set TMPDIR to a folder on a larger disk",
    )
