"""The plots, as SVG: ``python -m bench.plots FIGURES FOLDER``.

Axes begin at zero or are logarithmic, and say which.
"""

import json
import sys
from pathlib import Path

from bench.drawing import (
    BAR_COLOR,
    COLORS,
    INK,
    LINE,
    bars,
    beside,
    counted,
    figure,
    logarithmic,
    value,
    write,
)
from matplotlib.ticker import FuncFormatter


def deletes(parts):
    """Draw the rate of each client at each latency."""
    rows = parts["deletes"]["rows"]
    groups = list(dict.fromkeys(row["client"] for row in rows))
    latencies = sorted({row["latency_ms"] for row in rows})
    found = {(row["client"], row["latency_ms"]): value(row, "per_s") for row in rows}
    drawn, axes = figure(0.62 * len(groups) + 1.6)
    series = {
        f"latency {one:.0f} ms": [found.get((group, one)) for group in groups] for one in latencies
    }
    bars(axes, groups, series)
    logarithmic(axes.xaxis)
    axes.set_xlim(1, 12_000)
    axes.axvline(1_000, color=BAR_COLOR, linewidth=1.2, linestyle=(0, (4, 3)))
    axes.set_title("Deletes a second, by what sends them")
    axes.set_xlabel("deletes a second (logarithmic); dashed: the most that OneSignal allows")
    axes.legend(loc="lower right")
    return drawn


def cpu(parts):
    """Draw what a delete costs each client."""
    rows = [row for row in parts["deletes"]["rows"] if row["latency_ms"] == 0]
    drawn, axes = figure(0.36 * len(rows) + 1.4)
    costs = [value(row, "cpu_ms") for row in rows]
    bars(axes, [row["client"] for row in rows], {"": costs})
    logarithmic(axes.xaxis)
    axes.set_xlim(0.1, max(costs, key=lambda one: one or 0) * 3)
    axes.set_title("CPU of the client for one delete, latency 0 ms")
    axes.set_xlabel("milliseconds, user and system (logarithmic)")
    return drawn


def pace(parts):
    """Draw how the fastest pace was kept: the most that any second held, second by second."""
    measured = [row for row in parts["pace"]["rows"] if row["runs"]]
    row = max(measured, key=lambda row: row["per_s"])
    drawn, axes = figure(3.4)
    for name, key, color in (("seen by the server", "seconds_server", COLORS[1]),
                             ("begun by purgeplan", "seconds_client", COLORS[0])):  # fmt: skip
        peaks = row["runs"][-1][key]
        axes.plot(range(len(peaks)), peaks, label=name, color=color, linewidth=1.6)
    limit = row["per_s"]
    axes.axhline(limit, color=BAR_COLOR, linewidth=1.2, linestyle=(0, (4, 3)))
    axes.annotate(f"the plan's {limit:,}/s", (0, limit), (2, 4), textcoords="offset points",
                  color=INK, fontsize=9)  # fmt: skip
    axes.yaxis.set_major_formatter(FuncFormatter(counted))
    axes.set_ylim(0, limit * 1.15)
    axes.set_xlim(0)
    axes.grid(visible=True, axis="y")
    axes.set_title(f"The most requests in any sliding second, at {limit:,}/s and 100 ms latency")
    axes.set_xlabel("seconds since the first request (the second in which the span begins)")
    axes.set_ylabel("requests")
    axes.legend(loc="lower center", ncols=2)
    return drawn


def _by_form(parts):
    for nth, form in enumerate(("csv", "parquet", "export")):
        rows = [row for row in parts["plan"]["rows"] if row["form"] == form and row["runs"]]
        yield form, COLORS[nth], rows, [row["rows"] for row in rows]


def plan(parts):
    """Draw the time of planning beside that of the databases alone."""
    drawn, axes = figure(4.0)
    for form, color, rows, sizes in _by_form(parts):
        alone = [value(row, "duckdb_s") + value(row, "sqlite_s") for row in rows]
        walls = [value(row, "wall_s") for row in rows]
        axes.plot(sizes, walls, marker="o", color=color, label=f"plan, from {form}")
        axes.plot(sizes, alone, marker=".", color=color, linestyle=(0, (2, 2)),
                  label="databases alone")  # fmt: skip
    logarithmic(axes.xaxis)
    logarithmic(axes.yaxis)
    axes.grid(visible=True)
    axes.set_title("Planning, beside what DuckDB and SQLite need alone")
    axes.set_xlabel("rows (logarithmic)")
    axes.set_ylabel("seconds (logarithmic)")
    beside(axes)
    return drawn


def memory(parts):
    """Draw the peak memory of planning."""
    drawn, axes = figure(3.4)
    highest = 1_024
    for form, color, rows, sizes in _by_form(parts):
        peaks = [value(row, "peak_mb") for row in rows]
        axes.plot(sizes, peaks, marker="o", color=color, label=f"plan, from {form}")
        highest = max(highest, *peaks)
    logarithmic(axes.xaxis)
    axes.axhline(1_024, color=BAR_COLOR, linewidth=1.2, linestyle=(0, (4, 3)))
    axes.annotate("1 GiB", (1, 1_024), (-4, 4), xycoords=("axes fraction", "data"),
                  textcoords="offset points", ha="right", color=INK, fontsize=9)  # fmt: skip
    axes.yaxis.set_major_formatter(FuncFormatter(counted))
    axes.set_ylim(0, highest * 1.15)
    axes.grid(visible=True)
    axes.set_title("Peak memory of planning")
    axes.set_xlabel("rows (logarithmic)")
    axes.set_ylabel("MB")
    beside(axes)
    return drawn


def resume(parts):
    """Draw the time to the first request on journals that are half done."""
    measured = [row for row in parts["resume"]["rows"] if row["runs"]]
    rows = [row for row in measured if row["done"]]
    drawn, axes = figure(3.4)
    sizes, firsts = [row["items"] for row in rows], [value(row, "first_s") for row in rows]
    axes.plot(sizes, firsts, marker="o", color=COLORS[0], label="half done")
    for size, first in zip(sizes, firsts, strict=True):
        axes.annotate(f"{first:,.1f} s", (size, first), (0, 8), textcoords="offset points",
                      ha="center", color=INK, fontsize=9)  # fmt: skip
    for fresh in (row for row in measured if not row["done"]):
        axes.axhline(value(fresh, "first_s"), color=LINE, linestyle=(0, (4, 3)), linewidth=1.4,
                     label="a new journal")  # fmt: skip
    logarithmic(axes.xaxis)
    logarithmic(axes.yaxis)
    axes.set_ylim(0.1, max(firsts) * 3)
    axes.grid(visible=True)
    axes.set_title("From the command to the first request, resuming")
    axes.set_xlabel("items in the journal (logarithmic)")
    axes.set_ylabel("seconds (logarithmic)")
    beside(axes)
    return drawn


def start(parts):
    """Draw start-up, offline."""
    rows = parts["start"]["rows"]
    drawn, axes = figure(0.42 * len(rows) + 1.4)
    walls = [1000 * one if (one := value(row, "wall_s")) else None for row in rows]
    bars(axes, [row["command"] for row in rows], {"": walls})
    axes.xaxis.set_major_formatter(FuncFormatter(counted))
    axes.set_xlim(0, max(one or 0 for one in walls) * 1.12)
    axes.set_title("Start-up, without network")
    axes.set_xlabel("milliseconds, from start to end of the process")
    return drawn


def growth(parts):
    """Draw cost and memory by size of the plan."""
    rows = [row for row in parts["growth"]["rows"] if row["runs"]]
    drawn, pair = figure(3.4, 2)
    sizes = [row["items"] for row in rows]
    told = (
        ("CPU for one delete", "milliseconds", "cpu_ms"),
        ("Peak memory of apply", "MB", "peak_mb"),
    )
    for axes, (title, unit, key) in zip(pair, told, strict=True):
        values = [value(row, key) for row in rows]
        axes.plot(sizes, values, marker="o", color=COLORS[0])
        logarithmic(axes.xaxis)
        axes.set_ylim(0, max(values) * 1.3)
        axes.grid(visible=True)
        axes.set_title(title)
        axes.set_xlabel("items in the plan (logarithmic)")
        axes.set_ylabel(unit)
    return drawn


PLOTS = {
    "deletes": ("deletes", deletes),
    "cpu": ("deletes", cpu),
    "pace": ("pace", pace),
    "plan": ("plan", plan),
    "memory": ("plan", memory),
    "resume": ("resume", resume),
    "start": ("start", start),
    "growth": ("growth", growth),
}
"""By file: the part that it is drawn from, and what draws it."""


def main(figures, folder):
    """Draw every plot whose part was measured."""
    parts = json.loads(figures.read_text("utf-8"))
    for name, (part, draw) in PLOTS.items():
        if any(row["runs"] for row in parts.get(part, {"rows": []})["rows"]):
            write(draw(parts), folder / f"{name}.svg")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
