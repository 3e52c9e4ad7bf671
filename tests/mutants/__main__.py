"""``script/mutants``: sabotages the product, and shows which test catches it.

Each mutant is applied to a copy of the checkout, and the tests that it names are run there until
one turns red. A mutant that no longer fits the text of the product ends the run at once. At the
end the tests that were red are run on the product as it is: they must be green there.
"""

import argparse
import os
import queue
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from mutants.catalog import MUTANTS
from mutants.copies import ROOT, Copy, sabotaged


def main():
    """Try the mutants that were asked for; 0 where all were caught."""
    given = _arguments()
    chosen = [one for one in MUTANTS if all(word in one.name for word in given.words)]
    flaws = [f"{one.name}: {flaw}" for one in MUTANTS for flaw in one.flaws(ROOT)]
    if flaws:
        sys.stdout.writelines(f"out of date: {flaw}\n" for flaw in flaws)
        return 2
    if given.list:
        sys.stdout.writelines(f"{one.name}\n    {' '.join(one.tests)}\n" for one in chosen)
        return 0
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mutants-") as name:
        copies = [Copy(Path(name, str(at))) for at in range(min(given.jobs, len(chosen)))]
        caught = _tried(chosen, copies, whole=given.whole)
        survived = [one.name for one in chosen if one not in caught]
        honest = _green(copies[0], set(caught.values())) if caught else True
    if given.markdown:
        given.markdown.write_text(_table(caught), "utf-8")
    minutes = (time.monotonic() - begun) / 60
    sys.stdout.write(f"{len(caught)} of {len(chosen)} mutants caught in {minutes:.1f} min\n")
    sys.stdout.writelines(f"SURVIVED: {name}\n" for name in survived)
    return 0 if not survived and honest else 1


def _arguments():
    parser = argparse.ArgumentParser("script/mutants", description=__doc__)
    parser.add_argument("words", nargs="*", help="only mutants whose name holds all of these")
    parser.add_argument("--list", action="store_true", help="show mutants and their tests")
    parser.add_argument("--whole", action="store_true", help="whole suite where these miss it")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="copies at a time")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the table there")
    return parser.parse_args()


def _tried(chosen, copies, *, whole):
    """Give by mutant the test that caught it, of those that were caught."""
    free = queue.SimpleQueue()
    for copy in copies:
        free.put(copy)

    def one_tried(mutant):
        copy = free.get()
        try:
            with sabotaged(copy, mutant):
                found = copy.red(*(f"tests/{test}" for test in mutant.tests))
                return found or (copy.red("tests") if whole else None)
        except RuntimeError as error:
            sys.stdout.write(f"{mutant.name}: {error}\n")
            return None
        finally:
            free.put(copy)

    caught = {}
    with ThreadPoolExecutor(len(copies)) as pool:
        waiting = {pool.submit(one_tried, mutant): mutant for mutant in chosen}
        for done in as_completed(waiting):
            mutant, test = waiting[done], done.result()
            sys.stdout.write(f"{mutant.name}\n    {test or 'SURVIVED'}\n")
            sys.stdout.flush()
            if test is not None:
                caught[mutant] = test
    return {mutant: caught[mutant] for mutant in chosen if mutant in caught}


def _green(copy, tests):
    """Tell whether these tests are green on the product as it is."""
    red = copy.red(*sorted(tests))
    if red is not None:
        sys.stdout.write(f"red without any mutant: {red}\n")
    return red is None


def _table(caught):
    rows = [f"| {mutant.name} | `{_short(test)}` |\n" for mutant, test in caught.items()]
    return "".join(["| mutant | caught by |\n", "|---|---|\n", *rows])


def _short(test):
    file, _, name = test.removeprefix("tests/").partition("::")
    return f"{file} {name}".strip()


if __name__ == "__main__":
    raise SystemExit(main())
