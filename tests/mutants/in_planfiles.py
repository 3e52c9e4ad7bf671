"""Sabotages of how plan files and policies are read: what is taken, and what is refused."""

from mutants.mutant import mutant

RULES = "unit/test_planfile_rules.py"
UNTRUSTED = "security/test_security_untrusted.py::test_"
LOAD = "unit/test_planfile_load.py"
TEXT = "unit/test_planfile_text.py"
CHECK = "unit/test_planfile_check.py"
TOLD = "unit/test_planfile_told.py"
FORMS = "unit/test_planfile_forms.py"

MUTANTS = (
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
        "validate takes every protect list for one that can be compared",
        "unit/test_engine_foreseen.py",
        ("engine/foreseen.py", "0 if one.by in kinds else None", "0"),
    ),
    mutant(
        "validate supposes that everything was looked at",
        "cli/test_cli_validate.py",
        ("engine/foreseen.py", 'one.kind == "inline"', 'one.kind == "none"'),
    ),
    mutant(
        "ids of any kind are sent as the target's",
        f"{RULES} unit/test_planfile_parse.py",
        ("planfile/rules.py", " and by != wanted:", " and by == wanted:"),
    ),
    mutant(
        "the second of two keys wins",
        LOAD,
        (
            "planfile/build.py",
            "        elif pointer in self.keys:\n",
            "        elif pointer is None:\n",
        ),
    ),
    mutant(
        "merge keys are keys",
        LOAD,
        (
            "planfile/build.py",
            '        if event.value == "<<" and event.implicit[0]:\n',
            "        if event.value is None:\n",
        ),
    ),
    mutant(
        "anchors are allowed",
        LOAD,
        (
            "planfile/build.py",
            "        elif event.anchor is not None:\n",
            "        elif event.anchor == '':\n",
        ),
    ),
    mutant(
        "tags are allowed",
        LOAD,
        (
            "planfile/build.py",
            '        if getattr(event, "tag", None) is not None:\n',
            '        if getattr(event, "tag", None) == "":\n',
        ),
    ),
    mutant(
        "a plan may be nested two hundred levels deep",
        LOAD,
        ("planfile/build.py", "MAX_DEPTH: Final = 20", "MAX_DEPTH: Final = 200"),
    ),
    mutant(
        "a second document is read over",
        LOAD,
        (
            "planfile/build.py",
            "        if self.documents > 1:\n",
            "        if self.documents > 2:\n",
        ),
    ),
    mutant(
        "a plan file may have two MiB",
        "property/test_fuzz_files.py",
        ("planfile/text.py", "MAX_BYTES: Final = 1 << 20", "MAX_BYTES: Final = 2 << 20"),
    ),
    mutant(
        "no is false",
        LOAD,
        (
            "planfile/scalars.py",
            '    **dict.fromkeys(("false", "False", "FALSE"), False),\n',
            '    **dict.fromkeys(("false", "False", "FALSE", "no", "No", "NO"), False),\n',
        ),
    ),
    mutant(
        "leading zeros are lost without a word",
        LOAD,
        (
            "planfile/scalars.py",
            "    return len(text) > _LONGEST or _AMBIGUOUS.match(text) is not None\n",
            "    return len(text) > _LONGEST\n",
        ),
    ),
    mutant(
        "characters that hide something are read over",
        TEXT,
        (
            "planfile/load.py",
            "    if found := unseen(sheet) + _directives(sheet):\n",
            "    if found := _directives(sheet):\n",
        ),
    ),
    mutant(
        "a literal key is no matter",
        TEXT,
        (
            "planfile/secrets.py",
            "    yield from (match.start() for match in _KEY.finditer(text))\n",
            "    yield from ()\n",
        ),
    ),
    mutant(
        "unknown settings are read over",
        CHECK,
        ("planfile/fields.py", '"additionalProperties": False', '"additionalProperties": True'),
    ),
    mutant(
        "evidence may come from the future",
        RULES,
        (
            "planfile/rules.py",
            "        if when is not None and when > now:\n",
            "        if when is not None and when < now and when > now:\n",
        ),
    ),
    mutant(
        "the policy's protect lists are left out",
        "unit/test_resolve.py cli/test_cli_policy.py",
        (
            "engine/inputs.py",
            "(*(rules.policy.protect if rules.policy else ()), *rules.spec.protect)",
            "(*rules.spec.protect,)",
        ),
        (
            "engine/inputs.py",
            "        found = self._read(policy.protect, policy.path, erasure=False) if policy else []\n",
            "        found = self._read((), policy.path, erasure=False) if policy else []\n",
        ),
    ),
    mutant(
        "a plan of another version is read as if it were of this one",
        "unit/test_planfile_values.py",
        ("planfile/plan_fields.py", '    "const": 1,\n', ""),
    ),
    mutant(
        "a line that is broken shows its ids",
        TOLD,
        (
            "planfile/load.py",
            "        if _IDS.search(sheet.text):\n",
            "        if not sheet.text:\n",
        ),
    ),
    mutant(
        "a text of several lines is hidden in its first alone",
        TOLD,
        (
            "planfile/build.py",
            "self.hidden.update(range(span.line, span.last_line + 1))",
            "self.hidden.add(span.line)",
        ),
    ),
    mutant(
        "a value of telling words is shown",
        TOLD,
        (
            "planfile/secrets.py",
            "safe = _PLAIN.fullmatch(value) and not tells(value)",
            "safe = _PLAIN.fullmatch(value)",
        ),
    ),
    mutant(
        "what stands where a key is named is shown",
        TOLD,
        (
            "planfile/check.py",
            "secret = is_hidden(broken.pointer) or isinstance",
            "secret = isinstance",
        ),
    ),
    mutant(
        "a date is one of this machine's zone",
        FORMS,
        (
            "planfile/forms.py",
            "found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)",
            "found.astimezone(UTC)",
        ),
    ),
)
