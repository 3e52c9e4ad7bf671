"""Sabotages of what is durable, recorded, locked, forgotten."""

from mutants.mutant import mutant

CONTRACT = " ".join(
    f"contract/test_journal_{part}.py" for part in ("plans", "runs", "evidence", "ends", "record")
)
FILES = "unit/test_journal_files.py"
SQLITE = "unit/test_journal_sqlite.py"
NEW = "journal/new.sql"
LOCK = "unit/test_journal_lock.py"
SIMULATED = "property/test_simulation_crashes.py"

MUTANTS = (
    mutant(
        "synchronous=NORMAL: a commit is not on the disk when it returns",
        FILES,
        ("journal/store.py", '"synchronous": 2,', '"synchronous": 1,'),
    ),
    mutant(
        "a pragma is not read back",
        FILES,
        ("journal/store.py", "        if found != wanted:\n", "        if found is None:\n"),
    ),
    mutant(
        "no intent: what is to be sent stays pending",
        CONTRACT,
        (
            "journal/runs.py",
            "        moved = self._store.execute(_FRESH, now, run_id, plan_id, first, last)\n"
            '        all_moved(moved, len(rows), "claimed")\n',
            "",
        ),
    ),
    mutant(
        "commit after send: a transaction ends when the next one begins",
        f"{CONTRACT} {FILES} {SIMULATED}",
        (
            "journal/store.py",
            '            self._connection.execute("BEGIN IMMEDIATE")\n',
            "            if self._connection.in_transaction:\n"
            '                self._connection.execute("COMMIT")\n'
            '            self._connection.execute("BEGIN IMMEDIATE")\n',
        ),
        ("journal/store.py", '            self._connection.execute("COMMIT")\n', ""),
    ),
    mutant(
        "a file that a living process is making is taken for one that was left",
        "unit/test_journal_files.py",
        (
            "journal/files.py",
            "            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)\n",
            "",
        ),
    ),
    mutant(
        "a resume takes up accepted ids too",
        f"{CONTRACT} {SIMULATED}",
        (
            "journal/items.py",
            "{UNRESOLVED} WHERE plan_id = ? AND state = 'sent' ORDER",
            "{UNRESOLVED} WHERE plan_id = ? AND state IN ('sent', 'accepted') ORDER",
        ),
    ),
    mutant(
        "a resume claims from the top, settled ids too",
        f"{CONTRACT} {SIMULATED}",
        (
            "journal/runs.py",
            "WHERE plan_id = ? AND position >= ? AND state = 'pending' ORDER",
            "WHERE plan_id = ? AND position >= ? AND state <> 'skipped' ORDER",
        ),
    ),
    mutant(
        "retry takes back whatever was accepted",
        CONTRACT,
        ("journal/plans.py", "OR verdict = 'still_there')", "OR state = 'accepted')"),
        (
            "journal/schema.py",
            "AND (OLD.state <> 'accepted' OR OLD.verdict IS '{Verdict.STILL_THERE}')\n",
            "\n",
        ),
        (NEW, "        AND (OLD.state <> 'accepted' OR OLD.verdict IS 'still_there')\n", ""),
        (NEW, "        AND (OLD.state <> 'accepted' OR OLD.verdict IS 'still_there')\n", ""),
    ),
    mutant(
        "an accepted id may become pending, verified or not",
        SQLITE,
        (
            "journal/schema.py",
            "AND (OLD.state <> 'accepted' OR OLD.verdict IS '{Verdict.STILL_THERE}')\n",
            "\n",
        ),
        (NEW, "        AND (OLD.state <> 'accepted' OR OLD.verdict IS 'still_there')\n", ""),
    ),
    mutant(
        "attempts may count down",
        SQLITE,
        (
            "journal/schema.py",
            """claimed_at, evidence_at",
        f\"""{_changed("plan_id", "position")} OR NEW.attempts < OLD.attempts""",
            """claimed_at, evidence_at",
        f\"""{_changed("plan_id", "position")}""",
        ),
        (NEW, " OR NEW.attempts < OLD.attempts\n", "\n"),
    ),
    mutant(
        "items may be deleted",
        SQLITE,
        ("journal/schema.py", '    _never("items", "DELETE", "1", "kept"),\n', ""),
        (NEW, "BEFORE DELETE ON items WHEN 1", "BEFORE DELETE ON items WHEN 0"),
    ),
    mutant(
        "events may be rewritten",
        SQLITE,
        ("journal/schema.py", '    _never("events", "UPDATE", "1", "frozen"),\n', ""),
        (NEW, "BEFORE UPDATE ON events WHEN 1", "BEFORE UPDATE ON events WHEN 0"),
    ),
    mutant(
        "evidence may become younger",
        f"{SQLITE} {CONTRACT}",
        (
            "journal/schema.py",
            '"UPDATE", "NEW.as_of > OLD.as_of", "only older"',
            '"UPDATE", "0", "only older"',
        ),
        (NEW, "ON evidence WHEN NEW.as_of > OLD.as_of", "ON evidence WHEN 0"),
        ("journal/plans.py", "WHERE excluded.as_of < as_of", "WHERE excluded.as_of > as_of"),
    ),
    mutant(
        "a chain's link covers no data",
        "unit/test_journal_chain.py",
        ("journal/chain.py", "event.run_id, event.data])", "event.run_id])"),
    ),
    mutant(
        "the chain's last link is not checked when a journal is opened",
        FILES,
        (
            "journal/opening.py",
            "    if last.link != linked(before, last).link:\n",
            "    if not last.link:\n",
        ),
    ),
    mutant(
        "a plan that replaces an open one begins to count anew",
        f"{CONTRACT} property/test_simulation_machine.py",
        ("journal/plans.py", "        return rival.lineage\n", "        return None\n"),
    ),
    mutant(
        "a plan after one of nobody begins to count anew",
        CONTRACT,
        ("journal/plans.py", "self.runs(newest.plan_id) else newest.lineage", "newest else None"),
    ),
    mutant(
        "a run that another one has closed goes on claiming",
        f"{CONTRACT} {SIMULATED}",
        ("journal/runs.py", 'WHERE run_id = ? AND ended_at IS NULL"""', 'WHERE run_id = ?"""'),
    ),
    mutant(
        "a plan is done with ids left",
        CONTRACT,
        (
            "journal/plans.py",
            "        elif state is not PlanState.DONE or left:\n",
            "        elif state is not PlanState.DONE:\n",
        ),
    ),
    mutant(
        "after an error the journal is written again",
        f"{SQLITE} crash/test_journal_crash.py",
        (
            "journal/store.py",
            "        if self._failure is not None:\n            raise self._failure\n",
            "",
        ),
    ),
    mutant(
        "ids of other resources count against the budget only",
        CONTRACT,
        (
            "journal/items.py",
            "WHERE app_id = ? AND last_claim >= ?)",
            "WHERE app_id = ? AND last_claim < ?)",
        ),
    ),
    mutant(
        "who was deleted under another plan since is not skipped",
        f"{CONTRACT} property/test_simulation_machine.py",
        ("journal/items.py", "plans.plan_id <> mine.plan_id", "plans.plan_id = mine.plan_id"),
    ),
    mutant(
        "the lock file is written and nothing is locked",
        LOCK,
        (
            "journal/lock.py",
            "            held.enter_context(lock)\n",
            "            path.write_text(who)\n",
        ),
    ),
    mutant(
        "only the lock beside the journal is taken",
        LOCK,
        (
            "journal/lock.py",
            '        return self._folder / f"{app_id}.lock", beside\n',
            "        return beside, beside.with_suffix('.none')\n",
        ),
    ),
    mutant(
        "whom a request of a closed plan may have reached is sent again",
        CONTRACT,
        ("journal/items.py", 'f"({_GONE} OR ({_ALIAS} AND', 'f"({_GONE} OR (0 AND {_ALIAS} AND'),
    ),
    mutant(
        "an alias in doubt goes again although another plan deleted it since",
        CONTRACT,
        ("journal/items.py", "        if is_uuid_kind(row.draft.by):\n", "        if row:\n"),
    ),
    mutant(
        "a sealed plan keeps its onesignal_ids",
        f"{CONTRACT} {SQLITE}",
        (
            "journal/forgetting.py",
            "onesignal_id = sealed(onesignal_id),",
            "onesignal_id = onesignal_id,",
        ),
    ),
    mutant(
        "what was sealed stays in old pages",
        SQLITE,
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
        "a journal that others may read is opened",
        FILES,
        ("journal/files.py", "    if mode & _OTHERS:\n", "    if not mode:\n"),
    ),
    mutant(
        "retry takes whom a request may have reached for one that was never sent",
        f"{CONTRACT} {SIMULATED} unit/test_engine_renamed.py",
        (
            "journal/plans.py",
            "            self._store.execute(_DOUBT, plan_id, is_uuid_kind(row.draft.by))\n",
            "",
        ),
    ),
    mutant(
        "a saved line may name anybody as deleted",
        FILES,
        (
            "journal/dumps.py",
            "if not ours or (who is not None and unfit(ONESIGNAL_ID, who)):",
            "if not ours:",
        ),
    ),
    mutant(
        "a saved line's place and time are taken as they stand",
        FILES,
        (
            "journal/dumps.py",
            "if not ours or (who is not None and unfit(ONESIGNAL_ID, who)):",
            "if who is not None and unfit(ONESIGNAL_ID, who):",
        ),
    ),
    mutant(
        "a journal of a version to come is worked with",
        FILES,
        (
            "journal/opening.py",
            "    if version not in FORMS:\n",
            "    version = min(version, VERSION)\n    if version not in FORMS:\n",
        ),
    ),
    mutant(
        "what is pending of a cancelled plan stays pending",
        f"{CONTRACT} property/test_simulation_machine.py",
        (
            "journal/plans.py",
            "            self._store.execute(_CANCEL, Skip.CANCELLED, ms(at), row.plan_id)\n",
            "            self._counts(row.plan_id)\n",
        ),
    ),
)
