"""Sabotages of what follows a run: verify, cancel, forget."""

from mutants.mutant import mutant

CONTRACT = " ".join(
    f"contract/test_journal_{part}.py" for part in ("plans", "runs", "evidence", "ends", "record")
)
OPEN = "unit/test_journal_open.py"
SPINE = "cli/test_cli_spine.py"
LIVES = "property/test_simulation_machine.py"

MUTANTS = (
    mutant(
        "a sealed plan keeps its onesignal_ids",
        f"{CONTRACT} {OPEN}",
        (
            "journal/forgetting.py",
            "onesignal_id = sealed(onesignal_id),",
            "onesignal_id = onesignal_id,",
        ),
    ),
    mutant(
        "what was sealed stays in old pages",
        OPEN,
        ("journal/forgetting.py", '        self._store.alone("VACUUM")\n', ""),
        (
            "journal/forgetting.py",
            '        ((busy, _, _),) = self._store.alone("PRAGMA wal_checkpoint(TRUNCATE)")\n',
            "        busy = 0\n",
        ),
    ),
    mutant(
        "a plan is sealed while its line goes on",
        CONTRACT,
        (
            "journal/forgetting.py",
            "        if any(one.state is PlanState.OPEN for one in line):\n",
            "        if line and row.state is PlanState.OPEN:\n",
        ),
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
        "verify finds everybody gone where the key is another app's",
        "unit/test_engine_verify.py",
        (
            "engine/verify.py",
            "        app = await self.view.look()  # a wrong key or app would find everybody gone\n",
            "        app = AppFacts(None, None)\n",
        ),
    ),
    mutant(
        "a run that an error has ended has no end",
        "unit/test_engine_stopped_looks.py",
        (
            "engine/run.py",
            "            one.close(Ended(error.exit_code, type(error).__name__, error.findings[0]))\n            raise\n",
            "            raise\n",
        ),
    ),
)
