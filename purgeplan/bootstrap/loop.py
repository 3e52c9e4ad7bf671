"""What a command asks of the event loop: one look, and calls that would hold it up."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TypeVar

from purgeplan.model.ports import AppFacts, AppView

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

    from purgeplan.engine.means import Offload

Result = TypeVar("Result")

YOUNG: Final = 20_000
"""Objects made and not freed before the garbage collector looks at them: some 2 ms of a run."""


def look(view: AppView) -> AppFacts:
    """Look at the app once and close the view."""
    import asyncio

    return asyncio.run(_look(view))


async def _look(view: AppView) -> AppFacts:
    try:
        return await view.look()
    finally:
        await view.close()


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Keep the garbage collector from looking again and again at what stays, for as long as a run.

    Left alone it takes a seventh of a run's CPU and holds up the loop for tens of milliseconds:
    hundreds of requests under way look like new garbage, all that start-up has made like old.
    """
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(YOUNG, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def offloading(thread: "ThreadPoolExecutor") -> "Offload":
    """Give what makes blocking calls in a thread of their own.

    Cancelled meanwhile, it waits for the call, which goes on: an error of the journal's must not be
    lost, and comes before the cancellation.
    """
    import asyncio

    async def offload(call: Callable[[], Result]) -> Result:
        made = asyncio.get_running_loop().run_in_executor(thread, call)
        try:
            return await asyncio.shield(made)
        except asyncio.CancelledError:
            await asyncio.wait({made})
            if (error := made.exception()) is not None:
                raise error from None
            raise

    return offload
