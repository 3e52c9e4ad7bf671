"""Sabotages of what the journal tells: who is left, who counts, who may go again."""

from mutants.mutant import mutant

CONTRACT = " ".join(
    f"contract/test_journal_{part}.py" for part in ("plans", "runs", "evidence", "ends", "record")
)
SIMULATED = "property/test_simulation_crashes.py"
NEW = "journal/new.sql"

MUTANTS = (
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
        "retry takes whom a request may have reached for one that was never sent",
        f"{CONTRACT} {SIMULATED} unit/test_engine_renamed.py",
        (
            "journal/plans.py",
            "            self._store.execute(_DOUBT, plan_id, is_uuid_kind(row.draft.by))\n",
            "",
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
    mutant(
        "an export says whom an alias in doubt has named",
        "contract/test_journal_runs.py",
        (
            "journal/items.py",
            "        AND claimed_at IS NULL AND onesignal_id IS NULL",
            "        AND onesignal_id IS NULL",
        ),
    ),
    mutant(
        "an answer settles whoever is at its place",
        CONTRACT,
        (
            "journal/runs.py",
            'position = ? AND id = ? AND state = \'sent\'"""\n',
            "position = ? AND ? <> '' AND state = 'sent'\"\"\"\n",
        ),
    ),
    mutant(
        "deletion has not begun where one that failed is pending again",
        CONTRACT,
        (
            "journal/items.py",
            "claimed_at IS NOT NULL AND state = 'pending' AND ({_any(NOTHING_DONE)})",
            "claimed_at IS NOT NULL AND state = 'pending'",
        ),
    ),
    mutant(
        "an alias that a conflict failed was surely never reached",
        "contract/test_journal_ends.py",
        ("journal/plans.py", " OR code = '{Code.CONFLICT}'\n", "\n"),
    ),
    mutant(
        "a saved plan may name anybody beside its ids",
        "security/test_security_saved_plan.py",
        (
            "journal/plans.py",
            "        why = unfit(by, one.id) or (beside and unfit(ONESIGNAL_ID, beside))\n",
            "        why = unfit(by, one.id)\n",
        ),
    ),
    mutant(
        "the status of an answer is no part of the record",
        "unit/test_journal_chain.py",
        (
            "journal/chain.py",
            "one.item.position, one.state, one.code, one.status]",
            "one.item.position, one.state, one.code]",
        ),
    ),
    mutant(
        "what became of somebody is no part of the record",
        "unit/test_journal_chain.py",
        (
            "journal/chain.py",
            "one.item.position, one.state, one.code, one.status]",
            "one.item.position, one.code, one.status]",
        ),
    ),
    mutant(
        "a forgotten id is hashed without the key",
        "contract/test_journal_record.py",
        (
            "journal/sealing.py",
            "hmac.new(key, one.encode(), hashlib.sha256).hexdigest()",
            "hashlib.sha256(one.encode()).hexdigest()",
        ),
    ),
)
