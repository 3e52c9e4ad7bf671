"""What a sandbox is started with, and how its durations and faults are read from text."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

from purgeplan.errors import Finding, InvalidError

FAULTS: Final = (
    "429",
    "503",
    "500",
    "reset",
    "drop",
    "hang",
    "html404",
    "redirect",
    "html200",
    "slow",
    "half",
)
"""Kinds of faults, in the order in which one random number chooses among them."""

DEFAULT_APP_ID: Final = "6f1c2a50-3f0e-4a4e-9a34-1f2d7b3de2a9"
DEFAULT_NAME: Final = "Acme Prod"

_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m)")
_UNIT_S: Final = {"ms": 0.001, "s": 1.0, "m": 60.0}


@dataclass(frozen=True, slots=True)
class AppOptions:
    """One app of the sandbox; its seed is its own, so that two apps share no id."""

    app_id: str
    api_key: str = field(repr=False)
    name: str
    seed: int


@dataclass(frozen=True, slots=True)
class SandboxOptions:
    """All options of ``purgeplan sandbox``, one to one; durations in seconds.

    The n-th of ``app_ids``, ``api_keys`` and ``names`` belong together; what is missing is made up
    from the seed. ``now`` is the instant before which the three years of activity lie; None is
    today at 00:00 UTC, so that a day's sandboxes of one seed are alike. ``faults`` maps kinds of
    ``FAULTS`` to probabilities, ``export_speed`` is in rows a second.
    """

    port: int = 0
    app_ids: tuple[str, ...] = ()
    api_keys: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    subscriptions: int = 5_000
    seed: int = 1
    now: datetime | None = None
    latency_s: float = 0.0
    delete_lag_s: float = 0.2
    faults: Mapping[str, float] = field(default_factory=dict)
    limits: bool = True
    ledger: Path | None = None
    app_view: Literal["app", "org"] = "app"
    export_speed: float = 2_000.0

    @property
    def apps(self) -> tuple[AppOptions, ...]:
        """Give every app, at least one, with what was not said filled in."""
        count = max(len(self.app_ids), len(self.api_keys), len(self.names), 1)
        return tuple(self._app(position) for position in range(count))

    @property
    def organization_key(self) -> str:
        """Give the key that may view apps where ``app_view`` is org."""
        return f"os_v2_org_{_made_up(f'organization:{self.seed}')}"

    def _app(self, position: int) -> AppOptions:
        seed = self.seed + position
        first = position == 0
        app_id = _nth(self.app_ids, position) or (DEFAULT_APP_ID if first else _app_id(seed))
        key = _nth(self.api_keys, position) or f"os_v2_app_{_made_up(f'{app_id}:{seed}')}"
        name = _nth(self.names, position)
        name = name or (DEFAULT_NAME if first else f"{DEFAULT_NAME} {position + 1}")
        return AppOptions(app_id.lower(), key, name, seed)


def parse_latency(text: str) -> float:
    """Give the seconds of a duration such as ``80ms``, ``1.5s`` or ``2m``.

    Raises InvalidError where the unit is missing or the text is no duration.
    """
    match = _DURATION.fullmatch(text.strip())
    if match is None:
        problem = f"expected a duration, got {text!r}"
        raise InvalidError(Finding("PP093", problem, "write a number with its unit, such as 80ms"))
    return float(match[1]) * _UNIT_S[match[2]]


def parse_fault(text: str) -> tuple[str, float]:
    """Give kind and probability of a fault such as ``429=0.05``.

    Raises InvalidError for an unknown kind or a probability outside 0 and 1.
    """
    kind, _, share = text.strip().partition("=")
    if kind not in FAULTS:
        problem = f"expected a fault such as 429=0.05, got {text!r}"
        raise InvalidError(Finding("PP094", problem, f"kinds are {', '.join(FAULTS)}"))
    if not re.fullmatch(r"0(\.\d+)?|1(\.0+)?|\.\d+", share):
        problem = f"expected a probability for the fault {kind}, got {share!r}"
        raise InvalidError(Finding("PP094", problem, "write a number from 0 to 1"))
    return kind, float(share)


def _nth(given: tuple[str, ...], position: int) -> str | None:
    return given[position] if position < len(given) else None


def _app_id(seed: int) -> str:
    text = hashlib.blake2b(f"app:{seed}".encode(), digest_size=16).hexdigest()
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"


def _made_up(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=20).hexdigest()
