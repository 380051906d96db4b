"""Addresses in files are names: no reader fetches what a stranger wrote there."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.request import urlopen

import pytest

from engine.datasets.errors import DatasetError
from engine.datasets.formats import FORMATS
from engine.media.errors import MediaError
from engine.media.images import read_size
from tests.engine.datasets_broken import MemorySource, small_sample, written


class Listening:
    """A server on this machine that answers whoever comes, and remembers what they asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        asked = self.asked

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:  # its name there
                asked.append(self.path)
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/secret"


@pytest.fixture
def listening() -> Iterator[Listening]:
    found = Listening()
    thread = Thread(target=found.server.serve_forever)
    thread.start()
    yield found
    found.server.shutdown()
    thread.join()
    found.server.server_close()


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("has_images", [True, False])
def test_no_address_in_a_file_is_asked(
    listening: Listening, name: str, *, has_images: bool
) -> None:
    form = FORMATS[name]
    own = b"1.png"
    files = written(form, [small_sample()])
    texts = {
        path: data.replace(own, f"{listening.address}/1.png".encode())
        for path, data in files.items()
        if not _is_picture(data)
    }
    pictures = {path: data for path, data in files.items() if path not in texts}

    if "data.yaml" in texts:  # of YOLO, which names no images
        texts["data.yaml"] += f"\ndownload: {listening.address}/all.zip\n".encode()
    told = any(listening.address.encode() in data for data in texts.values())
    problems: list[DatasetError] = []
    try:
        dataset = form.read(MemorySource(texts | (pictures if has_images else {})), problems.append)
        for sample in dataset.samples():
            if sample.load_bytes is not None:
                sample.load_bytes()
    except DatasetError as error:
        problems.append(error)

    assert told
    assert listening.asked == []


def test_somebody_who_asks_would_be_seen(listening: Listening) -> None:
    with urlopen(listening.address) as answer:  # noqa: S310  # the one above
        answer.read()

    assert listening.asked == ["/secret"]


def _is_picture(data: bytes) -> bool:
    try:
        return min(read_size(data)) > 0
    except MediaError:
        return False
