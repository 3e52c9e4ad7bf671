"""Blocks made ahead: all of them, in order, by one other thread that ends with its consumer."""

import threading
from contextlib import closing

import pytest

from purgeplan.sources.reading.ahead import MOST, ahead


class Maker:
    """Gives numbers in blocks, and remembers what became of it."""

    def __init__(self, count, error=None):
        self._count, self._error = count, error
        self.made, self.threads, self.closed = 0, set(), False

    def blocks(self):
        """Give blocks of one number each, then raise the error, if there is one."""
        try:
            for number in range(self._count):
                self.threads.add(threading.get_ident())
                self.made += 1
                yield [number]
            if self._error is not None:
                raise self._error
        finally:
            self.closed = True


@pytest.mark.parametrize("count", [0, 1, MOST, 5 * MOST + 1])
def test_all_blocks_come_in_order_from_one_other_thread(count):
    """However many there are; the thread is gone afterwards."""
    before, maker = threading.active_count(), Maker(count)

    assert list(ahead(maker.blocks())) == [[number] for number in range(count)]
    assert len(maker.threads) == min(count, 1)
    assert threading.get_ident() not in maker.threads
    assert (threading.active_count(), maker.closed) == (before, True)


def test_no_more_are_made_than_will_fit():
    """Memory stays flat: who takes one finds a few made, never all of them."""
    maker = Maker(100)
    with closing(ahead(maker.blocks())) as coming:
        for taken in range(1, 20):
            next(coming)

            assert maker.made <= taken + MOST

    assert maker.made <= 19 + MOST
    assert maker.closed


def test_an_error_comes_after_all_that_was_made_before_it():
    """What can't be read whole is never taken for whole."""
    maker, found = Maker(3, OSError("disk")), []
    with pytest.raises(OSError, match="disk"):
        found.extend(ahead(maker.blocks()))

    assert maker.made == 3
    assert maker.closed


def test_who_stops_in_the_middle_leaves_no_thread_behind():
    """Its end ends the thread too, and closes what was read from."""
    before, maker = threading.active_count(), Maker(100)
    coming = ahead(maker.blocks())
    assert next(coming) == [0]
    coming.close()

    assert (threading.active_count(), maker.closed) == (before, True)
