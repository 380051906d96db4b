"""Where an object store may send the client on to: nowhere that others can listen to."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any

import pytest
import requests
from requests.adapters import BaseAdapter
from requests.exceptions import InvalidSchema

from engine.client.errors import UnreachableError
from engine.client.transport import reached, session


class Network(BaseAdapter):
    """Answers each address with where it sends on to, or with `there`, and remembers them."""

    def __init__(self, sends_on: Mapping[str, str]) -> None:
        super().__init__()
        self.sends_on = sends_on
        self.asked: list[str] = []

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        assert request.url is not None
        self.asked.append(request.url)
        response = requests.Response()
        response.request, response.url, response.status_code = request, request.url, 200
        response.raw = BytesIO(b"there")
        if request.url in self.sends_on:
            response.status_code = 307
            response.headers["Location"] = self.sends_on[request.url]
        return response

    def close(self) -> None:
        pass


def on(network: Network) -> requests.Session:
    made = session()
    for scheme in ("https://", "http://"):
        made.mount(scheme, network)
    return made


def test_a_store_may_send_on_by_https() -> None:
    network = Network({"https://store.test/a": "https://region.store.test/a"})

    assert on(network).get("https://store.test/a").content == b"there"
    assert network.asked == ["https://store.test/a", "https://region.store.test/a"]


@pytest.mark.parametrize(
    "target", ["http://store.test/a", "file:///etc/hostname", "ftp://store.test/a"]
)
def test_a_store_that_is_asked_by_https_may_send_on_by_nothing_else(target: str) -> None:
    network = Network({"https://store.test/a": target})

    with pytest.raises(InvalidSchema, match="which is no https"):
        on(network).get("https://store.test/a")

    assert network.asked == ["https://store.test/a"]


def test_the_second_step_is_looked_at_as_the_first_is() -> None:
    steps = {"https://a.test/": "https://b.test/", "https://b.test/": "http://c.test/"}
    network = Network(steps)

    with pytest.raises(UnreachableError, match="no https"), reached("https://a.test/"):
        on(network).get("https://a.test/")

    assert network.asked == list(steps)


@pytest.mark.parametrize("target", ["file:///etc/hostname", "ftp://store.test/a"])
def test_files_of_the_machine_and_other_protocols_are_no_place_to_go(target: str) -> None:
    network = Network({"http://store.test/a": target})

    with pytest.raises(InvalidSchema):
        on(network).get("http://store.test/a")

    assert network.asked == ["http://store.test/a"]
