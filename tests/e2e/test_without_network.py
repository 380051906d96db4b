"""Hours without a network: the page opens, the work is there, one image follows another."""

import re
from collections.abc import Iterator
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.client import wait_for
from tests.e2e.conftest import keep_picture, new_context, opened_page
from tests.e2e.device import kept_in
from tests.e2e.gestures import SLOW_MS, expect_saved, wait_for_editor
from tests.e2e.scenes import Canvas, log_in, make_prepared_project, saved_masks
from tests.stack import Stack

pytestmark = pytest.mark.e2e
COPIES = "anneal-copies"
IS_PAGE_KEPT: Final = """async () => {
    const kept = await caches.open("anneal-page");
    const loaded = performance.getEntriesByType("resource").map(({ name }) => name);
    const code = loaded.filter((name) => new URL(name).pathname.startsWith("/static/assets/"));
    const found = await Promise.all(["/", ...code].map((url) => kept.match(url)));
    return found.every((each) => each !== undefined);
}"""


@pytest.fixture
def page(browser: Browser, stack: Stack, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Open a page that may keep itself; what fails without a network is an error on its console."""
    faults: list[str] = []
    with (
        new_context(browser, stack, service_workers="allow") as context,
        opened_page(context, request, faults) as page,
    ):
        yield page
    assert faults == []


def test_without_a_network_a_page_opens_again_and_leads_on_and_all_is_sent_later(
    stack: Stack, page: Page
) -> None:
    grace = stack.log_in("grace")
    project, ids = make_prepared_project(grace, 3)
    log_in_behind_the_worker(page)
    canvas = Canvas.open(page, f"/projects/{project}/annotate?image={ids[0]}")
    canvas.press("d")
    canvas.draw((30, 30), (60, 30))
    before = canvas.wait_for_masks(1)
    expect_saved(page)
    take_along(page, images=2)
    wait_until_kept(page, ids[:2], masks=1)
    page.context.set_offline(True)
    canvas.press("Escape")
    canvas.draw((30, 60), (60, 60))
    two = canvas.wait_for_masks(2)
    expect(page.locator("[data-save-state=device]")).to_be_visible()

    page.reload()
    canvas = Canvas.opened(page)

    expect(page.get_by_text("The server cannot be reached")).to_be_visible()
    again = canvas.wait_for_masks(2)
    assert all((one == other).all() for one, other in zip(two, again, strict=True))
    assert (again[0] == before[0]).all()
    keep_picture(page, "74-without-network")

    canvas.press("n")
    expect(page.get_by_label("Image 1.png")).to_be_visible()
    wait_for_editor(page)
    canvas.press("d")
    canvas.draw((30, 90), (60, 90))
    canvas.wait_for_masks(1)

    page.context.set_offline(False)
    expect_saved(page)
    wait_for(lambda: grace.get(f"/api/images/{ids[0]}")["status"] == "done", "it is finished")
    assert len(saved_masks(grace, ids[0])) == 2
    assert len(saved_masks(grace, ids[1])) == 1
    assert grace.get(f"/api/images/{ids[1]}")["assignment"]["user"] == "grace"

    page.get_by_role("button", name="Account of grace").click()
    page.get_by_role("menuitem", name="Log out").click()
    expect(page.get_by_role("heading", name="Log in to Anneal")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert kept_in(page, COPIES, "images") == []
    assert kept_in(page, COPIES, "stock") == []


def log_in_behind_the_worker(page: Page) -> None:
    """Log in, and wait for the service worker: it keeps the pages that are opened through it."""
    log_in(page)
    page.wait_for_function("navigator.serviceWorker.controller !== null", timeout=SLOW_MS)


def take_along(page: Page, *, images: int) -> None:
    """Keep what comes next on the device, by the palette."""
    page.keyboard.press("Control+k")
    page.keyboard.type("next 20 images")
    page.keyboard.press("Enter")
    kept = re.compile(rf"^{images} images \(.* MB\) are on this device")
    expect(page.get_by_text(kept)).to_be_visible()
    assert len(kept_in(page, COPIES, "stock")) == images


def wait_until_kept(page: Page, images: list[int], *, masks: int) -> None:
    """Wait until the device has the images, the first with its masks, and the page itself."""

    def is_kept() -> bool:
        details = {row["image"]: row["detail"] for row in kept_in(page, COPIES, "images")}
        if not details.keys() >= set(images) or len(details[images[0]]["masks"]) != masks:
            return False
        names = {row["name"] for row in kept_in(page, COPIES, "objects")}
        urls = [
            url
            for detail in details.values()
            for url in (detail["display_url"], detail["embedding"]["url"])
        ]
        has_page: bool = page.evaluate(IS_PAGE_KEPT)
        return has_page and all(url.split("?")[0] in names for url in urls)

    wait_for(is_kept, "the images are kept on the device")
