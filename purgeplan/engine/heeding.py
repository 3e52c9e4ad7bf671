"""Waiting for looks at the app while a run can still be stopped, and while it says why it waits."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from typing import Any, Final

from purgeplan.engine.stops import Stops
from purgeplan.errors import Exit, UnreachableError
from purgeplan.model.progress import Ended, Waiting

HEED_S: Final = 0.25
"""How often whoever waits looks whether the run is to stop; draining may take 5 s."""


async def heeding(
    work: Coroutine[Any, Any, None],
    stops: Stops,
    why: Callable[[], str],
    away: str = "unreachable",
) -> AsyncGenerator[Waiting | Ended, None]:
    """Yield why it waits until the work is done, or an Ended where the run must stop before.

    So it must where the API is ``away``: something may have been sent, so the run stops early.
    Raises whatever else the work raises. Work that is not done when this is closed is cancelled.
    """
    task = asyncio.create_task(work)
    try:
        while not (await asyncio.wait({task}, timeout=HEED_S))[0]:
            ended = stops.ended()
            if ended is not None:
                yield ended
                return
            yield Waiting(why(), 0.0)
        await task
    except UnreachableError as error:
        yield Ended(Exit.STOPPED_EARLY, away, error.findings[0])
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
