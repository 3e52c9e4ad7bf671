"""Names and texts in SQL: every name is ours, and needs no quoting."""

import re
from string import Template

_NAME = re.compile("[a-z][a-z0-9_]*")


def named(sql: str, names: dict[str, str]) -> str:
    """Put names into a statement, each for its ``$key``."""
    return Template(sql).substitute({key: checked(name) for key, name in names.items()})


def checked(name: str) -> str:
    """Give a name that needs no quoting in SQL; every one is ours."""
    if not _NAME.fullmatch(name):
        raise ValueError(name)
    return name


def sql_text(value: str) -> str:
    """Give a text as SQL writes it."""
    return "'" + value.replace("'", "''") + "'"
