"""The network between a page and the server: it loses, delays, doubles and reorders saves."""

import json
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Error, Route

from tests.client import UNREACHABLE, Answer, Client


class Fault(StrEnum):
    """What happens to a save on its way."""

    REQUEST_LOST = "request lost"
    REPLY_LOST = "reply lost"
    DELAYED_AND_DOUBLED = "delayed and doubled"  # the page waits, then both copies arrive
    LATE = "late"  # the page has given up and sends again; the first copy arrives afterwards


@dataclass(frozen=True, slots=True)
class Copy:
    """A save that the network still holds."""

    path: str
    body: bytes
    version: str  # as If-Match has it
    due: int  # the step at which it arrives
    times: int = 1
    waiting: Route | None = None  # of a page that has had no answer yet


@dataclass
class Network:
    """`carrier` sends what the network held back, in the name of the same person."""

    context: BrowserContext
    carrier: Client
    is_offline: bool = False
    armed: Fault | None = None  # for the next save
    step: int = 0
    delay: int = 1  # in steps
    sent: dict[str, list[Any]] = field(default_factory=dict)  # operations by id, as they were sent
    injected: Counter[str] = field(default_factory=Counter)
    _held: list[Copy] = field(default_factory=list)

    def begin(self) -> None:
        self.context.route("**/api/images/*/masks", self._pass)

    def go_offline(self) -> None:
        self.is_offline = True
        self.context.set_offline(True)
        self.injected["offline"] += 1

    def go_online(self) -> None:
        if self.is_offline:
            self.is_offline = False
            self.context.set_offline(False)

    def deliver(self, *, all_of_it: bool = False) -> None:
        """Let arrive what is due."""
        due = [copy for copy in self._held if all_of_it or copy.due <= self.step]
        self._held = [copy for copy in self._held if copy not in due]
        for copy in due:
            answers = [self._carry(copy) for _ in range(copy.times)]
            if copy.waiting is not None:
                _answer(copy.waiting, answers[-1])

    def _pass(self, route: Route) -> None:
        request = route.request
        body = request.post_data_buffer or b""
        for operation in json.loads(body)["operations"]:
            self.sent.setdefault(operation["id"], []).append(operation)
        if self.is_offline:
            _drop(route)
            return
        fault, self.armed = self.armed, None
        if fault is None:
            with suppress(Error):  # the page was closed meanwhile
                route.continue_()
            return
        self.injected[fault] += 1
        path, version = urlsplit(request.url).path, request.headers["if-match"]
        self._harm(fault, route, Copy(path, body, version, self.step + self.delay))

    def _harm(self, fault: Fault, route: Route, copy: Copy) -> None:
        match fault:
            case Fault.REQUEST_LOST:
                _drop(route)
            case Fault.REPLY_LOST:
                self._carry(copy)
                _drop(route)
            case Fault.DELAYED_AND_DOUBLED:
                self._held.append(replace(copy, times=2, waiting=route))
            case Fault.LATE:
                self._held.append(copy)
                _drop(route)

    def _carry(self, copy: Copy) -> Answer | None:
        try:
            return self.carrier.send("PATCH", copy.path, copy.body, {"If-Match": copy.version})
        except UNREACHABLE:
            return None


def _drop(route: Route) -> None:
    with suppress(Error):
        route.abort("connectionreset")


def _answer(route: Route, answer: Answer | None) -> None:
    with suppress(Error):
        if answer is None:
            route.abort("connectionreset")
        else:
            kind = answer.headers.get("Content-Type", "application/json")
            route.fulfill(status=answer.status, json=answer.body, content_type=kind)
