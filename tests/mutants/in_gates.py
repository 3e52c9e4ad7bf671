"""Sabotages of the gates: what is compared, asked for and refused before a run begins."""

from mutants.mutant import mutant

GATES = "unit/test_engine_gatekeeper.py"
NETWORK = "unit/test_engine_gatekeeper_network.py"
HALTED = "cli/test_cli_interrupted.py"
LIVES = "property/test_simulation_machine.py"
SIMULATED = "property/test_simulation_crashes.py"

MUTANTS = (
    mutant(
        "no guards at all admit",
        "unit/test_engine_admit.py",
        ("engine/admit.py", "    if not guards:\n", "    if guards is None:\n"),
    ),
    mutant(
        "only the first guard is heard",
        "unit/test_engine_admit.py",
        (
            "engine/admit.py",
            "    found = (guard(spec, policy, facts) for guard in guards.values())\n",
            "    found = (guard(spec, policy, facts) for guard in [*guards.values()][:1])\n",
        ),
    ),
    mutant(
        "fingerprints are compared by their first twelve digits",
        "unit/test_engine_gates.py",
        (
            "engine/gates.py",
            "order.fingerprint == row.draft.fingerprint:\n",
            "short(order.fingerprint) == short(row.draft.fingerprint):\n",
        ),
    ),
    mutant(
        "the file may say other limits than were reviewed",
        "unit/test_engine_gates.py",
        ("engine/gates.py", "    if now != row.draft.fingerprint:\n", "    if not now:\n"),
    ),
    mutant(
        "a source that has changed is no matter",
        "unit/test_engine_gates.py",
        (
            "engine/gates.py",
            "        if now is None or now == planned.get(path):\n",
            "        if now is None or path in planned:\n",
        ),
    ),
    mutant(
        "a retry takes back whom it failed before it is refused",
        GATES,
        (
            "engine/apply.py",
            "        gates.not_closed(row)\n",
            "        gates.not_closed(row)\n        journal.reopen(row.plan_id, now)\n",
        ),
    ),
    mutant(
        "no plan ever expires",
        "unit/test_engine_gates.py",
        (
            "engine/gates.py",
            "    if not tally.begun and now",
            "    if tally.claimed < 0 and now",
        ),
    ),
    mutant(
        "a plan of which nobody was ever sent expires no more",
        "unit/test_engine_gates.py cli/test_cli_refused.py",
        ("engine/gates.py", "    if not tally.begun and now", "    if not tally.claimed and now"),
    ),
    mutant(
        "a plan may expire while the question stands open",
        "cli/test_cli_live.py",
        (
            "cli/apply.py",
            "            self.keeper.still_timely(row)  # a question may stand open for days\n",
            "",
        ),
    ),
    mutant(
        "not_before is not heeded",
        "unit/test_engine_gates.py",
        ("engine/gates.py", "    if now < not_before:\n", "    if now < row.planned_at:\n"),
    ),
    mutant(
        "a superseded plan is applied",
        f"unit/test_engine_gates.py {HALTED} {LIVES}",
        (
            "engine/gates.py",
            "    if row.state in (PlanState.CANCELLED, PlanState.SUPERSEDED):\n",
            "    if row.state in (PlanState.CANCELLED,):\n",
        ),
    ),
    mutant(
        "nobody must look at a run that stopped for a person",
        "unit/test_engine_gates.py",
        (
            "engine/gates.py",
            "    if last.exit_code == Exit.ATTENTION:\n",
            "    if last.exit_code is Exit.LOCKED:\n",
        ),
    ),
    mutant(
        "nobody must look where a run was killed right after its canary had failed",
        f"unit/test_engine_gates.py {SIMULATED}",
        (
            "engine/gates.py",
            "if canary.failed_since(journal, last) else None",
            "if last.plan_id < 0 else None",
        ),
    ),
    mutant(
        "a closed window lets a command in",
        "unit/test_engine_gates.py",
        (
            "engine/gates.py",
            "    if window is not None and not order.wait and not is_open(window, now):\n",
            "    if window is not None and order.wait and not is_open(window, now):\n",
        ),
    ),
    mutant(
        "the sentinel is not asked for",
        f"{NETWORK} cli/test_cli_policy.py",
        ("engine/apply.py", "        await self._sentinel(view)\n", ""),
    ),
    mutant(
        "the largest standing approval counts",
        f"{NETWORK} cli/test_cli_policy.py",
        (
            "engine/apply.py",
            "admitted.facts.left > min(caps)",
            "admitted.facts.left > 10 * min(caps)",
        ),
    ),
    mutant(
        "a plan file that describes another source deletes what was frozen",
        "unit/test_engine_gates.py cli/test_cli_resourced.py",
        (
            "engine/gates.py",
            "    if row.draft.summary.get(SOURCES) == sources_digest(spec):\n",
            "    if row.draft.summary:\n",
        ),
    ),
    mutant(
        "files that a pattern names by now are not looked at",
        "unit/test_engine_gates.py cli/test_cli_resourced.py",
        ("engine/gates.py", "dict.fromkeys((*planned, *named))", "planned"),
    ),
    mutant(
        "a policy that is taken away is not missed",
        "unit/test_engine_gates.py cli/test_cli_policy.py",
        (
            "engine/gates.py",
            "    if policy is None and path:\n",
            "    if policy is None and not row:\n",
        ),
    ),
    mutant(
        "nobody need look after a journal error",
        "unit/test_engine_gates.py",
        (
            "engine/gates.py",
            "last.exit_code is None and errored(last.run_id)",
            "last.exit_code is None and not last.run_id",
        ),
    ),
    mutant(
        "a cancelled plan is applied",
        f"unit/test_engine_gates.py {SIMULATED} {LIVES}",
        (
            "engine/gates.py",
            "    if row.state in (PlanState.CANCELLED, PlanState.SUPERSEDED):\n",
            "    if row.state in (PlanState.SUPERSEDED,):\n",
        ),
    ),
    mutant(
        "a part of a fingerprint approves a plan, and so does none of it",
        "unit/test_engine_gates.py",
        (
            "engine/gates.py",
            "order.fingerprint == row.draft.fingerprint:\n",
            "row.draft.fingerprint.startswith(order.fingerprint):\n",
        ),
    ),
    mutant(
        "the app is called at each start what it was when planned",
        NETWORK,
        ("engine/facts.py", "        live_name=app.name,\n", ""),
    ),
    mutant(
        "the frozen set is not held against its file",
        GATES,
        ("engine/apply.py", "        gates.intact(journal, row, spec)\n", ""),
    ),
    mutant(
        "a sentinel of whom nobody can tell is there",
        NETWORK,
        (
            "engine/apply.py",
            ' is not True:\n            problem = "the app',
            ' is False:\n            problem = "the app',
        ),
    ),
    mutant(
        "no standing approval at all is one",
        NETWORK,
        ("engine/apply.py", "        if not caps or admitted", "        if caps and admitted"),
    ),
    mutant(
        "who was seen to be still there is not taken back",
        GATES,
        (
            "model/records.py",
            "bool(self[State.FAILED] or self.verdicts.get(Verdict.STILL_THERE))",
            "bool(self[State.FAILED])",
        ),
    ),
    mutant(
        "a plan that is refused takes the place of the open one",
        "cli/test_cli_refused.py",
        (
            "engine/plan.py",
            "        if review.violations:\n",
            "        if review.violations and not review.fingerprint:\n",
        ),
    ),
)
