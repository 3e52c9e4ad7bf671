"""Where requests, and the key with them, may go: nowhere that an environment or an answer says."""

import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from support.desk import desk

from purgeplan.errors import Exit


@pytest.fixture
def decoy():
    """Give a listener that nobody should come to."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield listener


def address(listener):
    """Give the listener's address."""
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


def nobody_came(listener):
    """Tell whether no connection waits."""
    try:
        listener.accept()
    except BlockingIOError:
        return True
    return False


def test_neither_proxies_nor_netrc_of_the_environment_are_used(tmp_path, decoy):
    """Planning, deleting and looking go to base_url, with our key and no other."""
    names = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
    env = {name: address(decoy) for one in names for name in (one, one.lower())}
    (tmp_path / ".netrc").write_text("default login somebody password else\n")
    (tmp_path / ".netrc").chmod(0o600)
    with desk(tmp_path) as at:
        at.env.update(env, NETRC=str(tmp_path / ".netrc"), HOME=str(tmp_path))
        at.ids_file(at.subscriptions(3))
        at.plan_file(canary=1)

        done = at.run_process("plan", "plan.yaml")
        applied = at.apply(done.out.split("Fingerprint ")[1].split()[1])
        asked = [entry["status"] for entry in at.box.ledger()]

    assert (done.code, applied.code) == (Exit.DONE, Exit.DONE), done.err + applied.err
    assert (nobody_came(decoy), 401 in asked, 403 in asked) == (True, False, False)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_takes_the_key_elsewhere(tmp_path, decoy, status):
    """An answer that names another address stops the command, and nobody is asked there."""

    class Redirecting(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(status)
            self.send_header("Location", address(decoy))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Redirecting) as server, desk(tmp_path) as at:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        at.ids_file(at.subscriptions(3))
        at.plan_file(url=f"http://127.0.0.1:{server.server_port}")
        done = at.run("plan", "plan.yaml")
        server.shutdown()

    assert (done.code, "PP602" in done.err) == (Exit.ATTENTION, True), done.err
    assert nobody_came(decoy)
