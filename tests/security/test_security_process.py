"""What other processes see of one that has the key, and what becomes of it without its parent."""

import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from support.cli import PURGEPLAN, environment, run_argv
from support.desk import desk

SLOW = "{rate: 150/s}"
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")


@pytest.fixture
def at(tmp_path):
    """Give a desk with a sandbox and a frozen plan of 300 subscriptions that takes a while."""
    with desk(tmp_path) as one:
        one.ids_file(one.subscriptions(300))
        one.plan_file(pace=SLOW)
        one.fingerprint = one.plan()["fingerprint"]
        yield one


def dying(script):
    """Run a script that aborts, with cores allowed, and tell whether it left one."""

    def allow():
        resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY,) * 2)

    command = [sys.executable, "-c", f"{script}; import os; os.abort()"]
    process = subprocess.Popen(command, preexec_fn=allow, stderr=subprocess.DEVNULL)  # noqa: PLW1509 - no threads here
    _, status = os.waitpid(process.pid, 0)
    process.returncode = -os.WTERMSIG(status)
    return os.WCOREDUMP(status)


def test_a_command_leaves_no_core(tmp_path, monkeypatch):
    """Keys and ids in memory do not get onto a disk by a crash of the interpreter."""
    monkeypatch.chdir(tmp_path)
    try:
        if not dying("pass"):
            pytest.skip("this machine writes no cores")
    except subprocess.SubprocessError:
        pytest.skip("this user may allow no cores")

    assert not dying("from purgeplan.cli.hardening import close_memory; close_memory()")


@LINUX
def test_no_other_process_sees_the_key_of_a_run(at):
    """Neither arguments nor environment, its own or its children's, hold the key."""
    git = at.folder / "bin" / "git"
    git.parent.mkdir()
    git.write_text("#!/bin/sh\nenv > seen; tr '\\0' '\\n' < /proc/$PPID/environ >> seen\n")
    git.chmod(0o700)
    path = f"{git.parent}:{os.environ['PATH']}"

    run = at.start("apply", "plan.yaml", *at.consent(at.fingerprint), PATH=path)
    at.until_deleted(20, run)
    proc = Path("/proc", str(run.pid))
    shown = {name: (proc / name).read_bytes() for name in ("cmdline", "environ")}
    run.terminate()
    run.communicate(timeout=30)

    seen = (at.folder / "seen").read_text()
    assert "PURGEPLAN_JOURNAL" in seen
    assert b"PURGEPLAN_JOURNAL" in shown["environ"]
    assert at.box.api_key not in seen
    assert at.box.api_key.encode() not in shown["environ"] + shown["cmdline"]


@LINUX
def test_another_process_of_the_user_can_not_look_in(at):
    """Once a plan is open, the kernel gives environment and memory to root alone."""
    run = at.start("apply", "plan.yaml", *at.consent(at.fingerprint))
    at.until_deleted(20, run)

    owner = Path("/proc", str(run.pid), "environ").stat().st_uid

    run.terminate()
    run.communicate(timeout=30)
    assert owner == 0


@LINUX
def test_whoever_opens_a_plan_closes_their_memory(at):
    """Asked of the process itself, since root is shown everything: no core, not dumpable."""
    asks = (
        "import ctypes, resource, sys; from purgeplan.cli.main import main; main(sys.argv[1:]);"
        "print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), *resource.getrlimit(resource.RLIMIT_CORE))"
    )

    done = run_argv([sys.executable, "-c", asks, "report", "plan.yaml"], at.variables(), at.folder)

    assert done.out.splitlines()[-1] == "0 0 0", done.err


def started_by_a_shell(at, **env):
    """Apply from a shell of its own, kill the shell without a word, and give what came then."""
    apply = " ".join([*map(quoted, PURGEPLAN), "apply plan.yaml", *map(quoted, consent(at))])
    shell = subprocess.Popen(
        ["bash", "-ec", f"{apply}; true"],
        env=environment(at.variables(**env)),
        cwd=at.folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        process_group=0,
    )
    at.until_deleted(30, shell)
    shell.send_signal(signal.SIGKILL)
    said = shell.stdout.read()
    shell.wait(timeout=30)
    shell.stdout.close()
    return said


def consent(at):
    """Give the options that confirm the desk's plan."""
    return at.consent(at.fingerprint)


def quoted(word):
    """Give a word as a shell reads it."""
    return "'" + word.replace("'", "'\\''") + "'"


def test_a_run_of_a_cancelled_job_stops(at):
    """Whose shell is killed in CI ends in order, says how it goes on, and loses nothing."""
    said = started_by_a_shell(at, CI="true")

    assert "Interrupted: 300 planned" in said
    assert "is gone" in said
    assert len(at.deleted()) < 300
    assert at.apply(at.fingerprint).code == 0
    assert len(set(at.deleted())) == len(at.deleted()) == 300


def test_elsewhere_a_run_may_outlive_whoever_started_it():
    """Outside of CI, under nohup, or in a session of its own, it is meant to."""
    script = (
        "import os, signal\n"
        "from purgeplan.cli.signals import is_orphan\n"
        "CI = {'CI': 'true'}\n"
        "print(is_orphan(CI), flush=True)\n"
        "if os.fork() == 0:\n"  # whose parent is not the one that the module has seen
        "    print(is_orphan(CI), is_orphan({}), is_orphan({'CI': 'false'}))\n"
        "    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
        "    print(is_orphan(CI))\n"
        "    signal.signal(signal.SIGHUP, before)\n"
        "    os.setsid()\n"
        "    print(is_orphan(CI), flush=True)\n"
        "else:\n"
        "    os.wait()\n"
    )

    told = run_argv([sys.executable, "-c", script]).out.split()

    assert told == ["False", "True", "False", "False", "False", "False"]


def test_under_nohup_a_hangup_stops_no_run(at):
    """What nohup has switched off stays off while the engine runs."""
    apply = ["nohup", *PURGEPLAN, "apply", "plan.yaml", *consent(at)]
    run = subprocess.Popen(
        apply,
        env=environment(at.variables()),
        cwd=at.folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    at.until_deleted(30, run)

    run.send_signal(signal.SIGHUP)

    assert "Done: 300 planned = 300 accepted" in run.communicate(timeout=60)[0]
