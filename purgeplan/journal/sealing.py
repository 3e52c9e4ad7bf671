"""What is left of ids once a plan is forgotten: their HMAC under a key that is kept elsewhere."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from purgeplan.model.records import Draft

SEALED: Final = "sealed"


def sealed_id(key: bytes, one: str) -> str:
    """Give 64 hex digits: HMAC-SHA256 of the id as it was sent, in UTF-8."""
    return hmac.new(key, one.encode(), hashlib.sha256).hexdigest()


def wiped(draft: Draft) -> Draft:
    """Give a draft without anything that could name a person: its text, strings of its summary.

    Numbers stay, so that reports still add up. Samples and inline ids are strings, and so are
    paths and reasons: what can't be told apart from an id goes with it.
    """
    return replace(draft, text=SEALED, summary=_numbers(draft.summary))


def _numbers(value: Any) -> Any:  # noqa: ANN401 - a JSON document has any shape
    if isinstance(value, Mapping):
        return {key: _numbers(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_numbers(part) for part in value]
    return SEALED if isinstance(value, str) else value
