"""The wheel holds all that it needs: it works outside the checkout."""

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest
from support.cli import run_argv

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Give a wheel built from the checkout, without a network."""
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """Give a folder that pip has installed the wheel to, without an index."""
    site = tmp_path_factory.mktemp("site")
    options = ["--no-deps", "--no-index", "--disable-pip-version-check", "--no-compile"]
    command = [sys.executable, "-m", "pip", "install", *options, "--target", str(site), str(wheel)]
    done = subprocess.run(command, cwd=site, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return site


def _purgeplan(site, folder, *args):
    """Run the wheel's own command: its code first, then the dependencies, never the checkout."""
    path = os.pathsep.join((str(site), sysconfig.get_path("purelib")))
    code = (
        "import purgeplan; from pathlib import Path;"
        f" assert Path(purgeplan.__file__).is_relative_to({str(site)!r}), purgeplan.__file__;"
        " from purgeplan.cli.main import run; raise SystemExit(run())"
    )
    return run_argv([sys.executable, "-P", "-c", code, *args], {"PYTHONPATH": path}, folder)


def test_the_wheel_holds_its_data(wheel):
    """The demo's plan and the mark of typed packages are inside, tests and tools are not."""
    with zipfile.ZipFile(wheel) as packed:
        names = set(packed.namelist())

    assert {"purgeplan/cli/demo.yaml", "purgeplan/py.typed"} <= names
    assert {name.split("/")[0].split("-")[0] for name in names} == {"purgeplan"}


def test_the_wheel_names_its_command(wheel):
    """Installing it gives the command `purgeplan`."""
    with zipfile.ZipFile(wheel) as packed:
        (entry,) = (name for name in packed.namelist() if name.endswith("entry_points.txt"))
        text = packed.read(entry).decode()

    assert "purgeplan = purgeplan.cli.main:run" in text


def test_the_wheel_works_outside_the_checkout(installed, tmp_path):
    """The version is told and the demo runs to its end from another folder."""
    version = _purgeplan(installed, tmp_path, "--version")
    demo = _purgeplan(installed, tmp_path, "demo", "--subscriptions", "300")

    assert version.code == 0, version.err
    assert "0.1.0" in version.out
    assert demo.code == 0, demo.out + demo.err
    assert "The sandbox agrees" in demo.out
