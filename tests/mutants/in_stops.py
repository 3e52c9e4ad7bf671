"""Sabotages of bounds, canary and breaker: how much is sent, and when a run stops."""

from mutants.mutant import mutant

RETRIES = "unit/test_engine_retries.py"
FIRST = "unit/test_engine_canary_first.py"
STOPS = "unit/test_engine_stops.py"
NETWORK = "unit/test_engine_gatekeeper_network.py"
SIMULATED = "property/test_simulation_crashes.py"
LIVES = "property/test_simulation_machine.py"

MUTANTS = (
    mutant(
        "the cap is per process, not per plan",
        f"{NETWORK} {SIMULATED} {LIVES}",
        (
            "engine/admit.py",
            "spec.limits.max_delete - facts.claimed_before + given_back",
            "spec.limits.max_delete + 0 * given_back",
        ),
    ),
    mutant(
        "the cap is judged once and not while running",
        f"{STOPS} {SIMULATED}",
        (
            "engine/stops.py",
            "min(self._bounds.allowance - self._claimed, limit, budget)",
            "min(2**31 - self._claimed, limit, budget)",
        ),
    ),
    mutant(
        "the budget does not end a run",
        STOPS,
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
        "a window that closes ends no run",
        "unit/test_engine_window.py",
        (
            "engine/stops.py",
            "        return None if self._bounds.wait else self._window_closed()\n",
            "        return None\n",
        ),
    ),
    mutant(
        "the canary is skipped",
        f"{FIRST} {SIMULATED}",
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
        "unit/test_engine_canary.py",
        ("engine/canary.py", "row.id) is not False", "row.id) is True"),
    ),
    mutant(
        "a canary that stays is waited for and forgiven",
        f"unit/test_engine_canary.py {FIRST}",
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
        STOPS,
        (
            "engine/judging.py",
            "        self.ended = self.ended or self._tripped()\n",
            "",
        ),
    ),
    mutant(
        "a small plan is not judged by its shares",
        f"{STOPS} unit/test_engine_final_word.py",
        (
            "engine/final_word.py",
            "    if 0 < tally.total < FIRST_LOOK:\n",
            "    if 0 > tally.total > FIRST_LOOK:\n",
        ),
    ),
    mutant(
        "unknown ids end in exit 0",
        f"{RETRIES} unit/test_engine_final_word.py {SIMULATED}",
        (
            "engine/final_word.py",
            "    if tally[State.FAILED] or tally.left:\n",
            "    if tally[State.FAILED]:\n",
        ),
    ),
    mutant(
        "--limit lets all through that an earlier run left unresolved",
        "unit/test_engine_resumed.py",
        (
            "engine/stops.py",
            "        if self._left(self._bounds.most, self._sent) <= 0:\n",
            "        if self._left(self._bounds.most, self._sent) < 0 * self._sent - 1e9:\n",
        ),
    ),
    mutant(
        "the budget lets all through that an earlier run left unresolved",
        "unit/test_engine_resumed.py",
        (
            "engine/stops.py",
            "        if not known and self._left(",
            "        if known is None and self._left(",
        ),
    ),
    mutant(
        "a stop asked for is not heard",
        f"{STOPS} {SIMULATED}",
        (
            "engine/stops.py",
            "        if self._request.asked:\n",
            "        if self._request is None:\n",
        ),
    ),
    mutant(
        "a run heeds no window",
        NETWORK,
        ("engine/apply.py", "            window=spec.pace.window,\n", "            window=None,\n"),
    ),
    mutant(
        "a window stays open once it was",
        "unit/test_model_window.py",
        ("model/window.py", "any(opens <= at < closes for", "any(opens <= at for"),
    ),
    mutant(
        "who was claimed ahead is sent though an answer has ended the run",
        STOPS,
        (
            "engine/execute.py",
            "        outcomes += [] if claim and not self._checking else self._given_back()\n",
            "        outcomes += self._given_back() if paused or self._checking else []\n",
        ),
    ),
    mutant(
        "the turn that ends a run claims once more",
        STOPS,
        (
            "engine/execute.py",
            "        claim = not paused and self._judge.ended is None\n",
            "        claim = not paused\n",
        ),
    ),
    mutant(
        "a canary that was stopped while it was looked at has passed",
        "unit/test_engine_stopped_looks.py",
        (
            "engine/run.py",
            "            if self.ended.exit is not Exit.DONE:\n"
            "                return  # stopped while looking: the next run judges it\n",
            "",
        ),
    ),
    mutant(
        "only the first of a canary is looked at",
        "unit/test_engine_canary.py",
        (
            "engine/canary.py",
            "if row.state is State.ACCEPTED]\n",
            "if row.state is State.ACCEPTED][:1]\n",
        ),
    ),
    mutant(
        "a canary's absences are held against no limit of zero",
        "unit/test_engine_canary.py",
        (
            "engine/canary.py",
            "    if limit is not None and absent * 100",
            "    if limit and absent * 100",
        ),
    ),
    mutant(
        "absent presumed ours fails a canary",
        "unit/test_engine_canary.py",
        (
            "engine/canary.py",
            "row.state is State.ABSENT and row.code is Code.ABSENT for",
            "row.state is State.ABSENT for",
        ),
    ),
    mutant(
        "absent presumed ours counts in a small plan",
        "unit/test_engine_final_word.py",
        (
            "engine/final_word.py",
            "        absent = tally[State.ABSENT] - tally.presumed_ours\n",
            "        absent = tally[State.ABSENT]\n",
        ),
    ),
    mutant(
        "looks go on when nobody listens to a run any more",
        "unit/test_engine_abandoned.py",
        (
            "engine/heeding.py",
            "        task.cancel()\n        await asyncio.gather(task, return_exceptions=True)\n",
            "        await asyncio.sleep(0)\n",
        ),
    ),
)
