"""Sabotages of who is sent again, and of who is spared though the plan names them."""

from mutants.mutant import mutant

RETRIES = "unit/test_engine_retries.py"
SIMULATED = "property/test_simulation_crashes.py"
HALTED = "cli/test_cli_interrupted.py"
HALFWAY = "cli/test_cli_halfway.py"
LIVES = "property/test_simulation_machine.py"

MUTANTS = (
    mutant(
        "what is sent again leaves before its claim",
        f"{RETRIES} {SIMULATED}",
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
        f"{RETRIES} {SIMULATED}",
        (
            "engine/waiting.py",
            "doubtful = self.doubtful or code in MAY_HAVE_WORKED",
            "doubtful = code in MAY_HAVE_WORKED",
        ),
    ),
    mutant(
        "an alias in doubt is sent again however late",
        f"{RETRIES} {SIMULATED}",
        (
            "engine/unresolved.py",
            "if sure == inf or 0 <= since_s <= sure:",
            "if sure == inf or 0 <= since_s:",
        ),
    ),
    mutant(
        "an alias in doubt is sent again whomever it names",
        f"{RETRIES} {SIMULATED} unit/test_engine_renamed.py",
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
        "unit/test_engine_gatekeeper_network.py",
        (
            "engine/apply.py",
            "        self._held_back |= self.journal.doubtful_elsewhere(row.plan_id)\n",
            "",
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
        "whoever is sent again leaves room for fresh claims",
        "unit/test_engine_resumed.py",
        (
            "engine/execute.py",
            "max(0, self._fresh() - len(again)) if claim",
            "max(0, self._fresh()) if claim",
        ),
    ),
    mutant(
        "whoever is sent again is no part of the canary",
        "unit/test_engine_resumed.py",
        (
            "engine/run.py",
            "row.state is State.PENDING and row.position not in known for row in rows",
            "row.state is not State.SKIPPED for row in rows",
        ),
    ),
    mutant(
        "whoever is sent again with the canary is sent once more with the rest",
        "unit/test_engine_resumed.py",
        ("engine/run.py", "            again = ()\n        if self.ended", "        if self.ended"),
    ),
    mutant(
        "a clock that was put back keeps an alias in doubt young",
        "unit/test_engine_resumed.py",
        ("engine/unresolved.py", "0 <= since_s <= sure", "since_s <= sure"),
    ),
    mutant(
        "whom a look does not find any more was gone before",
        "unit/test_engine_resumed.py",
        ("engine/unresolved.py", "Code.PRESUMED_OURS", "Code.ABSENT"),
    ),
    mutant(
        "the hour of a doubt begins anew with each that follows",
        "unit/test_engine_waiting.py",
        (
            "engine/waiting.py",
            "until if doubtful and not self.doubtful else self.until",
            "until if doubtful else self.until",
        ),
    ),
    mutant(
        "whoever is tried again is claimed as far ahead as there are",
        RETRIES,
        (
            "engine/again.py",
            "        while self.is_due(now) and len(taken) < most:\n",
            "        while self.is_due(now):\n",
        ),
    ),
    mutant(
        "whoever is taken up twice before they are sent counts twice",
        "unit/test_engine_resumed.py",
        ("engine/stops.py", "        del self._claims[position]\n", ""),
    ),
)
