"""What a run saves beside the journal when that fails, and gives back to the next run."""

import json
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from purgeplan.journal import refusals
from purgeplan.journal.files import NEW, plain
from purgeplan.model.ids import ONESIGNAL_ID, unfit
from purgeplan.model.outcome import Code, Item, Outcome, State


def dump_outcomes(path: Path, outcomes: Sequence[Outcome]) -> None:
    """Append outcomes that the journal could not take, as JSON lines, to a 0600 file, and sync it.

    They hold full ids. Where there are none the file says that the journal failed. Raises
    JournalError where that fails as well.
    """
    try:
        descriptor = os.open(path, NEW | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.writelines(f"{json.dumps(_line(outcome))}\n" for outcome in outcomes)
            file.flush()
            os.fsync(descriptor)
    except OSError as error:
        raise refusals.not_dumped(path, error) from error


def dumped_outcomes(path: Path) -> list[Outcome]:
    """Give the outcomes that were saved; a line of another form, or not whole, says nothing.

    Raises InvalidError where it is no plain file for its owner only.
    """
    if not path.exists():
        return []
    plain(path)
    lines = path.read_text("utf-8", errors="replace").splitlines()
    return [outcome for outcome in map(_outcome, lines) if outcome is not None]


def _line(outcome: Outcome) -> dict[str, object]:
    return {
        "position": outcome.item.position,
        "id": outcome.item.id,
        "state": outcome.state,
        "code": outcome.code,
        "status": outcome.status,
        "onesignal_id": outcome.onesignal_id,
        "at": outcome.at.isoformat(),
    }


def _outcome(line: str) -> Outcome | None:
    try:
        told = json.loads(line)
        position, one, who = told["position"], told["id"], told["onesignal_id"]
        at = datetime.fromisoformat(told["at"])
        ours = type(position) is int and isinstance(one, str) and at.tzinfo is not None
        if not ours or (who is not None and unfit(ONESIGNAL_ID, who)):
            return None
        state, code = State(told["state"]), Code(told["code"])
        return Outcome(Item(position, one), state, code, at, told["status"], who)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
