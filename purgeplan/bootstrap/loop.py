"""What a command asks of the event loop: one look, and calls that would hold it up."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from purgeplan.model.ports import AppFacts, AppView

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

    from purgeplan.engine.means import Offload

Result = TypeVar("Result")


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
def set_apart() -> Iterator[None]:
    """Have the garbage collector leave alone what is there by now, for as long as a run takes.

    All that start-up has made looks old to it, again and again: a seventh of a run's CPU.
    """
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def offloading(thread: "ThreadPoolExecutor") -> "Offload":
    """Give what makes blocking calls in a thread of their own."""
    import asyncio

    async def offload(call: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(thread, call)

    return offload
