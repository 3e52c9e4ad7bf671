"""What an unquoted word of YAML is: text, number, true, false or nothing, and nothing else.

The core rules of YAML 1.2 without its octal and hexadecimal numbers: no dates, no sexagesimal
times, no ``on`` and ``off``, no underscores in numbers.
"""

import re
from decimal import Decimal
from typing import Final

Scalar = str | int | Decimal | bool | None

_INT = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]{1,2})?")
_AMBIGUOUS = re.compile(r"[-+]?0[0-9]")
_LONGEST: Final = 20
_WORDS: Final[dict[str, bool | None]] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("null", "Null", "NULL", "~", ""), None),
}


def resolved(text: str) -> Scalar:
    """Give the value of an unquoted word; floats are exact decimals."""
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text) and len(text) <= _LONGEST:
        return int(text)
    return Decimal(text) if _FLOAT.fullmatch(text) else text


def is_ambiguous(text: str) -> bool:
    """Tell whether readers of YAML differ about a number: leading zeros, or too long for them."""
    if not _FLOAT.fullmatch(text):
        return False
    return len(text) > _LONGEST or _AMBIGUOUS.match(text) is not None


def ambiguity(text: str) -> tuple[str, str]:
    """Say in which way a number is ambiguous, and what to write: an id, or else a number."""
    if len(text) > _LONGEST:
        problem = f"a number of {len(text):,} characters, which readers of YAML round or refuse"
        return problem, f"write {_LONGEST} at most; quote it where it is an id or other text"
    problem = "a number that is read in several ways: leading zeros"
    return problem, "write it without them; quote it where it is an id or other text"
