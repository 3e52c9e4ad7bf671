"""Sabotages of policies: where one is found, what it binds, and where the key may go."""

from mutants.mutant import mutant

FOUND = "unit/test_planfile_found.py"
POLICY = "unit/test_planfile_policy.py"
FORMS = "unit/test_planfile_forms.py"

MUTANTS = (
    mutant(
        "the policy's max_delete forgets earlier runs",
        "unit/test_guards_size.py",
        (
            "guards/count.py",
            "and ever > ceiling",
            "and facts.left > ceiling",
        ),
    ),
    mutant(
        "the policy's percentage binds what is written alone",
        "unit/test_guards_rules.py",
        (
            "guards/percent.py",
            "    for limit, words, place in _limits(spec, policy):",
            "    for limit, words, place in _limits(spec, policy)[:1]:",
        ),
    ),
    mutant(
        "a policy behind a broken link is none",
        FOUND,
        (
            "planfile/locate.py",
            "for folder in between if os.path.lexists(folder / POLICY)]",
            "for folder in between if os.path.exists(folder / POLICY)]",
        ),
    ),
    mutant(
        "a second policy is read over",
        FOUND,
        (
            "planfile/locate.py",
            "    if len(found) > 1:\n",
            "    if len(found) > 2:\n",
        ),
    ),
    mutant(
        "a policy can't require that opt-outs are kept",
        POLICY,
        (
            "planfile/policy.py",
            '("ticket", "sha256", "drift", "opt_outs")',
            '("ticket", "sha256", "drift")',
        ),
    ),
    mutant(
        "a plan names another key than the policy",
        "security/test_security_plans.py",
        (
            "planfile/rules.py",
            "if written != {entry.app.api_key.kind: entry.app.api_key.name}:",
            "if written.keys() != {entry.app.api_key.kind}:",
        ),
    ),
    mutant(
        "whatever begins with 127. is loopback",
        FORMS,
        (
            "planfile/addresses.py",
            "        return ip_address(host).is_loopback\n",
            "        return host.startswith('127.') or ip_address(host).is_loopback\n",
        ),
    ),
    mutant(
        "whatever ends in localhost is loopback",
        FORMS,
        (
            "planfile/addresses.py",
            'return host == "localhost"',
            'return host.endswith("localhost")',
        ),
    ),
    mutant(
        "another journal than the policy's is used",
        "cli/test_cli_policy.py",
        (
            "cli/opening.py",
            "    if pinned and journal and journal.absolute() != pinned.absolute():\n",
            "    if pinned and journal and not journal.name:\n",
        ),
        (
            "cli/opening.py",
            "    place = pinned or journal\n",
            "    place = journal or pinned\n",
        ),
    ),
    mutant(
        "findings beside lines show keys",
        "security/test_security_plans.py",
        (
            "cli/annotations.py",
            "    return one_line(redacted(text))",
            "    return one_line(text)",
        ),
    ),
)
