"""Finds the API key that a plan refers to, and refuses one that is unfit or lies open."""

import ctypes
import os
import stat
from collections.abc import MutableMapping
from importlib import import_module
from pathlib import Path
from typing import Final

from purgeplan.errors import CredentialsError, Finding
from purgeplan.model.secret import Secret
from purgeplan.model.spec import KeyRef

ORGANIZATION: Final = "os_v2_org_"
"""Such a key opens every app of an organization: too much for a tool that deletes."""

KEY_BYTES: Final = 4096
OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def find_key(ref: KeyRef, root: Path, environ: MutableMapping[str, str] = os.environ) -> Secret:
    """Give the key; a variable is taken out of the environment, so that no child inherits it.

    Of the process's own environment it is wiped, so that ``/proc/PID/environ`` shows none either.

    A file is relative to ``root``. Raises CredentialsError where there is no key, where its file
    is open to others, or where it is no app's key.
    """
    text = _read(ref, root, environ).strip()
    if not text:
        problem = f"the key in {ref.kind} {ref.name} is empty"
        raise _missing(problem, "put the app's API key there")
    if unfit := _unfit(text):
        problem = f"the key in {ref.kind} {ref.name} {unfit}"
        raise CredentialsError(Finding("PP607", problem, "give the app's own API key"))
    return Secret(text)


def _read(ref: KeyRef, root: Path, environ: MutableMapping[str, str]) -> str:
    match ref.kind:
        case "file":
            return _from_file(root / ref.name, ref.name)
        case "keyring":
            return _from_keyring(ref.name)
        case _:
            return _from_environment(ref.name, environ)


def _unfit(text: str) -> str | None:
    if not text.isascii() or not text.isprintable() or " " in text:
        return "holds blanks or characters that no key has"
    if text.startswith(ORGANIZATION):
        return "is an organization's, which opens every app"
    return None


def _from_environment(name: str, environ: MutableMapping[str, str]) -> str:
    if environ is os.environ:
        _wipe(name)
    text = environ.pop(name, None)
    if text is None:
        problem = f"the variable {name} is not set"
        raise _missing(problem, f"set {name} to the app's API key")
    return text


def _wipe(name: str) -> None:
    """Overwrite a variable where the kernel shows it; Python has its own copy, in ``environ``."""
    getenv = ctypes.CDLL(None).getenv
    getenv.restype = ctypes.c_void_p
    address = getenv(os.fsencode(name))
    if address:
        ctypes.memset(address, 0, len(ctypes.string_at(address)))


def _from_file(path: Path, name: str) -> str:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        problem = f"the key file {name} can't be read ({error.strerror})"
        raise _missing(problem, "give a regular file, no link, that you may read") from error
    try:
        mode = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(mode):
            raise CredentialsError(Finding("PP606", f"{name} is no regular file", _FILE))
        if mode & OTHERS:
            raise CredentialsError(Finding("PP606", f"{name} is open to others", _FILE))
        return os.read(descriptor, KEY_BYTES).decode(errors="replace")
    finally:
        os.close(descriptor)


def _from_keyring(name: str) -> str:
    service, _, user = name.rpartition("/")
    try:
        keyring = import_module("keyring")
    except ImportError as error:
        problem = "the key is in a keyring, and keyring is not installed"
        raise _missing(problem, "pip install 'purgeplan[keyring]'") from error
    try:
        text = keyring.get_password(service, user)
    except keyring.errors.KeyringError as error:
        problem = f"the keyring can't be read ({type(error).__name__})"
        raise _missing(problem, "unlock it, or use env or file") from error
    if text is None:
        problem = f"the keyring holds no {name}"
        raise _missing(problem, f"run `keyring set {service} {user}`")
    return str(text)


def _missing(problem: str, mend: str) -> CredentialsError:
    return CredentialsError(Finding("PP605", problem, mend))


_FILE: Final = "make it a file of your own with mode 0600"
