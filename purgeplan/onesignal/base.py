"""Where requests go: the root of the API and the Authorization that it takes."""

import re
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final, Self
from urllib.parse import SplitResult, quote, urlsplit

from purgeplan.errors import Finding, InvalidError
from purgeplan.model.ids import EXTERNAL_ID, is_uuid_kind, unfit
from purgeplan.model.secret import Secret
from purgeplan.model.spec import App, Resource

HOST: Final = "api.onesignal.com"
LEGACY_ROOT: Final = "https://onesignal.com/api/v1"
"""Where the players endpoints are documented; a base_url of another host is used as it is."""


@dataclass(frozen=True, slots=True)
class Base:
    """The root of the API: ``origin`` as ``scheme://host:port``, ``prefix`` as ``/api/v1`` or ''.

    ``scheme`` is that of the Authorization header: Key, or Basic (with the raw key) for players.
    """

    origin: str
    prefix: str
    scheme: str

    @classmethod
    def of(cls, app: App, resource: Resource) -> Self:
        """Give the root for an app and a resource.

        Raises InvalidError where the key would go over http to another machine, or where base_url
        is more than a root.
        """
        legacy = resource is Resource.PLAYER
        parts = urlsplit(app.base_url)
        if legacy and parts.hostname == HOST:
            parts = urlsplit(LEGACY_ROOT)
        if problem := _problem(parts):
            raise InvalidError(Finding("PP604", f"base_url {problem}", _MEND))
        origin = f"{parts.scheme}://{parts.netloc}"
        return cls(origin, parts.path.rstrip("/"), "Basic" if legacy else "Key")

    def authorization(self, key: Secret) -> str:
        """Give the value of the Authorization header."""
        return f"{self.scheme} {key.reveal()}"


def segment(text: str, kind: str = EXTERNAL_ID) -> str:
    """Give an id as one segment of a path, percent-encoded with nothing safe.

    Raises ValueError for an unfit one: those are refused long before, so it is a bug.
    """
    if why := unfit(kind, text):
        raise ValueError(_UNFIT + why)
    return text if is_uuid_kind(kind) else quote(text, safe="")  # hex digits and dashes stay


def is_private_to_send(scheme: str, host: str | None) -> bool:
    """Tell whether a request stays private on its way: https, or http to this very machine."""
    if not host:
        return False
    return scheme == "https" or (scheme == "http" and _is_loopback(host))


def _problem(parts: SplitResult) -> str | None:
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return "is no http(s) URL"
    if parts.username is not None or parts.password is not None:
        return "holds a user or a password"
    if parts.query or parts.fragment:
        return "holds a query or a fragment"
    if not _PLAIN.fullmatch(parts.path):
        return "holds a path that might be sent as another one"
    if not is_private_to_send(parts.scheme, parts.hostname):
        return "would send the key over http"
    return None


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


_PLAIN: Final = re.compile(r"(?:/(?!\.{1,2}(?:/|$))[\w.~-]+)*/?", re.ASCII)
"""A path that no client folds or encodes on its way to the wire."""

_MEND: Final = f"give https://{HOST}, or leave it out"
_UNFIT: Final = "a bug in purgeplan: about to send an id that "
