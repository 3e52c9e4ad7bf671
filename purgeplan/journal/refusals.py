"""What the journal refuses and how it says so: errors ready to be raised."""

from pathlib import Path
from shlex import quote
from typing import Final

from purgeplan.errors import (
    Finding,
    InvalidError,
    JournalError,
    LockedError,
    RefusedError,
    StaleError,
)
from purgeplan.model.records import PlanRow

_LOOK: Final = "check the disk, then run `purgeplan doctor`"


def failed(where: str, error: Exception) -> JournalError:
    """Say that SQLite or the disk reported an error; the text of either holds no ids."""
    problem = f"the journal {where} failed: {type(error).__name__}: {error}"
    return JournalError(Finding("PP403", problem, _LOOK))


def no_folder(folder: Path, error: OSError) -> JournalError:
    """Say that the journal's folder, or one beside it, can't be made."""
    problem = f"the folder {folder} can't be made: {error.strerror}"
    return JournalError(Finding("PP420", problem, _LOOK))


def _illegal(what: str) -> JournalError:
    return JournalError(Finding("PP404", f"illegal move: {what}", _LOOK))


def unmoved(moved: int, asked: int, verb: str) -> JournalError:
    """Say that items were not in a state from which they could go on."""
    return _illegal(f"{asked - moved} of {asked} items can't be {verb} now")


def run_over(run_id: int) -> JournalError:
    """Say that a run goes on that was closed, by itself or by a younger one."""
    return _illegal(f"run {run_id} is over, or another one has taken its place")


def claiming_closed(state: str) -> JournalError:
    """Say that ids of a closed plan were to be claimed."""
    return _illegal(f"claiming ids of a plan that is {state}")


def read_only(where: str) -> JournalError:
    """Say that a journal opened for reading was to be written."""
    return _illegal(f"writing {where}, which is open for reading")


def not_done(left: int, state: str) -> JournalError:
    """Say that a plan was to be closed with ids left, or in a state that is no end."""
    return _illegal(f"a plan with {left} ids left, from open to {state}")


def unsound(where: str, flaw: str) -> JournalError:
    """Say that the file holds something else than was written."""
    return JournalError(Finding("PP405", f"the journal {where} is not sound: {flaw}", _LOOK))


def other_unsound(where: str, flaw: str) -> InvalidError:
    """Say that a saved plan is not what was saved; our own journal has nothing of it."""
    problem = f"the saved plan {where} is not sound: {flaw[:200]}"
    return InvalidError(Finding("PP415", problem, "save the plan again, where it was planned"))


def not_durable(setting: str, wanted: object, found: object) -> JournalError:
    """Say that a setting reads back as something else."""
    problem = f"SQLite's {setting} is {found!r} and not {wanted!r}"
    return JournalError(Finding("PP406", problem, "put the journal on a local disk"))


def not_dumped(path: Path, error: OSError) -> JournalError:
    """Say that even the file for the outcomes at hand could not be written."""
    return JournalError(Finding("PP409", f"{path} could not be written: {error}", _LOOK))


def locked(holder: str) -> LockedError:
    """Say who holds the lock."""
    problem = f"another run holds the lock: {holder}"
    return LockedError(Finding("PP401", problem, "wait for it, or stop it"))


def lock_failed(path: Path, error: OSError) -> InvalidError:
    """Say that a lock file can't be made or locked."""
    problem = f"{path} can't be locked: {error.strerror}"
    return InvalidError(Finding("PP402", problem, "keep it on a local disk, in your own folder"))


def missing(path: Path) -> InvalidError:
    """Say that there is nothing to read."""
    return InvalidError(Finding("PP410", f"no journal at {path}", "give --journal, or plan first"))


def foreign(path: Path) -> InvalidError:
    """Say that a file is not ours."""
    return InvalidError(Finding("PP411", f"{path} is not a journal of purgeplan"))


def other_version(path: Path, found: int, known: int) -> InvalidError:
    """Say that a file is ours, and from the future."""
    problem = f"{path} has journal version {found}, this purgeplan knows {known}"
    return InvalidError(Finding("PP412", problem, "update purgeplan"))


def readable_by_others(path: Path, mode: int) -> InvalidError:
    """Say that others may read what holds the ids of people."""
    problem = f"others can read or write {path} (mode {mode:o})"
    return InvalidError(Finding("PP413", problem, f"run: chmod 600 {quote(str(path))}"))


def not_plain(path: Path) -> InvalidError:
    """Say that a link or a device stands in for the journal."""
    return InvalidError(Finding("PP414", f"{path} is not a plain file", "give the file itself"))


def not_saved_plan(where: str) -> InvalidError:
    """Say that a journal in use was given for a saved plan."""
    problem = f"{where} is a journal in use and not a saved plan"
    return InvalidError(Finding("PP415", problem, "give it as --journal"))


def begun(row: PlanRow) -> RefusedError:
    """Say that a plan has begun and can't be saved for another machine."""
    problem = f"plan {row.draft.name} has begun in this journal"
    return RefusedError(Finding("PP419", problem, "finish it here; `purgeplan apply` goes on"))


def still_open(row: PlanRow) -> RefusedError:
    """Say that a plan may yet send what was to be forgotten."""
    problem = f"plan {row.draft.name}, or one that replaced it, is open"
    return RefusedError(Finding("PP416", problem, "finish or cancel it first"))


def traces_left(where: str) -> RefusedError:
    """Say that a reader keeps old pages alive."""
    problem = f"the ids are sealed, but {where} is being read, so old pages remain"
    return RefusedError(Finding("PP417", problem, "close the readers, then repeat the command"))


def in_the_way(path: Path) -> InvalidError:
    """Say that a file would be overwritten."""
    return InvalidError(Finding("PP418", f"{path} exists", "give another name"))


def closed(row: PlanRow) -> StaleError:
    """Say that a plan is closed."""
    return StaleError(Finding("PP304", f"plan {row.draft.name} is {row.state}", _PLAN_AGAIN))


def replaced(by: PlanRow) -> StaleError:
    """Say that a younger plan of that name stands in the way."""
    problem = f"plan {by.draft.name} was planned again at {by.planned_at:%Y-%m-%d %H:%M}Z"
    return StaleError(Finding("PP304", problem, _PLAN_AGAIN))


def other_set(row: PlanRow) -> StaleError:
    """Say that a draft is not of the plan that it was to renew."""
    problem = f"plan {row.draft.name} has another fingerprint than the one to renew"
    return StaleError(Finding("PP305", problem, _PLAN_AGAIN))


_PLAN_AGAIN: Final = "run `purgeplan plan` again and have the new plan reviewed"
