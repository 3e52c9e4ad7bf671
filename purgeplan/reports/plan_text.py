"""The text form of a plan under review, for a terminal."""

from collections.abc import Callable, Iterator
from typing import Final

from purgeplan.errors import Finding
from purgeplan.model.facts import ProtectFacts, not_checked
from purgeplan.model.fingerprint import short
from purgeplan.model.measure import noun, of_held
from purgeplan.model.review import Eta, Review
from purgeplan.reports.escape import clean, shown_id
from purgeplan.reports.limits import limit_rows
from purgeplan.reports.next_step import apply_command, script_command
from purgeplan.reports.sums import backup_lines
from purgeplan.reports.who import breakdown_lines, delta_words, who_lines
from purgeplan.reports.words import (
    about,
    drift_words,
    instant,
    pace_words,
    plural,
    source_name,
    source_rows,
    window_words,
)

SAMPLE: Final = 5


def plan_text(review: Review, *, next_step: bool = True) -> str:
    """Give the summary: the first line carries every number, the last the command that is next.

    Every line is free of control characters; e-mail addresses and phone numbers are masked.
    ``next_step`` is off where the plan is about to be applied anyway.
    """
    lines = [headline(review), *_labeled(review), *_findings(review), *_fingerprint(review)]
    if next_step:
        lines += _end(review)
    return "".join(f"{clean(line)}\n" for line in lines)


def headline(review: Review) -> str:
    """Give one line with every number of the plan."""
    facts, counts = review.facts, review.facts.counts
    kind = noun(review.spec.target.resource, facts.left)
    kept = counts.kept_opt_outs + counts.kept_partly
    doubles = plural(counts.duplicates, "duplicate")
    numbers = (
        (facts.left, f"{kind} {'still ' if review.continues else ''}to delete", True),
        (counts.protected, "protected", True),
        (kept, "kept", False),
        (counts.absent_at_plan, "absent already", False),
        (counts.deleted_before, "deleted before or in doubt", False),
        (counts.rejected, "set aside", False),
    )
    said = ", ".join(f"{many:,} {what}" for many, what, always in numbers if many or always)
    said += f", {doubles} dropped" if counts.duplicates else ""
    refused = "Refused plan" if review.violations else "Plan"
    of = of_held(review.spec, facts, facts.left, review.spec.limits.max_delete_percent)
    return f'{refused} {review.spec.name}: {said}; {of} in app "{review.spec.app.name}"'


def _labeled(review: Review) -> Iterator[str]:
    for label, lines in _PARTS.items():
        for number, line in enumerate(lines(review)):
            yield f"  {label if number == 0 else '':<11}{line}"


def _app(review: Review) -> Iterator[str]:
    app, policy = review.spec.app, review.policy
    rules = f"policy: {policy.path}" if policy is not None else "no policy"
    yield f"{app.name}  {app.id}  {app.base_url}  ({rules})"


def _why(review: Review) -> Iterator[str]:
    spec = review.spec
    known = {"owner": spec.owner, "ticket": spec.ticket}
    extra = [f" · {what} {who}" for what, who in known.items() if who is not None]
    yield f"{spec.purpose}: {spec.reason}{''.join(extra)}"


def _sources(review: Review) -> Iterator[str]:
    for one in review.facts.sources:
        digest = f"sha256 {short(one.sha256)}" if one.sha256 is not None else "no file"
        yield f"{source_name(one)} · {source_rows(one)} · {digest} · as of {instant(one.as_of)}"


def _rows(review: Review) -> Iterator[str]:
    facts = review.facts
    yield from who_lines(facts.counts, facts.population, facts.subscriptions)


def _protects(review: Review) -> Iterator[str]:
    if not review.facts.protects:
        yield "no list"
    yield from (protect_words(one) for one in review.facts.protects)


def protect_words(one: ProtectFacts) -> str:
    """Say what one protect list saved."""
    saved = f"{one.saved:,} saved" if one.saved is not None else "NOT COMPARED"
    return f"{one.name} by {one.by}: {saved} (of {one.entries:,} on it)"


def _limits(review: Review) -> Iterator[str]:
    rows = [(one.name, one.found, one.allowed, one.verdict) for one in limit_rows(review)]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for row in rows:
        cells = [f"{text:<{wide}}" for text, wide in zip(row, widths, strict=False)]
        yield "  ".join([*cells, row[-1]])


def _unseen(review: Review) -> Iterator[str]:
    open_questions = not_checked(review.spec, review.facts)
    yield ", ".join(f"{one} NOT CHECKED" for one in open_questions) or "nothing was left unchecked"
    if (drift := drift_words(review.spec.drift)) is not None:
        yield drift


def _pace(review: Review) -> Iterator[str]:
    pace, eta = review.spec.pace, review.eta
    words = pace_words(pace)
    if not review.facts.left:
        eta = Eta(None, None)  # nothing takes no time
    if eta.seconds is not None:
        words += f": {about(eta.seconds)}"
    if eta.ends_at is not None:
        words += f", until {instant(eta.ends_at)} if started {instant(review.not_before)}"
    yield words
    if pace.window is not None:
        yield f"only {window_words(pace.window)}"
    if eta.hint is not None:
        yield f"hint: {eta.hint}"
    yield f"canary: the first {review.spec.canary:,}" if review.spec.canary else "canary: none"


def _breakdown(review: Review) -> Iterator[str]:
    for of, value, many in breakdown_lines(review.facts.breakdown):
        yield f"{of} {value}: {many}"


def _sample(review: Review) -> Iterator[str]:
    some = review.facts.sample[:SAMPLE]
    if some:
        shown = "  ".join(shown_id(one) for one in some)
        yield f"{shown}  ({len(some)} of {review.facts.left:,}; all of them: --ids-out FILE)"


def _previous(review: Review) -> Iterator[str]:
    if review.continues:
        yield "continues the open plan of this fingerprint"
    if review.previous is not None:
        yield delta_words(review.previous)


def _times(review: Review) -> Iterator[str]:
    rests, expires = review.not_before, review.expires_at
    if review.spec.not_before_s > 0:
        yield f"may start from {instant(rests)} on"
    yield f"must have started by {instant(expires)}"
    if rests > expires:
        yield f"so plan again from {instant(rests)} on: the same set goes on, and expires later"
        return
    if review.eta.passes_expiry:
        yield "will still run then, which it may once it has started"


_PARTS: Final[dict[str, Callable[[Review], Iterator[str]]]] = {
    "app": _app,
    "purpose": _why,
    "source": _sources,
    "sum": _rows,
    "protect": _protects,
    "limits": _limits,
    "checks": _unseen,
    "pace": _pace,
    "made of": _breakdown,
    "sample": _sample,
    "before": _previous,
    "backup": lambda review: iter(backup_lines(review)),
    "expires": _times,
    "journal": lambda review: iter((review.journal,)),
}


def _findings(review: Review) -> Iterator[str]:
    yield from (f"Warning {_words(one)}" for one in review.warnings)
    yield from (f"Refused {_words(one)}" for one in review.violations)


def _words(finding: Finding) -> str:
    where = f" ({finding.place})" if finding.place else ""
    return f"{finding.code}: {finding.problem}{where}; {finding.mend}"


def _fingerprint(review: Review) -> Iterator[str]:
    yield f"Fingerprint {short(review.fingerprint)}  {review.fingerprint}"


def _end(review: Review) -> Iterator[str]:
    if review.violations:
        codes = sorted({one.code for one in review.violations})
        yield f"Nothing was sent. What a refusal means: purgeplan explain {codes[0]}"
    elif review.facts.left == 0:
        yield "Nothing was sent, and there is nothing to delete."
    else:
        yield "Nothing was sent. To run exactly this plan:"
        yield f"  {apply_command(review)}"
        yield "or in a script:"
        yield f"  {script_command(review)}"
