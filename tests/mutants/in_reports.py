"""Sabotages of what is shown: sums and verdicts of plans and reports, logs, crash reports."""

from mutants.mutant import mutant

PLAN = "unit/test_reports_plan.py"
PLAN_FORMS = "unit/test_reports_plan_forms.py"
PLAN_LIMITS = "unit/test_reports_plan_limits.py"
RUN = "unit/test_reports_run.py"

MUTANTS = (
    mutant(
        "a reason to skip has no words",
        RUN,
        (
            "reports/sums.py",
            '    Skip.NO_BACKUP: "no row in the backup",\n',
            "",
        ),
    ),
    mutant(
        "rows that were set aside are left out of the sum",
        PLAN,
        (
            "reports/sums.py",
            '        (counts.rejected, "set aside (no usable id)"),\n',
            "",
        ),
    ),
    mutant(
        "unknown ids are left out of the sum",
        RUN,
        (
            "reports/sums.py",
            '        (tally[State.SENT], "unknown"),\n',
            "",
        ),
    ),
    mutant(
        "unknown ids are pending in JSON",
        RUN,
        (
            "reports/record.py",
            '        "unknown": tally[State.SENT],\n        "pending": tally[State.PENDING],\n',
            '        "unknown": 0,\n        "pending": tally[State.PENDING] + tally[State.SENT],\n',
        ),
    ),
    mutant(
        "spreadsheets run what is no id",
        RUN,
        (
            "reports/run_csv.py",
            'return (cell("" if column is None else str(column)) for column in columns)',
            'return ((cell if at == 0 else str)("" if column is None else'
            " str(column)) for at, column in enumerate(columns))",
        ),
    ),
    mutant(
        "the JSON of a refused plan says how to apply it",
        PLAN_FORMS,
        (
            "reports/plan_json.py",
            "    if review.violations or review.facts.left == 0:\n",
            "    if review.facts.left == 0:\n",
        ),
    ),
    mutant(
        "a sealed plan says of what it was made",
        RUN,
        (
            "reports/record.py",
            "if self.facts is None or self.plan.sealed_at is not None:",
            "if self.facts is None:",
        ),
    ),
    mutant(
        "a sealed plan says what was before it",
        RUN,
        (
            "reports/record.py",
            "        if self.plan.sealed_at is not None:\n"
            "            return None\n"
            "        return Previous",
            "        return Previous",
        ),
    ),
    mutant(
        "who is still there needs no retry",
        RUN,
        (
            "reports/next_step.py",
            " or tally.verdicts.get(Verdict.STILL_THERE):",
            ":",
        ),
    ),
    mutant(
        "a shell reads into names with spaces",
        "unit/test_reports_words.py",
        (
            "reports/words.py",
            're.compile(r"[\\w ./:@%+=,()&#\'-]+")',
            're.compile(r"[\\w ./:@%+=,()&#\'$`!-]+")',
        ),
    ),
    mutant(
        "a comment is bounded by its characters",
        "unit/test_reports_laws.py",
        (
            "reports/fitting.py",
            "if len(text.encode()) <= max_bytes:",
            "if len(text) <= max_bytes:",
        ),
    ),
    mutant(
        "a comment shows whole ids",
        PLAN_FORMS,
        (
            "reports/plan_markdown.py",
            "sample = [masked(one) for one in facts.sample]",
            "sample = list(facts.sample)",
        ),
    ),
    mutant(
        "a comment leaves out what was not checked",
        PLAN,
        (
            "reports/plan_markdown.py",
            '    unseen = [f"{one} NOT CHECKED" for one in not_checked(spec, review.facts)]\n',
            "    unseen = list[str]()\n",
        ),
    ),
    mutant(
        "everyone is a population that is ok",
        PLAN_LIMITS,
        (
            "reports/limits.py",
            '_verdict(review, "PP101", "PP106", measured=True)',
            '_verdict(review, "PP106", measured=True)',
        ),
    ),
    mutant(
        "a plan without its ticket is within the policy",
        PLAN_LIMITS,
        (
            "reports/limits.py",
            '_verdict(review, "PP108", "PP109", "PP110")',
            '_verdict(review, "PP108", "PP109")',
        ),
    ),
    mutant(
        "an alias is shown whole",
        "cli/test_cli_redaction.py",
        (
            "cli/redaction.py",
            '"subscription_id", "alias"}',
            '"subscription_id"}',
        ),
    ),
    mutant(
        "what is no text is shown as it is",
        "cli/test_cli_redaction.py",
        (
            "cli/redaction.py",
            "            return redacted(str(value))\n",
            "            return str(value)\n",
        ),
    ),
    mutant(
        "a crash report says where the home folder is",
        "cli/test_cli_door.py",
        (
            "cli/crash.py",
            'f"  {_short(frame.filename)}:',
            'f"  {frame.filename}:',
        ),
    ),
)
