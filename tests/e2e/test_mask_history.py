"""The history of a mask in a real browser: read what was done to it, and take it back."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import numpy as np
import pytest
from playwright.sync_api import APIResponse, Locator, Page, Route, expect

from engine.masks.rle import decode
from tests.annotation.world import png
from tests.client import Client
from tests.e2e.conftest import Look
from tests.e2e.faults import answer_of
from tests.e2e.gestures import SLOW_MS, drag, expect_saved
from tests.e2e.scenes import begin_project, import_pictures, log_in
from tests.stack import Stack

pytestmark = pytest.mark.e2e
REVISIONS: Final = re.compile(r"/api/masks/[^/]+/revisions")


def test_a_mask_is_brought_back_to_its_first_revision(
    stack: Stack, page: Page, take_picture: Look
) -> None:
    grace = stack.log_in("grace")
    project = begin_project(grace, "History", ("cell", "nucleus"))
    [image] = import_pictures(grace, project, {"noise.png": png(1, (96, 128))})
    log_in(page)
    page.goto(f"/projects/{project}/annotate?image={image}")
    draw_twice_and_label(page)
    page.keyboard.press("r")
    rows = read_history(page, take_picture)

    rows.nth(2).get_by_role("button", name="Restore this").focus()
    page.keyboard.press("Enter")
    expect(rows).to_have_count(4)
    expect(rows.nth(0)).to_contain_text(re.compile(r"[\d,]+ px removed"))
    expect(rows.nth(0)).to_contain_text("Restored")
    expect(rows.nth(3)).to_contain_text("Same as now")
    expect(page.get_by_text("Restored, as a new revision")).to_be_visible()
    take_picture("29-restored")
    newest, changed, _, first = revisions_of(grace, image)
    assert pixels(newest) == pixels(first) != pixels(changed)
    assert newest["label"] == first["label"] != changed["label"]

    page.keyboard.press("Control+z")
    expect(rows).to_have_count(5)
    undone = revisions_of(grace, image)[0]
    assert pixels(undone) == pixels(changed)
    assert undone["label"] == changed["label"]

    # An answer from before a save may come after it: the list is the newest all the same.
    with late_answer(page):
        page.keyboard.press("Control+Shift+z")
    expect(rows).to_have_count(7)
    page.keyboard.press("Escape")
    expect(rows).to_have_count(0)
    expect(page.locator("[data-stage]")).to_be_focused()


@contextmanager
def late_answer(page: Page) -> Iterator[None]:
    """Hold back the list that a change asks for, until the change is undone and that is saved."""
    held: list[tuple[Route, APIResponse]] = []

    def hold(route: Route) -> None:
        held.append((route, answer_of(route)))

    page.route(REVISIONS, hold, times=1)
    with page.expect_request(REVISIONS):
        yield
    while not held:
        page.wait_for_timeout(20)
    page.keyboard.press("Control+z")
    expect_saved(page)
    for route, response in held:
        route.fulfill(response=response)


def draw_twice_and_label(page: Page) -> None:
    stage = page.locator("[data-stage]")
    expect(stage).to_be_visible(timeout=SLOW_MS)
    page.keyboard.press("1")
    page.keyboard.press("d")
    drag(page, stage, (0.3, 0.4), (0.6, 0.4))
    drag(page, stage, (0.3, 0.6), (0.6, 0.6))
    page.keyboard.press("2")
    expect_saved(page)


def read_history(page: Page, take_picture: Look) -> Locator:
    """Check what the open history says, and return its rows."""
    history = page.get_by_role("region", name="History of nucleus")
    expect(history.get_by_role("heading", name="History")).to_be_focused()
    rows = page.get_by_role("list", name="Revisions").get_by_role("listitem")
    expect(rows).to_have_count(3)
    expect(rows.nth(0)).to_contain_text("Label: cell → nucleus")
    expect(rows.nth(0)).to_contain_text("As it is now")
    expect(rows.nth(1)).to_contain_text(re.compile(r"[\d,]+ px added"))
    expect(rows.nth(2)).to_contain_text("Drawn")
    expect(rows.nth(2)).to_contain_text("Brush · 1 stroke")
    expect(rows.nth(2)).to_contain_text("grace just now")
    for row in rows.all():
        expect_drawn(row)
    take_picture("28-history")
    return rows


def revisions_of(client: Client, image: int) -> list[Any]:
    """Return the revisions of the image's only mask, the newest first."""
    (mask,) = client.get(f"/api/images/{image}")["masks"]
    revisions: list[Any] = client.get(f"/api/masks/{mask['id']}/revisions")["results"]
    return revisions


def pixels(revision: Any) -> bytes:
    return np.packbits(decode(revision["rle"])).tobytes()


def expect_drawn(row: Locator) -> None:
    """Wait until the row's picture shows something."""
    picture = row.get_by_role("img")
    expect(picture).to_have_attribute("src", re.compile("^data:image/png"))
    colours = picture.evaluate(
        """async picture => {
          await picture.decode();
          const context = document.createElement("canvas").getContext("2d");
          context.drawImage(picture, 0, 0);
          const { naturalWidth, naturalHeight } = picture;
          return new Set(context.getImageData(0, 0, naturalWidth, naturalHeight).data).size;
        }"""
    )
    assert colours > 8  # of a blank one: one or two
