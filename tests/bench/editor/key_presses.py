"""From a key press to the next paint, by the browser's Event Timing API.

It rounds durations to 8 ms and reports none below 16 ms; such a press counts as 16. The next paint
of a page that only changes one word is measured as well: what a browser needs for nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

from playwright.sync_api import Browser, Page, expect

from tests.bench.editor.pages import TIMEOUT_MS, logged_in_page, open_image, place_of_image
from tests.bench.editor.scenes import SIDE_PX, discs, prepare
from tests.bench.rows import Row, percentile
from tests.stack import Stack

PRESSES = 24
APART_MS = 150
MASKS = 500
ROUNDED_TO_MS, SHORTEST_MS = 8, 16
WATCH = """() => {
  window.__durations = [];
  const onEntries = (list) => {
    for (const { name, duration } of list.getEntries())
      if (name === "keydown") window.__durations.push(duration);
  };
  new PerformanceObserver(onEntries).observe({ type: "event", durationThreshold: 16 });
}"""
WORD = (
    "<p>0</p><script>addEventListener('keydown', e => { document.body.innerText = e.key })</script>"
)


def measure_key_presses(stack: Stack, browser: Browser) -> list[Row]:
    scene = prepare(stack.log_in("ada"), "keys", {"500.png": MASKS})
    floor_ms = _floor_ms(browser)
    with logged_in_page(browser, stack) as page:
        open_image(page, scene, "500.png")
        page.evaluate(WATCH)
        page.keyboard.press("g")  # proposals out of the way
        return [
            _row("hypothesis switch", _switch_hypotheses(page), floor_ms),
            _row("label", _press_on_selected_mask(page, "1", "2"), floor_ms),
            _row("undo", _undo(page), floor_ms),
            _row("hide", _press_on_selected_mask(page, "h"), floor_ms),
        ]


def _row(what: str, durations_ms: list[float], floor_ms: float) -> Row:
    middle = median(durations_ms)
    return Row(
        f"{what}, key press to next paint, {MASKS} masks on the image",
        {
            "presses": len(durations_ms),
            "median_ms": middle,
            "p95_ms": percentile(durations_ms, 0.95),
            "worst_ms": max(durations_ms),
            "median_ms_of_a_page_of_one_word": floor_ms,
            "rounded_to_ms": ROUNDED_TO_MS,
        },
        "1 frame: the next paint of a page of one word, and no frame more",
        middle - floor_ms <= ROUNDED_TO_MS,
    )


def _floor_ms(browser: Browser) -> float:
    page = browser.new_page()
    page.set_content(WORD)
    page.evaluate(WATCH)
    durations = _press(page, "a", "b")
    page.context.close()
    return median(durations)


def _switch_hypotheses(page: Page) -> list[float]:
    page.mouse.click(*place_of_image(page).at(0.5 * SIDE_PX, 0.4 * SIDE_PX))
    picker = page.get_by_role("group", name="What was meant").get_by_role("button")
    expect(picker).to_have_count(3, timeout=TIMEOUT_MS)
    durations = _press(page, "1", "2", "3")
    page.keyboard.press("Escape")
    return durations


def _press_on_selected_mask(page: Page, *keys: str) -> list[float]:
    with _selected_mask(page):
        return _press(page, *keys)


def _undo(page: Page) -> list[float]:
    """Take back the labels that were given just before."""
    page.keyboard.down("Control")
    page.wait_for_timeout(APART_MS)
    durations = _press(page, "z")
    page.keyboard.up("Control")
    return durations


@contextmanager
def _selected_mask(page: Page) -> Iterator[None]:
    page.keyboard.press("v")
    columns = int(len(discs(MASKS)) ** 0.5) + 1
    middle = (columns // 2 + 0.5) * SIDE_PX / columns
    page.mouse.click(*place_of_image(page).at(middle, middle))
    expect(page.get_by_role("button", pressed=True).first).to_be_visible()
    yield
    page.keyboard.press("Escape")


def _press(page: Page, *keys: str) -> list[float]:
    """Press the keys in turn, at a person's pace."""
    page.wait_for_timeout(APART_MS)
    page.evaluate("() => { window.__durations.length = 0 }")
    for number in range(PRESSES):
        page.keyboard.press(keys[number % len(keys)])
        page.wait_for_timeout(APART_MS)
    reported: list[float] = page.evaluate("() => window.__durations")
    return [*reported, *[float(SHORTEST_MS)] * (PRESSES - len(reported))]
