"""What ``doctor`` looks at: each check is a fact, a verdict, and what to do."""

import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import Final

from purgeplan import __version__
from purgeplan.errors import PurgeplanError
from purgeplan.model.ports import Clock

LIBRARIES: Final = ("click", "httpx", "aiohttp", "duckdb", "sqlite-utils")
KEY: Final = "ONESIGNAL_API_KEY"
ROOM_BYTES: Final = 1 << 30
CLOCK_SKEW_S: Final = 5.0
PROXIES: Final = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at; ``ok`` is None where a person may want to look, and nothing is wrong."""

    name: str
    ok: bool | None
    what: str
    mend: str = ""


def versions() -> Check:
    """Name the versions that a bug report needs."""
    libraries = ", ".join(f"{name} {metadata.version(name)}" for name in LIBRARIES)
    python = ".".join(str(number) for number in sys.version_info[:3])
    return Check("versions", True, f"purgeplan {__version__}, Python {python}, {libraries}")


def zones(name: str = "Europe/Berlin") -> Check:
    """Check that windows of plans can name time zones, by one of them."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # noqa: PLC0415 - only here

    try:
        ZoneInfo(name)
    except ZoneInfoNotFoundError:
        return Check("time zones", False, "none are known", "install the package tzdata")
    return Check("time zones", True, "known")


def key(environ: Mapping[str, str]) -> Check:
    """Check that a key is there, by its shape alone; it is never shown and never sent."""
    value = environ.get(KEY, "")
    if not value:
        mend = f"export {KEY}=...; plan and apply need it, validate does not"
        return Check("key", None, f"{KEY} is not set", mend)
    if value.startswith("os_v2_org_"):
        mend = "deletions want an app's key (Settings > Keys & IDs)"
        return Check("key", False, f"{KEY} is an organization's key", mend)
    if value != value.strip() or " " in value:
        return Check("key", False, f"{KEY} holds spaces", "set it again, without them")
    return Check("key", True, f"{KEY} is set (not shown; doctor sends nothing)")


def proxies(environ: Mapping[str, str]) -> Check:
    """Say that proxies of the environment are not used."""
    found = [name for name in PROXIES if environ.get(name)]
    if found:
        return Check("proxy", None, f"{', '.join(found)} is set, and not used by purgeplan")
    return Check("proxy", True, "none is set")


def folder(path: Path, clock: Clock) -> list[Check]:
    """Check that the state folder can be written, agrees with the clock, and has room."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path) as file:
            os.fsync(file.fileno())
            written = Path(file.name).stat().st_mtime
    except OSError as error:
        mend = "make it writable, or give --journal (PURGEPLAN_JOURNAL)"
        return [Check("state folder", False, f"{path}: {error.strerror}", mend)]
    return [
        Check("state folder", True, str(path)),
        _clock(clock.now(), written),
        room(shutil.disk_usage(path).free),
    ]


def _clock(now: datetime, written: float) -> Check:
    skew_s = abs(now.timestamp() - written)
    if skew_s > CLOCK_SKEW_S:
        mend = "set the clock (NTP): evidence and expiry are judged by it"
        return Check("clock", False, f"{skew_s:.0f} s away from the disk's", mend)
    return Check("clock", True, f"{now:%Y-%m-%d %H:%M:%S}Z; is it right?")


def room(free: int) -> Check:
    """Judge the free bytes of the disk with the journals."""
    what = f"{free / ROOM_BYTES:.1f} GiB free"
    if free < ROOM_BYTES:
        mend = "make room: a journal of millions of ids needs it"
        return Check("disk", False, what, mend)
    return Check("disk", True, what)


def policy(here: Path) -> Check:
    """Say which policy plans in a folder would be under."""
    from purgeplan.planfile.locate import site_of  # noqa: PLC0415 - only here

    try:
        found = site_of(here / "plan.yaml").policy
    except PurgeplanError as error:
        return Check("policy", False, error.findings[0].problem, error.findings[0].mend)
    if found is None:
        mend = "purgeplan init --policy writes one; without it no app may be emptied"
        return Check("policy", None, f"none above {here}", mend)
    return Check("policy", True, str(found))
