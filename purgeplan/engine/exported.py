"""Reads an export that was taken to look up in it what is frozen."""

from purgeplan.errors import AttentionError, Finding, InvalidError
from purgeplan.model.ports import ExportFile
from purgeplan.sources.audience.load import load
from purgeplan.sources.reading.reach import Progress
from purgeplan.sources.workspace import Workspace


def read_export(
    work: Workspace, file: ExportFile, columns: frozenset[str], progress: Progress
) -> str:
    """Give a view of these columns of an export, typed.

    Raises AttentionError where the file is no export that can be read whole: nothing can be said
    of anybody by it.
    """
    try:
        return load(work, file, columns, progress).table
    except InvalidError as error:
        problem = f"what came as the export is none that can be read: {error.findings[0].problem}"
        raise AttentionError(
            Finding("PP615", problem, "repeat the command; is it OneSignal?")
        ) from error
