"""How seldom the garbage collector looks: left alone it takes a fifth of a short command's CPU."""

import gc
import sys
from typing import Final

YOUNG: Final = 100_000
"""Objects made and not freed before it looks at them: more than start-up makes."""


def collect_seldom() -> None:
    """Have it look at more objects at once, for as long as this process lives.

    Nearly all that start-up makes stays. Later the rows that go from one database to the other when
    a large set is planned look like new garbage.
    """
    gc.set_threshold(YOUNG, *gc.get_threshold()[1:])


def settle() -> None:
    """Set apart for good what was made so far, which mostly are modules.

    The interpreter's end looks through all that is not, three times. Once DuckDB is loaded it is
    too late: its binding would report what is set apart of it as leaked.
    """
    if "duckdb" not in sys.modules:
        gc.freeze()
