"""The guard of what the policy requires every plan to have."""

from typing import Final

from purgeplan.errors import Finding
from purgeplan.model.facts import Facts, Guard
from purgeplan.model.spec import DriftCheck, PlanSpec, Policy, Purpose, Require


def judge(spec: PlanSpec, policy: Policy | None, facts: Facts) -> Finding | None:
    """Refuse where anything required is missing, naming all of it at once."""
    if policy is None:
        return None
    missing = _missing(spec, policy.require, facts)
    if not missing:
        return None
    problem = f"the policy requires {', '.join(missing)} ({policy.place_of('require')})"
    return Finding("PP110", problem, "; ".join(_WAYS[name] for name in missing), spec.place_of(""))


def _missing(spec: PlanSpec, require: Require, facts: Facts) -> list[str]:
    have = {
        "ticket": not require.ticket or bool((spec.ticket or "").strip()),
        "sha256": not require.sha256 or all(_pinned(spec)),
        "drift": not require.drift or spec.drift.check is not DriftCheck.NONE,
        "opt_outs": not require.opt_outs or _opt_outs_safe(spec, facts),
    }
    return [name for name, there in have.items() if not there]


def _pinned(spec: PlanSpec) -> list[bool]:
    return [one.sha256 is not None or one.kind in _NOT_A_FILE for one in spec.sources]


def _opt_outs_safe(spec: PlanSpec, facts: Facts) -> bool:
    """Tell whether opt-outs were looked at and are kept; who asks for erasure is not kept."""
    kept = spec.keep.opt_outs or spec.purpose is Purpose.ERASURE
    return kept and facts.opt_outs_checked


_NOT_A_FILE: Final = frozenset({"inline", "sql", "export", "segment"})
_WAYS: Final = {
    "ticket": "write `ticket:`",
    "sha256": "pin every source file with `sha256:`",
    "drift": "write `drift: {check: export}`",
    "opt_outs": "write `keep: {opt_outs: true}` and take the ids from an export",
}
_conforms: Guard = judge
