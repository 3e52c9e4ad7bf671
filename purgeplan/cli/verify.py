"""``purgeplan verify``: whether what was accepted is gone, which a 202 does not say."""

import asyncio
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from purgeplan.bootstrap import Shop
from purgeplan.cli.commands import Command
from purgeplan.cli.console import Console, one_line
from purgeplan.cli.opening import (
    journal_option,
    json_option,
    open_planned,
    path_argument,
)
from purgeplan.cli.operator import operator
from purgeplan.cli.ticker import Ticker
from purgeplan.errors import Exit, Finding, InvalidError
from purgeplan.model.outcome import State, Verdict
from purgeplan.model.ports import Journal
from purgeplan.model.records import PlanRow, Tally
from purgeplan.model.review import Named

if TYPE_CHECKING:
    from purgeplan.model.secret import Secret


@click.command("verify", cls=Command)
@path_argument
@journal_option
@json_option
@click.pass_obj
def command(console: Console, /, path: Path, journal: Path | None, as_json: bool) -> int:
    """Tell which accepted ids are gone, have returned as somebody new, or are still there.

    Sends no deletion. Up to 100 ids are looked at one by one, more by one export. What is judged
    as gone or returned stays so: a second call looks at the rest.
    """
    opened = open_planned(path, journal)
    shop = opened.shop
    spec, key = shop.rules.spec, shop.key()
    with shop.lock().hold(spec.app.id, operator(), "verify"), closing(shop.journal()) as memory:
        row = _applied(shop, memory)
        if memory.tally(row.plan_id)[State.ACCEPTED]:
            asyncio.run(_verify(console, shop, memory, row, key))
        return _tell(console, memory.tally(row.plan_id), row, opened.named, as_json=as_json)


def _applied(shop: Shop, journal: Journal) -> PlanRow:
    from purgeplan.engine import gates  # noqa: PLC0415 - start-up stays fast

    spec = shop.rules.spec
    row = gates.frozen(journal, spec)
    if row is None or row.sealed_at is not None:
        why = "is not in this journal" if row is None else "was sealed: its ids are forgotten"
        mend = "name the --journal that applied it" if row is None else "verify before `forget`"
        raise InvalidError(Finding("PP515", f"{spec.name!r} {why}", mend))
    gates.intact(journal, row, spec)
    return row


async def _verify(
    console: Console, shop: Shop, journal: Journal, row: PlanRow, key: "Secret"
) -> None:
    ticker, view = Ticker(console, shop.clock), shop.view(key)

    def tell(phase: str, done: int, total: int | None) -> None:
        if ticker.is_due:
            amount = f" {done:,}" if done else ""
            ticker.show(f"{phase}{amount}" + (f" of {total:,}" if total else ""))

    try:
        await shop.verifier(journal, view, tell).verify(row)
    finally:
        ticker.close()
        await view.close()


def _tell(console: Console, tally: Tally, row: PlanRow, named: Named, *, as_json: bool) -> int:
    from purgeplan.reports import command_of  # noqa: PLC0415 - start-up stays fast

    accepted, by = tally[State.ACCEPTED], tally.verdicts
    counts = {str(one): by.get(one, 0) for one in Verdict}
    counts["not_told"] = accepted - sum(counts.values())
    open_ones = counts[Verdict.STILL_THERE] + counts["not_told"]
    code = Exit.INCOMPLETE if open_ones else Exit.DONE
    if as_json:
        fingerprint = row.draft.fingerprint
        about = {"format_version": "1.0", "plan": row.draft.name, "fingerprint": fingerprint}
        console.document({**about, "exit": int(code), "accepted": accepted, **counts})
    else:
        console.product(_table(accepted, counts))
    if counts[Verdict.STILL_THERE]:
        console.say("Deleting may take OneSignal a while: verify again first. If they stay:")
        console.say(one_line(f"Next:  {command_of(named, 'retry')}"))
    if accepted:
        console.say(one_line(f"Which:  {command_of(named, 'report', '--csv')}"))
    return code


_WORDS = {
    "gone": "gone",
    "returned": "returned, as somebody new",
    "still_there": "still there",
    "not_told": "not told by the API",
}


def _table(accepted: int, counts: dict[str, int]) -> str:
    rows = [(accepted, "accepted"), *((counts[name], words) for name, words in _WORDS.items())]
    return "\n".join(f"{number:>12,}  {words}" for number, words in rows)
