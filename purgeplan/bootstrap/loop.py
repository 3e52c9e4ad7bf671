"""What a command asks of the event loop: one look, and calls that would hold it up."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from purgeplan.model.ports import AppFacts, AppView

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

    from purgeplan.engine.means import Offload

Result = TypeVar("Result")


async def look(view: AppView) -> AppFacts:
    """Look at the app once and close the view."""
    try:
        return await view.look()
    finally:
        await view.close()


def offloading(thread: "ThreadPoolExecutor") -> "Offload":
    """Give what makes blocking calls in a thread of their own."""
    import asyncio

    async def offload(call: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(thread, call)

    return offload
