"""Sabotages of gates, runs, canary, pace: what sends, how much, and when it stops."""

from mutants.mutant import mutant

RUN = "unit/test_engine_run.py"
GATES = "unit/test_engine_gatekeeper.py"
HALTED = "cli/test_cli_interrupted.py"
SPINE = "cli/test_cli_spine.py"
HALFWAY = "cli/test_cli_halfway.py"
SIMULATED = "property/test_simulation_crashes.py"
LIVES = "property/test_simulation_machine.py"

MUTANTS = (
    mutant(
        "what is sent again leaves before its claim",
        f"{RUN} {SIMULATED}",
        (
            "engine/execute.py",
            "        items = await self._journal(outcomes, [one.item for one in again], fresh)\n"
            "        self._exhausted = self._exhausted or len(items) < fresh\n"
            "        self._count(len(items))\n"
            "        self.flight.launch([*again, *(Claimed(item) for item in items)])\n",
            "        self.flight.launch(again)\n"
            "        items = await self._journal(outcomes, [one.item for one in again], fresh)\n"
            "        self._exhausted = self._exhausted or len(items) < fresh\n"
            "        self._count(len(items))\n"
            "        self.flight.launch([Claimed(item) for item in items])\n",
        ),
    ),
    mutant(
        "the cap is per process, not per plan",
        f"{GATES} {SIMULATED} {LIVES}",
        (
            "engine/admit.py",
            "spec.limits.max_delete - facts.claimed_before + given_back",
            "spec.limits.max_delete + 0 * given_back",
        ),
    ),
    mutant(
        "the cap is judged once and not while running",
        f"{RUN} {SIMULATED}",
        (
            "engine/stops.py",
            "min(self._bounds.allowance - self._claimed, limit, budget)",
            "min(2**31 - self._claimed, limit, budget)",
        ),
    ),
    mutant(
        "the budget does not end a run",
        RUN,
        (
            "engine/stops.py",
            "min(self._bounds.allowance - self._claimed, limit, budget)",
            "min(self._bounds.allowance - self._claimed, limit)",
        ),
    ),
    mutant(
        "what was used of the budget is nothing",
        "unit/test_engine_window.py",
        (
            "engine/facts.py",
            "    return journal.claimed_since(rules.spec.app.id, since)\n",
            "    return 0 * journal.claimed_since(rules.spec.app.id, since)\n",
        ),
    ),
    mutant(
        "no guards at all admit",
        f"{GATES} unit/test_engine_admit.py",
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
        "a window that closes ends no run",
        f"{RUN} unit/test_engine_window.py",
        (
            "engine/stops.py",
            "        return None if self._bounds.wait else self._window_closed()\n",
            "        return None\n",
        ),
    ),
    mutant(
        "protect lists are not read again at the start",
        f"{SIMULATED} {HALTED}",
        (
            "engine/apply.py",
            "            spared += self.journal.skip(row.plan_id, some, Skip.PROTECTED, now)\n",
            "            spared += 0\n",
        ),
    ),
    mutant(
        "who is in doubt is sent again though they are protected by now",
        f"{HALFWAY} {SIMULATED}",
        (
            "engine/run.py",
            "        return [one for one in found.again"
            " if one.item.position not in self._admitted.held_back]\n",
            "        return found.again\n",
        ),
    ),
    mutant(
        "who is in doubt is not compared with the protect lists again",
        HALFWAY,
        (
            "bootstrap/shop.py",
            "            rows = journal.items(row.plan_id, (State.PENDING, State.SENT))\n",
            "            rows = journal.items(row.plan_id, (State.PENDING,))\n",
        ),
    ),
    mutant(
        "who was deleted under another plan since planning is sent",
        f"cli/test_cli_again.py {LIVES}",
        ("engine/apply.py", "self.journal.skip_deleted_elsewhere(row.plan_id, now)", "0"),
    ),
    mutant(
        "the sentinel is not asked for",
        "unit/test_engine_gatekeeper.py cli/test_cli_policy.py",
        ("engine/apply.py", "        await self._sentinel(view)\n", ""),
    ),
    mutant(
        "the largest standing approval counts",
        "unit/test_engine_gatekeeper.py cli/test_cli_policy.py",
        (
            "engine/apply.py",
            "admitted.facts.left > min(caps)",
            "admitted.facts.left > 10 * min(caps)",
        ),
    ),
    mutant(
        "the canary is skipped",
        f"{RUN} {SIMULATED}",
        (
            "engine/run.py",
            "        if size and not canary.judged(",
            "        if size < 0 and not canary.judged(",
        ),
    ),
    mutant(
        "unknown ids pass the canary",
        "unit/test_engine_canary.py",
        (
            "engine/canary.py",
            "row.state in (State.FAILED, State.SENT, State.PENDING)",
            "row.state is State.FAILED",
        ),
    ),
    mutant(
        "a canary that may not be looked at is gone",
        f"{RUN} unit/test_engine_canary.py",
        ("engine/canary.py", "row.id) is not False", "row.id) is True"),
    ),
    mutant(
        "a canary that stays is waited for and forgiven",
        f"unit/test_engine_canary.py {RUN}",
        (
            "engine/canary.py",
            '                self.failed = _failed(f"{count} accepted ids are still there after 2 min")\n',
            "                self.gone += len(count) * 0\n",
        ),
    ),
    mutant(
        "an API that is away while the canary is looked at counts as nothing sent",
        f"unit/test_engine_stopped_looks.py {SIMULATED}",
        (
            "engine/heeding.py",
            "    except UnreachableError as error:\n",
            "    except ZeroDivisionError as error:\n",
        ),
    ),
    mutant(
        "the breaker is not asked",
        RUN,
        (
            "engine/judging.py",
            "        self.ended = self.ended or self._tripped()\n",
            "",
        ),
    ),
    mutant(
        "a small plan is not judged by its shares",
        f"{RUN} unit/test_engine_final_word.py",
        (
            "engine/final_word.py",
            "    if 0 < tally.total < FIRST_LOOK:\n",
            "    if 0 > tally.total > FIRST_LOOK:\n",
        ),
    ),
    mutant(
        "unknown ids end in exit 0",
        f"{RUN} unit/test_engine_final_word.py {SIMULATED}",
        (
            "engine/final_word.py",
            "    if tally[State.FAILED] or tally.left:\n",
            "    if tally[State.FAILED]:\n",
        ),
    ),
    mutant(
        "what may have worked is given back as pending",
        f"unit/test_engine_resumed.py {SIMULATED}",
        (
            "engine/judging.py",
            "State.SENT if claimed.doubtful else State.PENDING",
            "State.PENDING if claimed.doubtful else State.PENDING",
        ),
    ),
    mutant(
        "a doubt is forgotten at the next try",
        f"{RUN} {SIMULATED}",
        (
            "engine/waiting.py",
            "doubtful = self.doubtful or code in MAY_HAVE_WORKED",
            "doubtful = code in MAY_HAVE_WORKED",
        ),
    ),
    mutant(
        "an alias in doubt is sent again however late",
        f"{RUN} {SIMULATED}",
        (
            "engine/unresolved.py",
            "if sure == inf or 0 <= since_s <= sure:",
            "if sure == inf or 0 <= since_s:",
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
        "an alias in doubt is sent again whomever it names",
        f"{RUN} {SIMULATED} unit/test_engine_renamed.py",
        (
            "engine/unresolved.py",
            "            unknown += 1\n",
            "            again.append(Claimed(item, doubtful=True))\n",
        ),
    ),
    mutant(
        "within a run an alias in doubt stays sure for ever",
        f"{SIMULATED} {LIVES} unit/test_engine_renamed.py",
        (
            "engine/again.py",
            "            if starts_at < claimed.until:",
            "            if claimed.until:",
        ),
    ),
    mutant(
        "a run whose journal failed leaves no file",
        f"unit/test_engine_salvage.py {SIMULATED}",
        (
            "engine/run.py",
            "                self._world.dump(self._run_id, ())\n",
            "                self._run_id += 0\n",
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
        "what was saved holds for whatever was claimed since",
        "unit/test_engine_salvage.py",
        ("engine/salvage.py", " and claim.last_claim <= one.at", ""),
    ),
    mutant(
        "what a run saved holds for another run's claim, if only the clock says so",
        "unit/test_engine_salvage.py",
        ("engine/salvage.py", "claim.run_id == run and ", ""),
    ),
    mutant(
        "what a run saved is taken in at every start",
        "unit/test_engine_salvage.py",
        ("engine/salvage.py", "            told.pop(run, None)\n", "            told.get(run)\n"),
    ),
    mutant(
        "an error of the journal is lost where a second signal comes",
        "unit/test_bootstrap_loop.py",
        (
            "bootstrap/loop.py",
            "                raise error from None\n",
            '                error.add_note("")\n',
        ),
    ),
    mutant(
        "requests begin after a journal error",
        f"{RUN} {SIMULATED}",
        ("engine/execute.py", "        self.flight.ground()\n        await", "        await"),
    ),
    mutant(
        "what was answered is not dumped when the journal fails",
        f"{RUN} {SIMULATED}",
        (
            "engine/execute.py",
            "        self._means.dump([*self._unsaved, *late])\n",
            "        self._means.dump(late)\n",
        ),
    ),
    mutant(
        "--limit lets all through that an earlier run left unresolved",
        f"{RUN} unit/test_engine_resumed.py",
        (
            "engine/stops.py",
            "        if self._left(self._bounds.most, self._sent) <= 0:\n",
            "        if self._left(self._bounds.most, self._sent) < 0 * self._sent - 1e9:\n",
        ),
    ),
    mutant(
        "the budget lets all through that an earlier run left unresolved",
        f"{RUN} unit/test_engine_resumed.py",
        (
            "engine/stops.py",
            "        if not known and self._left(",
            "        if known is None and self._left(",
        ),
    ),
    mutant(
        "a check waits until all are sent that earlier runs left unresolved",
        f"{RUN} unit/test_engine_resumed.py",
        (
            "engine/execute.py",
            "            self._means.left.extend((*self._back, *self._again.clear(), *self._resumed))\n            self._resumed.clear()\n",
            "            self._means.left.extend((*self._back, *self._again.clear()))\n",
        ),
    ),
    mutant(
        "whoever is to be tried again is sent before a check that is due",
        f"unit/test_engine_check.py {SIMULATED}",
        (
            "engine/execute.py",
            "(*self._back, *self._again.clear(), *self._resumed)",
            "(*self._back, *self._resumed)",
        ),
    ),
    mutant(
        "whoever waits for their start is sent before a check that is due",
        "unit/test_engine_check.py",
        (
            "engine/execute.py",
            "self._given_back() if paused or self._checking else",
            "self._given_back() if paused else",
        ),
    ),
    mutant(
        "a check makes everybody be tried again at once",
        "unit/test_engine_check.py",
        (
            "engine/execute.py",
            "self._resumed = deque(one for one in again if not one.at)",
            "self._resumed = deque(one._replace(at=0.0) for one in again)",
        ),
    ),
    mutant(
        "an alias in doubt is claimed within its hour and sent after it",
        "unit/test_engine_resumed.py",
        (
            "engine/execute.py",
            "        starts_at = max(now, self._means.pacer.due_at(now))\n",
            "        starts_at = now\n",
        ),
    ),
    mutant(
        "the hour of an alias in doubt stands still while the machine sleeps",
        "cli/test_cli_clock.py",
        (
            "cli/clock.py",
            "        return time.clock_gettime(_AWAKE_OR_NOT)\n",
            "        return time.monotonic()\n",
        ),
    ),
    mutant(
        "the hour of an alias in doubt begins anew with each claim",
        "unit/test_engine_resumed.py",
        (
            "engine/unresolved.py",
            "    for item, claimed_at, _, _ in unresolved:\n",
            "    for item, _, claimed_at, _ in unresolved:\n",
        ),
    ),
    mutant(
        "an alias in doubt goes again although another plan may have reached it since",
        "unit/test_engine_gatekeeper.py",
        (
            "engine/apply.py",
            "        self._held_back |= self.journal.doubtful_elsewhere(row.plan_id)\n",
            "",
        ),
    ),
    mutant(
        "a stop asked for is not heard",
        f"{RUN} {SIMULATED}",
        (
            "engine/stops.py",
            "        if self._request.asked:\n",
            "        if self._request is None:\n",
        ),
    ),
    mutant(
        "a 429 does not slow anybody",
        f"property/test_pacer_laws.py {RUN} {SIMULATED}",
        (
            "engine/pacer.py",
            "max(self._paused_until, now + pause_s)",
            "max(self._paused_until, now)",
        ),
    ),
    mutant(
        "lateness of half a second is made up for in a burst",
        "property/test_pacer_laws.py",
        ("engine/pacer.py", "GRACE_S: Final = 0.010", "GRACE_S: Final = 0.5"),
    ),
    mutant(
        "claims reach ten seconds ahead",
        f"{RUN} {SIMULATED}",
        ("engine/flight.py", "HORIZON_S: Final = 0.1", "HORIZON_S: Final = 10.0"),
    ),
    mutant(
        "a 429 uses up attempts",
        f"{RUN} unit/test_model_answer.py",
        ("engine/waiting.py", "self.attempt + (code is not Code.THROTTLED)", "self.attempt + 1"),
    ),
    mutant(
        "somebody returned is still there",
        "unit/test_engine_verify.py",
        (
            "engine/verify.py",
            "Verdict.STILL_THERE if named == item.onesignal_id else Verdict.RETURNED",
            "Verdict.STILL_THERE",
        ),
    ),
    mutant(
        "an export counts as gone whoever has another onesignal_id",
        "unit/test_engine_verify.py",
        ("engine/held.py", "WHEN who IS NOT NULL THEN 'returned' END", "ELSE 'gone' END"),
    ),
    mutant(
        "cancel says so and closes nothing",
        f"{SPINE} {LIVES}",
        (
            "engine/cancel.py",
            "    journal.conclude(row.plan_id, PlanState.CANCELLED, now)\n",
            "    journal.events(row.plan_id, str(now))\n",
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
        "forget seals the newest plan of a name alone",
        f"cli/test_cli_backup.py {LIVES}",
        ("engine/forgetting.py", "    for one in rows:\n", "    for one in rows[:1]:\n"),
    ),
    mutant(
        "forget seals nobody where one plan is open",
        "cli/test_cli_backup.py",
        (
            "engine/forgetting.py",
            "            refused |= dict.fromkeys(error.findings)\n",
            "            refused |= dict.fromkeys(error.findings)\n            break\n",
        ),
    ),
    mutant(
        "who is protected by now and in doubt counts as spared",
        f"{HALFWAY} {SIMULATED}",
        (
            "engine/apply.py",
            "            self._held_back |= unresolved.intersection(some)\n",
            "            self._held_back |= unresolved.difference(some)\n",
        ),
    ),
    mutant(
        "another window makes a plan another one",
        HALFWAY,
        (
            "model/fingerprint.py",
            '        "canary": spec.canary,\n',
            '        "canary": spec.canary,\n        "window": str(spec.pace.window),\n',
        ),
    ),
    mutant(
        "another number of attempts makes a plan another one",
        HALFWAY,
        (
            "model/fingerprint.py",
            '        "canary": spec.canary,\n',
            '        "canary": spec.canary,\n        "retry": spec.retry.max_attempts,\n',
        ),
    ),
    mutant(
        "a run heeds no window",
        GATES,
        ("engine/apply.py", "            window=spec.pace.window,\n", "            window=None,\n"),
    ),
)
