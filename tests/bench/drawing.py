"""What plots look like, and how one is written; runs where matplotlib is installed."""

from statistics import median

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter

INK, LINE = "#1f2328", "#8c959f"
COLORS = ("#2f81f7", "#d97706", "#2da44e", "#a371f7")
"""Readable on white and on near black alike."""

BAR_COLOR = "#e5534b"
WIDTH = 8.0

STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "purgeplan",
    "font.size": 11,
    "font.family": "DejaVu Sans",
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.edgecolor": LINE,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.titlesize": 12,
    "axes.titlepad": 12,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "xtick.color": LINE,
    "ytick.color": LINE,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "grid.color": LINE,
    "grid.alpha": 0.3,
    "legend.frameon": False,
    "lines.linewidth": 2,
    "lines.markersize": 6,
}

DARK = f"""\
<style type="text/css">
text {{ font-family: system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif !important }}
@media (prefers-color-scheme: dark) {{
  [style*="fill: {INK}"] {{ fill: #e6edf3 !important }}
  [style*="stroke: {INK}"] {{ stroke: #e6edf3 !important }}
}}
</style>
"""
"""A page that is dark shows the plot with light ink: nothing else of it changes."""


def value(row, key):
    """Give the median of a figure over the runs of a row; None where it was not measured."""
    known = [run[key] for run in row["runs"] if run.get(key) is not None]
    return median(known) if known else None


def short(number, _=None):
    """Give a number as people say it: 10 k, 1 M."""
    for unit, sign in ((1e6, " M"), (1e3, " k")):
        if number >= unit:
            return f"{number / unit:g}{sign}"
    return f"{number:g}"


def counted(number, _=None):
    """Give a number with three digits or more, and commas between thousands."""
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"


def figure(height, columns=1):
    """Give a figure and its axes."""
    drawn = Figure(figsize=(WIDTH, height), layout="constrained")
    drawn.patch.set_alpha(0)
    axes = drawn.subplots(1, columns, squeeze=False)[0]
    for one in axes:
        one.patch.set_alpha(0)
    return drawn, (axes[0] if columns == 1 else axes)


def logarithmic(axis, form=short):
    """Make an axis logarithmic, with numbers as people say them."""
    axis._set_axes_scale("log")
    axis.set_major_formatter(FuncFormatter(form))
    axis.set_minor_formatter(NullFormatter())


def beside(axes):
    """Put the legend beside what it is about, where it hides nothing."""
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), fontsize=9)


def bars(axes, groups, series):
    """Draw horizontal bars in groups, the first on top, each with its number.

    ``groups`` are names, ``series`` maps a name to a value for each group, None where there is
    none.
    """
    thick = 0.8 / len(series)
    for nth, (name, values) in enumerate(series.items()):
        places = [place + (nth - (len(series) - 1) / 2) * thick for place in range(len(groups))]
        known = [(at, one) for at, one in zip(places, values, strict=True) if one is not None]
        drawn = axes.barh(
            [at for at, _ in known], [one for _, one in known], thick * 0.86,
            label=name, color=COLORS[nth],
        )  # fmt: skip
        axes.bar_label(drawn, [counted(one) for _, one in known], padding=4, fontsize=9)
    axes.set_yticks(range(len(groups)), groups)
    axes.invert_yaxis()
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=True, axis="x")


def write(drawn, path):
    """Write a figure as SVG that heeds a dark page; the same figure gives the same bytes."""
    drawn.savefig(path, format="svg", metadata={"Date": None})
    text = path.read_text("utf-8").replace("<defs>", DARK + "<defs>", 1)
    path.write_text("\n".join(line.rstrip() for line in text.splitlines()) + "\n", "utf-8")


mpl.rcParams.update(STYLE)
