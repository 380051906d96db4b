"""How long an image takes to be painted: the next one, fetched ahead or not, and a full one."""

from statistics import median

from playwright.sync_api import Browser, Page

from tests.bench.editor.pages import (
    WATCH,
    go_to_image,
    logged_in_page,
    open_image,
    painted_ms,
    wait_until_ready,
)
from tests.bench.editor.scenes import Scene, prepare
from tests.bench.rows import Row
from tests.client import Client
from tests.stack import Stack

NEXT_IMAGES, OPENINGS = 6, 6
MASKS_ON_NEXT, MASKS_ON_FULL = 20, 2000
PREFETCHED_MS, FETCHED_MS, FULL_MS = 150, 1000, 500
NOTE_KEY = """() => addEventListener(
  "keydown", ({ timeStamp }) => { window.__pressed = timeStamp }, { capture: true })"""
# When the last byte came of what the image needs to be drawn: its facts and its pixels.
BYTES_THERE = """([image, pixels]) => Math.max(...performance.getEntriesByType("resource")
  .filter(({ name }) => name.endsWith(`/api/images/${image}`) || name.startsWith(pixels))
  .map(({ responseEnd }) => responseEnd))"""


def measure_openings(stack: Stack, browser: Browser) -> list[Row]:
    client = stack.log_in("ada")
    names = [f"{number:02}.png" for number in range(2 * NEXT_IMAGES + 2)]
    queue = prepare(client, "queue", dict.fromkeys(names, MASKS_ON_NEXT))
    full = prepare(client, "full", {"empty.png": 0, "full.png": MASKS_ON_FULL})
    with logged_in_page(browser, stack) as page:
        open_image(page, queue, names[0])
        ahead = _next_images(page)
    with logged_in_page(browser, stack) as page:
        devtools = page.context.new_cdp_session(page)
        devtools.send("Network.enable")
        # Not told what comes next, the page fetches nothing ahead.
        devtools.send("Network.setBlockedURLs", {"urls": ["*/upcoming*"]})
        open_image(page, queue, names[NEXT_IMAGES + 1])
        fetched = _next_images(page)
        opened = _openings(page, client, full)
    return [
        _row("next image, prefetched: key press to first paint", ahead, PREFETCHED_MS),
        _row("next image, not prefetched: key press to first paint", fetched, FETCHED_MS),
        _row("open an image with 2000 masks: last byte to first paint", opened, FULL_MS),
    ]


def _row(what: str, taken_ms: list[float], allowed_ms: int) -> Row:
    middle = median(taken_ms)
    figures = {
        "images": len(taken_ms),
        "median_ms": round(middle),
        "worst_ms": round(max(taken_ms)),
    }
    return Row(what, figures, f"{allowed_ms} ms", middle <= allowed_ms)


def _next_images(page: Page) -> list[float]:
    """Finish one image after another by key."""
    page.evaluate(NOTE_KEY)
    taken = []
    for _ in range(NEXT_IMAGES):
        page.evaluate(WATCH)
        page.keyboard.press("n")
        taken.append(painted_ms(page) - page.evaluate("() => window.__pressed"))
        wait_until_ready(page)
    return taken


def _openings(page: Page, client: Client, scene: Scene) -> list[float]:
    """Open the full image from an empty one, again and again."""
    image = scene.images["full.png"]
    pixels = client.get(f"/api/images/{image}")["display_url"].partition("?")[0]
    taken = []
    for _ in range(OPENINGS):
        open_image(page, scene, "empty.png")
        page.evaluate("() => performance.clearResourceTimings()")
        painted = go_to_image(page, scene, "full.png")
        taken.append(painted - page.evaluate(BYTES_THERE, [image, pixels]))
        wait_until_ready(page)
    return taken
