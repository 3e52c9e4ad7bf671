"""Sabotages of how sources are read: files, their form, and the ids in them."""

from mutants.mutant import mutant

FILES = "unit/test_sources_files.py"
TEXT = "unit/test_sources_text.py"
CSV_COLUMNS = "unit/test_sources_csv_columns.py"
CSV_TOLD = "unit/test_sources_csv_told.py"

MUTANTS = (
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
        CSV_TOLD,
        (
            "sources/csv.py",
            "        if unfit and not context.set_aside:\n",
            "        if unfit and context.set_aside is None:\n",
        ),
    ),
    mutant(
        "an empty list is no error",
        "unit/test_resolve_inputs.py",
        (
            "engine/inputs.py",
            "            if staged.rows == 0 and not erasure and staged.as_of is None:\n",
            "            if staged.rows < 0:\n",
        ),
    ),
    mutant(
        "the first of several columns holds the ids",
        CSV_COLUMNS,
        ("sources/reading/columns.py", "    if len(found) > 1:\n", "    if len(found) > 9:\n"),
    ),
    mutant(
        "a column of an export is any kind of id",
        CSV_COLUMNS,
        (
            "sources/reading/columns.py",
            "    if theirs not in (None, kind):\n",
            "    if theirs == '':\n",
        ),
    ),
    mutant(
        "a damaged export stays, and is read again and again",
        "unit/test_sources_exported.py",
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
        "a device that a file does not tell is push",
        "unit/test_resolve_beside.py",
        (
            "sources/reading/staging.py",
            "CASE coalesce({0}, 11) WHEN",
            "CASE coalesce({0}, 0) WHEN",
        ),
    ),
    mutant(
        "the first of two columns tells who opted out",
        CSV_COLUMNS,
        (
            "sources/reading/columns.py",
            "names.count(one) == 1 for one in _OPT_OUTS.values()",
            "one in names for one in _OPT_OUTS.values()",
        ),
    ),
    mutant(
        "a source's longer max_age holds for the others",
        "unit/test_sources_export.py",
        (
            "sources/audience/demand.py",
            "        ages.append(MAX_AGE_S if said is None else seconds(said) or 0.0)\n",
            "        if said is not None:\n            ages.append(seconds(said) or 0.0)\n",
        ),
    ),
    mutant(
        "a day that has begun is one of silence",
        "unit/test_sources_export.py",
        (
            "sources/audience/fields.py",
            "CAST(floor((epoch",
            "CAST(ceil((epoch",
        ),
    ),
    mutant(
        "bad ids of the policy's protect lists are set aside in an erasure",
        "unit/test_resolve_inputs.py",
        (
            "engine/inputs.py",
            "self._read(policy.protect, policy.path, erasure=False) if policy",
            "self._read(policy.protect, policy.path, erasure=spec.purpose is Purpose.ERASURE) if policy",
        ),
    ),
    mutant(
        "a column that an export has twice is the first of them",
        "unit/test_sources_exported.py",
        (
            "sources/audience/load.py",
            "layout.names.count(one) != 1]",
            "one not in layout.names]",
        ),
    ),
    mutant(
        "folders of a path are columns of a Parquet file",
        "unit/test_sources_parquet.py",
        (
            "sources/parquet.py",
            "file_row_number=true, hive_partitioning=false",
            "file_row_number=true, hive_partitioning=true",
        ),
    ),
)
