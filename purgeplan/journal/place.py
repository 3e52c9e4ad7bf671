"""Where journals are: one a app in the user's state folder, or where the user says."""

from pathlib import Path
from typing import Final

_SUFFIX: Final = ".db"


def journal_path(explicit: str | None, app_id: str, state: Path) -> Path:
    """Give where the journal of an app is, existing or not.

    It is the memory of an app and not of a checkout: `git clean` must not take it.
    """
    return state / f"{app_id}{_SUFFIX}" if explicit is None else Path(explicit)


def known_journals(state: Path) -> list[Path]:
    """Give the journals of the state folder, by name."""
    return sorted(state.glob(f"*{_SUFFIX}"))
