"""Sums that a reader can check: where every row went, and what became of every id."""

from collections.abc import Iterable
from typing import Final

from purgeplan.errors import Exit
from purgeplan.model.backup import Backup, folder_of
from purgeplan.model.eta import EXPORT_ROWS_PER_S
from purgeplan.model.facts import Counts
from purgeplan.model.fingerprint import short
from purgeplan.model.outcome import Skip, State
from purgeplan.model.records import Tally
from purgeplan.model.review import Review
from purgeplan.reports.words import about, instant, plural

SKIPS: Final[dict[Skip, str]] = {
    Skip.PROTECTED: "protected since",
    Skip.DRIFT: "active since planned",
    Skip.DELETED_BEFORE: "deleted before or in doubt",
    Skip.CANCELLED: "cancelled",
    Skip.RECREATED: "somebody new by now",
    Skip.NO_BACKUP: "no row in the backup",
}

_ENDS: Final[dict[Exit, str]] = {
    Exit.DONE: "Done",
    Exit.INCOMPLETE: "Ended",
    Exit.STOPPED_EARLY: "Stopped early",
    Exit.INTERRUPTED: "Interrupted",
}


def rows_sum(counts: Counts) -> str:
    """Give ``12,449 rows = 12 duplicates + 37 protected + 12,400 planned``."""
    terms = (
        (counts.duplicates, "duplicates"),
        (counts.rejected, "set aside (no usable id)"),
        (counts.protected, "protected"),
        (counts.kept_opt_outs, "opt-outs kept"),
        (counts.kept_partly, "kept (user only partly selected)"),
        (counts.absent_at_plan, "absent at plan"),
    )
    return f"{plural(counts.rows, 'row')} = {_plus(terms, (counts.planned, 'planned'))}"


def planned_sum(counts: Counts) -> str:
    """Give ``12,400 planned = 3 deleted before or in doubt + 12,397 to delete``."""
    terms = ((counts.deleted_before, "deleted before or in doubt"),)
    return f"{counts.planned:,} planned = {_plus(terms, (counts.to_delete, 'to delete'))}"


def cascade(users: int, subscriptions: int | None) -> str | None:
    """Give ``12,400 users, 19,850 subscriptions``, or None where no export told."""
    if subscriptions is None:
        return None
    return f"{plural(users, 'user')}, {plural(subscriptions, 'subscription')} go with them"


def tally_sum(tally: Tally) -> str:
    """Give the plan as the sum of its states; 202 is accepted, which is not gone."""
    terms = (
        (tally[State.ABSENT], "already gone"),
        (tally[State.SKIPPED], f"skipped{_reasons(tally)}"),
        (tally[State.FAILED], "failed"),
        (tally[State.SENT], "unknown"),
        (tally[State.PENDING], "pending"),
    )
    shown = [f"{tally[State.ACCEPTED]:,} accepted", *_terms(terms)]
    return f"{tally.total:,} planned = {' + '.join(shown)}"


def closing_line(tally: Tally, end: Exit) -> str:
    """Give the last line of a run: how it ended, and a sum that adds up."""
    code = f" [exit {int(end)}]" if end is not Exit.DONE else ""
    return f"{_ENDS.get(end, 'Stopped')}: {tally_sum(tally)}{code}"


def backup_words(backup: Backup, journal: str) -> str:
    """Say of one backup what it holds, and where it is."""
    where = f"{folder_of(journal)}/{backup.file}"
    without = f", {backup.without:,} without a row" if backup.without else ""
    words = f"{plural(backup.rows, 'row')} of {plural(backup.ids, 'id')}{without}"
    if backup.forgotten:
        return f"{words}, of {instant(backup.asked_at)}: deleted by `forget`"
    return f"{words}, of {instant(backup.asked_at)}, in {where} (sha256 {short(backup.sha256)})"


def backup_lines(review: Review) -> list[str]:
    """Say where the rows of those who go are kept, and what is there; empty where none are."""
    if not review.spec.backup_export:
        return []
    folder = folder_of(review.journal)
    now = f"the full rows of exactly those who go, kept before the first DELETE in {folder}"
    if (rows := review.facts.population.subscriptions) is not None:
        now += f"; the export takes {about(rows / EXPORT_ROWS_PER_S)}"
    return [backup_words(one, review.journal) for one in review.backups] or [now]


def _reasons(tally: Tally) -> str:
    reasons = ", ".join(f"{many:,} {SKIPS[why]}" for why, many in tally.skips.items() if many)
    return f" ({reasons})" if reasons else ""


def _plus(terms: Iterable[tuple[int, str]], last: tuple[int, str]) -> str:
    return " + ".join([*_terms(terms), f"{last[0]:,} {last[1]}"])


def _terms(terms: Iterable[tuple[int, str]]) -> list[str]:
    return [f"{number:,} {word}" for number, word in terms if number]
