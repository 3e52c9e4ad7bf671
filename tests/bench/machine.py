"""What it was measured on."""

import platform
import sqlite3
import subprocess
from importlib.metadata import version
from pathlib import Path

from bench.desk import HERE

LIBRARIES = ("aiohttp", "httpx", "duckdb")


def machine(desk):
    """Give machine and versions, as text by name; what can't be told is left out."""
    found = {
        "cores": str(len(desk.cores)),
        "cpu": _field("/proc/cpuinfo", "model name"),
        "memory": _memory(),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        **{name: version(name) for name in LIBRARIES},
        "curl": _said("curl", "--version").split(" ")[1:2],
        "node": [_said("node", "--version").lstrip("v")],
        "newman": [_said("node", _newman(desk), "--version")],
        "commit": [_said("git", "rev-parse", "--short=12", "HEAD")],
    }
    told = {
        name: value if isinstance(value, str) else "".join(value) for name, value in found.items()
    }
    return {name: value for name, value in told.items() if value}


def _newman(desk):
    return desk.tools / "newman" / "node_modules" / "newman" / "bin" / "newman.js"


def _field(path, name):
    """Give the first value of that name in a file of /proc."""
    try:
        lines = Path(path).read_text("utf-8").splitlines()
    except OSError:
        return ""
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith(name)), "")


def _memory():
    kib = _field("/proc/meminfo", "MemTotal").split(" ")[0]
    return f"{int(kib) / 1024**2:.0f} GiB" if kib else ""


def _said(*argv):
    """Give the first line that a program prints; nothing where it is not there."""
    try:
        done = subprocess.run(
            argv,
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
            cwd=HERE,
        )
    except OSError:
        return ""
    return done.stdout.splitlines()[0].strip() if done.returncode == 0 and done.stdout else ""
