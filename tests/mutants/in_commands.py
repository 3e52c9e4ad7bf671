"""Sabotages of what each command holds to: locks, what it opens and writes, what it tells."""

from mutants.mutant import mutant

LOCKED = "cli/test_cli_locked.py"
VERIFY = "cli/test_cli_verify.py"

MUTANTS = (
    mutant(
        "plan holds no lock",
        LOCKED,
        (
            "cli/plan.py",
            '        shop.lock().hold(shop.rules.spec.app.id, operator(), "plan"),\n',
            "",
        ),
    ),
    mutant(
        "verify holds no lock",
        LOCKED,
        (
            "cli/verify.py",
            'with shop.lock().hold(spec.app.id, operator(), "verify"), closing',
            "with closing",
        ),
    ),
    mutant(
        "export holds no lock",
        LOCKED,
        (
            "cli/export.py",
            '            shop.lock().hold(shop.rules.spec.app.id, operator(), "export"),\n',
            "",
        ),
    ),
    mutant(
        "cancel holds no lock",
        LOCKED,
        (
            "cli/cancel.py",
            'with shop.lock().hold(spec.app.id, operator(), "cancel"), closing',
            "with closing",
        ),
    ),
    mutant(
        "forget holds no lock",
        LOCKED,
        (
            "cli/forget.py",
            'with shop.lock().hold(spec.app.id, operator(), "forget"), closing',
            "with closing",
        ),
    ),
    mutant(
        "verify judges a set that is not the reviewed one",
        VERIFY,
        ("cli/verify.py", "    gates.intact(journal, row, spec)\n", ""),
    ),
    mutant(
        "whom the API does not tell of counts as gone",
        VERIFY,
        (
            "cli/verify.py",
            'open_ones = counts[Verdict.STILL_THERE] + counts["not_told"]',
            "open_ones = counts[Verdict.STILL_THERE]",
        ),
    ),
    mutant(
        "a plan that was moved with its query is stale",
        "cli/test_cli_resourced.py",
        (
            "sources/reading/paths.py",
            '_FILE_OPTIONS: Final = ("path", "query_file")',
            '_FILE_OPTIONS: Final = ("path",)',
        ),
    ),
    mutant(
        "a query file may say something else by now",
        "cli/test_cli_resourced.py",
        (
            "engine/gates.py",
            '            return f"{path} has changed since planning"\n',
            "            continue\n",
        ),
    ),
    mutant(
        "an id may be longer than any that is sent",
        "unit/test_sources_jsonl.py property/test_sources_laws.py",
        ("sources/reading/fit.py", "        and len(raw) <= ids.MAX_ID_BYTES\n", ""),
    ),
    mutant(
        "a summary does not say why a run has ended",
        "cli/test_cli_interrupted.py",
        (
            "cli/running.py",
            "stream.summary(**how, finding=finding, counts=run_counts(tally))",
            "stream.summary(**how, finding=None, counts=run_counts(tally))",
        ),
    ),
    mutant(
        "a bug is told no program",
        "cli/test_cli_door.py",
        ("cli/door.py", "    _document(console, argv, Exit.BUG, ())\n", ""),
    ),
    mutant(
        "a saved plan of somebody unknown is planned",
        "security/test_security_saved_plan.py",
        (
            "cli/untrusted.py",
            "if out is not None or opened.saved is not None:",
            "if out is not None:",
        ),
    ),
    mutant(
        "the list of who would go holds who has gone",
        "cli/test_cli_spine.py",
        (
            "cli/plan.py",
            "        rows = journal.items(plan_id, (State.PENDING, State.SENT))\n",
            "        rows = journal.items(plan_id)\n",
        ),
    ),
    mutant(
        "a saved plan is opened where its policy is not",
        "cli/test_cli_policy.py",
        (
            "cli/opening.py",
            '    if policy is None and row.draft.summary.get("policy"):\n',
            '    if policy is None and row.draft.summary.get("rules"):\n',
        ),
    ),
    mutant(
        "whoever pipes a list in can confirm nothing",
        "cli/test_cli_live.py",
        (
            "cli/apply.py",
            'stdin_is_data = any(one.options.get("path") == "-" for one in spec.sources)',
            "stdin_is_data = False",
        ),
    ),
    mutant(
        "a check without a head finds nothing",
        "security/test_security_witness.py",
        (
            "cli/report.py",
            "    if wrong:\n        raise JournalError",
            "    if head is not None and wrong:\n        raise JournalError",
        ),
    ),
    mutant(
        "a terminal that goes away ends a command at once",
        "cli/test_cli_door.py",
        ("cli/signals.py", '("SIGINT", "SIGTERM", "SIGHUP") if', '("SIGINT", "SIGTERM") if'),
    ),
    mutant(
        "a log has no witness of what was before a run",
        "cli/test_cli_record.py",
        (
            "cli/running.py",
            '        console.say(f"Chain head before:  {journal.head()}")\n',
            "        pass\n",
        ),
    ),
    mutant(
        "a statement may change what the database reaches",
        "security/test_security_workspace.py",
        ("sources/working/base.py", '        "lock_configuration = true",\n', ""),
    ),
)
