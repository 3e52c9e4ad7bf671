"""Plan texts for tests of planfile: the smallest plan, changed here and there."""

from datetime import UTC, datetime

from purgeplan.errors import InvalidError
from purgeplan.planfile import parse_plan_text
from purgeplan.planfile.load import load

NOW = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
APP_ID = "6f1c2a50-3f0e-4a4e-9a34-1f2d7b3de2a9"
USERS = "{resource: user, by: external_id}"
KEY = "os_v2_app_" + "mzrwyzlemq2gczlt"
LEGACY_KEY = "NGEwMGZmMjItY2NkNy0xMWUzLTk5ZDUt" + "MDAwYzI5NDBlNjJj"

KINDS = {
    "csv": {
        "properties": {
            "path": {
                "type": "string",
                "format": "x-path",
                "description": "The file.",
                "examples": ["a.csv"],
            },
            "column": {"type": "string", "description": "Its column.", "examples": ["player_id"]},
        },
        "required": ["path"],
        "description": "A table of text.",
        "examples": [{"from": "csv", "path": "a.csv"}],
    },
    "inline": {
        "properties": {
            "ids": {
                "type": "array",
                "items": {"type": "string"},
                "minItems": 1,
                "maxItems": 3,
                "description": "The ids.",
                "examples": [["u-1"]],
            },
        },
        "required": ["ids"],
        "description": "A few ids.",
        "examples": [{"from": "inline", "ids": ["u-1"]}],
    },
    "segment": {
        "properties": {
            "name": {"type": "string", "description": "Its name.", "examples": ["Gone"]},
            "since": {"type": "string", "format": "x-span", "description": "When."},
        },
        "required": ["name"],
        "description": "A segment, of a later day.",
        "examples": [{"from": "segment", "name": "Gone"}],
    },
}

LINES = {
    "version": "1",
    "name": "inactive-2026-h1",
    "reason": "180 days silent",
    "app": f"{{id: {APP_ID}, name: Acme Prod}}",
    "target": "{resource: subscription}",
    "source": "{from: csv, path: exports/inactive.csv}",
    "limits": "{max_delete: 15000}",
}


def plan_text(*more, without=(), **changes):
    """Give the smallest plan, with lines changed, taken out, and added at the end."""
    lines = {key: text for key, text in {**LINES, **changes}.items() if key not in without}
    return "\n".join([*(f"{key}: {text}" for key, text in lines.items()), *more]) + "\n"


def parsed(text, policy=None, path="plans/a.yaml"):
    """Give the plan of a text."""
    return parse_plan_text(text, path, "/repo", KINDS, policy=policy, now=NOW)


def plan(*more, policy=None, **changes):
    """Give the plan of the smallest text with changes."""
    return parsed(plan_text(*more, **changes), policy)


def refusals(text, policy=None):
    """Give the findings of a text, none where it is valid."""
    try:
        parsed(text, policy)
    except InvalidError as error:
        return error.findings
    return ()


def only(text, policy=None):
    """Give the one finding of a text."""
    (finding,) = refusals(text, policy)
    return finding


def codes(text):
    """Give the codes of a text's findings."""
    return [finding.code for finding in refusals(text)]


def said(text):
    """Give the one finding as code, problem and mend."""
    finding = only(text)
    return finding.code, finding.problem, finding.mend


def content(text):
    """Give the values of a text without flaws."""
    document, found = load(text, "a.yaml")
    assert found == []
    return document.content


def flaws(text):
    """Give code, line and column of what the loader refuses."""
    found = load(text, "a.yaml")[1]
    return [(one.code, one.place.line, one.place.column) for one in found]
