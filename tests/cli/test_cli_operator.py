"""Who runs: what a lock says of it, and what the record of a run says."""

import subprocess

from purgeplan.cli.operator import at_commit, operator

GIT = ("git", "-c", "user.name=Mira", "-c", "user.email=mira@acme.example")


def test_a_run_is_recorded_with_the_commit_of_its_checkout(tmp_path, monkeypatch):
    """It is the one that git tells, and for a lock nobody asks git; all else is the same."""
    subprocess.run([*GIT, "init", "--quiet", tmp_path], check=True)
    monkeypatch.chdir(tmp_path)
    assert at_commit() == operator()

    subprocess.run([*GIT, "commit", "--quiet", "--allow-empty", "-m", "x"], check=True)
    told = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=True)

    assert told.stdout.startswith(at_commit().commit)
    assert operator().commit is None
