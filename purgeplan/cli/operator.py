"""Who runs this process: for the record, the lock and the report."""

import getpass
import os
import platform
import socket
import subprocess
from dataclasses import replace
from typing import Final

from purgeplan import __version__
from purgeplan.model.records import Operator

_CI_ADDRESS: Final = ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")


def operator() -> Operator:
    """Say who runs this process, where, in which CI job."""
    server, repository, run = (os.environ.get(name) for name in _CI_ADDRESS)
    ci = f"{server}/{repository}/actions/runs/{run}" if server and repository and run else None
    return Operator(_user(), socket.gethostname(), os.getpid(), __version__, ci=ci)


def at_commit() -> Operator:
    """Say from which commit, too: git is asked for it, which a lock need not know."""
    return replace(operator(), commit=_commit())


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        return f"uid {os.getuid()}" if hasattr(os, "getuid") else platform.node()


def _commit() -> str | None:
    """Give the commit of the checkout we stand in; None outside one, or without git."""
    try:
        found = subprocess.run(
            ["git", "rev-parse", "--short=12", "HEAD"],  # noqa: S607 - git as the user has it
            capture_output=True,
            text=True,
            timeout=5,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return found.stdout.strip() or None
