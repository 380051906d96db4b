"""What a person's hand does on the canvas, by shares of its width and height."""

from playwright.sync_api import Locator, Page, expect

SLOW_MS = 180_000  # a round, or preparing three images, on a busy machine
MARGIN_PX, HINT_PX = 24, 62  # around an image that fits the stage, and below it
expect.set_options(timeout=20_000)


def expect_saved(page: Page) -> None:
    expect(page.locator("[data-save-state]")).to_have_attribute(
        "data-save-state", "saved", timeout=SLOW_MS
    )


def wait_for_editor(page: Page) -> Locator:
    """Wait until an image is on the stage with all that stands around it, and its model runs."""
    stage = page.locator("[data-stage]")
    expect(stage).to_be_visible(timeout=SLOW_MS)
    expect(page.locator("[data-turning]")).to_have_count(0)
    expect(page.get_by_text("Starting the model")).to_be_hidden(timeout=SLOW_MS)
    return stage


def spot(on: Locator, x: float, y: float) -> tuple[float, float]:
    box = on.bounding_box()
    assert box is not None
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def fitted(page: Page, width: float, height: float) -> tuple[float, float, float]:
    """Tell where an image of that size lies while all of it is shown: left, top and scale."""
    box = page.locator("[data-stage]").bounding_box()
    assert box is not None
    scale = min(
        (box["width"] - 2 * MARGIN_PX) / width, (box["height"] - MARGIN_PX - HINT_PX) / height
    )
    left = box["x"] + (box["width"] - scale * width) / 2
    top = box["y"] + (box["height"] + MARGIN_PX - HINT_PX - scale * height) / 2
    return left, top, scale


def click_at(on: Locator, x: float, y: float) -> None:
    on.page.mouse.click(*spot(on, x, y))


def hover_at(on: Locator, x: float, y: float) -> None:
    on.page.mouse.move(*spot(on, x, y), steps=4)


def drag(page: Page, on: Locator, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*spot(on, *start))
    page.mouse.down()
    page.mouse.move(*spot(on, *end), steps=8)
    page.mouse.up()
