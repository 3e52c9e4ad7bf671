"""Sabotages of guards, facts and decisions: pure functions that say who may go."""

from mutants.mutant import mutant

SIZE = "unit/test_guards_size.py"
RULES = "unit/test_guards_rules.py"
LAWS = "property/test_guards_laws.py"
ANSWER = "unit/test_model_answer.py"
BREAKER = "unit/test_model_breaker.py"
RESOLVE = "unit/test_resolve.py"
FINGERPRINT = "unit/test_model_fingerprint.py"

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
        "the fingerprint leaves out the limits",
        FINGERPRINT,
        ("model/fingerprint.py", "            spec.limits.max_delete,\n", ""),
    ),
    mutant(
        "the fingerprint leaves out the canary",
        FINGERPRINT,
        ("model/fingerprint.py", '        "canary": spec.canary,\n', ""),
    ),
    mutant(
        "the fingerprint leaves out where requests go",
        FINGERPRINT,
        ("model/fingerprint.py", '        "origin": origin(spec.app.base_url),\n', ""),
    ),
    mutant(
        "the fingerprint leaves out whom a DELETE names",
        f"{FINGERPRINT} {RESOLVE}",
        ("model/fingerprint.py", "    if addressed is not None:\n", '    if addressed == "":\n'),
    ),
    mutant(
        "the fingerprint leaves out ids after the first ten thousand",
        FINGERPRINT,
        (
            "model/fingerprint.py",
            "    while chunk := list(islice(coming, _TOGETHER)):\n",
            "    if chunk := list(islice(coming, _TOGETHER)):\n",
        ),
    ),
    mutant(
        "dots are an id",
        "unit/test_model_ids.py property/test_sources_laws.py contract/test_wire_deletes.py",
        ("model/ids.py", '    if text in (".", ".."):\n', '    if text == ".":\n'),
    ),
    mutant(
        "control characters are part of an id",
        "unit/test_model_ids.py contract/test_wire_deletes.py",
        ("model/ids.py", "    if _CONTROL.search(text):\n", "    if _CONTROL.match(text):\n"),
    ),
    mutant(
        "protect lists match by equality",
        f"{RESOLVE} property/test_sources_laws.py",
        ("model/ids.py", "text.strip()).casefold()", "text)"),
        ("sources/reading/fit.py", "THEN lower(trim({column}, ' ')) END", "THEN {column} END"),
    ),
    mutant(
        "a refused key fails its id",
        f"{ANSWER} unit/test_engine_run.py",
        (
            "model/answer.py",
            "            return Decision(unsure, code, Then.STOP_DENIED)\n",
            "            return Decision(State.FAILED, code)\n",
        ),
    ),
    mutant(
        "a 429 fails its id",
        f"{ANSWER} unit/test_engine_run.py",
        (
            "model/answer.py",
            "            return _throttled(answer, unsure)\n",
            "            return Decision(State.FAILED, code)\n",
        ),
    ),
    mutant(
        "a 429 counts for the breaker",
        BREAKER,
        (
            "model/answer.py",
            "        Code.NOT_SENT,\n        Code.REJECTED,\n",
            "        Code.NOT_SENT,\n        Code.REJECTED,\n        Code.THROTTLED,\n",
        ),
    ),
    mutant(
        "Retry-After of nothing is nothing",
        f"{ANSWER} property/test_pacer_laws.py",
        (
            "model/answer.py",
            "min(max(retry_after_s, MIN_PAUSE_S), MAX_PAUSE_S)",
            "min(retry_after_s, MAX_PAUSE_S)",
        ),
    ),
    mutant(
        "an id is tried again at once",
        f"{ANSWER} property/test_simulation_crashes.py",
        ("model/answer.py", "    return max(MIN_PAUSE_S, min(", "    return max(0.0, min("),
    ),
    mutant(
        "after a server error a 404 is not ours",
        f"unit/test_engine_run.py property/test_simulation_crashes.py {ANSWER}",
        (
            "model/answer.py",
            "frozenset({Code.TIMEOUT, Code.CONNECTION_LOST, Code.SERVER_ERROR})",
            "frozenset({Code.TIMEOUT, Code.CONNECTION_LOST})",
        ),
    ),
    mutant(
        "a lost answer at the last attempt is a failure",
        f"{ANSWER} unit/test_engine_run.py",
        (
            "model/answer.py",
            "        return Decision(State.SENT, code)\n    return",
            "        return Decision(State.FAILED, code)\n    return",
        ),
    ),
    mutant(
        "absent presumed ours counts for the breaker",
        BREAKER,
        (
            "model/breaker.py",
            "        elif code is Code.ABSENT:\n",
            "        elif code in (Code.ABSENT, Code.PRESUMED_OURS):\n",
        ),
        (
            "model/breaker.py",
            "FAILURES | {Code.ACCEPTED, Code.ABSENT}",
            "FAILURES | {Code.ACCEPTED, Code.ABSENT, Code.PRESUMED_OURS}",
        ),
    ),
    mutant(
        "the breaker looks when it has seen two hundred",
        BREAKER,
        (
            "model/breaker.py",
            "        if len(self.last) < FIRST_LOOK:\n",
            "        if len(self.last) < SAMPLE:\n",
        ),
    ),
    mutant(
        "runs of a few ids each are never judged by shares",
        "unit/test_engine_answers.py",
        (
            "model/breaker.py",
            "self._own.verdict(self._limits) or self._plans.verdict(self._limits)",
            "self._own.verdict(self._limits)",
        ),
    ),
    mutant(
        "good answers of earlier runs excuse those of this one",
        "unit/test_engine_answers.py",
        (
            "model/breaker.py",
            "self._own.verdict(self._limits) or self._plans.verdict(self._limits)",
            "self._plans.verdict(self._limits)",
        ),
    ),
    mutant(
        "a breaker of zero percent is off",
        BREAKER,
        (
            "model/breaker.py",
            "    if part == 0 or limit is None or part * 100",
            "    if part == 0 or not limit or part * 100",
        ),
    ),
    mutant(
        "a window stays open once it was",
        "unit/test_model_window.py",
        ("model/window.py", "any(opens <= at < closes for", "any(opens <= at for"),
    ),
    mutant(
        "evidence as old as the deletion is young enough",
        RESOLVE,
        (
            "engine/idset.py",
            "WHERE deleted.gone_at >= evidence.as_of",
            "WHERE deleted.gone_at > evidence.as_of",
        ),
    ),
    mutant(
        "a list is as young as today each time",
        RESOLVE,
        ("engine/resolve.py", "evidence.first_seen(digest) or evidence.now\n", "evidence.now\n"),
    ),
    mutant(
        "a list with a line more is news of everybody",
        "unit/test_engine_first_seen.py cli/test_cli_spine.py",
        (
            "engine/first_seen.py",
            "    return known if row is None else min(row.draft.evidence.values(), default=row.planned_at)",
            "    return known",
        ),
    ),
    mutant(
        "a list after a plan of nobody is news of everybody",
        "unit/test_engine_first_seen.py",
        (
            "engine/first_seen.py",
            " if one.state is not PlanState.DONE or journal.runs(one.plan_id))",
            ")",
        ),
    ),
    mutant(
        "ids are sent in the order of the alphabet",
        f"{RESOLVE} property/test_resolve_laws.py",
        (
            "engine/idset.py",
            "CAST(substr(sha256(concat({fingerprint}, id)), 1, 32) AS UUID) AS place",
            "concat(id, {fingerprint}) AS place",
        ),
    ),
    mutant(
        "the oldest list that names an id is its evidence",
        RESOLVE,
        (
            "engine/idset.py",
            "       max(evidence) AS evidence,\n",
            "       min(evidence) AS evidence,\n",
        ),
    ),
    mutant(
        "a list names nobody twice",
        RESOLVE,
        ("engine/resolve.py", "== 1 and digests[0].unique,", "== 1,"),
    ),
    mutant(
        "who opted out is deleted",
        f"{RESOLVE} unit/test_resolve_audience.py",
        ("engine/idset.py", "\"opted_out = 't' AND", "\"opted_out = 'x' AND"),
    ),
)
