"""Sabotages of what an answer means: for an id, for the next try, for the breaker."""

from mutants.mutant import mutant

RETRIES = "unit/test_engine_retries.py"
ANSWER = "unit/test_model_answer.py"
BREAKER = "unit/test_model_breaker.py"

MUTANTS = (
    mutant(
        "a refused key fails its id",
        f"{ANSWER} unit/test_engine_stops.py",
        (
            "model/answer.py",
            "            return Decision(unsure, code, Then.STOP_DENIED)\n",
            "            return Decision(State.FAILED, code)\n",
        ),
    ),
    mutant(
        "a 429 fails its id",
        f"{ANSWER} {RETRIES}",
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
        f"{RETRIES} property/test_simulation_crashes.py {ANSWER}",
        (
            "model/answer.py",
            "frozenset({Code.TIMEOUT, Code.CONNECTION_LOST, Code.SERVER_ERROR})",
            "frozenset({Code.TIMEOUT, Code.CONNECTION_LOST})",
        ),
    ),
    mutant(
        "a lost answer at the last attempt is a failure",
        f"{ANSWER} {RETRIES}",
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
        "a connection refused after a doubt makes its id pending",
        ANSWER,
        (
            "model/answer.py",
            "unsure if code is Code.NOT_SENT else State.SENT, retry)",
            "State.PENDING if code is Code.NOT_SENT else State.SENT, retry)",
        ),
    ),
    mutant(
        "one server error among rejections makes them an outage",
        BREAKER,
        (
            "model/breaker.py",
            "        if all(code in OUT_OF_REACH",
            "        if any(code in OUT_OF_REACH",
        ),
    ),
    mutant(
        "conflicts are no failures",
        BREAKER,
        ("model/answer.py", "        Code.CONFLICT,\n        Code.TIMEOUT", "        Code.TIMEOUT"),
    ),
    mutant(
        "old answers never leave the breaker's sums",
        BREAKER,
        (
            "model/breaker.py",
            "            self._weigh(self.last[0], -1)\n",
            "            self._weigh(self.last[0], 0)\n",
        ),
    ),
    mutant(
        "the last reason to stop is the one that counts",
        "unit/test_engine_stops.py",
        (
            "engine/judging.py",
            "        self.ended = self.ended or STOPS.get(decision.then)\n",
            "        self.ended = STOPS.get(decision.then) or self.ended\n",
        ),
    ),
    mutant(
        "whom the API names as deleted is forgotten",
        "unit/test_engine_run.py",
        (
            "engine/judging.py",
            "        return Outcome(claimed.item, state, code, at, answer.status, answer.onesignal_id)\n",
            "        return Outcome(claimed.item, state, code, at, answer.status)\n",
        ),
    ),
)
