"""The user's state folder: where crash reports go, beside the journals."""

from pathlib import Path

from purgeplan.errors import Finding, InvalidError


def state_folder() -> Path:
    """Give the folder of purgeplan's own files; it need not exist yet.

    Raises InvalidError where nobody can tell where it is: neither a variable nor an entry for this
    user names a home.
    """
    from platformdirs import user_state_path  # noqa: PLC0415 - start-up stays fast

    try:
        return user_state_path("purgeplan", appauthor=False)
    except RuntimeError as error:
        problem = "where the state folder is can't be told: this user has no home"
        mend = "set HOME, or XDG_STATE_HOME, to an absolute path that stays"
        raise InvalidError(Finding("PP088", problem, mend)) from error
