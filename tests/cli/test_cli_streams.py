"""Standard streams that are closed, full, or that nobody reads any more."""

import fcntl
import json
import signal
import struct
import subprocess
import termios

import pytest
from support.cli import PURGEPLAN, environment, run_argv
from support.desk import desk

from purgeplan.errors import Exit

FULL = "/dev/full"


@pytest.fixture
def at(tmp_path):
    """Give a desk with a frozen plan of sixty ids that takes a second."""
    with desk(tmp_path) as one:
        one.ids_file(one.subscriptions(60))
        one.plan_file(pace="{rate: 60/s}")
        yield one


def shell(at, words, around):
    """Run a command line with a shell's redirection around it; give code and stderr."""
    argv = ["sh", "-c", f'"$@" {around}', "sh", *PURGEPLAN, *words]
    done = run_argv(argv, at.variables(), at.folder)
    return done.code, done.err


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_closed_stream_takes_no_file_and_changes_no_result(at, closed):
    """A journal that got the number of a closed stdout would be written into."""
    code, err = shell(at, ("plan", "plan.yaml"), closed)

    assert (code, "bug" in err) == (Exit.DONE, False), err
    assert at.run("report", "plan.yaml", "--check").code == Exit.DONE


@pytest.mark.parametrize("form", [(), ("--json",)], ids=["text", "json"])
def test_a_full_disk_under_stdout_is_told_on_stderr(at, form):
    """No crash report: what could not be written is told, with 11."""
    code, err = shell(at, ("plan", "plan.yaml", *form), f"> {FULL}")

    assert (code, err.count("PP089")) == (Exit.ATTENTION, 2), err
    assert "stdout can't be written: No space left on device" in err
    assert "Traceback" not in err


@pytest.mark.parametrize("verb", ["apply", "aply"])
def test_an_error_is_told_where_its_json_can_t_be_written(at, verb):
    """What is wrong stands on stderr, and the exit code is that of what is wrong."""
    code, err = shell(at, (verb, "plan.yaml", "--confirm", "Acme", "--json"), f"> {FULL}")

    assert code == (Exit.UNCONFIRMED if verb == "apply" else Exit.INVALID), err
    assert err.endswith(f"[exit {int(code)}]\n")
    assert "Traceback" not in err


def test_a_run_whose_last_line_is_lost_ends_as_it_ended(at):
    """The exit code is the run's, and its sum stands on stderr."""
    consent = at.consent(at.plan()["fingerprint"])

    code, err = shell(at, ("apply", "plan.yaml", *consent), f"> {FULL}")

    assert (code, len(at.deleted())) == (Exit.DONE, 60), err
    assert err.endswith("Done: 60 planned = 60 accepted\n")


def test_a_run_whose_reader_went_away_stops_in_order(at):
    """What is under way lands and is recorded: nothing is unknown, and the run has its end."""
    consent = at.consent(at.plan()["fingerprint"])
    process = at.start("apply", "plan.yaml", *consent, "--json")
    with process:
        began = [json.loads(process.stdout.readline())["type"] for _ in range(2)]
        process.stdout.close()
        err = process.stderr.read()

    report = at.report()
    counts = report["counts"]
    assert (began, process.returncode) == (["version", "run_started"], Exit.INTERRUPTED), err
    assert "Nobody reads stdout any more" in err
    assert "Interrupted: 60 planned = " in err
    assert (report["runs"][0]["why"], counts["unknown"]) == ("interrupted", 0)
    assert counts["accepted"] == len(at.deleted()) < 60


def unread(pipe):
    """Count the bytes that are in a pipe."""
    return struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)))[0]


def test_ctrl_c_ends_a_plan_that_waits_for_standard_input(at):
    """One is enough, whoever feeds the pipe: nothing is planned, and the exit code is 130."""
    at.plan_file(source="{from: csv, path: '-'}")
    kept = {"stdin": subprocess.PIPE, "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    argv, env = [*PURGEPLAN, "plan", "plan.yaml"], environment(at.variables())
    with subprocess.Popen(argv, cwd=at.folder, env=env, **kept) as process:
        process.stdin.write(b"player_id\n")
        process.stdin.flush()
        while unread(process.stdin) and process.poll() is None:
            signal.sigtimedwait((), 0.02)
        process.send_signal(signal.SIGINT)
        try:
            process.wait(30)
        finally:
            process.kill()
        said = process.stderr.read().decode()

    assert process.returncode == Exit.INTERRUPTED, said
