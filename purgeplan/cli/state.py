"""The user's state folder: where crash reports go, beside the journals."""

from pathlib import Path


def state_folder() -> Path:
    """Give the folder of purgeplan's own files; it need not exist yet."""
    from platformdirs import user_state_path  # noqa: PLC0415 - start-up stays fast

    return user_state_path("purgeplan", appauthor=False)
