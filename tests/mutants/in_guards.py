"""Sabotages of the guards: pure functions that say whether a plan may run."""

from mutants.mutant import mutant

RULES = "unit/test_guards_rules.py"
SIZE = "unit/test_guards_size.py"
LAWS = "property/test_guards_laws.py"

MUTANTS = (
    mutant(
        "a guard uses truth value: a ceiling of zero is none",
        RULES,
        (
            "guards/ceiling.py",
            "    if most is not None and not limits",
            "    if most and not limits",
        ),
    ),
    mutant(
        "a guard uses truth value: the policy's zero allows everything",
        f"{SIZE} {LAWS}",
        (
            "guards/count.py",
            "policy is not None and ceiling is not None and ever > ceiling",
            "policy is not None and ceiling and ever > ceiling",
        ),
    ),
    mutant(
        "one more than max_delete",
        SIZE,
        (
            "guards/count.py",
            "    if ever > spec.limits.max_delete:",
            "    if ever > spec.limits.max_delete + 1:",
        ),
    ),
    mutant(
        "earlier runs do not count against max_delete",
        SIZE,
        (
            "guards/count.py",
            "    ever = facts.claimed_before + facts.left - facts.claimed_left\n",
            "    ever = facts.left\n",
        ),
    ),
    mutant(
        "the share of users is one of subscriptions",
        SIZE,
        (
            "guards/percent.py",
            "    whole = held(facts.population, spec.target.resource)\n",
            "    whole = facts.population.subscriptions\n",
        ),
    ),
    mutant(
        "the share is of what is planned, not of what is left",
        f"{SIZE} {LAWS}",
        (
            "guards/percent.py",
            "        if whole is None or exceeds(facts.left, whole, limit):\n",
            "        if whole is None or exceeds(facts.counts.to_delete, whole + facts.left, limit):\n",
        ),
    ),
    mutant(
        "a share is rounded before it is compared",
        f"{SIZE} {LAWS}",
        (
            "model/measure.py",
            "Fraction(part * 100) > Fraction(limit) * whole",
            "round(part * 100 / max(whole, 1), 1) > limit",
        ),
    ),
    mutant(
        "a user has at most one subscription",
        SIZE,
        (
            "model/spec/policy.py",
            "return -(-self.subscriptions // 20)",
            "return self.subscriptions",
        ),
    ),
    mutant(
        "unknown is enough for everyone",
        SIZE,
        (
            "guards/everyone.py",
            "    if whole is not None and facts.left < whole:\n",
            "    if whole is None or facts.left < whole:\n",
        ),
    ),
    mutant(
        "one of one may go",
        f"{SIZE} {LAWS}",
        (
            "guards/everyone.py",
            "    if whole is not None and facts.left < whole:\n",
            "    if whole is not None and facts.left <= whole:\n",
        ),
    ),
    mutant(
        "keep_at_least is one less",
        SIZE,
        (
            "guards/keep_at_least.py",
            "whole - facts.left >= floor",
            "whole - facts.left + 1 >= floor",
        ),
    ),
    mutant(
        "an unknown population is as good as any",
        SIZE,
        (
            "guards/population.py",
            "    if facts.left == 0 or known is not None or empties(spec, policy):\n",
            "    if facts.left == 0 or known is None or empties(spec, policy):\n",
        ),
    ),
    mutant(
        "any reset empties its app",
        f"{SIZE} {RULES}",
        ("model/measure.py", "entry is not None and entry.may_be_emptied", "entry is not None"),
    ),
    mutant(
        "the app's name is compared by its letters only",
        RULES,
        (
            "guards/app.py",
            "    if facts.live_name == spec.app.name:\n",
            "    if facts.live_name.casefold() == spec.app.name.casefold():\n",
        ),
    ),
    mutant(
        "an app whose name nobody sees is the one meant",
        RULES,
        (
            "guards/app.py",
            "        return None if _vouched(spec, policy) else _unseen(spec)\n",
            "        return None if policy is None or _vouched(spec, policy) else _unseen(spec)\n",
        ),
    ),
    mutant(
        "a protect list that can't be compared saves nobody and stops nobody",
        f"{RULES} {LAWS}",
        ("guards/protect.py", "if one.saved is None]", "if one.saved == -1]"),
    ),
    mutant(
        "an unknown use of the budget is none",
        f"{RULES} {LAWS}",
        (
            "guards/budget.py",
            "    if facts.budget_used is None:\n",
            "    if facts.budget_used == -1:\n",
        ),
    ),
    mutant(
        "an export of everyone may go",
        RULES,
        (
            "guards/whole_export.py",
            '        if one.kind == "export" and not narrowed:\n',
            '        if one.kind == "whole" and not narrowed:\n',
        ),
    ),
    mutant(
        "what a policy declares outweighs what the app counts",
        "unit/test_engine_population.py",
        (
            "engine/facts.py",
            "    if app.subscriptions is not None:\n",
            "    if app.subscriptions is not None and rules.policy is None:\n",
        ),
    ),
    mutant(
        "who was gone already is still there for the share",
        "unit/test_engine_population.py",
        (
            "engine/facts.py",
            "    gone = tally[State.ACCEPTED] + tally[State.ABSENT]\n",
            "    gone = tally[State.ACCEPTED]\n",
        ),
    ),
    mutant(
        "an app that may be emptied is emptied by any plan",
        SIZE,
        (
            "model/measure.py",
            "    return spec.purpose is Purpose.RESET and entry",
            "    return entry",
        ),
    ),
    mutant(
        "a percent that is no number is one that everybody is under",
        SIZE,
        (
            "model/measure.py",
            "    return not limit.is_finite() or Fraction",
            "    return limit.is_finite() and Fraction",
        ),
    ),
)
