"""Spans of time as people write them: a number and its unit."""

import re
from decimal import Decimal
from typing import Final

UNITS: Final = {"ms": "0.001", "s": "1", "m": "60", "min": "60", "h": "3600", "d": "86400"}
"""The seconds of each unit, exactly."""

LONGEST_S: Final = 3_650 * 86_400

_SHOWN: Final = ((3_600, "h"), (60, "min"))

_SPAN = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,9})?)(ms|s|min|m|h|d)")


def seconds(text: str) -> float | None:
    """Give the seconds of a duration such as ``500ms`` or ``8h``, ten years at most."""
    match = _SPAN.fullmatch(text)
    total = Decimal(match[1]) * Decimal(UNITS[match[2]]) if match else None
    return None if total is None or total > LONGEST_S else float(total)


def in_words(span_s: float) -> str:
    """Give a span in the largest unit of which it is so many whole ones: ``24 h``, ``90 min``."""
    for size, unit in _SHOWN:
        if span_s >= size and span_s % size == 0:
            return f"{span_s / size:.0f} {unit}"
    return f"{span_s:.3f}".rstrip("0").rstrip(".") + " s"
