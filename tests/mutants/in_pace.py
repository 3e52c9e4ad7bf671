"""Sabotages of pace: how many requests a second, and when somebody's turn comes again."""

from mutants.mutant import mutant

RETRIES = "unit/test_engine_retries.py"
SIMULATED = "property/test_simulation_crashes.py"

MUTANTS = (
    mutant(
        "a 429 does not slow anybody",
        f"property/test_pacer_laws.py {RETRIES} {SIMULATED}",
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
        f"unit/test_engine_pace.py {SIMULATED}",
        ("engine/flight.py", "HORIZON_S: Final = 0.1", "HORIZON_S: Final = 10.0"),
    ),
    mutant(
        "a 429 uses up attempts",
        f"{RETRIES} unit/test_model_answer.py",
        ("engine/waiting.py", "self.attempt + (code is not Code.THROTTLED)", "self.attempt + 1"),
    ),
    mutant(
        "a user's subscriptions are sent at once",
        "unit/test_engine_waiting.py",
        ("engine/waiting.py", "USER_S: Final = 1.05", "USER_S: Final = 0.0"),
    ),
    mutant(
        "lateness is made up for without a bound",
        "property/test_pacer_laws.py",
        (
            "engine/pacer.py",
            "            return max(due, self._recent[0] + self._span_s)\n",
            "            return due\n",
        ),
    ),
    mutant(
        "claims do not count what is under way",
        "unit/test_engine_pace.py",
        (
            "engine/flight.py",
            "        free = self._pacer.most_in_flight - self.claimed\n",
            "        free = self._pacer.most_in_flight - self.unbegun\n",
        ),
    ),
    mutant(
        "one at a time is two at a time",
        "unit/test_engine_pace.py",
        (
            "engine/flight.py",
            "        free = self._pacer.most_in_flight - self.claimed\n",
            "        free = self._pacer.most_in_flight - self.unbegun\n",
        ),
        (
            "engine/flight.py",
            "        return self._in_flight < self._pacer.most_in_flight\n",
            "        return self._in_flight <= self._pacer.most_in_flight\n",
        ),
    ),
    mutant(
        "a request that clings is not waited for when a run is closed",
        "unit/test_engine_abandoned.py",
        (
            "engine/flight.py",
            "        await asyncio.gather(*senders, return_exceptions=True)\n",
            "        await asyncio.sleep(0)\n",
        ),
    ),
    mutant(
        "a shorter pause ends a longer one",
        "property/test_pacer_laws.py",
        ("engine/pacer.py", "max(self._paused_until, now + pause_s)", "now + pause_s"),
        (
            "engine/pacer.py",
            "max(self._next_at, self._paused_until), 0.0\n",
            "now + pause_s, 0.0\n",
        ),
    ),
)
