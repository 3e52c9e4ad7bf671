"""Resuming: from the command to the first request, on journals that are half done."""

from bench.plans import apply_args, copied, freeze

SIZES = (10_000, 1_000_000, 10_000_000)
QUICK = (1_000, 100_000)
FRESH = 10
"""Ids in the journal to compare with, which holds nothing but a new plan of that many."""


def measure(desk):
    """Give a row for each size, after one for a journal in which nothing was done."""
    sizes = (FRESH, *(QUICK if desk.quick else SIZES))
    with desk.serving() as server:
        return [
            desk.repeat({"items": size, "done": done(size)}, _Resumption(desk, server, size))
            for size in sizes
        ]


def done(size):
    """Give how many of so many items are done before it is resumed."""
    return 0 if size == FRESH else size // 2


class _Resumption:
    """Goes on for one delete; the next time there is one more done."""

    def __init__(self, desk, server, size):
        self._desk = desk
        self._server = server
        self._size = size
        self._args = None

    def __call__(self):
        desk, server = self._desk, self._server
        self._args = self._args or self._prepared()
        server.reset(players=10 * self._size + 1_000)
        spent = desk.spend(desk.purgeplan, *self._args, terminal=True, codes=(0, 7))
        (first,) = server.seen(1)
        return spent.figures() | {"first_s": first - spent.began}

    def _prepared(self):
        """Settle half of a planned journal, and give the arguments that go on with it."""
        desk = self._desk
        frozen = freeze(desk, self._server, f"csv-{self._size}", self._size)
        journal = copied(desk, frozen)
        if done(self._size):
            desk.say(f"  settling half of {self._size:,} items")
            desk.script("half", journal)
        return apply_args(frozen, journal, "--limit", 1)
