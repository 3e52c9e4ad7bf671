"""Calls of the journal in a thread of their own, and what a second signal does to them."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from purgeplan.bootstrap.loop import offloading
from purgeplan.errors import Finding, JournalError


async def cancelled_in(call, begun, release):
    """Offload a call, cancel whoever waits for it, then let it go on; give the task at its end."""
    with ThreadPoolExecutor(1) as thread:
        task = asyncio.create_task(offloading(thread)(call))
        await asyncio.to_thread(begun.wait)
        task.cancel()
        await asyncio.sleep(0)
        release.set()
        await asyncio.wait({task})
    return task


@pytest.mark.parametrize("error", [None, JournalError(Finding("PP403", "disk I/O error"))])
def test_a_journal_that_fails_while_a_run_is_cancelled_is_told(error):
    """The next start asks whether a person has looked; a commit that works is a commit."""
    begun, release, done = Event(), Event(), []

    def commit():
        begun.set()
        release.wait()
        if error is not None:
            raise error
        done.append(True)

    task = asyncio.run(cancelled_in(commit, begun, release))

    assert (task.cancelled(), bool(done)) == (error is None, error is None)
    assert error is None or task.exception() is error


def test_a_call_that_nobody_cancels_gives_what_it_gives():
    """In another thread."""

    async def made():
        with ThreadPoolExecutor(1) as thread:
            return await offloading(thread)(lambda: 7)

    assert asyncio.run(made()) == 7
