"""Decides where a ``base_url`` may point: the API key goes there."""

from collections.abc import Collection
from ipaddress import ip_address
from typing import Final
from urllib.parse import SplitResult, urlsplit

HOSTS: Final = ("api.onesignal.com", "onesignal.com")
"""OneSignal's own: today's root, and the one of ``/api/v1`` (onesignal.md 1)."""

_PATHS: Final = ("", "/", "/api/v1", "/api/v1/")


def address_problem(url: str, hosts: Collection[str]) -> str | None:
    """Say why an address is refused, or None; ``hosts`` are those of the policy.

    The words never repeat the address, which could hold a password or a key.
    """
    parts = _split(url)
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        return "is no http(s) address"
    if "@" in parts.netloc:
        return "holds a user or a password"
    if "?" in url or "#" in url:
        return "holds a query or a fragment"
    if parts.path not in _PATHS:
        return f"has a path that is none of {', '.join(_PATHS[1:3])}"
    return _host_problem(parts, hosts)


def _split(url: str) -> SplitResult | None:
    """Split an address; None where it is none, or where two readers could disagree about it."""
    if not url.isascii() or not url.isprintable() or set(url) & set(" \\%"):
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    return None if port == 0 else parts


def _host_problem(parts: SplitResult, hosts: Collection[str]) -> str | None:
    host = parts.hostname or ""
    if _is_loopback(host):
        return None
    if parts.scheme == "http":
        return "would send the key over http"
    port = parts.port or 443
    named = host if port == 443 else f"{host}:{port}"  # noqa: PLR2004 - that of https
    if named in HOSTS or named in hosts:
        return None
    return "is neither OneSignal's, nor loopback, nor listed under `hosts` in the policy"


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
