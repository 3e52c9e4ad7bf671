"""What keeps names and ids from files harmless in a terminal, in Markdown and in a spreadsheet."""

import re
import unicodedata
from typing import Final

from purgeplan.model.ids import masked

_BREAKS: Final = frozenset("\t\n\v\f\r\x1c\x1d\x1e\x85\u2028\u2029")
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Cn", "Co"})
_PUNCTUATION: Final = re.compile(r"[^\w ,/-]|_")
# the four of \uff00 and above are the full-width = + - @, which spreadsheets take for them
_STARTS_A_FORMULA: Final = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "\0",
    *"\uff1d\uff0b\uff0d\uff20",
    "'",
)


def clean(text: str) -> str:
    """Give one line without control characters, escapes, text direction marks or surrogates."""
    if text.isprintable():
        return text
    shown = (" " if one in _BREAKS else one for one in text)
    return "".join(one for one in shown if unicodedata.category(one) not in _HIDDEN)


def clipped(text: str, width: int) -> str:
    """Give at most so many characters; what was cut shows as an ellipsis."""
    return text if len(text) <= width else f"{text[: max(0, width - 1)]}…"


def shown_id(one: str) -> str:
    """Give an id for a reviewer's eye; what looks like an e-mail address or a number is masked."""
    if "@" in one:
        return "…@…"
    return masked(one) if one.startswith("+") else clipped(clean(one), 40)


def code(text: str, width: int) -> str:
    """Give text from a file as Markdown's code: nothing in it is markup, a link or a mention.

    All but letters, digits and harmless marks become entities, which Markdown never reads as
    structure; inside of ``code`` GitHub takes no ``@name`` and no ``#1`` for a reference.
    """
    safe = clipped(clean(text), width)
    return f"<code>{_PUNCTUATION.sub(lambda one: f'&#{ord(one[0])};', safe)}</code>"


def cell(text: str) -> str:
    """Give a cell that no spreadsheet runs: one apostrophe before what may start a formula.

    Before an apostrophe too, so that taking the first one away always gives the text back
    (OWASP, CSV injection).
    """
    return f"'{text}" if text.startswith(_STARTS_A_FORMULA) else text
