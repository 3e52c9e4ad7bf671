"""``script/mutants``: sabotages the product, and shows which test catches it.

Each mutant is applied to a copy of the checkout. The test that caught it the last time is run there
first, and where that stays green, all that the mutant names, until one turns red. A mutant that no
longer fits the text of the product ends the run at once. At the end the tests that were red are run
on the product as it is: they must be green there. A run that was stopped, or killed, goes on with
``--resume``, as long as product and tests are the same.
"""

import argparse
import os
import queue
import signal
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing
from pathlib import Path

from mutants.catalog import MUTANTS
from mutants.copies import ROOT, Copy, sabotaged
from mutants.page import PAGE, put, recorded, written
from mutants.past import Past, swept


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
    past, keep = Past(), _keeper(given.markdown, len(chosen))
    before = past.caught()
    known = {**recorded(PAGE.read_text("utf-8")), **before}
    caught = {one: before[one.name] for one in chosen if given.resume and one.name in before}
    left = [one for one in chosen if one not in caught]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory(prefix=swept()) as name:
        copies = [Copy(Path(name, str(at))) for at in range(max(1, min(given.jobs, len(left))))]
        with closing(_tried(left, copies, known, whole=given.whole)) as tried:
            for mutant, test in tried:
                caught[mutant] = test
                past.add(mutant.name, test)
                keep(caught)
        survived = [one.name for one in chosen if one not in caught]
        honest = _green(copies, sorted(set(caught.values())))
    sys.stdout.write(f"{keep(caught)}\n")
    sys.stdout.writelines(f"SURVIVED: {name}\n" for name in survived)
    return 0 if not survived and honest else 1


def _arguments():
    parser = argparse.ArgumentParser("script/mutants", description=__doc__)
    parser.add_argument("words", nargs="*", help="only mutants whose name holds all of these")
    parser.add_argument("--list", action="store_true", help="show mutants and their tests")
    parser.add_argument("--whole", action="store_true", help="whole suite where these miss it")
    parser.add_argument("--resume", action="store_true", help="try only what is not caught yet")
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
        try:
            for done in as_completed(waiting):
                mutant, test = waiting[done], done.result()
                sys.stdout.write(f"{mutant.name}\n    {test or 'SURVIVED'}\n")
                sys.stdout.flush()
                if test is not None:
                    yield mutant, test
        except BaseException:  # stopped: what runs is not waited for
            pool.shutdown(wait=False, cancel_futures=True)
            for copy in copies:
                copy.stop()
            raise


def _green(copies, tests):
    """Tell whether these tests are green on the product as it is; each copy runs a share."""
    shares = [(copy, tests[at :: len(copies)]) for at, copy in enumerate(copies)]
    with ThreadPoolExecutor(len(copies)) as pool:
        waiting = [pool.submit(copy.red, *share) for copy, share in shares if share]
        red = [one for one in (done.result() for done in waiting) if one is not None]
    sys.stdout.writelines(f"red without any mutant: {one}\n" for one in red)
    return not red


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
            page = path if path.is_file() else PAGE
            put(path, written(page.read_text("utf-8"), names, tests, about))
        return told

    return keep


if __name__ == "__main__":
    raise SystemExit(main())
