"""The command line with a clean environment: in this process, or as one of its own."""

import contextlib
import fcntl
import gc
import io
import os
import pty
import select
import signal
import subprocess
import sys
import tempfile
import termios
from dataclasses import dataclass
from pathlib import Path

from purgeplan.cli.main import run as entry
from purgeplan.cli.signals import ENDING

PURGEPLAN = (sys.executable, "-c", "from purgeplan.cli.main import run; raise SystemExit(run())")
"""As the console script does it; works in any environment that can import purgeplan."""

TESTS = Path(__file__).parents[1]

HANGS_S = 180
"""What has not ended by then hangs; a busy machine takes a third of it for the longest."""


@dataclass(frozen=True)
class Completed:
    """How a process ended: exit code, stdout, stderr."""

    code: int
    out: str
    err: str


def environment(env=None):
    """Give the variables of a clean process: homes as the test's own, nothing of purgeplan's."""
    kept = ("PATH", "HOME", "LANG")
    clean = {
        name: value for name, value in os.environ.items() if name in kept or name.startswith("XDG_")
    }
    return {**clean, **(env or {})}


class TooLongError(BaseException):
    """A command did not end in time; nothing in it may catch this."""


def run(*args, env=None, cwd=None, stdin="", timeout_s=HANGS_S):
    """Run purgeplan's entry to its end in this process, with streams and variables of its own.

    It starts in a fraction of a process's time, and shows what a command leaves behind it: a lock
    that only the end of a process would give back makes the next command fail.
    """
    with contextlib.ExitStack() as around:
        given = around.enter_context(tempfile.TemporaryFile())
        given.write(stdin.encode())
        given.seek(0)
        streams = io.TextIOWrapper(given, "utf-8"), _stream(), _stream()
        around.enter_context(_as_process_of([str(one) for one in args], env, cwd, streams))
        around.enter_context(_ended_after(timeout_s))
        code = entry()
    return Completed(code, *(one.buffer.getvalue().decode("utf-8") for one in streams[1:]))


def _stream():
    return io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True)


@contextlib.contextmanager
def _as_process_of(args, env, cwd, streams):
    """Give the command its arguments, variables, folder, streams and signals; then take them."""
    before = dict(os.environ), Path.cwd(), sys.argv, (sys.stdin, sys.stdout, sys.stderr)
    handlers = {number: signal.getsignal(number) for number in ENDING}
    collected = gc.get_threshold()
    clean = environment(env)
    os.environ.clear()
    os.environ.update(clean)
    sys.argv, (sys.stdin, sys.stdout, sys.stderr) = ["purgeplan", *args], streams
    for number in ENDING:
        signal.signal(number, signal.SIG_DFL)
    try:
        os.chdir(cwd or before[1])
        yield
    finally:
        gc.set_threshold(*collected)
        gc.unfreeze()
        os.chdir(before[1])
        sys.argv, (sys.stdin, sys.stdout, sys.stderr) = before[2:]
        os.environ.clear()
        os.environ.update(before[0])
        for number, handler in handlers.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def _ended_after(seconds):
    def late(_number, _frame):
        raise TooLongError

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def run_process(*args, env=None, cwd=None, stdin="", timeout_s=HANGS_S):
    """Run purgeplan to its end as a process; stdin is a pipe with the given text, no terminal."""
    return run_argv([*PURGEPLAN, *map(str, args)], env, cwd, stdin, timeout_s)


def run_argv(argv, env=None, cwd=None, stdin="", timeout_s=HANGS_S):
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


class Hands:
    """A process on a terminal of its own: type to it, read what it shows."""

    def __init__(self, argv, env=None, cwd=None, stdin=None, controlling=True):
        self.master, slave = pty.openpty()

        def take():
            fcntl.ioctl(slave, termios.TIOCSCTTY, 0)

        self.process = subprocess.Popen(
            argv,
            stdin=slave if stdin is None else stdin,
            stdout=slave,
            stderr=slave,
            env=environment({"TERM": "xterm", **(env or {})}),
            cwd=cwd,
            start_new_session=True,
            preexec_fn=take if controlling else None,  # noqa: PLW1509 - no threads here
        )
        os.close(slave)
        self.shown = ""

    def read_until(self, text, timeout_s=HANGS_S):
        """Read until a text is shown; fails with what was shown instead."""
        while text not in self.shown:
            ready, _, _ = select.select([self.master], [], [], timeout_s)
            assert ready, f"not shown: {text!r}; shown: {self.shown!r}"
            self.shown += self._read()
        return self.shown

    def _read(self):
        try:
            return os.read(self.master, 65536).decode()
        except OSError as error:  # how Linux says that the other side is closed
            message = f"ended; shown: {self.shown!r}"
            raise AssertionError(message) from error

    def type(self, line):
        """Type a line."""
        os.write(self.master, (line + "\n").encode())

    def end(self, timeout_s=HANGS_S):
        """Read to the end and give the exit code and all that was shown."""
        while True:
            try:
                more = os.read(self.master, 65536)
            except OSError:  # as in _read
                break
            if not more:
                break
            self.shown += more.decode()
        code = self.process.wait(timeout_s)
        os.close(self.master)
        return code, self.shown


def on_terminal(*args, env=None, cwd=None):
    """Start purgeplan on a terminal of its own."""
    return Hands([*PURGEPLAN, *map(str, args)], env, cwd)
