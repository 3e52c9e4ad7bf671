"""A run as it is followed at the command line: progress, signals, the last words."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from purgeplan.cli.console import Console, one_line
from purgeplan.cli.findings import as_object, say_findings
from purgeplan.cli.log import opened_log, tell
from purgeplan.cli.progress import ProgressView
from purgeplan.cli.signals import heeded, is_orphan
from purgeplan.cli.stream import Stream
from purgeplan.errors import Exit
from purgeplan.model.progress import Ended

if TYPE_CHECKING:
    from purgeplan.engine.admit import AdmittedPlan
    from purgeplan.engine.run import Order, World
    from purgeplan.engine.stops import Bounds, StopRequest
    from purgeplan.model.records import PlanRow, Tally
    from purgeplan.model.review import Named


LOOK_S: Final = 0.5
"""How often a run in CI looks whether whoever started it is still there."""


@dataclass(frozen=True, slots=True)
class Start:
    """All that a run starts from."""

    admitted: "AdmittedPlan"
    row: "PlanRow"
    world: "World"
    order: "Order"
    bounds: "Bounds"
    named: "Named"


async def follow(console: Console, start: Start, tally: "Tally", stream: Stream | None) -> int:
    """Follow a run to its end and give its exit code; ``tally`` is that of its plan at the start.

    The first signal asks it to stop: what is under way lands, the rest is given back. The second
    ends at once; what was under way is unknown, and the next run takes it up.
    """
    from purgeplan.engine.run import run  # noqa: PLC0415 - start-up stays fast

    start.world.request.asked = is_orphan()
    journal, row = start.world.journal, start.row
    view = ProgressView(console, start.world.clock, tally)
    ended = Ended(Exit.DONE, "done")
    logged = console.verbosity > 0 or console.log_json is not None
    if not console.err_is_terminal:  # a log outside is the witness, also of a run that is killed
        console.say(f"Chain head before:  {journal.head()}")
    if stream is not None:
        stream.started(row, start.admitted.facts.left)
        _stop_unread(console, stream, start.world.request)
    with opened_log(console) as log, _heeding_signals(console, start.world.request):
        steps = run(start.admitted, row, start.world, start.order, start.bounds)
        try:
            async with aclosing(steps):
                async for progress in steps:
                    if logged:
                        tell(log, progress)
                    view.show(progress)
                    if stream is not None:
                        stream.show(progress)
                        _stop_unread(console, stream, start.world.request)
                    if isinstance(progress, Ended):
                        ended = progress
        finally:
            view.close()
    _last_words(console, start, ended, stream)
    return ended.exit


def cut_short(console: Console, start: Start, stream: Stream | None) -> int:
    """Record that a second signal ended a run at once, say how it goes on, give its exit code."""
    journal, ended = start.world.journal, Ended(Exit.INTERRUPTED, "interrupted")
    run = next(iter(journal.runs(start.row.plan_id)), None)
    if run is not None and run.ended_at is None:
        journal.end_run(run.run_id, ended.why, ended.exit, start.world.clock.now())
    _last_words(console, start, ended, stream)
    return ended.exit


def _last_words(console: Console, start: Start, ended: Ended, stream: Stream | None) -> None:
    """Say why it stopped, how it goes on, the witness, and a sum that adds up."""
    from purgeplan.reports import closing_line, command_of, run_counts  # noqa: PLC0415

    journal, row = start.world.journal, start.row
    tally, head = journal.tally(row.plan_id), journal.head()
    if ended.finding is not None:
        say_findings(console, [ended.finding])
    if tally.left:
        console.say(one_line(f"Go on:  {resume_command(start, ended)}"))
    elif ended.exit is Exit.INCOMPLETE:
        again = command_of(start.named, "retry")
        console.say(one_line(f"Again, only those:  {again}"))
    report = command_of(start.named, "report")
    console.say(one_line(f"Report:  {report}"))
    console.say(f"Chain head:  {head}")
    if stream is not None:
        finding = as_object(ended.finding) if ended.finding else None
        how = {"exit": int(ended.exit), "why": ended.why, "head": head}
        stream.summary(**how, finding=finding, counts=run_counts(tally))
        if stream.lost:
            console.insist(closing_line(tally, ended.exit))
    else:
        console.last(closing_line(tally, ended.exit))


def resume_command(start: Start, ended: Ended) -> str:
    """Give the command that goes on: no more at a time than was asked for, and as patient.

    A run that a person must look at is named in it.
    """
    from purgeplan.reports import command_of  # noqa: PLC0415 - start-up stays fast

    options = ["--limit", str(start.order.limit)] if start.order.limit is not None else []
    options += ["--wait"] if start.order.wait else []
    if ended.exit is Exit.ATTENTION:
        options += ["--after", str(start.world.journal.runs(start.row.plan_id)[0].run_id)]
    return command_of(start.named, "apply", *options)


def _stop_unread(console: Console, stream: Stream, request: "StopRequest") -> None:
    """Ask a run to stop whose reader went away: what is under way lands, and is recorded."""
    if stream.lost and not request.asked:
        request.asked = True
        console.say("Nobody reads stdout any more: stopping; what is under way is waited for.")


async def _stop_when_orphaned(console: Console, request: "StopRequest") -> None:
    while not is_orphan():  # noqa: ASYNC110 - nothing tells of it
        await asyncio.sleep(LOOK_S)
    if not request.asked:
        request.asked = True
        console.say("Whoever started this is gone: stopping; what is under way is waited for.")


@contextmanager
def _heeding_signals(console: Console, request: "StopRequest") -> Iterator[None]:
    """Ask the run to stop at the first signal, end the task at the second."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()

    def heed() -> None:
        if request.asked:
            console.say("Stopping at once; nothing is lost.")
            if task is not None:
                task.cancel()
            return
        request.asked = True
        console.say("Stopping: what is under way is waited for (5 s at most); again: at once.")

    before = {number: signal.getsignal(number) for number in heeded()}
    for number in before:
        loop.add_signal_handler(number, heed)
    watch = loop.create_task(_stop_when_orphaned(console, request))
    try:
        yield
    finally:
        watch.cancel()
        for number, handler in before.items():
            loop.remove_signal_handler(number)
            signal.signal(number, handler)
