"""Sabotages of what people and scripts see: consent, exit codes, reports, logs; and the sandbox."""

from mutants.mutant import mutant

HALTED = "cli/test_cli_interrupted.py"
REFUSED = "cli/test_cli_refused.py"
PROMPT = "cli/test_cli_prompt.py"
REDACTION = "cli/test_cli_redaction.py"

MUTANTS = (
    mutant(
        "the count is not compared",
        PROMPT,
        (
            "cli/prompt.py",
            '    return int(re.sub(r"[^0-9]", "", digits)) == count\n',
            "    return count >= 0\n",
        ),
    ),
    mutant(
        "any name confirms",
        PROMPT,
        ("cli/prompt.py", "    if not words.startswith(wanted):\n", "    if not words:\n"),
    ),
    mutant(
        "a name alone confirms a script",
        REFUSED,
        (
            "cli/consent.py",
            "        elif self.name is not None and self.fingerprint is None and not self.standing:\n",
            "        elif self.name == '' and self.fingerprint is None and not self.standing:\n",
        ),
    ),
    mutant(
        "--confirm takes any name",
        REFUSED,
        (
            "cli/consent.py",
            "        if self.name is not None and self.name != app_name:\n",
            "        if self.name is not None and not app_name:\n",
        ),
    ),
    mutant(
        "nobody is asked",
        f"{REFUSED} {PROMPT}",
        (
            "cli/apply.py",
            "        elif self._consent.asks:\n",
            "        elif self._consent.asks and left < 0:\n",
        ),
    ),
    mutant(
        "a plan with failed ids says that it is done",
        HALTED,
        (
            "cli/apply.py",
            "        code = Exit.INCOMPLETE if tally[State.FAILED] or stay else Exit.DONE\n",
            "        code = Exit.INCOMPLETE if stay else Exit.DONE\n",
        ),
    ),
    mutant(
        "a refusal and a bug have one exit code",
        "cli/test_cli_door.py",
        ("errors.py", "    exit_code = Exit.REFUSED\n", "    exit_code = Exit.BUG\n"),
    ),
    mutant(
        "e-mail addresses in a URL stay readable",
        REDACTION,
        ("cli/redaction.py", "(?:@|%40)", "@"),
    ),
    mutant(
        "keys stay readable",
        REDACTION,
        ("cli/redaction.py", r're.compile(r"\bos_v2_\w+")', r're.compile(r"\bos_v1_\w+")'),
    ),
    mutant(
        "a log shows whole ids",
        "cli/test_cli_log.py",
        ("cli/log.py", "ref=masked(outcome.item.id)", "ref=outcome.item.id"),
        ("cli/redaction.py", '{"id", "ref", "external_id"', '{"id", "external_id"'),
    ),
    mutant(
        "a crash report holds what an exception says",
        "cli/test_cli_door.py",
        (
            "cli/crash.py",
            '    return "\\n".join([name, *frames])\n',
            '    return "\\n".join([name, str(error), *frames])\n',
        ),
    ),
    mutant(
        "a formula stays a formula",
        "unit/test_reports_run.py",
        ("reports/escape.py", '    "=",\n', ""),
    ),
    mutant(
        "escapes reach the terminal",
        "unit/test_reports_words.py unit/test_reports_laws.py",
        ("reports/escape.py", 'frozenset({"Cc", "Cf", "Cs", "Cn", "Co"})', 'frozenset({"Cs"})'),
    ),
    mutant(
        "markup of a file is markup in Markdown",
        "unit/test_reports_words.py unit/test_reports_laws.py",
        ("reports/escape.py", "_PUNCTUATION.sub(lambda one: f'&#{ord(one[0])};', safe)", "safe"),
    ),
    mutant(
        "the sandbox accepts a deletion and forgets it",
        "unit/test_sandbox_deletes.py",
        (
            "sandbox/state.py",
            "            self._due.append((now + self._lag_s, False, index))\n",
            "",
        ),
    ),
    mutant(
        "the sandbox lets one more request a second through",
        "unit/test_sandbox_limits.py",
        (
            "sandbox/limits.py",
            "        if len(hits) < self.per_s:\n",
            "        if len(hits) <= self.per_s:\n",
        ),
    ),
    mutant(
        "the sandbox says nobody is gone",
        "unit/test_sandbox_deletes.py unit/test_sandbox_views.py",
        (
            "sandbox/state.py",
            "        return None if index is None or self._subscriptions[index] == _GONE else index\n",
            "        return index\n",
        ),
    ),
    mutant(
        "the sandbox takes any key",
        "unit/test_sandbox_deletes.py unit/test_sandbox_views.py",
        (
            "sandbox/state.py",
            "        return key is not None and key == self.key\n",
            "        return key is not None\n",
        ),
    ),
    mutant(
        "the sandbox answers what it has not recorded",
        "unit/test_sandbox_deletes.py contract/test_sandbox_process.py",
        ("sandbox/ledger.py", "            self._file.flush()\n", ""),
    ),
    mutant(
        "who goes on confirms all that were planned",
        "cli/test_cli_live.py",
        (
            "cli/apply.py",
            "spec, left = self._shop.rules.spec, admitted.facts.left",
            "spec, left = self._shop.rules.spec, admitted.facts.counts.planned",
        ),
    ),
    mutant(
        "a plan is confirmed unseen",
        "cli/test_cli_live.py",
        (
            "cli/apply.py",
            "            self._console.insist(neutral(plan_text(review, next_step=False)))\n",
            "            pass\n",
        ),
    ),
    mutant(
        "an error whose JSON can't be written is a bug",
        "cli/test_cli_streams.py",
        (
            "cli/door.py",
            "    except LOST:  #",
            "    except BrokenPipeError:  #",
        ),
    ),
    mutant(
        "a segment's export holds the unsubscribed",
        "unit/test_sandbox_exports.py",
        (
            "sandbox/endpoints/exports.py",
            '        if body.get("include_unsubscribed") is not True:\n',
            '        if body.get("include_unsubscribed") is False:\n',
        ),
    ),
    mutant(
        "a sandbox begins its ledger anew",
        "unit/test_sandbox_faults.py",
        (
            "sandbox/ledger.py",
            'path.open("a", encoding="utf-8")',
            'path.open("w", encoding="utf-8")',
        ),
    ),
    mutant(
        "a command's memory stays open",
        "security/test_security_process.py",
        (
            "cli/opening.py",
            "    close_memory()\n\n    clock",
            "    clock",
        ),
    ),
    mutant(
        "the sandbox forgives early retries",
        "unit/test_sandbox_limits.py",
        (
            "sandbox/limits.py",
            "Window(DELETES_A_SECOND, stubborn=True)",
            "Window(DELETES_A_SECOND)",
        ),
    ),
    mutant(
        "a backup may last until the plan has expired",
        "cli/test_cli_live.py",
        (
            "cli/apply.py",
            "        self.keeper.still_timely(row)\n        if kept.backup.skipped:",
            "        if kept.backup.skipped:",
        ),
    ),
    mutant(
        "--standing needs no name",
        "cli/test_cli_policy.py",
        (
            "cli/consent.py",
            "        elif self.standing and self.name is None:\n",
            "        elif self.standing and self.name == '':\n",
        ),
    ),
    mutant(
        "any plan stands approved",
        "cli/test_cli_policy.py",
        (
            "cli/apply.py",
            "            self.keeper.standing(admitted)\n",
            "            pass\n",
        ),
    ),
)
