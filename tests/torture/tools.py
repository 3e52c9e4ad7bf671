"""Tools of the machine: strace, loop devices, tmpfs, libfaketime; what is missing says so."""

import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path


class MissingError(Exception):
    """Raised where this machine can't do what a part needs: ``tool``, ``why``."""

    def __init__(self, tool, why=""):
        super().__init__(f"needs {tool}{why and ': '}{why}")


def need(*programs, root=False):
    """Raise MissingError unless this is Linux with these programs, and root where it takes that."""
    if sys.platform != "linux":
        raise MissingError("Linux")
    for one in programs:
        if shutil.which(one) is None:
            raise MissingError(one)
    if root and os.geteuid():
        raise MissingError("root")


def strace(argv, trace, calls, *inject, strings=64):
    """Give a command under strace, traced to a file; faults are injected as ``inject`` says."""
    quick = () if inject else ("--seccomp-bpf",)  # which would let injected signals fall
    faults = [part for one in inject for part in ("-e", f"inject={one}")]
    return [
        "strace", "-f", *quick, "-qq", "-y", "-s", str(strings),
        "-e", f"trace={calls}", *faults, "-o", str(trace), *argv,
    ]  # fmt: skip


def faketime_library():
    """Give the path of libfaketime; raises MissingError."""
    found = sorted(Path("/usr/lib").glob("**/faketime/libfaketimeMT.so.1"))
    if not found:
        raise MissingError("libfaketime (Debian's package faketime)")
    return found[0]


def _do(*argv):
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    if done.returncode:
        raise MissingError(argv[0], done.stderr.strip()[-200:])


@contextmanager
def tmpfs(folder, size):
    """Mount a file system in memory of so many bytes."""
    need("mount", root=True)
    folder.mkdir()
    _do("mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder))
    try:
        yield folder
    finally:
        _do("umount", "-l", str(folder))


class Disk:
    """An ext4 in a file, mounted by a loop device; ``cut`` is the power cut."""

    SHUTDOWN = 0x8004587D
    """EXT4_IOC_SHUTDOWN."""

    NO_LOG_FLUSH = 2

    def __init__(self, folder):
        need("mkfs.ext4", "mount", root=True)
        self.image, self.mounted = folder / "disk.img", folder / "disk"
        self.mounted.mkdir(parents=True)
        with self.image.open("wb") as file:
            file.truncate(64 << 20)
        _do("mkfs.ext4", "-q", "-F", str(self.image))

    def mount(self):
        """Mount it."""
        _do("mount", "-o", "loop", str(self.image), str(self.mounted))

    def cut(self):
        """Cut the power: from now on nothing reaches the image, not even what is on its way."""
        import fcntl  # noqa: PLC0415 - Linux only

        descriptor = os.open(self.mounted, os.O_RDONLY)
        try:
            flags = self.NO_LOG_FLUSH.to_bytes(4, sys.byteorder)
            fcntl.ioctl(descriptor, self.SHUTDOWN, flags)
        except OSError as error:
            raise MissingError("EXT4_IOC_SHUTDOWN", str(error)) from error
        finally:
            os.close(descriptor)

    def unmount(self):
        """Unmount it."""
        _do("umount", str(self.mounted))
