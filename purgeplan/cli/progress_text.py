"""The words of a progress line: pure text from numbers."""

from dataclasses import dataclass

from purgeplan.reports.words import duration


@dataclass(frozen=True, slots=True)
class Seen:
    """How far a run is, for show; ``per_s`` and ``eta_s`` are None where nothing is known yet."""

    done: int
    total: int
    accepted: int
    absent: int
    failed: int
    throttled: int = 0
    in_flight: int = 0
    per_s: float | None = None
    eta_s: float | None = None
    why: str = ""


def progress_line(seen: Seen) -> str:
    """Give one line: how far, why it waits, what became of them, how fast, until when.

    A narrow terminal cuts its end; whoever wonders why nothing moves must be told there too.
    """
    share = 100 * seen.done / seen.total if seen.total else 100.0
    parts = [f"{seen.done:,}/{seen.total:,} {share:.1f}%"]
    if seen.why:
        parts.append(seen.why)
    parts += [
        f"{seen.accepted:,} accepted",
        f"{seen.absent:,} already gone",
        f"{seen.failed:,} failed",
    ]
    if seen.throttled:
        parts.append(f"429s {seen.throttled:,}")
    if seen.per_s is not None:
        parts.append(f"{seen.per_s:,.1f}/s")
    if seen.eta_s is not None and seen.done < seen.total:
        parts.append(f"ETA {duration(max(1, round(seen.eta_s)))}")
    return " · ".join(parts)
