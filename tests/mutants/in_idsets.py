"""Sabotages of whom a plan names, by which evidence, and of what its fingerprint covers."""

from mutants.mutant import mutant

EVIDENCE = "unit/test_resolve_evidence.py"
BESIDE = "unit/test_resolve_beside.py"
HALFWAY = "cli/test_cli_halfway.py"
FINGERPRINT = "unit/test_model_fingerprint.py"
RESOLVE = "unit/test_resolve.py"

MUTANTS = (
    mutant(
        "another window makes a plan another one",
        HALFWAY,
        (
            "model/fingerprint.py",
            '        "canary": spec.canary,\n',
            '        "canary": spec.canary,\n        "window": str(spec.pace.window),\n',
        ),
    ),
    mutant(
        "another number of attempts makes a plan another one",
        HALFWAY,
        (
            "model/fingerprint.py",
            '        "canary": spec.canary,\n',
            '        "canary": spec.canary,\n        "retry": spec.retry.max_attempts,\n',
        ),
    ),
    mutant(
        "the fingerprint leaves out the limits",
        FINGERPRINT,
        ("model/fingerprint.py", "            spec.limits.max_delete,\n", ""),
    ),
    mutant(
        "the fingerprint leaves out the canary",
        FINGERPRINT,
        ("model/fingerprint.py", '        "canary": spec.canary,\n', ""),
    ),
    mutant(
        "the fingerprint leaves out where requests go",
        FINGERPRINT,
        ("model/fingerprint.py", '        "origin": origin(spec.app.base_url),\n', ""),
    ),
    mutant(
        "the fingerprint leaves out whom a DELETE names",
        f"{FINGERPRINT} {BESIDE}",
        ("model/fingerprint.py", "    if addressed is not None:\n", '    if addressed == "":\n'),
    ),
    mutant(
        "the fingerprint leaves out ids after the first ten thousand",
        FINGERPRINT,
        (
            "model/fingerprint.py",
            "    while chunk := list(islice(coming, _TOGETHER)):\n",
            "    if chunk := list(islice(coming, _TOGETHER)):\n",
        ),
    ),
    mutant(
        "dots are an id",
        "unit/test_model_ids.py property/test_sources_laws.py contract/test_wire_deletes.py",
        ("model/ids.py", '    if text in (".", ".."):\n', '    if text == ".":\n'),
    ),
    mutant(
        "control characters are part of an id",
        "unit/test_model_ids.py contract/test_wire_deletes.py",
        ("model/ids.py", "    if CONTROL.search(text):\n", "    if CONTROL.match(text):\n"),
    ),
    mutant(
        "protect lists match by equality",
        f"{RESOLVE} {BESIDE} property/test_sources_laws.py",
        ("model/ids.py", "text.strip()).casefold()", "text)"),
        ("sources/reading/fit.py", "THEN lower(trim({column}, ' ')) END", "THEN {column} END"),
    ),
    mutant(
        "evidence as old as the deletion is young enough",
        f"{RESOLVE} {EVIDENCE}",
        (
            "engine/idset.py",
            "WHERE deleted.gone_at >= evidence.as_of",
            "WHERE deleted.gone_at > evidence.as_of",
        ),
    ),
    mutant(
        "a list is as young as today each time",
        EVIDENCE,
        ("engine/resolve.py", "evidence.first_seen(digest) or evidence.now\n", "evidence.now\n"),
    ),
    mutant(
        "a list with a line more is news of everybody",
        "unit/test_engine_first_seen.py",
        (
            "engine/first_seen.py",
            "    return known if row is None else min(row.draft.evidence.values(), default=row.planned_at)",
            "    return known",
        ),
    ),
    mutant(
        "a list after a plan of nobody is news of everybody",
        "unit/test_engine_first_seen.py",
        (
            "engine/first_seen.py",
            " if one.state is not PlanState.DONE or journal.runs(one.plan_id))",
            ")",
        ),
    ),
    mutant(
        "ids are sent in the order of the alphabet",
        f"{RESOLVE} property/test_resolve_laws.py",
        (
            "engine/idset.py",
            "CAST(substr(sha256(concat({fingerprint}, id)), 1, 32) AS UUID) AS place",
            "concat(id, {fingerprint}) AS place",
        ),
    ),
    mutant(
        "the oldest list that names an id is its evidence",
        EVIDENCE,
        (
            "engine/idset.py",
            "       max(evidence) AS evidence,\n",
            "       min(evidence) AS evidence,\n",
        ),
    ),
    mutant(
        "a list names nobody twice",
        RESOLVE,
        ("engine/resolve.py", "== 1 and digests[0].unique,", "== 1,"),
    ),
    mutant(
        "who opted out is deleted",
        f"{BESIDE} unit/test_resolve_segments.py",
        ("engine/idset.py", "\"opted_out = 't' AND", "\"opted_out = 'x' AND"),
    ),
    mutant(
        "who opted out of an unknown channel, in a row that no source names, is deleted",
        "unit/test_resolve_audience.py",
        ("engine/audience.py", "coalesce(device_type, 11)", "coalesce(device_type, 0)"),
    ),
    mutant(
        "a breaker that is off has the fingerprint of one of zero",
        "unit/test_model_fingerprint.py",
        ("model/fingerprint.py", '"off" if number is None', '"0.000000" if number is None'),
    ),
    mutant(
        "protect lists match letters of one width",
        "unit/test_model_ids.py",
        ("model/ids.py", 'unicodedata.normalize("NFKC"', 'unicodedata.normalize("NFC"'),
    ),
    mutant(
        "an alias of which no export can tell counts as one that is in it",
        BESIDE,
        (
            "engine/resolve.py",
            "planned WHERE NOT deleted_before AND onesignal_id IS NULL",
            "planned WHERE deleted_before AND onesignal_id IS NULL",
        ),
    ),
)
