"""The tables, as Markdown; a pure function of the figures."""

from bench.bars import judged, short, value
from bench.measure import median

MEANING = {True: "met", False: "**missed**", None: "—"}

HEAD = """\
# Benchmarks: the figures

Written by `script/bench`; what they mean, and how to measure again, is in [README.md](README.md).
Each figure is the median of so many runs; in brackets the lowest and the highest.
"""


def told(figure, form="{:,.2f}", runs=()):
    """Give a figure with its spread; a dash where there is none."""
    if figure is None:
        return "—"
    known = sorted(one for one in runs if one is not None)
    text = form.format(figure)
    if len(known) < 2:
        return text
    return f"{text} ({form.format(known[0])}–{form.format(known[-1])})"


def cell(row, key, form="{:,.2f}", scale=1):
    """Give the cell of one figure of a row."""
    runs = [run[key] * scale for run in row["runs"] if run.get(key) is not None]
    return told(median(runs), form, runs)


def grid(head, rows):
    """Give a Markdown table; its first column is to the left, the others to the right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _deletes(rows):
    head = ["client", "latency", "deletes/s", "CPU a delete, ms", "deletes", "runs"]
    return grid(head, [
        [row["client"], f"{row['latency_ms']:.0f} ms", cell(row, "per_s", "{:,.1f}"),
         cell(row, "cpu_ms"), f"{row['count']:,}", str(len(row["runs"]))]
        for row in rows
    ])  # fmt: skip


def _pace(rows):
    head = ["pace", "reached", "most in a second, client", "server", "CPU a delete, ms",
            "peak, MB", "deletes", "runs"]  # fmt: skip
    return grid(head, [
        [f"{row['per_s']:,}/s", cell(row, "reached", "{:,.2f}"),
         cell(row, "most_client", "{:,.0f}"), cell(row, "most_server", "{:,.0f}"),
         cell(row, "cpu_ms"), cell(row, "peak_mb", "{:,.0f}"), f"{row['count']:,}",
         str(len(row["runs"]))]
        for row in rows
    ])  # fmt: skip


def _plan(rows):
    head = ["from", "rows", "planned", "plan, s", "peak, MB", "DuckDB alone, s", "its peak, MB",
            "executemany alone, s", "ratio", "runs"]  # fmt: skip
    return grid(head, [
        [row.get("form", "export and protect list"), short(row["rows"]),
         f"{row.get('planned', value(row, 'planned')) or 0:,}", cell(row, "wall_s"),
         cell(row, "peak_mb", "{:,.0f}"), cell(row, "duckdb_s"), cell(row, "duckdb_mb", "{:,.0f}"),
         cell(row, "sqlite_s"), cell(row, "ratio", "{:.1f}"), str(len(row["runs"]))]
        for row in rows
    ])  # fmt: skip


def _resume(rows):
    head = ["items", "done", "first request after, s", "CPU, s", "peak, MB", "runs"]
    return grid(head, [
        [f"{row['items']:,}", f"{row['done']:,}", cell(row, "first_s"), cell(row, "cpu_s"),
         cell(row, "peak_mb", "{:,.0f}"), str(len(row["runs"]))]
        for row in rows
    ])  # fmt: skip


def _start(rows):
    head = ["command", "wall, ms", "CPU, ms", "runs"]
    return grid(head, [
        [f"`{row['command']}`", cell(row, "wall_s", "{:,.0f}", 1000),
         cell(row, "cpu_s", "{:,.0f}", 1000), str(len(row["runs"]))]
        for row in rows
    ])  # fmt: skip


def _growth(rows):
    head = ["items", "deletes/s", "CPU a delete, ms", "peak, MB", "runs"]
    return grid(head, [
        [f"{row['items']:,}", cell(row, "per_s", "{:,.0f}"), cell(row, "cpu_ms", "{:,.3f}"),
         cell(row, "peak_mb", "{:,.0f}"), str(len(row["runs"]))]
        for row in rows
    ])  # fmt: skip


SECTIONS = {
    "deletes": ("Deletes a second", _deletes, ("deletes", "cpu")),
    "pace": ("Keeping a pace", _pace, ("pace",)),
    "plan": ("Planning", _plan, ("plan", "memory")),
    "audience": ("Planning from a whole audience", _plan, ()),
    "resume": ("Resuming", _resume, ("resume",)),
    "start": ("Start-up", _start, ("start",)),
    "growth": ("Growth", _growth, ("growth",)),
}
"""By part: its heading, its table, its plots."""


def page(parts):
    """Give the whole page for the parts that were measured."""
    bars = [[what, bar, measured, MEANING[met]] for what, bar, measured, met in judged(parts)]
    text = [HEAD]
    once = len({_measured(part) for part in parts.values()}) == 1
    text += [_measured(part) for part in parts.values()][:once]
    text += ["## The bars\n", grid(["what", "bar", "measured", ""], bars)]
    for name, (heading, table, plots) in SECTIONS.items():
        if name in parts:
            text += _section(parts[name], heading, table, plots)
            text += [] if once else [_measured(parts[name])]
    return "\n".join(text)


def _measured(part):
    """Say when and on what a part was measured."""
    machine = ", ".join(f"{name} {what}" for name, what in part["machine"].items())
    kind = " in quick mode, too short to be quoted," if part["quick"] else ""
    return f"Measured{kind} on {part['date']}: {machine}.\n"


def _section(part, heading, table, plots):
    yield f"## {heading}\n"
    yield from (f"![{heading}: {plot}]({plot}.svg)\n" for plot in plots)
    yield table(part["rows"])
    failed = [f"- {_about(row)}: {row['failed']}" for row in part["rows"] if "failed" in row]
    yield from ["\n".join([*failed, ""])] if failed else []


def _about(row):
    return " ".join(str(one) for key, one in row.items() if key not in ("runs", "failed"))
