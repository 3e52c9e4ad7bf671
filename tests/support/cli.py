"""The command line as a real process, with a clean environment."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

PURGEPLAN = (sys.executable, "-c", "from purgeplan.cli.main import run; raise SystemExit(run())")
"""As the console script does it; works in any environment that can import purgeplan."""

TESTS = Path(__file__).parents[1]


@dataclass(frozen=True)
class Completed:
    """How a process ended: exit code, stdout, stderr."""

    code: int
    out: str
    err: str


def environment(env=None):
    """Give the variables of a clean process: homes as the test's own, nothing of purgeplan's."""
    kept = ("PATH", "HOME", "LANG", "PYTHONDONTWRITEBYTECODE", "COVERAGE_PROCESS_CONFIG")
    clean = {
        name: value
        for name, value in os.environ.items()
        if name in kept or name.startswith(("XDG_", "COV"))
    }
    return {**clean, **(env or {})}


def run(*args, env=None, cwd=None, stdin="", timeout_s=60):
    """Run purgeplan to its end; stdin is a pipe with the given text, never a terminal."""
    return run_argv([*PURGEPLAN, *map(str, args)], env, cwd, stdin, timeout_s)


def run_argv(argv, env=None, cwd=None, stdin="", timeout_s=60):
    """Run any command to its end in the clean environment."""
    done = subprocess.run(
        argv,
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environment(env),
        cwd=cwd,
        timeout=timeout_s,
        check=False,
    )
    return Completed(done.returncode, done.stdout, done.stderr)


def start(*args, env=None, cwd=None, **streams):
    """Start purgeplan and give the process; the caller ends it."""
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(
        [*PURGEPLAN, *map(str, args)],
        env=environment(env),
        cwd=cwd,
        text=True,
        encoding="utf-8",
        **{**pipes, **streams},
    )
