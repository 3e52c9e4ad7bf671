"""The workflow that ``init`` writes: GitHub takes it, and its steps do what they are for."""

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from check_jsonschema.builtin_schemas import get_builtin_schema
from jsonschema import Draft7Validator
from support.cli import environment
from support.desk import desk

from purgeplan import __version__
from purgeplan.cli.templates import workflow_text

LIST = "q3 lists/gone quiet.csv"
PIPX = """\
#!/bin/sh
[ "$*" = "install purgeplan=={version}" ] || {{ echo "no such package: $*" >&2; exit 1; }}
printf '#!/bin/sh\\nexec "{python}" -m purgeplan.cli "$@"\\n' > "{bin}/purgeplan"
chmod +x "{bin}/purgeplan"
"""
GIT = ("git", "-c", "user.name=Mira", "-c", "user.email=mira@acme.example")
OURS = {"github.event_name": "pull_request", "github.event.pull_request.head.repo.fork": False}
FORK = {**OURS, "github.event.pull_request.head.repo.fork": True}
BY_HAND = {"github.event_name": "workflow_dispatch"}


def read(text):
    """Give the workflow of a text; to YAML 1.1 the key `on` is true."""
    workflow = yaml.safe_load(text)
    workflow["on"] = workflow.pop(True)
    return workflow


def holds(condition, event):
    """Tell whether a job runs: every term is a comparison, or a name that may be negated."""
    for term in condition.split(" && "):
        name, _, wanted = term.removeprefix("!").partition(" == ")
        found = event[name]
        if (found if wanted == "" else f"'{found}'" == wanted) is term.startswith("!"):
            return False
    return True


def filled(text, secrets):
    """Give a text with its expressions evaluated; what is not handed in fails."""
    return re.sub(r"\$\{\{ ([\w.]+) \}\}", lambda found: secrets[found[1]], str(text))


@dataclass
class Runner:
    """A machine as GitHub gives one to a job: empty, with the variables and files of a step."""

    root: Path
    origin: Path
    at: object

    def job(self, event, **secrets):
        """Run every step of the one job that an event starts; give its name and what came of it."""
        text = (self.origin / ".github/workflows/purgeplan.yml").read_text("utf-8")
        workflow = read(text)
        (name,) = [one for one, job in workflow["jobs"].items() if holds(job["if"], event)]
        job = workflow["jobs"][name]
        written = {**workflow["env"], **job.get("env", {})}
        env = {key: filled(value, secrets) for key, value in written.items()}
        for step in job["steps"]:
            done = self._step(step, env)
            if done.returncode:
                break
        return name, done

    def _step(self, step, env):
        work, home = self.root / "work", self.root / "home"
        if "uses" in step:
            assert step["uses"].startswith("actions/checkout@")
            argv = ["git", "clone", "--quiet", "--depth", "1", f"file://{self.origin}", str(work)]
            return subprocess.run(argv, check=True)
        (self.root / "step.sh").write_text(step["run"], "utf-8")
        own = {name: str(self.root / name) for name in ("GITHUB_ENV", "GITHUB_STEP_SUMMARY")}
        known = {"GITHUB_ACTIONS": "true", "CI": "true", "GITHUB_WORKSPACE": str(work)}
        path = f"{self.root / 'bin'}:/usr/local/bin:/usr/bin:/bin"
        given = {**env, **known, **own, "HOME": str(home), "PATH": path, "XDG_STATE_HOME": ""}
        return subprocess.run(
            ["bash", "-e", str(self.root / "step.sh")],
            cwd=work,
            env=environment(given),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def summary(self):
        """Give what the job's page shows."""
        return (self.root / "GITHUB_STEP_SUMMARY").read_text("utf-8")


@pytest.fixture
def at(tmp_path):
    """Give a desk in a repository with a list, its plan, a policy and the workflow."""
    folder = tmp_path / "repository"
    (folder / LIST).parent.mkdir(parents=True)
    with desk(folder) as one:
        subprocess.run([*GIT, "init", "--quiet"], cwd=folder, check=True)
        one.ids_file(one.subscriptions(12), LIST)
        flags = ("--app-id", one.box.app_id, "--app-name", one.box.name, "--reason", "silent")
        done = one.run("init", LIST, *flags, "--policy", "--ci", "github")
        assert done.code == 0, done.err
        plan = folder / "gone quiet.yaml"
        text = plan.read_text("utf-8").replace("delay: 500ms", "rate: 400/s")
        text = text.replace("api_key:", f"base_url: {one.box.url}\n  api_key:")
        plan.write_text(f"{text}canary: 0\n", "utf-8")
        commit(one)
        yield one


def commit(at):
    """Commit all that is there, as a merged pull request would."""
    subprocess.run([*GIT, "add", "-A"], cwd=at.folder, check=True)
    subprocess.run([*GIT, "commit", "--quiet", "-m", "x"], cwd=at.folder, check=True)


@pytest.fixture
def runner(at, tmp_path):
    """Give a way to new machines."""

    def new():
        root = tmp_path / f"runner-{len(list(tmp_path.iterdir()))}"
        for name in ("bin", "home"):
            (root / name).mkdir(parents=True)
        pipx = root / "bin" / "pipx"
        pipx.write_text(
            PIPX.format(version=__version__, python=sys.executable, bin=root / "bin"), "utf-8"
        )
        pipx.chmod(0o755)
        return Runner(root, at.folder, at)

    return new


def test_github_takes_the_workflow():
    """It is what the public schema of workflows allows, whatever the files are called."""
    schema = get_builtin_schema("vendor.github-workflows")

    for name in ("plans/x.yaml", 'a "b": {c} #d.yaml', "!*[é].yaml", "${x}", "PLAN_FILE RELEASE"):
        workflow = read(workflow_text(name, "list.csv"))
        problems = [error.message for error in Draft7Validator(schema).iter_errors(workflow)]

        assert problems == []
        assert workflow["env"]["PLAN"] == name


def test_a_reviewed_plan_is_applied_on_another_machine(at, runner):
    """The pull request shows the fingerprint; by hand, exactly that is deleted, and no other."""
    key = {"secrets.ONESIGNAL_API_KEY": at.box.api_key}

    review = runner()
    name, planned = review.job(OURS, **key)

    assert (name, planned.returncode) == ("plan", 0), planned.stderr
    assert "**12 subscriptions** of" in review.summary()
    assert at.box.deletes() == []
    fingerprint = re.search(r"Fingerprint <code>(\w{64})<", review.summary())[1]
    approved = {**key, "inputs.confirm": at.box.name}

    name, other = runner().job(BY_HAND, **{**approved, "inputs.fingerprint": "0" * 64})
    assert (name, other.returncode, at.box.deletes()) == ("apply", 5, []), other.stderr

    name, applied = runner().job(BY_HAND, **{**approved, "inputs.fingerprint": fingerprint})
    assert (name, applied.returncode) == ("apply", 0), applied.stderr
    listed = (at.folder / LIST).read_text("utf-8").split()[1:]
    assert sorted(at.deleted()) == sorted(listed)


def test_a_plan_of_a_fork_is_shown_without_a_key(at, runner):
    """Refused for want of a population, with the way out; the policy's number lets it pass."""
    name, refused = runner().job(FORK)

    assert (name, refused.returncode) == ("plan-of-a-fork", 3), refused.stderr
    assert "population: {subscriptions: 61000}" in refused.stdout
    assert "here only a policy can say" in refused.stderr

    policy = at.folder / "purgeplan.yaml"
    told = policy.read_text("utf-8").replace(
        "    api_key:", "    population: {subscriptions: 500}\n    api_key:"
    )
    policy.write_text(told, "utf-8")
    commit(at)
    name, passed = runner().job(FORK)

    assert passed.returncode == 0, passed.stderr
    assert "12 subscriptions to delete" in passed.stdout
    assert at.box.ledger() == []
