"""The machine's clocks: which of them the product goes by."""

import shutil
import subprocess
import sys

import pytest

ASLEEP_S = 5000
TOLD = """
import time
from purgeplan.cli.clock import SystemClock
print(SystemClock().monotonic() - time.monotonic())
"""


def test_the_time_that_a_machine_sleeps_counts():
    """An alias in doubt is not sent in the morning because the lid was closed over night."""
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("needs unshare")
    asleep = [unshare, "--time", "--boottime", str(ASLEEP_S), "--fork", "--"]
    if subprocess.run([*asleep, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this user may make no time of its own")

    done = subprocess.run([*asleep, sys.executable, "-c", TOLD], capture_output=True, check=True)

    assert float(done.stdout) == pytest.approx(ASLEEP_S, abs=5.0)
