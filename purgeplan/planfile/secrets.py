"""What a message about a plan file must not repeat: keys, e-mail addresses, ids."""

import re
from collections.abc import Iterator
from typing import Final

KEY_NAMES: Final = frozenset({"apikey", "restapikey", "userauthkey", "authorization", "password"})
"""Settings (in lower case, without _ and -) under which a text would be the secret itself."""

_KEY = re.compile(r"os_v2_[a-z]+_\w|os_v2_\w{8}", re.IGNORECASE)
_RUN = re.compile(r"(?<![\w+/=.-])[A-Za-z0-9]{48}(?![\w+/=.-])")
_OWN_ID = re.compile(
    r"""\bid["']?\s*:\s*["']?[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"""
)
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_WORDS = re.compile(r"passw|pwd|secret|token|[?&][\w-]+=", re.IGNORECASE)
_PLAIN = re.compile(r"[A-Za-z0-9_ .,:/%+-]{1,30}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,39}|<<")


def keys_in(text: str) -> Iterator[int]:
    """Give where in a text literal API keys start.

    App and organization keys start with ``os_v2_``; legacy ones are the base64 of a UUID, 48
    letters and digits (onesignal.md 1).
    """
    yield from (match.start() for match in _KEY.finditer(text))
    yield from (match.start() for match in _RUN.finditer(text) if _is_mixed(match[0]))


def holds_key(text: str) -> bool:
    """Tell whether a text holds a literal API key."""
    return next(keys_in(text), None) is not None


def tells(line: str) -> bool:
    """Tell whether a line of a file can't be shown; the id of an app may be."""
    if "@" in line or _WORDS.search(line) or holds_key(line):
        return True
    return bool(_UUID.search(_OWN_ID.sub("", line)))


def shown(value: object) -> str:
    """Give a value in quotes where it can be no secret, else its kind."""
    if isinstance(value, str):
        safe = _PLAIN.fullmatch(value) and not tells(value)
        return f'"{value}"' if safe else "text that is not shown" if value else "an empty text"
    return "nothing" if value is None else str(value).lower()


def shown_name(name: str) -> str:
    """Give the name of a setting as it is written, unless it can be an id or a key."""
    return f"`{name}`" if _NAME.fullmatch(name) and not holds_key(name) else "(not shown)"


def is_key_name(name: str) -> bool:
    """Tell whether a setting of this name holds a key."""
    return name.lower().replace("_", "").replace("-", "") in KEY_NAMES


def _is_mixed(run: str) -> bool:
    return any(c.isdigit() for c in run) and run.upper() != run and run.lower() != run
