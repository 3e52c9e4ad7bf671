"""Sabotages of the journal's file: what is durable, rewritten, chained, locked, opened."""

from mutants.mutant import mutant

DUMPS = "unit/test_journal_dumps.py"
FILES = "unit/test_journal_files.py"
CONTRACT = " ".join(
    f"contract/test_journal_{part}.py" for part in ("plans", "runs", "evidence", "ends", "record")
)
SIMULATED = "property/test_simulation_crashes.py"
OPEN = "unit/test_journal_open.py"
SQLITE = "unit/test_journal_sqlite.py"
NEW = "journal/new.sql"
LOCK = "unit/test_journal_lock.py"

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
        "commit after send: a transaction ends when the next one begins",
        f"{CONTRACT} {SIMULATED}",
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
        "unit/test_journal_unfinished.py",
        (
            "journal/files.py",
            "            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)\n",
            "",
        ),
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
        "after an error the journal is written again",
        f"{OPEN} crash/test_journal_crash.py",
        (
            "journal/store.py",
            "        if self._failure is not None:\n            raise self._failure\n",
            "",
        ),
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
        "a journal that others may read is opened",
        f"{FILES} {DUMPS}",
        ("journal/files.py", "    if mode & _OTHERS:\n", "    if not mode:\n"),
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
        "any head is a witness of a chain",
        "security/test_security_witness.py",
        (
            "cli/report.py",
            "not any(event.link == head for event in found.journal.events())",
            "not any(event.link for event in found.journal.events())",
        ),
    ),
    mutant(
        "what a plan deletes, and by which ids, may be rewritten",
        SQLITE,
        (
            "journal/schema.py",
            '_changed("fingerprint", "resource", "by_kind")',
            '_changed("fingerprint")',
        ),
        (NEW, " OR NEW.resource IS NOT OLD.resource OR NEW.by_kind IS NOT OLD.by_kind", ""),
    ),
    mutant(
        "two plans of a name may be open",
        SQLITE,
        ("journal/schema.py", "CREATE UNIQUE INDEX one_open_plan", "CREATE INDEX one_open_plan"),
        (NEW, "CREATE UNIQUE INDEX one_open_plan", "CREATE INDEX one_open_plan"),
    ),
    mutant(
        "who has run may be rewritten",
        SQLITE,
        ("journal/schema.py", '"command", "operator", "started_at")', '"command", "started_at")'),
        (NEW, " OR NEW.operator IS NOT OLD.operator", ""),
    ),
    mutant(
        "a power cut takes the folder of a new journal",
        "crash/test_journal_new.py",
        (
            "journal/files.py",
            "            _sync(missing.parent)\n",
            "            missing.exists()\n",
        ),
    ),
    mutant(
        "a checkpoint need not reach the platter",
        FILES,
        ("journal/store.py", '    "checkpoint_fullfsync": 1,\n', ""),
    ),
    mutant(
        "a file from elsewhere may ask for all memory",
        FILES,
        ("journal/store.py", "    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST)\n", ""),
    ),
    mutant(
        "after an error the journal is closed all the same",
        OPEN,
        (
            "journal/store.py",
            "        if self._failure is None:\n            self._connection.close()\n",
            "        self._connection.close()\n",
        ),
    ),
    mutant(
        "what somebody else left unfinished is taken away",
        "unit/test_journal_unfinished.py",
        ("journal/files.py", " and found.st_uid == os.geteuid()", ""),
    ),
)
