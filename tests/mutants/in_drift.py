"""Sabotages of drift checks: whom they spare, and when they are due."""

from mutants.mutant import mutant

FAILS = "unit/test_engine_check_fails.py"
SIMULATED = "property/test_simulation_crashes.py"
DRIFT = "unit/test_engine_drift.py"
LAWS = "property/test_drift_laws.py"
CHECK = "unit/test_engine_check.py"

MUTANTS = (
    mutant(
        "a check waits until all are sent that earlier runs left unresolved",
        "unit/test_engine_resumed.py",
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
            "[] if claim and not self._checking else",
            "[] if claim else",
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
        "everybody is compared with the youngest evidence",
        f"{DRIFT} {LAWS}",
        (
            "engine/drift.py",
            "epoch_ms(last_active) > CAST(evidence AS BIGINT)",
            "epoch_ms(last_active) > (SELECT max(CAST(evidence AS BIGINT)) FROM items)",
        ),
    ),
    mutant(
        "who was active at an unreadable time is taken for silent",
        f"{DRIFT} {LAWS}",
        ("engine/drift.py", "evidence IS NULL OR last_active IS NULL OR", "evidence IS NULL OR"),
    ),
    mutant(
        "whose silence nobody knows is taken for silent",
        f"{DRIFT} {LAWS}",
        ("engine/drift.py", "evidence IS NULL OR last_active IS NULL", "last_active IS NULL"),
    ),
    mutant(
        "one row of a user with a onesignal_id goes by the name as well",
        f"{DRIFT} {LAWS}",
        (
            "engine/drift.py",
            "    WHERE items.onesignal_id IS NULL OR seen.onesignal_id IS NULL\n",
            "",
        ),
    ),
    mutant(
        "an export that a check was made by is believed again",
        DRIFT,
        (
            "engine/drift.py",
            "min(MAX_AGE_S, self.every_s, unused_s)",
            "min(MAX_AGE_S, self.every_s)",
        ),
    ),
    mutant(
        "an export asked for long before a run is believed",
        DRIFT,
        ("engine/drift.py", "min(MAX_AGE_S, self.every_s, unused_s)", "unused_s"),
    ),
    mutant(
        "a resume trusts the check of the run before",
        f"{FAILS} cli/test_cli_drift.py",
        (
            "engine/drift.py",
            "        if self._checked_at is None:\n            return True\n",
            "        if self._checked_at is None:\n"
            "            return not list(self.journal.events(kind=CHECKED))\n",
        ),
    ),
    mutant(
        "a clock that was put back puts the check off",
        DRIFT,
        (
            "engine/drift.py",
            "        return not 0 <= age_s < every_s or self.clock.monotonic() - self._checked_s"
            " >= every_s\n",
            "        return age_s >= every_s\n",
        ),
    ),
    mutant(
        "who is active and unresolved is sent again",
        f"{FAILS} {CHECK} {DRIFT}",
        (
            "engine/drift.py",
            "frozenset(int(position) for position in sent)",
            "frozenset(int(position) for position in sent if position is None)",
        ),
    ),
    mutant(
        "who was given back in a pause is sent without a check",
        CHECK,
        (
            "engine/check.py",
            "    return [one for one in free if one.doubtful or one.item.position in pending]\n",
            "    return [one for one in free if one.doubtful or pending is not None]\n",
        ),
    ),
    mutant(
        "the export of a drift check is left on the disk",
        DRIFT,
        (
            "engine/drift.py",
            "        Path(file.path).unlink(missing_ok=True)",
            "        Path(file.path).exists()",
        ),
    ),
    mutant(
        "active since is asked from the youngest evidence",
        DRIFT,
        ("engine/drift.py", "active_since=min(known) - SLACK", "active_since=max(known)"),
    ),
    mutant(
        "ids that no export holds pass where their number is unknown",
        "unit/test_guards_rules.py",
        ("guards/drift.py", "or facts.untraced == 0:", "or not facts.untraced:"),
    ),
    mutant(
        "a session in the second of the evidence is none",
        DRIFT,
        (
            "engine/drift.py",
            "epoch_ms(last_active) > CAST(evidence AS BIGINT)",
            "epoch_ms(last_active) > CAST(evidence AS BIGINT) + 1",
        ),
    ),
    mutant(
        "a check is due again as soon as it has been",
        "unit/test_engine_drift.py",
        (
            "engine/drift.py",
            "        every_s = max(self.every_s, LEAST_EVERY_S)\n",
            "        every_s = self.every_s\n",
        ),
    ),
)
