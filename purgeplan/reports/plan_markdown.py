"""The Markdown form of a plan under review, for a comment at a pull request."""

from collections.abc import Iterator
from typing import Final

from purgeplan.errors import Finding
from purgeplan.model.facts import not_checked
from purgeplan.model.ids import masked
from purgeplan.model.measure import held, noun, share
from purgeplan.model.review import Review
from purgeplan.reports.escape import code
from purgeplan.reports.fitting import MAX_BYTES, Room, first, fitting, marker
from purgeplan.reports.limits import limit_rows
from purgeplan.reports.next_step import script_command
from purgeplan.reports.plan_text import headline, protect_words
from purgeplan.reports.sums import backup_lines
from purgeplan.reports.who import breakdown_lines, delta_words, who_lines
from purgeplan.reports.words import (
    about,
    drift_words,
    instant,
    pace_words,
    source_name,
    source_rows,
)

MAX_COMMAND: Final = 4096
"""Longer than any path: a command is shown whole or not at all."""


def plan_markdown(review: Review, max_bytes: int = MAX_BYTES) -> str:
    """Give the summary in at most ``max_bytes`` of UTF-8, whatever the plan holds.

    The first line is hidden and the same for every version of the plan. Whatever comes from files
    stands as code, escaped; ids are masked.
    """

    def render(room: Room) -> str:
        return "\n".join(_lines(review, room)) + "\n"

    return fitting(render, headline(review), max_bytes)


def _lines(review: Review, room: Room) -> Iterator[str]:
    spec = review.spec
    yield marker("plan", spec.app.id, spec.name)
    yield f"### purgeplan: {code(spec.name, room.width)}"
    yield ""
    yield _verdict(review, room)
    yield ""
    yield from first([_finding(one, room) for one in review.violations], room)
    yield ""
    yield from _table(review, room)
    yield ""
    yield from _limits(review, room)
    yield ""
    yield from _details(review, room)
    yield ""
    yield from _end(review, room)


def _verdict(review: Review, room: Room) -> str:
    facts, resource = review.facts, review.spec.target.resource
    what = f"{facts.left:,} {noun(resource, facts.left)}"
    app = code(review.spec.app.name, room.width)
    if review.violations:
        return f"**Refused**, nothing was sent: {what} of {app} would have been deleted."
    whole = held(facts.population, resource)
    limit = review.spec.limits.max_delete_percent
    of = f" ({share(facts.left, whole, limit)} of {whole:,})" if whole is not None else ""
    return f"**{what}** of {app} would be deleted{of}. There is no undo."


def _finding(finding: Finding, room: Room) -> str:
    where = f" {code(str(finding.place), room.width)}" if finding.place else ""
    words = code(finding.problem, room.width)
    return f"- **{finding.code}** {words}{where}: {code(finding.mend, room.width)}"


def _table(review: Review, room: Room) -> Iterator[str]:
    spec, eta = review.spec, review.eta
    lasts = f", {about(eta.seconds)}" if eta.seconds is not None and review.facts.left else ""
    unseen = [f"{one} NOT CHECKED" for one in not_checked(spec, review.facts)]
    yield "| | |"
    yield "|---|---|"
    yield f"| reason | {code(f'{spec.purpose}: {spec.reason}', room.width)} |"
    yield f"| app | {code(f'{spec.app.name} {spec.app.id} {spec.app.base_url}', room.width)} |"
    facts = review.facts
    for number, one in enumerate(who_lines(facts.counts, facts.population, facts.subscriptions)):
        yield f"| {'' if number else 'who goes'} | {one} |"
    if review.previous is not None:
        yield f"| before | {delta_words(review.previous)} |"
    yield f"| checks | {', '.join(unseen) or 'nothing was left unchecked'} |"
    if (drift := drift_words(spec.drift)) is not None:
        yield f"| drift | {drift} |"
    yield f"| pace | {pace_words(spec.pace)}{lasts} |"
    for one in backup_lines(review):
        yield f"| backup | {code(one, room.width)} |"
    yield f"| expires | {instant(review.expires_at)} |"


def _limits(review: Review, room: Room) -> Iterator[str]:
    yield "| limit | plan | allowed | |"
    yield "|---|---|---|---|"
    for row in limit_rows(review):
        words = (row.name, row.found, code(row.allowed, room.width), row.verdict)
        yield f"| {' | '.join(words)} |"


def _details(review: Review, room: Room) -> Iterator[str]:
    facts = review.facts
    sources = [f"{source_name(one)}, {source_rows(one)}" for one in facts.sources]
    sample = [masked(one) for one in facts.sample]
    parts = {
        "Sources": [f"- {code(one, room.width)}" for one in sources],
        "Protect lists": [f"- {code(protect_words(one), room.width)}" for one in facts.protects],
        "Made of": [
            f"- {of} {code(value, room.width)}: {many}"
            for of, value, many in breakdown_lines(facts.breakdown)
        ],
        "Warnings": [_finding(one, room) for one in review.warnings],
        "Sample": [f"- {code(one, room.width)}" for one in sample],
    }
    for title, rows in parts.items():
        if rows:
            yield f"<details><summary>{title} ({len(rows):,})</summary>\n"
            yield from first(rows, room)
            yield "\n</details>"


def _end(review: Review, room: Room) -> Iterator[str]:
    yield f"Fingerprint {code(review.fingerprint, 64)}"
    if room.entries and not review.violations and review.facts.left:
        yield ""
        yield f"To run exactly this: {code(script_command(review), MAX_COMMAND)}"
