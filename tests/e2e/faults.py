"""Faults done to an open editor, and what must be true once they are over."""

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import APIResponse, Page, Route, expect

from deploy.embedded.wait import answers_http
from engine.masks.rle import decode
from tests.client import Client, wait_for
from tests.e2e.gestures import expect_saved
from tests.e2e.scenes import Canvas, log_in, saved_masks
from tests.stack import Stack

SAVES = "**/api/images/*/masks"  # where a page sends them
Handle = Callable[[Route], object]


@dataclass(frozen=True, slots=True)
class Scene:
    """One image, open in somebody's editor, and the door behind it to look through."""

    stack: Stack
    client: Client
    project: int
    image: int

    @property
    def address(self) -> str:
        return f"/projects/{self.project}/annotate?image={self.image}"

    def open(self, page: Page, name: str = "grace") -> Canvas:
        log_in(page, name)
        return self.open_again(page)

    def open_again(self, page: Page) -> Canvas:
        """Open it in a page of somebody who is logged in, the proposals out of the way."""
        canvas = Canvas.open(page, self.address)
        if page.get_by_role("button", name="Hide proposals").is_visible():
            canvas.press("g")
        return canvas

    def check_saved(self, canvas: Canvas, *, operations: int) -> None:
        """The server has what the page shows, bit for bit, and has done each thing once."""
        expect_saved(canvas.page)
        shown, saved = shown_masks(canvas), saved_masks(self.client, self.image)
        assert {mask: pixels.tolist() for mask, pixels in shown.items()} == {
            mask: pixels.tolist() for mask, pixels in saved.items()
        }
        self.check_operations(operations)

    def check_operations(self, count: int) -> None:
        """So many operations were saved, each with one revision."""
        counts = self.stack.sql(
            "SELECT count(DISTINCT o.id), count(r.id) FROM annotation_operation o"
            " LEFT JOIN annotation_revision r ON r.operation_id = o.id WHERE o.image_id = %s",
            self.image,
        )
        assert counts == [(count, count)]


def only_once(does: Handle, seen: list[Route] | None = None) -> Handle:
    """Do something to the first request that comes by, and let the others go."""
    seen = [] if seen is None else seen

    def handle(route: Route) -> None:
        seen.append(route)
        if len(seen) == 1:
            does(route)
        else:
            route.continue_()

    return handle


def stroke(canvas: Canvas, row: int) -> NDArray[np.bool_]:
    """Draw one mask with the brush, apart from those of other rows; return the newest's pixels."""
    before = len(canvas.masks)
    canvas.press("Escape", "Escape", "d")
    y = 16 + 32 * row
    canvas.draw((30, y), (90, y))
    canvas.page.wait_for_function(  # others may add theirs meanwhile
        "before => window.__anneal.masks().length > before", arg=before
    )
    return canvas.masks[-1]


def shown_masks(canvas: Canvas) -> dict[str, NDArray[np.bool_]]:
    rows = canvas.page.evaluate("window.__anneal.masks()")
    return {row["id"]: decode(row["rle"]) for row in rows}


def expect_state(page: Page, state: str) -> None:
    expect(page.locator("[data-save-state]")).to_have_attribute("data-save-state", state)


def answer_of(route: Route) -> APIResponse:
    """Let the request reach the server, and return what it answers.

    Sent anew where the server let go of the kept connection meanwhile, as a browser would.
    """
    return route.fetch(max_retries=3)


def lose_the_reply(route: Route) -> None:
    """Let the request reach the server, and no answer the page."""
    answer_of(route)
    route.abort()


def hear_no_news(page: Page) -> None:
    """Let no live event reach the page, which would look again by itself."""
    page.route("**/events/**", lambda route: route.abort())


def hold_saves(page: Page) -> list[Route]:
    """Keep requests from going on until one continues them."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(SAVES, hold)
    return held


def let_go(page: Page, held: list[Route]) -> None:
    """Let the first that is held go on, once there is one."""
    while not held:
        page.wait_for_timeout(20)
    held[0].continue_()


def say_online(page: Page) -> None:
    """Tell the page that the network is back, so that it does not wait for its next attempt."""
    page.evaluate("dispatchEvent(new Event('online'))")


def kill_web(stack: Stack) -> None:
    """Kill the web server with its workers; the supervisor brings up another."""
    pid = wait_for(lambda: stack.pid("web"), "the web server runs")
    os.killpg(pid, signal.SIGKILL)
    wait_for(lambda: stack.pid("web") != pid, "the web server is dead")


def wait_for_web(stack: Stack) -> None:
    wait_for(lambda: answers_http(f"{stack.url}/readyz"), "the web server is back")
