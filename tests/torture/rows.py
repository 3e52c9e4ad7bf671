"""What is measured: points, gathered into rows; the table and the JSON made of them."""

import re
from dataclasses import asdict, dataclass, field


@dataclass
class Row:
    """One line of the table: points of one kind, each judged."""

    part: str
    what: str
    points: int = 0
    survived: int = 0
    resent_at_most: int = 0
    lost: int = 0
    seconds: float = 0.0
    note: str = ""
    skipped: str = ""
    flaws: list = field(default_factory=list)

    def take(self, name, verdict):
        """Count one point."""
        self.points += 1
        self.survived += not verdict.flaws
        self.resent_at_most = max(self.resent_at_most, verdict.resent)
        self.lost += verdict.lost
        self.flaws += [f"{name}: {flaw}" for flaw in verdict.flaws[:5]]

    @property
    def sound(self):
        """Tell whether every point survived, and the row came to its end."""
        return self.survived == self.points and not self.flaws


def as_json(rows, **about):
    """Give all as one document."""
    return {**about, "rows": [asdict(row) for row in rows]}


HEAD = ("part", "what", "points", "survived", "re-sent at most", "lost", "s", "note")


def table(rows):
    """Give the table as Markdown."""
    return _drawn(HEAD, [_cells(row) for row in rows])


def _cells(row):
    numbers = (row.points, row.survived, row.resent_at_most, row.lost, round(row.seconds))
    shown = ["skipped"] * len(numbers) if row.skipped else [f"{one:,}" for one in numbers]
    return [row.part, row.what, *shown, (row.skipped or row.note).replace("|", "/")]


def _drawn(head, lines):
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *lines))


BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
_RUN = re.compile(r"(\d+)\. (.*)")


def filled(page, rows, told, known):
    """Give a page with these rows in the table between its two marks.

    Rows of other runs stay, each with the number of its run; ``told`` says what this run was.
    ``known`` are part and what of all rows that there are: others are dropped.
    """
    before, _, rest = page.partition(BEGIN)
    old, _, after = rest.partition(END)
    lines = {**_read(old), **{(row.part, row.what): (_cells(row), told) for row in rows}}
    chosen = [lines[name] for name in known if name in lines]
    runs = list(dict.fromkeys(of for _, of in chosen))
    drawn = _drawn((*HEAD, "run"), [[*cells, str(runs.index(of) + 1)] for cells, of in chosen])
    numbered = "\n".join(f"{number}. {of}" for number, of in enumerate(runs, 1))
    return f"{before}{BEGIN}\n\n{drawn}\n\nRuns:\n\n{numbered}\n\n{END}{after}"


def _read(text):
    """Give the rows of a table as it was written, by part and what, each with its run's text."""
    lines = [line.strip() for line in text.splitlines()]
    runs = dict(found.groups() for line in lines if (found := _RUN.fullmatch(line)))
    drawn = [line for line in lines if line.startswith("|")][2:]
    rows = [[cell.strip() for cell in line[1:-1].split("|")] for line in drawn]
    return {(row[0], row[1]): (row[:-1], runs[row[-1]]) for row in rows}
