"""What a plan will be refused for whatever its sources hold: told without reading any of them."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePath

from purgeplan.engine.admit import violations
from purgeplan.engine.comparable import compared
from purgeplan.engine.inputs import piped_lists, piped_twice, protects_of, takes_whole_export
from purgeplan.errors import Finding, InvalidError
from purgeplan.model.facts import Counts, Facts, Guard, ProtectFacts
from purgeplan.model.spec import PlanSpec, Population, Rules, SourceSpec
from purgeplan.sources import KINDS
from purgeplan.sources.audience.demand import EXPORTED
from purgeplan.sources.audience.stage import COLUMN_OF, audience_of
from purgeplan.sources.port import Context
from purgeplan.sources.reading.columns import NAMES


def foreseen(rules: Rules, guards: Mapping[str, Guard]) -> tuple[Finding, ...]:
    """Give what the guards refuse even in the best case; the others still have to be asked."""
    return violations(rules.spec, rules.policy, best_case(rules), guards)


def unfit(rules: Rules) -> tuple[Finding, ...]:
    """Give what is wrong with the settings of sources and protect lists; nothing is read."""
    spec, policy = rules.spec, rules.policy
    wrong = [*piped_twice(spec), *piped_lists(rules)]
    wrong += _settings(rules, spec.sources, spec.path)
    wrong += _settings(rules, policy.protect, policy.path) if policy is not None else ()
    wrong += _settings(rules, spec.protect, spec.path)
    return tuple(wrong)


def _settings(rules: Rules, specs: Iterable[SourceSpec], named_in: str) -> Iterator[Finding]:
    context = Context(rules.spec.root, str(PurePath(named_in).parent))
    for one in specs:
        try:
            KINDS[one.kind](one).check(context)
            if one.kind in EXPORTED and one not in rules.spec.sources:
                audience_of(context, one)
        except InvalidError as error:
            yield from error.findings


def best_case(rules: Rules) -> Facts:
    """Give the facts under which the fewest guards refuse, as far as plan and policy allow them.

    Nobody is left to be deleted, so no size is judged. What can't be otherwise is as it will be:
    ids in the plan file have nothing beside them, and some kinds of ids no protect list is ever
    compared by.
    """
    spec, bare = rules.spec, _bare(rules.spec)
    return Facts(
        counts=Counts(rows=0, duplicates=0, protected=0, planned=0, to_delete=0),
        sources=(),
        protects=tuple(_protects(rules, bare=bare)),
        population=Population("unknown"),
        live_name=spec.app.name,
        left=0,
        budget_used=0,
        opt_outs_checked=not bare,
        activity_checked=not bare,
        untraced=None if bare and spec.target.by not in COLUMN_OF else 0,
    )


def _bare(spec: PlanSpec) -> bool:
    """Tell whether nothing can be known of some ids but the ids: they stand in the plan file."""
    return not takes_whole_export(spec) and any(one.kind == "inline" for one in spec.sources)


def _protects(rules: Rules, *, bare: bool) -> Iterator[ProtectFacts]:
    known: frozenset[str] = frozenset() if bare else frozenset(NAMES)
    kinds = compared(rules.spec, known, exported=takes_whole_export(rules.spec))
    for one in protects_of(rules):
        name = str(one.options.get("path", f"{one.kind} at {one.place}"))
        yield ProtectFacts(name, one.by, 0, 0 if one.by in kinds else None, "", one.place)
