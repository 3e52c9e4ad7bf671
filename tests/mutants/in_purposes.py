"""Sabotages of the guards of purposes, pins and protect lists: one of several is overlooked."""

from mutants.mutant import mutant

RULES = "unit/test_guards_rules.py"
SIZE = "unit/test_guards_size.py"

MUTANTS = (
    mutant(
        "an id that was given back counts twice",
        SIZE,
        (
            "guards/count.py",
            "facts.left - facts.claimed_left",
            "facts.left",
        ),
    ),
    mutant(
        "an erasure takes players",
        RULES,
        (
            "guards/erasure.py",
            "spec.target.resource is Resource.USER:",
            "spec.target.resource is not Resource.SUBSCRIPTION:",
        ),
    ),
    mutant(
        "one file that is pinned pins all",
        RULES,
        (
            "guards/required.py",
            "or all(_pinned(spec))",
            "or any(_pinned(spec))",
        ),
    ),
    mutant(
        "a Parquet file needs no pin",
        RULES,
        (
            "guards/required.py",
            'frozenset({"inline", "sql",',
            'frozenset({"inline", "parquet", "sql",',
        ),
    ),
    mutant(
        "a segment resets its app",
        RULES,
        (
            "guards/reset.py",
            'if one.kind != "export"]',
            'if one.kind not in ("export", "segment")]',
        ),
    ),
    mutant(
        "a second export may be everyone",
        RULES,
        (
            "guards/whole_export.py",
            "    for one in spec.sources:",
            "    for one in spec.sources[:1]:",
        ),
    ),
    mutant(
        "a protect list that was never read stops nobody",
        RULES,
        (
            "guards/protect.py",
            "    if len(facts.protects) < asked:",
            "    if len(facts.protects) < 0 * asked:",
        ),
    ),
)
