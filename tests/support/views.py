"""Views of an app asked on a scripted server, and answers that several tests play."""

import asyncio

from support.wire import QuickClock, app_at, key, play, raw_server

from purgeplan.model.spec import Resource, Target
from purgeplan.onesignal.app import OneSignalApp

USERS = Target(Resource.USER, "external_id")
PLAYERS = Target(Resource.PLAYER)
BAD_KEY = play(403, {"errors": ["Access denied.  Please include an 'Authorization: ...' header"]})


def ask(question, *script, target=USERS):
    """Ask one view on a scripted server; give the answer, the server, and the clock."""

    async def main():
        clock = QuickClock()
        async with raw_server(*script) as server:
            view = OneSignalApp(app_at(server.url), target, key(), clock)
            try:
                return await question(view), server, clock
            finally:
                await view.close()

    return asyncio.run(main())
