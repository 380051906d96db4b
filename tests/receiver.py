"""A program on loopback that webhooks tell something."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, ClassVar


class Receiver(BaseHTTPRequestHandler):
    """Answers with what it is told to, and remembers what it was sent."""

    status: ClassVar[int] = 204
    is_dripping: ClassVar[bool] = False
    got: ClassVar[list[Any]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        type(self).got.append((self.path, dict(self.headers), body))
        if self.is_dripping:
            self.drip()
            return
        self.send_response(self.status)
        if self.status == 302:
            self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def drip(self) -> None:
        """Answer without an end, until nobody is there any more."""
        self.wfile.write(b"HTTP/1.1 200 ")
        self.connection.settimeout(0.05)
        while not self.is_left():
            self.wfile.write(b"O")

    def is_left(self) -> bool:
        try:
            return self.rfile.read(1) == b""
        except TimeoutError:
            self.rfile = self.connection.makefile("rb")  # one is of no use after a timeout
            return False

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def running_receiver() -> Iterator[ThreadingHTTPServer]:
    """Run one that takes everything and has been sent nothing yet."""
    Receiver.status, Receiver.got, Receiver.is_dripping = 204, [], False
    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def address(server: ThreadingHTTPServer) -> str:
    return f"http://127.0.0.1:{server.server_port}/hook?of=cells"
