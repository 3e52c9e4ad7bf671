"""Sabotages of drift checks and backups, and of what strangers' plans and witnesses get."""

from mutants.mutant import mutant

DRIFT = "unit/test_engine_drift.py"
LAWS = "property/test_drift_laws.py"
CHECK = "unit/test_engine_check.py"
BACKUP = "unit/test_engine_backup.py"
UNTRUSTED = "security/test_security_untrusted.py::test_"

MUTANTS = (
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
        f"{DRIFT} {CHECK}",
        ("engine/drift.py", "min(MAX_AGE_S, self.every_s, unused_s)", "unused_s"),
    ),
    mutant(
        "a resume trusts the check of the run before",
        f"{CHECK} cli/test_cli_drift.py",
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
        f"{CHECK} {DRIFT}",
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
        "without a backup the apply goes on",
        "cli/test_cli_backup.py",
        (
            "cli/apply.py",
            "            kept = await self._shop.backups(self._journal, phases).keep(row, app)\n",
            "            try:\n"
            "                kept = await self._shop.backups(self._journal, phases).keep(row, app)\n"
            "            except Exception:\n"
            "                return\n",
        ),
    ),
    mutant(
        "a backup's content is not compared",
        BACKUP,
        (
            "engine/backup.py",
            'hashlib.file_digest(file, "sha256").hexdigest() != backup.sha256',
            'not hashlib.file_digest(file, "sha256").hexdigest()',
        ),
    ),
    mutant(
        "a link is a backup",
        BACKUP,
        (
            "engine/backup.py",
            " or not path.is_file() or path.is_symlink():",
            " or not path.is_file():",
        ),
    ),
    mutant(
        "a backup holds everybody's rows",
        BACKUP,
        (
            "engine/leaving.py",
            '_OF_SUBSCRIPTIONS: Final = "{one} IN (SELECT id FROM leaving)"',
            '_OF_SUBSCRIPTIONS: Final = "{one} IS NOT NULL"',
        ),
    ),
    mutant(
        "everybody's export stays on the disk after a backup",
        f"{BACKUP} cli/test_cli_backup.py",
        (
            "engine/backup.py",
            "        Path(export.path).unlink()",
            "        Path(export.path).exists()",
        ),
    ),
    mutant(
        "who was taken back needs no row in a backup",
        BACKUP,
        (
            "engine/backup.py",
            "        if backup.without == backup.skipped and not self._reopened_since(row):\n",
            "        if True:\n",
        ),
    ),
    mutant(
        "who has no row in the backup goes all the same",
        f"{BACKUP} cli/test_cli_backup.py",
        (
            "engine/backup.py",
            "        skipped = self.journal.skip(plan_id, leaving.missing(State.PENDING),",
            "        skipped = self.journal.skip(plan_id, list(leaving.missing(State.PENDING))[:0],",
        ),
    ),
    mutant(
        "who is in doubt and has no row in the backup is sent again",
        BACKUP,
        (
            "engine/backup.py",
            "        return skipped, frozenset(leaving.missing(State.SENT))\n",
            "        return skipped, frozenset()\n",
        ),
    ),
    mutant(
        "a backup tells nobody apart who registers after it",
        f"{BACKUP} cli/test_cli_backup.py",
        (
            "engine/backup.py",
            "        self.journal.address(plan_id, leaving.met(), now)\n",
            "        self.journal.address(plan_id, [], now)\n",
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
        "forget leaves the backups",
        f"{BACKUP} cli/test_cli_backup.py",
        (
            "engine/backup.py",
            "    for one in files:\n        one.unlink()\n",
            "    for one in files:\n        one.exists()\n",
        ),
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
        "a stranger's plan may read anything",
        f"{UNTRUSTED}what_reaches_beyond_is_refused",
        (
            "cli/untrusted.py",
            "[_beyond(one) for one in named if one.kind not in LOCAL]",
            "[_beyond(one) for one in named if one.kind is LOCAL]",
        ),
    ),
    mutant(
        "a stranger's protect lists may reach anywhere",
        f"{UNTRUSTED}a_protect_list_may_not_either",
        (
            "cli/untrusted.py",
            "(*rules.spec.sources, *protects_of(rules))",
            "(*rules.spec.sources, *protects_of(rules)[:0])",
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
)
