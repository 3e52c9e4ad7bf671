"""``purgeplan forget``: seal a finished plan, so that its ids are no longer in the journal."""

import secrets
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import click

from purgeplan.cli.commands import Command
from purgeplan.cli.console import Console
from purgeplan.cli.opening import journal_option, json_option, open_planned, path_argument
from purgeplan.cli.operator import operator
from purgeplan.engine.forgetting import planned, seal
from purgeplan.errors import Finding, InvalidError, RefusedError
from purgeplan.journal.files import appearing
from purgeplan.model.outcome import State
from purgeplan.model.ports import Journal
from purgeplan.model.records import PlanRow

KEY_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was sealed and deleted: ids, and files of backups and of exports.

    ``unknown`` counts ids among the sealed of which nobody knows whether they are gone.
    """

    plan: str
    key_file: str
    sealed: int
    unknown: int
    backups: int
    exports: int
    dumps: int

    def words(self) -> str:
        """Give it as it is shown."""
        told = [f"Sealed {self.plan}: {self.sealed:,} ids are HMACs now, under {self.key_file}."]
        if self.unknown:
            lost = "nothing can tell any more whether they are gone."
            told.append(f"Unknown among them: {self.unknown:,}; {lost}")
        if self.backups:
            rows = "Its rows are gone for good."
            told.append(f"Deleted the plan's backups: {self.backups:,}. {rows}")
        if self.exports:
            told.append(f"Deleted the app's export files beside the journal: {self.exports:,}.")
        if self.dumps:
            told.append(f"Deleted what runs saved when the journal failed: {self.dumps:,}.")
        return "\n".join(told)


@click.command("forget", cls=Command)
@path_argument
@journal_option
@json_option
@click.option(
    "--key-file",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    metavar="FILE",
    help="Holds the key of the seal; made, 0600, where it is not there.",
)
@click.pass_obj
def command(
    console: Console, /, path: Path, journal: Path | None, key_file: Path, as_json: bool
) -> None:
    """Replace the ids of a finished plan by their HMAC-SHA256 under a key that you keep.

    So with every earlier plan of that name, and the versions that were replaced while it was open.
    With the key, "was this person deleted?" can still be answered; without it, nobody can tell.
    Exports of the app that lie beside the journal are deleted, and the plan's backups and what
    its runs saved when the journal failed, which would give its ids away.
    Pseudonymous, not anonymous: whoever has the key and a list of ids can try them.
    """
    shop = open_planned(path, journal).shop
    spec = shop.rules.spec
    with shop.lock().hold(spec.app.id, operator(), "forget"), closing(shop.journal()) as memory:
        rows = planned(memory, spec)
        sealed, refused = seal(memory, rows, _key(key_file), shop.clock.now())
        gone = [one for one in rows if memory.plan(one.plan_id).sealed_at is not None]
        if not gone:
            raise RefusedError(*refused)
        done = Forgotten(
            spec.name,
            str(key_file),
            sealed,
            unknown=sum(_unknown(memory, one) for one in gone),
            backups=sum(shop.forget_backups(memory, one) for one in gone),
            exports=shop.exports.drop(),
            dumps=sum(shop.forget_dumps(memory, one) for one in gone),
        )
        try:
            memory.overwrite()
        except RefusedError as error:
            refused += error.findings
    if as_json:
        console.document({"format_version": "1.0", **asdict(done)})
    else:
        console.product(done.words())
    if refused:
        raise RefusedError(*refused)


def _unknown(journal: Journal, before: PlanRow) -> int:
    """Count what is unknown of a plan that is sealed now; none where it was before."""
    return journal.tally(before.plan_id)[State.SENT] if before.sealed_at is None else 0


def _key(file: Path) -> bytes:
    """Read the key, or make one where the file is not there; raises InvalidError for a bad one.

    A new one is on the disk before any id is gone, and its file whole or not there: a kill leaves
    nothing that the next call stumbles over.
    """
    try:
        text = file.read_text("ascii", errors="replace").strip()
    except FileNotFoundError:
        return _new_key(file)
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        problem = f"{file} does not hold {KEY_BYTES * 2} hex digits"
        raise _no_key(problem)
    return key


def _new_key(file: Path) -> bytes:
    if not file.parent.is_dir():
        problem = f"{file.parent} is no folder"
        raise _no_key(problem)
    key = secrets.token_bytes(KEY_BYTES)
    with appearing(file) as unfinished:
        unfinished.write_text(f"{key.hex()}\n", "ascii")
    return key


def _no_key(problem: str) -> InvalidError:
    mend = "name a file that `purgeplan forget` made, or one that is not there yet"
    return InvalidError(Finding("PP098", problem, mend))
