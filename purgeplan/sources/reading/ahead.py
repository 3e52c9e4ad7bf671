"""Makes the next few of what is consumed one after the other in a thread of its own."""

from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

MOST: Final = 4
"""How many are made and not yet taken, at most: flat in memory."""

_Block = TypeVar("_Block")


def ahead(blocks: Generator[_Block, None, None], most: int = MOST) -> Iterator[_Block]:
    """Give what ``blocks`` gives, in its order, while the next ones are made, ``most`` of them.

    Two databases work at once so: one gives rows while the other takes those before. Raises what
    ``blocks`` raises, where it does. It is closed, and its thread at an end, with this iterator.
    """
    try:
        with ThreadPoolExecutor(1) as pool:
            coming = deque(pool.submit(next, blocks, None) for _ in range(most))
            while (block := coming.popleft().result()) is not None:
                coming.append(pool.submit(next, blocks, None))
                yield block
    finally:
        blocks.close()
