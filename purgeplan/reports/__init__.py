"""Reports: what a plan would do and what its runs did; one form a file, pure text from values."""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from purgeplan.model.records import ItemRow
from purgeplan.model.review import Review
from purgeplan.reports.next_step import command_of
from purgeplan.reports.plan_json import plan_document
from purgeplan.reports.plan_markdown import plan_markdown
from purgeplan.reports.plan_text import headline, plan_text
from purgeplan.reports.record import Record, troubles
from purgeplan.reports.record import counts as run_counts
from purgeplan.reports.run_csv import run_csv
from purgeplan.reports.run_json import run_document
from purgeplan.reports.run_markdown import run_markdown
from purgeplan.reports.run_text import run_text
from purgeplan.reports.sums import backup_words, closing_line

__all__ = [
    "ITEM_FORMS",
    "PLAN_FORMS",
    "RUN_FORMS",
    "Record",
    "as_json",
    "backup_words",
    "closing_line",
    "command_of",
    "headline",
    "plan_document",
    "plan_markdown",
    "plan_text",
    "run_counts",
    "run_markdown",
    "troubles",
]


def as_json(document: dict[str, Any]) -> str:
    """Give a document as JSON text, its keys in their order.

    A double ``#`` in it is escaped: with a bracket it would be a command to a build runner.
    """
    return json.dumps(document, indent=2, ensure_ascii=True).replace("##", "#\\u0023") + "\n"


PLAN_FORMS: Final[dict[str, Callable[[Review], str]]] = {
    "text": plan_text,
    "json": lambda review: as_json(plan_document(review)),
    "markdown": plan_markdown,
}
"""Forms of a plan under review; ``plan_markdown`` also takes ``max_bytes``."""

RUN_FORMS: Final[dict[str, Callable[[Record], str]]] = {
    "text": run_text,
    "json": lambda record: as_json(run_document(record)),
    "markdown": run_markdown,
}
"""Forms of a plan's report over all its runs; ``run_markdown`` also takes ``max_bytes``."""

ITEM_FORMS: Final[dict[str, Callable[[Iterable[ItemRow]], Iterator[str]]]] = {
    "csv": run_csv,
}
"""Forms of the items of a plan, line by line, line ends included."""
