"""Plan files of somebody who wants to read, or to be believed: links, patterns, forged output."""

import os

import pytest
from support.planfile import APP_ID, KEY, plan_text
from support.sources import refused, source, uuid

from purgeplan.cli.annotations import annotations
from purgeplan.cli.console import Console, commandless
from purgeplan.cli.findings import block
from purgeplan.cli.main import main
from purgeplan.errors import Finding, InvalidError, Place
from purgeplan.journal import is_plan_file
from purgeplan.planfile.locate import saved_site, site_of
from purgeplan.sources.reading.files import digest_inside

CANARY = "hunter2-of-another-program"


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """Stand in a checkout, beside which somebody's secret lies."""
    (tmp_path / "secret").write_text(f"{CANARY}\n")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "purgeplan.yaml").write_text(f"{CANARY}: [\n")
    (tmp_path / "elsewhere" / "ids.csv").write_text(f"player_id\n{uuid(1)}\n")
    root = tmp_path / "repository"
    (root / ".git").mkdir(parents=True)
    (root / "plan.yaml").write_text(plan_text())
    monkeypatch.chdir(root)
    return root


def validated(capsys, *paths):
    """Validate in this process, and give the exit code and all that was printed."""
    code = main(["validate", *map(str, paths)])
    printed = capsys.readouterr()
    return code, printed.out + printed.err


@pytest.mark.parametrize("name", ["link.yaml", "purgeplan.yaml"])
def test_validate_shows_no_line_of_what_a_link_names(repository, capsys, name):
    """A pull request can hold links, as a plan or as the policy: what they name is not read."""
    (repository / name).symlink_to("../secret")
    paths = ["plan.yaml"] if name == "purgeplan.yaml" else [name]

    code, printed = validated(capsys, *paths)

    assert code == 2
    assert "it is a link" in printed
    assert CANARY not in printed


def test_validate_shows_no_line_of_what_lies_behind_a_linked_folder(repository, capsys):
    """A folder that is a link out of the repository leads to no plan and to no policy."""
    (repository / "plans").symlink_to("../elsewhere")
    (repository / ".." / "elsewhere" / "plan.yaml").write_text(f"{CANARY}: [\n")

    code, printed = validated(capsys, "plans/plan.yaml")

    assert code == 2
    assert "out of the repository" in printed
    assert CANARY not in printed
    with pytest.raises(InvalidError, match="out of the repository"):
        saved_site("plans/plan.yaml", repository)


def test_a_link_within_the_repository_is_followed(repository):
    """Folders may have two names, as long as both are under review."""
    (repository / "plans").mkdir()
    (repository / "link").symlink_to("plans")

    assert site_of(repository / "link" / "a.yaml").name == "plans/a.yaml"


@pytest.mark.parametrize("pattern", ["link/*", "link/*.csv", "l*/ids.csv", "**/*.csv", "**/x.csv"])
def test_a_pattern_lists_nothing_behind_a_link(repository, pattern):
    """Names of files elsewhere are nobody's to list: the link is named, not what is behind it."""
    (repository / "link").symlink_to("../elsewhere")

    (finding,) = refused(repository, source(path=pattern))

    assert finding.code == "PP202"
    assert "ids" not in finding.problem
    assert "link" in finding.problem


def test_a_pattern_does_not_walk_the_machine(repository):
    """`**` through a link to the root folder ends at the link, at once."""
    (repository / "link").symlink_to("/")

    (finding,) = refused(repository, source(path="**/passwd"))

    assert (finding.code, "link is a link" in finding.problem) == ("PP202", True)


@pytest.mark.parametrize("name", [b"\xff.yaml", b"a\x1b[2J/plan.yaml"])
def test_a_plan_whose_name_is_no_text_is_refused(repository, capfd, name):
    """The journal keeps it, and messages name it: neither could."""
    plan = repository / os.fsdecode(name)
    plan.parent.mkdir(exist_ok=True)
    plan.write_text(plan_text())

    assert main(["validate", str(plan)]) == 2

    said = capfd.readouterr().err
    assert "PP001" in said
    assert "\x1b" not in said


def test_a_saved_plan_has_no_other_file_compared(repository):
    """The files that a saved plan names are sources of this repository, or none."""
    (repository / "link.csv").symlink_to("../secret")

    assert digest_inside(str(repository), "gone.csv") is None
    for path in ("../secret", "/etc/passwd", "link.csv", "."):
        with pytest.raises(InvalidError) as error:
            digest_inside(str(repository), path)
        assert error.value.findings[0].code == "PP202"


def test_a_pipe_in_the_place_of_a_plan_does_not_hang(repository, capsys):
    """Neither the look for a saved plan nor the reading of a plan waits for a writer."""
    os.mkfifo("pipe.yaml")

    assert not is_plan_file(repository / "pipe.yaml")
    code, printed = validated(capsys, "pipe.yaml")
    assert (code, "not a regular file" in printed) == (2, True)


FORGED = "x\n::add-mask::1\n\u3000::set-output name=a::b\n##[add-mask]1 ##vso[task.x] ##teamcity[y]"


def test_no_text_of_a_plan_is_a_line_of_its_own_in_a_finding():
    """A name with a line feed in it can forge no line of our output."""
    printed = block(Finding("PP201", f"no file matches {FORGED}", FORGED, Place(FORGED, 1, 1)))

    assert not [line for line in printed.splitlines() if line.strip().startswith("::")]
    assert "\\n" in printed


def test_nothing_that_is_printed_is_a_command_to_a_build_runner(tmp_path):
    """GitHub, Azure and TeamCity look for commands in all that a step prints."""
    with (tmp_path / "out").open("w+") as out, (tmp_path / "err").open("w+") as err:
        console = Console(out, err)
        console.product(FORGED)
        console.say(FORGED)
        console.document({"reason": FORGED})
        out.seek(0), err.seek(0)
        printed = out.read() + err.read()

    assert commandless("12:30 ok: # a ## b") == "12:30 ok: # a ## b"
    assert not [line for line in printed.splitlines() if line.strip().startswith("::")]
    assert not [mark for mark in ("##[", "##vso[", "##teamcity[") if mark in printed]


def test_github_shows_findings_beside_their_lines(repository):
    """File, line and column as GitHub wants them; values can end neither property nor command."""
    env = {"GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": str(repository)}
    (repository / "a,b: c%.yaml").touch()
    shown = Finding("PP201", "50 %\nof::it", "mend", Place("a,b: c%.yaml", 3, 5))

    (line,) = annotations([shown], env)

    assert line == (
        "::error title=purgeplan PP201,file=a%2Cb%3A c%25.yaml,line=3,col=5::50 %25\\nof::it; mend"
    )
    assert list(annotations([shown], {})) == []


def test_github_is_shown_no_key_and_nobody():
    """What stands beside a line is read by everybody who may see the pull request."""
    shown = Finding("PP201", f"{KEY} of maya@acme.example", "ask maya@acme.example")

    (line,) = annotations([shown], {"GITHUB_ACTIONS": "true"})

    assert line == "::error title=purgeplan PP201::*** of ***; ask ***"


def test_github_is_told_of_no_file_outside_the_checkout(repository):
    """A place that is no file of the checkout is left out; a warning is one."""
    env = {"GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": str(repository)}
    found = [Finding("PP105", "beware", warning=True), Finding("PP1", "x", "", Place("../secret"))]

    assert [*annotations(found, env)] == [
        "::error title=purgeplan PP1::x",
        "::warning title=purgeplan PP105::beware",
    ]


def test_validate_annotates_on_github(repository, capsys, monkeypatch):
    """The lines are there in a real call."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(repository))
    (repository / "plan.yaml").write_text(plan_text("nmae: x"))

    code, printed = validated(capsys, "plan.yaml")

    assert code == 2
    assert "::error title=purgeplan PP020,file=plan.yaml,line=8,col=1::unknown key" in printed


@pytest.mark.parametrize("listed", ["", ", api_key: {env: ACME_KEY}"])
def test_a_plan_names_no_other_key_than_the_policy(repository, capsys, listed):
    """Else any variable or file of whoever plans it would be sent to the API as a key."""
    (repository / "purgeplan.yaml").write_text(
        f"version: 1\napps: [{{id: {APP_ID}, name: Acme Prod{listed}}}]\n"
    )
    for key, code in (("AWS_SECRET", 2), ("ACME_KEY" if listed else "ONESIGNAL_API_KEY", 0)):
        app = f"{{id: {APP_ID.upper()}, name: Acme Prod, api_key: {{env: {key}}}}}"
        (repository / "plan.yaml").write_text(plan_text(app=app))

        found, printed = validated(capsys, "plan.yaml")

        assert (found, "PP036" in printed) == (code, code == 2), printed
