"""DELETEs on a raw server: a target on a fresh transport, and a few requests in a row."""

import asyncio
from contextlib import asynccontextmanager
from functools import partial

from support.wire import SUBSCRIPTION, QuickClock, app_at, key, raw_server

from purgeplan.model.outcome import Item
from purgeplan.model.spec import Resource, Target
from purgeplan.onesignal.deletes import DeleteTarget
from purgeplan.onesignal.transport import Transport

SUBSCRIPTIONS = Target(Resource.SUBSCRIPTION)
LONG_S = 30.0


@asynccontextmanager
async def deletes(base_url, target=SUBSCRIPTIONS, total_s=LONG_S, connect_s=LONG_S):
    """Give a DeleteTarget on a fresh transport, and close it."""
    transport = partial(Transport, connections=4, total_s=total_s, connect_s=connect_s)
    made = DeleteTarget(app_at(base_url), target, key(), QuickClock(), transport)
    try:
        yield made
    finally:
        await made.close()


def delete_at(*script, count=1, target=SUBSCRIPTIONS, one=SUBSCRIPTION, total_s=LONG_S):
    """Send ``count`` DELETEs, one after the other; give the answers' codes and the server."""

    async def main():
        async with raw_server(*script) as server, deletes(server.url, target, total_s) as to:
            codes = [(await to.delete(Item(number, one))).code for number in range(count)]
            return codes, server

    return asyncio.run(main())
