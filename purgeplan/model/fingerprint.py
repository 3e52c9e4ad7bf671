"""The fingerprint: a sha256 over what decides who goes, where, and under which safety."""

import hashlib
import json
from collections.abc import Iterable
from itertools import islice
from typing import Final
from urllib.parse import urlsplit

from purgeplan.model.spec import PlanSpec

FORMAT: Final = 1
_TOGETHER: Final = 2_000
"""Ids hashed at once: quick, and flat in memory."""

SHORT: Final = 12
"""Digits for the eye; nothing is decided by fewer than all 64."""


def origin(base_url: str) -> str:
    """Give scheme, host and port of an address: where requests go, whatever its path."""
    parts = urlsplit(base_url)
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
    return f"{parts.scheme}://{(parts.hostname or '').lower()}:{port}"


def header(spec: PlanSpec) -> bytes:
    """Give the canonical JSON of all that the fingerprint covers besides the ids.

    Not in it: times, paths, pace, window, retry, owner, tool version. Those may change between
    runs without a new review, and merging a pull request must not change a fingerprint.
    """
    covered = {
        "v": FORMAT,
        "origin": origin(spec.app.base_url),
        "app_id": spec.app.id,
        "resource": spec.target.resource,
        "by": spec.target.by,
        "purpose": spec.purpose,
        "keep": [spec.keep.opt_outs, spec.keep.partly_selected_users],
        "drift": [spec.drift.check, _plain(spec.drift.every_s)],
        "limits": [
            spec.limits.max_delete,
            _plain(spec.limits.max_delete_percent),
            spec.limits.keep_at_least,
        ],
        "canary": spec.canary,
        "breaker": [
            spec.breaker.max_consecutive_failures,
            _plain(spec.breaker.max_failure_percent),
            _plain(spec.breaker.max_absent_percent),
        ],
        "backup": spec.backup_export,
    }
    return json.dumps(covered, sort_keys=True, separators=(",", ":")).encode()


def fingerprint(spec: PlanSpec, sorted_ids: Iterable[str], addressed: str | None = None) -> str:
    """Give 64 hex digits for a plan and its ids, which come distinct and in order of their UTF-8.

    ``addressed`` is the digest of those who are addressed by another id, None where nobody is.
    Ids hold no line feed and no tab (``ids.unfit``), so one a line is unambiguous.
    """
    digest = begun(spec)
    _feed(digest, sorted_ids)
    return ended(digest, addressed)


def begun(spec: PlanSpec) -> "hashlib._Hash":
    """Give the hash that takes the sorted ids next, one a line, each line ended."""
    return hashlib.sha256(header(spec) + b"\n")


def ended(digest: "hashlib._Hash", addressed: str | None) -> str:
    """Give the fingerprint of a hash that has taken all ids."""
    if addressed is not None:
        digest.update(f"\t{addressed}\n".encode())
    return digest.hexdigest()


def addressed_digest(sorted_pairs: Iterable[str]) -> str | None:
    """Give the digest of who is addressed by a onesignal_id, None where nobody is.

    Each pair is an id of the set, a tab, and the onesignal_id that its DELETE will name: it
    decides who goes as much as the id does. They come in order of the ids' UTF-8.
    """
    digest = hashlib.sha256()
    return digest.hexdigest() if _feed(digest, sorted_pairs) else None


def _feed(digest: "hashlib._Hash", lines: Iterable[str]) -> int:
    """Hash lines as they come and give how many they were."""
    count, coming = 0, iter(lines)
    while chunk := list(islice(coming, _TOGETHER)):
        count += len(chunk)
        digest.update(("\n".join(chunk) + "\n").encode())
    return count


def sources_digest(spec: PlanSpec) -> str:
    """Give 64 hex digits for the sources as the plan file describes them, in their order.

    They are not in the fingerprint, which covers the ids that they gave: a set that was frozen
    stays what it is. A plan file that describes other sources was never planned.
    """
    told = [
        [one.kind, one.by, one.options, one.as_of and one.as_of.isoformat(), one.sha256]
        for one in spec.sources
    ]
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()


def short(full: str) -> str:
    """Give the digits of a fingerprint that are shown in passing."""
    return full[:SHORT]


def _plain(number: object) -> str:
    """Give a number in one form however it was written: 10, 10.0 and 1E+1 are the same limit."""
    return "off" if number is None else f"{float(str(number)):.6f}"
