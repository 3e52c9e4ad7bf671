"""What a process costs: wall time, CPU with its children, peak memory; pure sums besides."""

import os
import pty
import statistics
import subprocess
import threading
from bisect import bisect_left
from collections import deque
from dataclasses import dataclass
from time import monotonic

MB = 1024 * 1024


class FailedError(Exception):
    """Raised where what is measured ended in a way that it should not."""


@dataclass(frozen=True)
class Spent:
    """What one process cost; ``began`` is of CLOCK_MONOTONIC, just before it was started.

    ``peak_mb`` is that of the biggest single process among it and the children that it waited
    for. It can't be told below what the bench itself holds, some 30 MB.
    """

    began: float
    wall_s: float
    cpu_s: float
    peak_mb: float
    out: str

    def figures(self):
        """Give the three that are told of every case."""
        return {"wall_s": self.wall_s, "cpu_s": self.cpu_s, "peak_mb": self.peak_mb}


def spend(argv, env, *, cwd=None, terminal=False, codes=(0,)):
    """Run a command to its end and give what it cost; its stderr may be a terminal.

    Raises FailedError with the last that it said where it ended with another code.
    """
    with _Ear(terminal=terminal) as ear:
        began = monotonic()
        process = subprocess.Popen(
            [str(part) for part in argv],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=ear.mouth,
            env=env,
            cwd=cwd,
        )
        ear.close_mouth()
        with process.stdout:
            out = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        wall_s = monotonic() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in codes:
        problem = f"exit {process.returncode}: {ear.last_words()}"
        raise FailedError(problem)
    cpu_s = usage.ru_utime + usage.ru_stime
    return Spent(began, wall_s, cpu_s, usage.ru_maxrss * 1024 / MB, out.decode())


class _Ear:
    """Reads what a process says on stderr, so that it never waits for a reader."""

    def __init__(self, *, terminal):
        self._own, self.mouth = pty.openpty() if terminal else os.pipe()
        self._open = True
        self._heard = deque(maxlen=20)
        self._thread = threading.Thread(target=self._listen)

    def __enter__(self):
        return self

    def close_mouth(self):
        """Start listening, once the process has its own end."""
        os.close(self.mouth)
        self._open = False
        self._thread.start()

    def __exit__(self, *_):
        if self._open:
            os.close(self.mouth)
        else:
            self._thread.join()
        os.close(self._own)

    def _listen(self):
        try:
            while heard := os.read(self._own, 65_536):
                self._heard.append(heard)
        except OSError:  # how Linux says that a terminal's other end was closed
            return

    def last_words(self):
        """Give the end of what was said, on one line."""
        return " ".join(b"".join(self._heard).decode("utf-8", "replace").split())[-400:]


def median(values):
    """Give the median of what is known, None where nothing is."""
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None


def most_within(instants, span=1.0):
    """Give the largest number of sorted instants in any half-open span of so many seconds."""
    return max((count for _, count in windows(instants, span)), default=0)


def windows(instants, span=1.0):
    """Give for each of sorted instants how many there are from it on, within the span."""
    end = 0
    for start, instant in enumerate(instants):
        end = bisect_left(instants, instant + span, max(end, start))
        yield instant, end - start


def by_second(instants, span=1.0):
    """Give the largest number within any span that begins in the n-th second, for each n.

    Spans that reach beyond the last instant are left out: they are not full.
    """
    peaks = []
    for instant, count in windows(instants, span):
        if instant > instants[-1] - span:
            break
        second = int(instant - instants[0])
        peaks.extend([0] * (second + 1 - len(peaks)))
        peaks[second] = max(peaks[second], count)
    return peaks


def paced_rate(instants):
    """Give how many a second began, from the first to the last."""
    lasted = instants[-1] - instants[0] if len(instants) > 1 else 0
    return (len(instants) - 1) / lasted if lasted else None


def answered_rate(instants, tail_s):
    """Give how many a second were answered, from the first request to the last answer.

    ``tail_s`` is what one takes after it came in: the latency, and a delay before the next.
    """
    lasted = instants[-1] - instants[0] + tail_s if instants else 0
    return len(instants) / lasted if lasted else None


def per_one_ms(cpu_s, count, one_cpu_s=None):
    """Give CPU milliseconds for each of ``count``.

    Where the CPU of a process with just one is given, the start that all have in common is left
    out.
    """
    if one_cpu_s is None:
        return cpu_s * 1000 / count
    return (cpu_s - one_cpu_s) * 1000 / (count - 1)
