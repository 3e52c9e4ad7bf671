"""``script/mutants``: sabotages the product, and shows which test catches it.

Each mutant is applied to a copy of the checkout. The test that caught it the last time is run there
first, and where that stays green, all that the mutant names, until one turns red. A mutant that no
longer fits the text of the product ends the run at once. At the end the tests that were red are run
on the product as it is: they must be green there.
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
from mutants.page import PAGE, recorded, written


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
    keep, known = _keeper(given.markdown, len(chosen)), recorded(PAGE.read_text("utf-8"))
    with tempfile.TemporaryDirectory(prefix="mutants-") as name:
        copies = [Copy(Path(name, str(at))) for at in range(min(given.jobs, len(chosen)))]
        caught = {}
        for mutant, test in _tried(chosen, copies, known, whole=given.whole):
            caught[mutant] = test
            keep(caught)
        survived = [one.name for one in chosen if one not in caught]
        honest = _green(copies[0], set(caught.values())) if caught else True
    sys.stdout.write(f"{keep(caught)}\n")
    sys.stdout.writelines(f"SURVIVED: {name}\n" for name in survived)
    return 0 if not survived and honest else 1


def _arguments():
    parser = argparse.ArgumentParser("script/mutants", description=__doc__)
    parser.add_argument("words", nargs="*", help="only mutants whose name holds all of these")
    parser.add_argument("--list", action="store_true", help="show mutants and their tests")
    parser.add_argument("--whole", action="store_true", help="whole suite where these miss it")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="copies at a time")
    into = {"type": Path, "nargs": "?", "const": PAGE, "metavar": "FILE"}
    parser.add_argument("--markdown", **into, help="put the table into docs/mutants.md, or FILE")
    return parser.parse_args()


def _tried(chosen, copies, known, *, whole):
    """Yield mutants with the test that caught each, as they are caught; ``known`` go first."""
    free = queue.SimpleQueue()
    for copy in copies:
        free.put(copy)

    def one_tried(mutant):
        copy = free.get()
        named = [f"tests/{test}" for test in mutant.tests]
        tries = [*_there(known.get(mutant.name)), named, *([["tests"]] if whole else [])]
        try:
            with sabotaged(copy, mutant):
                return next(filter(None, (copy.red(*tests) for tests in tries)), None)
        except RuntimeError as error:
            sys.stdout.write(f"{mutant.name}: {error}\n")
            return None
        finally:
            free.put(copy)

    with ThreadPoolExecutor(len(copies)) as pool:
        waiting = {pool.submit(one_tried, mutant): mutant for mutant in chosen}
        for done in as_completed(waiting):
            mutant, test = waiting[done], done.result()
            sys.stdout.write(f"{mutant.name}\n    {test or 'SURVIVED'}\n")
            sys.stdout.flush()
            if test is not None:
                yield mutant, test


def _green(copy, tests):
    """Tell whether these tests are green on the product as it is."""
    red = copy.red(*sorted(tests))
    if red is not None:
        sys.stdout.write(f"red without any mutant: {red}\n")
    return red is None


def _there(test):
    """Give the test that caught a mutant before, if it is still where it was."""
    if test is None:
        return []
    file, _, name = test.partition("::")
    path = ROOT / file
    there = path.is_file() and name.partition("::")[0] in path.read_text("utf-8")
    return [[test]] if there else []


def _keeper(path, many):
    """Give what writes the table of those caught so far, where it was asked for."""
    begun, names = time.monotonic(), [one.name for one in MUTANTS]

    def keep(caught):
        minutes = (time.monotonic() - begun) / 60
        told = f"{len(caught)} of {many} mutants caught in {minutes:.1f} min"
        if path:
            tests = {mutant.name: test for mutant, test in caught.items()}
            about = f"`script/mutants`, {time.strftime('%Y-%m-%d')}: {told}."
            path.write_text(written(path.read_text("utf-8"), names, tests, about), "utf-8")
        return told

    return keep


if __name__ == "__main__":
    raise SystemExit(main())
