"""Kinds of ids: which are UUIDs, what makes one unfit, how two are compared.

OneSignal's ids of subscriptions (once "players") and ``onesignal_id`` are UUIDs; an external_id
or any other alias is free text of the customer's.
"""

import re
import unicodedata
from typing import Final

SUBSCRIPTION_ID: Final = "subscription_id"
ONESIGNAL_ID: Final = "onesignal_id"
EXTERNAL_ID: Final = "external_id"

UUID_KINDS: Final = frozenset({SUBSCRIPTION_ID, ONESIGNAL_ID})
UUID_PATTERN: Final = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
FORMULA_ERROR_PATTERN: Final = "#[A-Z]{2,6}(?:/0)?[!?]|#N/?[AV]"
"""What a spreadsheet shows for a formula that failed: #REF!, #DIV/0!, #N/A, in German #NV."""

MAX_ID_BYTES: Final = 1024
"""Ours: an id is one segment of a URL, and servers refuse request lines over 8 KiB."""

_UUID = re.compile(UUID_PATTERN)
CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
"""Unicode's categories Cc and Cs: control characters, and lone surrogates, which are no UTF-8."""

_MANGLED = re.compile(r"[+-]?\d+(?:[.,]\d+)?[eE][+]?\d+")
_FORMULA_ERROR = re.compile(FORMULA_ERROR_PATTERN)


def is_uuid_kind(kind: str) -> bool:
    """Tell whether ids of this kind are UUIDs, compared and sent in lower case."""
    return kind in UUID_KINDS


def canonical(kind: str, text: str) -> str:
    """Give the id as it is compared and sent: UUIDs trimmed and lower-cased, others as they are."""
    return text.strip().lower() if is_uuid_kind(kind) else text


def unfit(kind: str, canonical_id: str) -> str | None:
    """Say what makes an id unfit to be sent, or None; the words never repeat the id.

    An HTTP client folds ``/subscriptions/..`` into ``DELETE /apps/APP``, hence the dots.
    """
    if is_uuid_kind(kind):
        uuid = _UUID.fullmatch(canonical_id)
        return (
            None if uuid else _unfit_text(canonical_id) or "is not a UUID (8-4-4-4-12 hex digits)"
        )
    if len(canonical_id.encode(errors="replace")) > MAX_ID_BYTES:
        return f"is longer than {MAX_ID_BYTES} bytes"
    return _unfit_text(canonical_id)


def _unfit_text(text: str) -> str | None:
    if not text.strip():
        return "is empty"
    if text in (".", ".."):
        return "is a path, not an id"
    if CONTROL.search(text):
        return "holds a control character"
    if _MANGLED.fullmatch(text):
        return "is a number as a spreadsheet rounds it (like 1.23E+15); export the column as text"
    if _FORMULA_ERROR.fullmatch(text):
        return "is the error of a spreadsheet's formula; mend the formula, or leave the row out"
    return None


def comparable(kind: str, text: str) -> str:
    """Give the form in which protect lists match: for free text trimmed, NFKC and case-folded.

    Wider than equality on purpose: a protect list that misses by a capital letter deletes people.
    """
    if is_uuid_kind(kind):
        return canonical(kind, text)
    return unicodedata.normalize("NFKC", text.strip()).casefold()


def masked(text: str) -> str:
    """Give enough of an id to recognize it and too little to use it, for messages and logs."""
    return f"{text[:4]}…{text[-2:]}" if len(text) > 8 and "@" not in text else "…"  # noqa: PLR2004 - shown parts stay a fraction
