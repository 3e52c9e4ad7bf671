"""The bars that purgeplan is held to, judged by the figures; pure functions."""

from bench.measure import median

HELD = "purgeplan's transport, bare loop"


def value(row, key):
    """Give the median of one figure over the runs of a row; None where it was not measured."""
    return median([run.get(key) for run in row["runs"]]) if row else None


def find(rows, /, **about):
    """Give the row that is about just this, or None."""
    return next((row for row in rows if about.items() <= row.items()), None)


def judged(parts):
    """Give (what, bar, measured, met) for each bar; met is None where nothing was measured."""
    rows = {name: part["rows"] for name, part in parts.items()}
    return [
        line
        for judge in (_pace, _deletes, _growth, _plan, _audience, _resume, _start)
        for line in judge(rows)
    ]


def _line(what, bar, measured, met):
    """Give one line; ``measured`` is a format and its numbers, ``met`` a test of them."""
    form, *numbers = measured
    if any(number is None for number in numbers):
        return what, bar, "not measured", None
    return what, bar, form.format(*numbers), met(*numbers)


def _pace(rows):
    row = find(rows.get("pace", []), per_s=1_000)
    reached, cpu_ms = value(row, "reached"), value(row, "cpu_ms")
    most = [max((run[key] for run in row["runs"]), default=None) if row else None
            for key in ("most_client", "most_server")]  # fmt: skip
    count = f"{row['count']:,} ids" if row else "100,000 ids"
    yield _line(f"pace 1,000/s, latency 100 ms, {count}", "at least 980/s", ("{:,.0f}/s", reached),
                lambda rate: rate >= 980)  # fmt: skip
    yield _line("begun in any sliding second at that pace", "at most 1,000",
                ("{:,} (client), {:,} (server)", *most),
                lambda client, server: max(client, server) <= 1_000)  # fmt: skip
    yield _line("CPU of the process at that pace", "at most 0.6 ms a delete",
                ("{:.2f} ms", cpu_ms), lambda cpu: cpu <= 0.6)  # fmt: skip


def _deletes(rows):
    def rate(client, latency_ms=0.0):
        return value(find(rows.get("deletes", []), client=client, latency_ms=latency_ms), "per_s")

    yield _line("unpaced against a bare loop on the same transport", "at least 0.7 of it",
                ("{2:.2f} ({0:,.0f}/s of {1:,.0f}/s)", *_shared(rate("purgeplan"), rate(HELD))),
                lambda _one, _other, share: share >= 0.7)  # fmt: skip
    yield _line("against Newman without delay, same server", "at least 15 times",
                ("{2:.0f} times ({0:,.0f}/s, {1:,.0f}/s)",
                 *_shared(rate("purgeplan"), rate("Newman, no delay"))),
                lambda _one, _other, times: times >= 15)  # fmt: skip


def _shared(one, other):
    """Give two numbers and the first's share of the second."""
    return one, other, one / other if one is not None and other else None


def _growth(rows):
    measured = rows.get("growth", [])
    costs, peaks = ([value(row, key) for row in measured] for key in ("cpu_ms", "peak_mb"))
    sizes = (
        " to ".join(short(row["items"]) for row in (measured[:1] + measured[-1:])) or "10 k to 1 M"
    )
    yield _line(f"cost per delete, {sizes} items", "flat within 15 %",
                ("{0:.2f} to {1:.2f} ms ({2:.0%})", *_spread(costs)),
                lambda _low, _high, spread: spread <= 0.15)  # fmt: skip
    yield _line(f"peak memory of apply, {sizes} items", "flat within 50 MB, under 200 MB",
                ("{0:,.0f} to {1:,.0f} MB", *_spread(peaks)[:2]),
                lambda low, high: high - low <= 50 and high < 200)  # fmt: skip


def _spread(values):
    """Give least and most, and by how much the most is above the least."""
    if not values or any(one is None for one in values):
        return None, None, None
    low, high = min(values), max(values)
    return low, high, high / low - 1


def _plan(rows):
    sizes = {
        size: find(rows.get("plan", []), form="csv", rows=size) for size in (1_000_000, 10_000_000)
    }
    one, ten = sizes.values()
    yield _line("plan 1 M ids from CSV", "under 3 × (DuckDB + executemany)",
                ("{:.1f} × ({:.1f} s of {:.1f} s + {:.1f} s)",
                 *(value(one, key) for key in ("ratio", "wall_s", "duckdb_s", "sqlite_s"))),
                lambda ratio, *_: ratio < 3)  # fmt: skip
    yield _line("plan 10 M ids, peak memory", "under 1 GiB", ("{:,.0f} MB", value(ten, "peak_mb")),
                lambda peak: peak < 1_024)  # fmt: skip
    first, second, times = value(one, "wall_s"), value(ten, "wall_s"), None
    if first and second:
        times = second / (10 * first)
    yield _line("plan 10 M ids, time", "within 20 % of ten times 1 M",
                ("{2:.2f} × ({1:.0f} s, ten times {0:.1f} s)", first, second, times),
                lambda _one, _ten, ratio: ratio <= 1.2)  # fmt: skip


def _audience(rows):
    row = next(iter(rows.get("audience", [])), None)
    keys = ("ratio", "wall_s", "duckdb_s", "sqlite_s")
    what = "export of 10 M rows, 1 M protected, plan for 4 M"
    if row and row["rows"] != 10_000_000:
        what = f"export of {short(row['rows'])} rows, {short(row['protected'])} protected"
    yield _line(what, "within 3 × (DuckDB + executemany)",
                ("{:.1f} × ({:.0f} s of {:.0f} s + {:.0f} s)", *(value(row, key) for key in keys)),
                lambda ratio, *_: ratio <= 3)  # fmt: skip
    yield _line(f"{what}, peak memory", "within 2 GiB", ("{:,.0f} MB", value(row, "peak_mb")),
                lambda peak: peak <= 2_048)  # fmt: skip


def _resume(rows):
    fresh = value(find(rows.get("resume", []), done=0), "first_s")
    half = value(find(rows.get("resume", []), items=1_000_000), "first_s")
    more = half - fresh if half is not None and fresh is not None else None
    yield _line("first request after resume, 1 M items, half done",
                "under 2 s more than on an empty journal",
                ("{2:.1f} s more ({0:.1f} s, {1:.1f} s)", half, fresh, more),
                lambda _half, _fresh, longer: longer < 2)  # fmt: skip


def _start(rows):
    for command, bar_ms in (("purgeplan --version", 120), ("purgeplan plan, 1,000 ids", 700)):
        wall_s = value(find(rows.get("start", []), command=command), "wall_s")
        yield _line(f"`{command}`, offline", f"under {bar_ms} ms",
                    ("{:.0f} ms", None if wall_s is None else wall_s * 1000),
                    lambda wall_ms, bar_ms=bar_ms: wall_ms < bar_ms)  # fmt: skip


def short(number):
    """Give a number of rows or items as people say it."""
    for unit, sign in ((1_000_000, "M"), (1_000, "k")):
        if number >= unit:
            return f"{number / unit:g} {sign}"
    return str(number)
