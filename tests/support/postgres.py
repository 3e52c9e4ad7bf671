"""A real PostgreSQL for the time of a test: Debian's binaries, a folder of its own, loopback."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PASSWORD = "s3cret-Pa55"  # noqa: S105 - of a server that is gone with the test
OWNER = "postgres"


def binaries():
    """Give the folder of the newest server that is installed, or None."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    on_path = shutil.which("initdb")
    found += [Path(on_path).resolve().parent] if on_path and not found else []
    return max(found, key=lambda path: _version(path.parent.name), default=None)


def _version(name):
    return int(name) if name.isdigit() else 0


@dataclass(frozen=True)
class Server:
    """Where a server listens."""

    port: int

    def url(self, user, database="postgres", **settings):
        """Give the URL of SQLAlchemy for a user with PASSWORD."""
        query = "&".join(f"{name}={value}" for name, value in settings.items())
        host = f"127.0.0.1:{self.port}"
        return f"postgresql+psycopg://{user}:{PASSWORD}@{host}/{database}?{query}"

    def dsn(self, user=OWNER):
        """Give the same for psycopg."""
        return self.url(user).replace("+psycopg", "").rstrip("?")


@contextmanager
def running():
    """Start a server, and end it by the id that it left in its folder; what it says is told."""
    folder = Path(tempfile.mkdtemp(prefix="purgeplan-pg-"))
    run_as = _other_than_root(folder)
    data, log, server = folder / "data", folder / "log", Server(_free_port())
    secret = folder / "password"
    secret.write_text(PASSWORD)
    secret.chmod(0o644)  # the folder is the owner's alone
    options = f"-c listen_addresses=127.0.0.1 -p {server.port} -k {folder} -c fsync=off"
    create = ["-U", OWNER, "-A", "scram-sha-256", f"--pwfile={secret}", "-E", "UTF8", "--locale=C"]
    try:
        _run(["initdb", "-D", data, "--no-sync", *create], run_as)
        _run(["pg_ctl", "start", "-w", "-D", data, "-l", log, "-o", options], run_as)
        try:
            yield server
        finally:
            _run(["pg_ctl", "stop", "-w", "-m", "immediate", "-D", data], run_as)
    finally:
        shutil.rmtree(folder)


def _run(command, run_as):
    program, *rest = command
    env = {"PATH": os.environ["PATH"], "LC_ALL": "C"}
    with tempfile.TemporaryFile() as said:  # a pipe would be held open by the server
        ended = subprocess.run(
            [binaries() / program, *rest],
            stdout=said,
            stderr=said,
            stdin=subprocess.DEVNULL,
            cwd="/",
            env=env,
            check=False,
            **run_as,
        )
        said.seek(0)
        assert ended.returncode == 0, f"{program}: {said.read().decode()}"


def _other_than_root(folder):
    """Give the user who runs the server: root may not, so it is Debian's postgres then."""
    if os.geteuid() != 0:
        return {}
    owner = pwd.getpwnam(OWNER)
    os.chown(folder, owner.pw_uid, owner.pw_gid)
    return {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
