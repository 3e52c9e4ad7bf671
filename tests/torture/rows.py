"""What is measured: points, gathered into rows; the table and the JSON made of them."""

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
        """Tell whether every point survived."""
        return self.survived == self.points


def as_json(rows, **about):
    """Give all as one document."""
    return {**about, "rows": [asdict(row) for row in rows]}


HEAD = ("part", "what", "points", "survived", "re-sent at most", "lost", "s", "note")


def table(rows):
    """Give the table as Markdown."""
    lines = [_line(HEAD), _line(["---"] * len(HEAD))]
    for row in rows:
        numbers = (row.points, row.survived, row.resent_at_most, row.lost, round(row.seconds))
        cells = ["skipped"] * len(numbers) if row.skipped else [f"{one:,}" for one in numbers]
        lines.append(_line([row.part, row.what, *cells, row.skipped or row.note]))
    return "\n".join(lines)


def _line(cells):
    return f"| {' | '.join(cells)} |"


BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"


def filled(page, rows, about):
    """Give a page with the table between its two marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    told = f"`{about['command']}`, {about['date']}: {about['machine']}."
    return f"{before}{BEGIN}\n\n{told}\n\n{table(rows)}\n\n{END}{after}"
