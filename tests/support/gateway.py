"""A gateway before a sandbox that lets everything through but what a test refuses."""

import contextlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx


class Gateway:
    """Passes requests on but those whose path holds ``refused``: they get ``status``.

    429 asks to come back in an hour. ``turned_away`` has their paths, in order.
    """

    def __init__(self, behind):
        self.behind = behind
        self.refused = None
        self.status = 429
        self.turned_away = []
        self.url = ""

    def answer(self, handler):
        """Answer one request."""
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        if self.refused is not None and self.refused in handler.path:
            self.turned_away.append(handler.path)
            later = {"Retry-After": "3600"} if self.status == 429 else {}
            told = httpx.Response(self.status, json={"errors": ["later"]}, headers=later)
        else:
            kept = ("authorization", "content-type", "accept")
            headers = {name: handler.headers[name] for name in kept if name in handler.headers}
            url = self.behind + handler.path
            told = httpx.request(handler.command, url, content=body, headers=headers)
        handler.send_response(told.status_code)
        for name in ("Content-Type", "Retry-After"):
            if name in told.headers:
                handler.send_header(name, told.headers[name])
        handler.send_header("Content-Length", str(len(told.content)))
        handler.end_headers()
        handler.wfile.write(told.content)


@contextlib.contextmanager
def gateway(behind):
    """Give a gateway on a port of its own before whatever listens at an address."""
    one = Gateway(behind)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            """Say nothing."""

        def do_GET(self):
            """Pass on."""
            one.answer(self)

        do_POST = do_DELETE = do_GET  # noqa: N815 - http.server's names

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    one.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield one
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
