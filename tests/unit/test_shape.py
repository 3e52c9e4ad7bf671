"""The shape of the project: what a reader may count on without reading all of it."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

import purgeplan.sources
from purgeplan.cli.findings import MEANING
from purgeplan.errors import Exit
from purgeplan.model import codes
from purgeplan.model.codes import CODES
from purgeplan.sources import KINDS

ROOT = Path(__file__).parents[2]
PRODUCT = sorted((ROOT / "purgeplan").rglob("*.py"))
README = ROOT / "README.md"

LONGER = {}
"""Product files that may have up to 320 lines, and why."""


def _name(path):
    return path.relative_to(ROOT / "purgeplan").as_posix()


def _holding(pattern):
    """Give the product files with a match of a pattern in their text."""
    return {_name(path) for path in PRODUCT if re.search(pattern, path.read_text("utf-8"))}


def test_no_file_is_long():
    """A file of the product has at most 250 lines; the exceptions are few, known and needed."""
    lengths = {_name(path): len(path.read_text("utf-8").splitlines()) for path in PRODUCT}
    long = {name for name, lines in lengths.items() if lines > 250}

    assert long <= set(LONGER)
    assert max(lengths.values()) <= 320


def test_no_function_is_long():
    """A function of the product has at most 40 lines."""
    long = {
        f"{_name(path)}:{node.name}"
        for path in PRODUCT
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= 40
    }

    assert long == set()


def test_only_admit_makes_an_admitted_plan():
    """What execute takes can come out of the guards only."""
    assert _holding(r"(?<!class )\bAdmittedPlan\(") == {"engine/admit.py"}


def test_one_module_sends_delete():
    """The HTTP method is in one module; beside it in the server's, and as SQL in the journal's."""
    found = _holding(r"""["']DELETE["']""")

    assert {name for name in found if not name.startswith(("sandbox/", "journal/"))} == {
        "onesignal/deletes.py"
    }


def test_nothing_is_excused_from_coverage():
    """No line of the product hides from the coverage that the gate asks for."""
    assert _holding("pragma: no cover") == set()


def test_every_file_of_sources_is_a_kind_and_every_kind_a_line():
    """A new kind is one file and one line; what kinds share has folders of its own."""
    folder = Path(purgeplan.sources.__file__).parent

    files = {path.stem for path in folder.glob("*.py")} - {"__init__", "port", "workspace"}

    assert files == set(KINDS)


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_is_named_as_its_file(name):
    """The key in the table is the module's name."""
    assert KINDS[name].__module__ == f"purgeplan.sources.{name}"


def test_every_code_in_use_is_explained_and_every_explained_one_in_use():
    """`purgeplan explain` knows all codes that are ever shown, and few others."""
    used = {
        code
        for path in PRODUCT
        if "model/codes" not in path.as_posix()
        for code in re.findall(r"\bPP\d{3}\b", path.read_text("utf-8"))
    }

    assert used <= set(CODES)
    assert set(CODES) - used == set()


def test_no_two_findings_have_one_code():
    """The second explanation would hide the first."""
    parts = [part.CODES for part in vars(codes).values() if hasattr(part, "CODES")]

    assert len(parts) > 8
    assert sum(map(len, parts)) == len(CODES)


def test_readme_is_short_and_names_the_two_commands():
    """The README has at most 180 lines, and the two commands stand in a block of their own."""
    text = README.read_text("utf-8")

    assert len(text.splitlines()) <= 180
    assert re.search(r"^script/demo\b", text, re.MULTILINE)
    assert re.search(r"^script/test\b", text, re.MULTILINE)


def test_readme_tells_the_exit_codes_as_the_program_does():
    """The README's table is the one that closing lines are taken from."""
    rows = re.findall(r"^\| (\d+) \| (.+) \|$", README.read_text("utf-8"), re.MULTILINE)

    assert {int(code): meaning for code, meaning in rows} == {
        int(code): meaning for code, meaning in MEANING.items()
    }
    assert set(MEANING) == set(Exit)


def test_links_between_pages_lead_somewhere():
    """A relative link in a page names a file that is there."""
    pages = [README, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").glob("*.md")]
    broken = [
        f"{page.name}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
        if not (page.parent / target).exists()
    ]

    assert broken == []


def test_the_lock_holds_hashes_and_no_address():
    """Which index packages come from is the machine's business."""
    lock = (ROOT / "requirements.lock").read_text("utf-8")

    assert "--hash=sha256:" in lock
    assert "://" not in lock


def test_no_tracked_file_names_a_place_of_one_machine():
    """No path of somebody's home or checkout gets into the repository."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    places = re.compile(rb"/(?:work|root)/|/home/[a-z]")
    found = [
        name
        for name in listed.stdout.split("\0")
        if name and (ROOT / name).is_file() and places.search((ROOT / name).read_bytes())
    ]

    assert [name for name in found if ROOT / name != Path(__file__)] == []
