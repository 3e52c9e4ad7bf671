"""The page with the table of mutants: which test caught each, read and written."""

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "mutants.md"
BEGIN, END = "<!-- caught: begin -->", "<!-- caught: end -->"
_ROW = re.compile(r"^\| (.+) \| `(\S+)`(?: `(\S+)`)? \|$", re.MULTILINE)


def put(path, text):
    """Write a page whole, or leave it as it is."""
    unfinished = path.with_name(f".{path.name}.part")
    unfinished.write_text(text, "utf-8")
    unfinished.replace(path)


def recorded(text):
    """Give by a mutant's name the test that caught it, as pytest takes it."""
    found = _ROW.findall(text.partition(BEGIN)[2].partition(END)[0])
    return {name: "::".join(filter(None, (f"tests/{file}", test))) for name, file, test in found}


def written(text, names, caught, told):
    """Give the page with what was caught now; rows of other mutants stay, in the order of names."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    tests = {**recorded(text), **caught}
    rows = [_row(name, tests[name]) for name in names if name in tests]
    table = "\n".join(["| mutant | caught by |", "|---|---|", *rows])
    return f"{before}{BEGIN}\n\n{told}\n\n{table}\n\n{END}{after}"


def _row(name, test):
    file, _, one = test.removeprefix("tests/").partition("::")
    return f"| {name} | `{file}` `{one}` |" if one else f"| {name} | `{file}` |"
