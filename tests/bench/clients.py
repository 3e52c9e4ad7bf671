"""Bare loops to compare with: ``python -m bench.clients NAME URL COUNT WORKERS``.

URL is that of a subscription without its id. Each loop has so many requests under way at once,
reads every answer, and keeps no record of anything.
"""

import asyncio
import sys
from contextlib import asynccontextmanager
from urllib.parse import urlsplit
from uuid import UUID

HEADERS = {"Authorization": "Key bench", "Accept": "application/json"}


@asynccontextmanager
async def plain_httpx(url, workers):
    """Send with httpx as it comes."""
    import httpx  # noqa: PLC0415 - a process loads what it measures, and no more

    limits = httpx.Limits(max_connections=workers, max_keepalive_connections=workers)
    async with httpx.AsyncClient(limits=limits, headers=HEADERS, timeout=60) as client:

        async def send(one):
            answer = await client.delete(url + one)
            return answer.status_code

        yield send


@asynccontextmanager
async def raw_aiohttp(url, workers):
    """Send with aiohttp as it comes."""
    import aiohttp  # noqa: PLC0415 - as above

    connector = aiohttp.TCPConnector(limit=workers)
    async with aiohttp.ClientSession(connector=connector, headers=HEADERS) as session:

        async def send(one):
            async with session.delete(url + one) as answer:
                await answer.read()
                return answer.status

        yield send


@asynccontextmanager
async def own_transport(url, workers):
    """Send with purgeplan's own transport, and nothing else of purgeplan."""
    from purgeplan.onesignal.transport import Transport  # noqa: PLC0415 - as above

    parts = urlsplit(url)
    transport = Transport(f"{parts.scheme}://{parts.netloc}", HEADERS, connections=workers)

    async def send(one):
        answer = await transport.send("DELETE", parts.path + one)
        return answer.status

    yield send
    await transport.close()


LOOPS = {"httpx": plain_httpx, "aiohttp": raw_aiohttp, "transport": own_transport}


async def drive(name, url, count, workers):
    """Send so many, and fail where an answer is another than 202."""
    ids = (str(UUID(int=n)) for n in range(count))
    async with LOOPS[name](url, workers) as send:

        async def work():
            for one in ids:
                status = await send(one)
                if status != 202:
                    sys.exit(f"{name}: status {status}")

        await asyncio.gather(*(work() for _ in range(workers)))


if __name__ == "__main__":
    _, which, where, how_many, at_once = sys.argv
    asyncio.run(drive(which, where, int(how_many), int(at_once)))
