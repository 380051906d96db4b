"""A bucket's endpoint that sends on: imports ask what a deployment named, and nobody else."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

import pytest

from annotation.buckets import BucketSource, fetch_object
from annotation.import_sources import ImportSource
from annotation.storage import StorageUnavailableError


class SendsOn(BaseHTTPRequestHandler):
    """Answers whatever is asked by sending on, and remembers what was."""

    status: ClassVar[int]
    headers_sent: ClassVar[dict[str, str]]
    asked: ClassVar[list[tuple[str, str]]]

    def do_GET(self) -> None:
        type(self).asked.append((self.headers["Host"], self.path.partition("?")[0]))
        self.send_response(self.status)
        for name, value in {**self.headers_sent, "Content-Length": "0"}.items():
            self.send_header(name, value)
        self.end_headers()

    def do_HEAD(self) -> None:
        self.do_GET()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def endpoint() -> Iterator[ThreadingHTTPServer]:
    SendsOn.status, SendsOn.headers_sent, SendsOn.asked = 302, {}, []
    with ThreadingHTTPServer(("127.0.0.1", 0), SendsOn) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "target", ["file:///etc/hostname", "ftp://127.0.0.1/a", "/elsewhere", "http://localhost:{}/b"]
)
def test_an_endpoint_that_sends_on_is_followed_nowhere(
    endpoint: ThreadingHTTPServer, tmp_path: Path, status: int, target: str
) -> None:
    """Nor to another region, as Amazon's own names one."""
    port = endpoint.server_port
    source = ImportSource("lab", endpoint_url=f"http://127.0.0.1:{port}")
    SendsOn.status = status
    SendsOn.headers_sent = {"Location": target.format(port), "x-amz-bucket-region": "eu-west-1"}

    with pytest.raises(StorageUnavailableError):
        BucketSource(source, "")
    with pytest.raises(StorageUnavailableError):
        fetch_object(source, "a.zip", tmp_path / "a.zip", limit_bytes=10)

    assert {host for host, _ in SendsOn.asked} == {f"127.0.0.1:{port}"}
    assert {path for _, path in SendsOn.asked} == {"/lab", "/lab/a.zip"}
