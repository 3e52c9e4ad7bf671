"""Sabotages of backups: whose rows they hold, and who may go without one."""

from mutants.mutant import mutant

BACKUP = "unit/test_engine_backup.py"
COVERS = "unit/test_engine_backup_covers.py"
FORGOTTEN = "unit/test_engine_backup_forgotten.py"

MUTANTS = (
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
        COVERS,
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
        COVERS,
        (
            "engine/backup.py",
            "        if backup.without == backup.skipped and not self._reopened_since(row):\n",
            "        if True:\n",
        ),
    ),
    mutant(
        "who has no row in the backup goes all the same",
        f"{COVERS} cli/test_cli_backup.py",
        (
            "engine/backup.py",
            "        skipped = self.journal.skip(plan_id, leaving.missing(State.PENDING),",
            "        skipped = self.journal.skip(plan_id, list(leaving.missing(State.PENDING))[:0],",
        ),
    ),
    mutant(
        "who is in doubt and has no row in the backup is sent again",
        COVERS,
        (
            "engine/backup.py",
            "        return skipped, frozenset(leaving.missing(State.SENT))\n",
            "        return skipped, frozenset()\n",
        ),
    ),
    mutant(
        "a backup tells nobody apart who registers after it",
        f"{COVERS} cli/test_cli_backup.py",
        (
            "engine/backup.py",
            "        self.journal.address(plan_id, leaving.met(), now)\n",
            "        self.journal.address(plan_id, [], now)\n",
        ),
    ),
    mutant(
        "forget leaves the backups",
        f"{FORGOTTEN} cli/test_cli_backup.py",
        (
            "engine/backup.py",
            "    for one in files:\n        one.unlink()\n",
            "    for one in files:\n        one.exists()\n",
        ),
    ),
    mutant(
        "an export of a backup that can't be read is taken again",
        BACKUP,
        (
            "engine/backup.py",
            "                self._begin(row)  # the next apply asks for another export\n",
            "",
        ),
    ),
    mutant(
        "whom a backup holds back frees whom the lists hold back",
        "unit/test_engine_admit.py",
        ("engine/admit.py", "self.held_back | held_back", "held_back"),
    ),
)
