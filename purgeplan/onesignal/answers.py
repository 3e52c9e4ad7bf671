"""Reads the API's answers: pure functions from status, headers and body to what they mean.

Statuses, texts and both shapes of errors: onesignal.md 1.0 to 1.3.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from http import HTTPStatus
from typing import Any, Final, NamedTuple

from purgeplan.model.answer import Answer
from purgeplan.model.ids import ONESIGNAL_ID, canonical, unfit
from purgeplan.model.outcome import Code

_JSON = re.compile(r"\s*application/(?:[\w.+-]+\+)?json\s*(?:;|$)", re.IGNORECASE)
_SECONDS = re.compile(r"\s*([0-9]{1,9}(?:\.[0-9]{1,9})?)\s*(?:,|$)")
_PER_USER = re.compile(r"\bper (?:device|user|subscription|player)\b", re.IGNORECASE)
_KEY_WANTED = re.compile(r"\bauthorization\b", re.IGNORECASE)
_NO_SUCH_APP = re.compile(r"\bfind app\b", re.IGNORECASE)
_NO_SUCH_PLAYER = re.compile(r"\bno user with this id found\b", re.IGNORECASE)
_DENIALS: Final = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
_GONE: Final = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)
_PAUSING: Final = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
ALIKE: Final = 16
"""Answers remembered as read: those to DELETEs of subscriptions are the same bytes each time."""

_BY_STATUS: Final[Mapping[int, Code]] = {
    HTTPStatus.TOO_MANY_REQUESTS: Code.THROTTLED,
    HTTPStatus.CONFLICT: Code.CONFLICT,
    HTTPStatus.REQUEST_TIMEOUT: Code.SERVER_ERROR,
}


class Heard(NamedTuple):
    """One answer as it came: status, headers (found by names in lower case), body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Said:
    """What a JSON answer says: the object itself, and the texts of its errors in one string."""

    document: Mapping[str, Any]
    errors: str

    @property
    def is_error(self) -> bool:
        """Tell whether it is one of the API's two shapes of errors, or its ``success: false``."""
        return "errors" in self.document or "success" in self.document

    @property
    def denies_success(self) -> bool:
        """Tell whether it says that something went wrong, whatever the status."""
        success = self.document.get("success", True)
        return bool(self.document.get("errors")) or str(success).lower() == "false"


def read_said(headers: Mapping[str, str], body: bytes) -> Said | None:
    """Read a JSON object; None for anything else. Header names are in lower case."""
    if not _JSON.match(headers.get("content-type", "")):
        return None
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):  # not JSON, whatever its content type says
        return None
    if not isinstance(document, dict):
        return None
    return Said(document, " ".join(_texts(document.get("errors"))))


def _texts(errors: object) -> Iterator[str]:
    """Give the texts of errors in any shape seen: a string, strings, objects, objects empty."""
    for error in errors if isinstance(errors, list) else [errors]:
        if isinstance(error, str):
            yield error
        elif isinstance(error, dict):
            yield from (text for text in error.values() if isinstance(text, str))


def read_retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Give the seconds of Retry-After (or RetryAfter, as an older page spells it), unclamped.

    Takes seconds and HTTP dates; None where there is none that can be read.
    """
    text = headers.get("retry-after") or headers.get("retryafter") or ""
    if seconds := _SECONDS.match(text):
        return float(seconds[1])
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, IndexError, OverflowError):
        return None
    return max(0.0, (at - now).total_seconds()) if at.tzinfo else None


def read_answer(status: int, headers: Mapping[str, str], body: bytes, now: datetime) -> Answer:
    """Read what came back for one DELETE (design.md part 6); never raises.

    Header names are in lower case; ``now`` is aware UTC, for a Retry-After that is a date.
    """
    if status in _PAUSING:
        return _read(status, read_said(headers, body), body, read_retry_after(headers, now))
    return _read_alike(status, headers.get("content-type", ""), body)


@lru_cache(maxsize=ALIKE)
def _read_alike(status: int, content_type: str, body: bytes) -> Answer:
    """Read an answer that means the same whenever it comes."""
    return _read(status, read_said({"content-type": content_type}, body), body, None)


def _read(status: int, said: Said | None, body: bytes, retry_after_s: float | None) -> Answer:
    code = _code(status, said, retry_after_s, empty=not body.strip())
    if code is Code.THROTTLED:
        return Answer(code, status, retry_after_s, per_user=_is_per_user(status, said))
    if code is Code.ACCEPTED and said is not None:
        return Answer(code, status, onesignal_id=who(said))
    return Answer(code, status)


def _code(status: int, said: Said | None, retry_after_s: float | None, *, empty: bool) -> Code:
    if status == HTTPStatus.SERVICE_UNAVAILABLE and retry_after_s is not None:
        return Code.THROTTLED
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    match status // 100:
        case 2:
            return Code.ACCEPTED if empty else _success(said)
        case 4:
            return Code.REJECTED if said is None else _refusal(status, said)
        case 5:
            return Code.SERVER_ERROR
        case _:
            return Code.FOREIGN


def _success(said: Said | None) -> Code:
    if said is None:
        return Code.FOREIGN
    return Code.REJECTED if said.denies_success else Code.ACCEPTED


def _refusal(status: int, said: Said) -> Code:
    """Tell a refused key and an absent id from an id refused.

    A stop loses nothing, so any JSON may deny; absent is final, so only the API's may say it.
    """
    if is_denial(status, said):
        return Code.DENIED
    absent = status in _GONE and said.is_error
    unknown = status == HTTPStatus.BAD_REQUEST and _NO_SUCH_PLAYER.search(said.errors)
    return Code.ABSENT if absent or unknown else Code.REJECTED


def is_denial(status: int, said: Said) -> bool:
    """Tell whether the key was refused: 401, 403, a 400 about it, or a 404 of the whole app."""
    if status == HTTPStatus.BAD_REQUEST:
        return bool(_KEY_WANTED.search(said.errors))
    return status in _DENIALS or (status in _GONE and bool(_NO_SUCH_APP.search(said.errors)))


def is_absence(status: int, said: Said) -> bool:
    """Tell whether the API says that what was asked for does not exist."""
    return _refusal(status, said) is Code.ABSENT


def _is_per_user(status: int, said: Said | None) -> bool:
    """Tell whether the bucket is one user's, as in "Subscription/User Update Per Device"."""
    if status != HTTPStatus.TOO_MANY_REQUESTS or said is None:
        return False
    return bool(_PER_USER.search(str(said.document.get("limit", ""))))


def who(said: Said) -> str | None:
    """Give the onesignal_id of an identity, as in the 202 of a user; None where there is none."""
    identity = said.document.get("identity")
    named = identity.get("onesignal_id") if isinstance(identity, dict) else None
    if not isinstance(named, str):
        return None
    named = canonical(ONESIGNAL_ID, named)
    return None if unfit(ONESIGNAL_ID, named) else named
