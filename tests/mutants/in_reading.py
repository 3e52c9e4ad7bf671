"""Sabotages of plan files, policies and sources: what is read, and what is refused."""

from mutants.mutant import mutant

LOAD = "unit/test_planfile_load.py"
CHECK = "unit/test_planfile_check.py"
FILES = "unit/test_sources_files.py"
TEXT = "unit/test_sources_text.py"
CSV = "unit/test_sources_csv.py"

MUTANTS = (
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
        "unit/test_planfile_parse.py",
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
        LOAD,
        (
            "planfile/load.py",
            "    if found := unseen(sheet) + _directives(sheet):\n",
            "    if found := _directives(sheet):\n",
        ),
    ),
    mutant(
        "a literal key is no matter",
        LOAD,
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
        f"{CHECK} unit/test_planfile_parse.py",
        (
            "planfile/rules.py",
            "        if when is not None and when > now:\n",
            "        if when is not None and when < now and when > now:\n",
        ),
    ),
    mutant(
        "the policy's protect lists are left out",
        f"{CHECK} unit/test_resolve.py cli/test_cli_policy.py",
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
        "a file that changes while it is read is taken",
        FILES,
        (
            "sources/reading/files.py",
            "    if _state(before) != _state(after) or reading.done != after.st_size:\n",
            "    if reading.done < 0:\n",
        ),
    ),
    mutant(
        "the pin of a source is not looked at",
        FILES,
        (
            "sources/reading/files.py",
            "        if self._spec.sha256 is not None and self.sha256 != self._spec.sha256.lower():\n",
            "        if self._spec.sha256 == '':\n",
        ),
    ),
    mutant(
        "links are followed to a source",
        FILES,
        (
            "sources/reading/files.py",
            "_FILE: Final = os.O_RDONLY | os.O_NOFOLLOW |",
            "_FILE: Final = os.O_RDONLY |",
        ),
    ),
    mutant(
        "a source may lie outside of the repository",
        FILES,
        (
            "sources/reading/paths.py",
            '    if PurePath(path).is_absolute() or PurePath(found).parts[:1] in ((), ("..",)):\n',
            "    if PurePath(path).is_absolute():\n",
        ),
    ),
    mutant(
        "a compressed file that ends in the middle is whole",
        TEXT,
        ("sources/reading/unpack.py", "    if begun:\n        raise EOFError\n", ""),
    ),
    mutant(
        "bytes that are no UTF-8 are passed on",
        TEXT,
        ("sources/reading/decode.py", "        if not unit.isascii():\n", "        if not unit:\n"),
    ),
    mutant(
        "bad ids of a cleanup are set aside",
        f"{CSV} unit/test_resolve.py",
        (
            "sources/csv.py",
            "        if unfit and not context.set_aside:\n",
            "        if unfit and context.set_aside is None:\n",
        ),
    ),
    mutant(
        "an empty list is no error",
        "unit/test_resolve.py",
        (
            "engine/inputs.py",
            "            if staged.rows == 0 and not erasure and staged.as_of is None:\n",
            "            if staged.rows < 0:\n",
        ),
    ),
    mutant(
        "the first of several columns holds the ids",
        CSV,
        ("sources/reading/columns.py", "    if len(found) > 1:\n", "    if len(found) > 9:\n"),
    ),
    mutant(
        "a column of an export is any kind of id",
        f"{CSV} unit/test_sources_export.py",
        (
            "sources/reading/columns.py",
            "    if theirs not in (None, kind):\n",
            "    if theirs == '':\n",
        ),
    ),
    mutant(
        "a damaged export stays, and is read again and again",
        "unit/test_sources_export.py",
        ("sources/audience/load.py", "            path.unlink()\n", ""),
    ),
    mutant(
        "numbers in JSON are ids",
        "unit/test_sources_jsonl.py",
        (
            "sources/jsonl.py",
            "        if not isinstance(raw, str):\n",
            "        raw = raw if isinstance(raw, str | None) else str(raw)\n        if not isinstance(raw, str):\n",
        ),
    ),
    mutant(
        "the last of two keys in JSON wins",
        "unit/test_sources_jsonl.py",
        ("sources/jsonl.py", "    if len(found) != len(pairs):\n", "    if not pairs and found:\n"),
    ),
    mutant(
        "standard input is read where no signal arrives",
        "cli/test_cli_streams.py",
        (
            "sources/reading/spooling.py",
            "blocks if source.waits else ahead(blocks, _MOST)",
            "ahead(blocks, _MOST)",
        ),
    ),
    mutant(
        "a plan of another version is read as if it were of this one",
        "unit/test_planfile_check.py",
        ("planfile/plan_fields.py", '    "const": 1,\n', ""),
    ),
)
