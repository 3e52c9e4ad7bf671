"""``script/bench``: measure the parts that are asked for, then write figures, table and plots."""

import argparse
import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from time import gmtime, monotonic, strftime

from bench.desk import HERE, ROOT, Desk
from bench.machine import machine
from bench.measure import FailedError
from bench.table import SECTIONS, page

ORDER = ("start", "deletes", "pace", "plan", "resume", "growth", "audience")
"""In which parts are measured: later ones use the journals of earlier ones."""

FOLDER = ROOT / ".cache" / "bench"
DOCS = ROOT / "docs" / "benchmarks"
FIGURES = "figures.json"


def main():
    """Measure, or only draw again, and write."""
    asked = _asked()
    out = asked.out or (FOLDER / "quick" if asked.quick else DOCS)
    out.mkdir(parents=True, exist_ok=True)
    parts = _known(out)
    if not asked.redraw:
        runs = asked.runs or (1 if asked.quick else 5)
        with Desk(FOLDER, quick=asked.quick, runs=runs, patience_s=asked.patience) as desk:
            for name in ORDER:
                if not asked.parts or name in asked.parts:
                    parts |= _measured(desk, name)
                    _write(out / FIGURES, json.dumps(parts, indent=1) + "\n")
    _write(out / "figures.md", page(parts))
    sys.exit(_draw(out))


def _asked():
    parser = argparse.ArgumentParser(prog="script/bench", description="Measure purgeplan.")
    parser.add_argument(
        "parts", nargs="*", metavar="PART", help=f"all, or some of {', '.join(ORDER)}"
    )
    parser.add_argument("--quick", action="store_true", help="small sizes, under two minutes")
    parser.add_argument("--runs", type=int, help="of each case; the median is told (5; quick: 1)")
    parser.add_argument("--patience", type=float, default=20.0, metavar="SECONDS",
                        help="a case is not begun again after so long (20)")  # fmt: skip
    parser.add_argument("--out", type=Path, metavar="DIR", help="docs/benchmarks; quick: .cache")
    parser.add_argument("--redraw", action="store_true", help="from the figures that are there")
    asked = parser.parse_args()
    unknown = set(asked.parts) - set(SECTIONS)
    if unknown:
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    return asked


def _known(out):
    path = out / FIGURES
    return json.loads(path.read_text("utf-8")) if path.exists() else {}


def _measured(desk, name):
    """Give the part by its name; nothing where it can't be measured at all."""
    desk.say(f"{name}: {SECTIONS[name][0]}")
    began = monotonic()
    try:
        rows = import_module(f"bench.parts.{name}").measure(desk)
    except FailedError as error:
        desk.say(f"{name} is left out: {error}")
        return {}
    desk.say(f"{name}: {monotonic() - began:,.0f} s")
    date = strftime("%Y-%m-%d", gmtime())
    part = {"date": date, "quick": desk.quick, "machine": machine(desk), "rows": rows}
    return {name: part}


def _write(path, text):
    path.write_text(text, "utf-8")


def _draw(out):
    """Draw with the library that script/bench has installed; the figures stand without it."""
    python = FOLDER / "tools" / "venv" / "bin" / "python"
    if not python.exists():
        sys.stderr.write("no plots: the tools could not be installed\n")
        return 0
    argv = [python, "-m", "bench.plots", (out / FIGURES).resolve(), out.resolve()]
    return subprocess.run(argv, check=False, cwd=HERE.parent).returncode


if __name__ == "__main__":
    main()
