"""Follows a reference to a secret: a variable, a file of one's own, an entry of the keyring."""

import os
import stat
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Final

from purgeplan.errors import Finding, InvalidError, Place
from purgeplan.model.secret import Secret

MAX_BYTES: Final = 4096

_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
_OPEN: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_OWN: Final = "make it a file of your own, no link, with mode 0600"


def follow(
    reference: Mapping[str, str], root: Path, place: Place, environ: Mapping[str, str] = os.environ
) -> Secret:
    """Give what a reference names; the variable stays, since several sources may share it.

    A file is relative to ``root``. Raises InvalidError where it is not there, is empty, or lies
    open to others; nothing of it is in the message.
    """
    ((kind, name),) = reference.items()
    match kind:
        case "env":
            text, mend = environ.get(name, ""), f"set the variable {name}"
        case "file":
            text, mend = _from_file(root / name, name, place), f"write it into {name}"
        case _:
            text, mend = _from_keyring(name, place), _keep(name)
    if not text.strip():
        # A runner that has no secrets, as for a fork's pull request, sets the variable to "".
        raise InvalidError(_unset(f"{kind} {name} is not set, or empty", mend, place))
    return Secret(text.strip())


def _from_file(path: Path, name: str, place: Place) -> str:
    try:
        descriptor = os.open(path, _OPEN)
    except OSError as error:
        problem = f"file {name} can't be read ({error.strerror})"
        raise InvalidError(_unset(problem, _OWN, place)) from error
    try:
        mode = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(mode) or mode & _OTHERS:
            raise InvalidError(
                _unset(f"file {name} is no regular file, or open to others", _OWN, place)
            )
        return os.read(descriptor, MAX_BYTES).decode(errors="replace")
    finally:
        os.close(descriptor)


def _from_keyring(name: str, place: Place) -> str:
    service, _, user = name.rpartition("/")
    try:
        keyring = import_module("keyring")
    except ImportError as error:
        mend = "pip install 'purgeplan[keyring]'"
        raise InvalidError(_unset("keyring is not installed", mend, place)) from error
    try:
        return keyring.get_password(service, user) or ""
    except keyring.errors.KeyringError as error:
        problem = f"the keyring can't be read ({type(error).__name__})"
        raise InvalidError(_unset(problem, "unlock it, or use env or file", place)) from error


def _keep(name: str) -> str:
    service, _, user = name.rpartition("/")
    return f"run `keyring set {service} {user}`"


def _unset(problem: str, mend: str, place: Place) -> Finding:
    return Finding("PP227", f"the reference of `url`: {problem}", mend, place)
