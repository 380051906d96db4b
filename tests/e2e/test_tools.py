"""Every tool and mask command once, by hand in a real browser, its pixels checked."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from playwright.sync_api import Locator, Page, expect
from scipy import ndimage

from engine.masks.rle import decode
from tests.chaos.conftest import SIZE_PX, picture
from tests.e2e.conftest import Look
from tests.e2e.gestures import expect_saved
from tests.e2e.scenes import Canvas, log_in, make_prepared_project, saved_masks
from tests.e2e.touch import Fingers, Stylus
from tests.stack import Stack

pytestmark = pytest.mark.e2e
Pixels = NDArray[np.bool_]
BRUSH_PX = 12  # its radius, until one changes it
SAME = 0.95  # IoU of a shape drawn by hand with the one that was meant


def test_every_tool_draws_what_it_says(stack: Stack, page: Page, take_picture: Look) -> None:
    grace = stack.log_in("grace")
    project, [image] = make_prepared_project(grace, 1)
    log_in(page)
    canvas = Canvas.open(page, f"/projects/{project}/annotate?image={image}")
    canvas.press("g")  # the proposals out of the way

    steps = [
        brush_and_eraser,
        fill_and_clear,
        lasso_and_polygon,
        pull_a_corner,
        move_and_nudge,
        grow_and_shrink,
        duplicate_and_cut,
        split_and_merge,
        clean_up,
        draw_beside_a_palm,  # the last: from now on fingers draw nothing
    ]
    for step in steps:
        step(canvas)
        if step is lasso_and_polygon:
            take_picture("30-tools")
        canvas.press("Escape", "Escape")
        clear(canvas)

    expect_saved(page)
    assert saved_masks(grace, image) == {}


def test_every_prompt_finds_its_disc(stack: Stack, page: Page) -> None:
    grace = stack.log_in("grace")
    project, [image] = make_prepared_project(grace, 1)
    discs = [decode(rle) for rle in picture(0, discs=9)[1]]
    log_in(page)
    canvas = Canvas.open(page, f"/projects/{project}/annotate?image={image}")
    canvas.press("g", "p")
    expect_stage_under(page.get_by_text("Click an object;"))
    canvas.click(22, 22)
    accept(canvas, 1)
    canvas.press("b")
    canvas.draw((42, 2), (82, 42))
    accept(canvas, 2)
    canvas.press("z")
    canvas.draw((96, 22), (108, 22))
    accept(canvas, 3)
    canvas.press("p")
    canvas.click(22, 62)
    picker = page.get_by_role("group", name="What was meant").get_by_role("button")
    expect(picker).to_have_count(3)
    bar = page.get_by_role("toolbar", name="Label")
    expect(bar).to_contain_text("Shift 1")  # the digit alone picks
    canvas.press("3")
    expect(picker.nth(2)).to_have_attribute("aria-pressed", "true")
    canvas.click(40, 62, "Alt")  # beside it
    canvas.wait_for_answer(5)
    canvas.press("a")
    canvas.wait_for_masks(4)
    expect(bar).not_to_contain_text("Shift")
    tap_a_disc(canvas, 6)
    canvas.press("a")
    canvas.wait_for_masks(5)

    expect_saved(page)
    found = list(saved_masks(grace, image).values())
    assert len(found) == 5
    for disc in discs[:5]:
        assert max(iou(disc, mask) for mask in found) > 0.8


def test_undo_reaches_back_over_a_reload(stack: Stack, page: Page) -> None:
    grace = stack.log_in("grace")
    project, [image] = make_prepared_project(grace, 1)
    address = f"/projects/{project}/annotate?image={image}"
    log_in(page)
    canvas = Canvas.open(page, address)
    canvas.press("g", "d")
    canvas.draw((30, 30), (60, 30))
    [first] = canvas.wait_for_masks(1)
    canvas.draw((30, 60), (60, 60))
    canvas.press("2", "Escape")
    canvas.draw((90, 90), (100, 90))
    both = canvas.wait_for_masks(2)
    expect_saved(page)

    canvas = Canvas.open(page, address)
    canvas.press("Control+z")
    canvas.wait_for_masks(1)
    canvas.press("Control+z", "Control+z")  # the label, the second stroke
    expect_saved(page)
    assert [mask.tolist() for mask in canvas.masks] == [first.tolist()]
    canvas = Canvas.open(page, address)
    canvas.press("Control+Shift+z", "Control+Shift+z", "Control+Shift+z")
    assert [m.tolist() for m in canvas.wait_for_masks(2)] == [m.tolist() for m in both]
    canvas.press("Control+z", "Control+z", "Control+z", "Control+z")
    canvas.wait_for_masks(0)
    expect_saved(page)
    assert saved_masks(grace, image) == {}


def expect_stage_under(told: Locator) -> None:
    """Whatever is told over the image, a click there means the image."""
    assert told.evaluate(
        """told => {
          const { left, top, width, height } = told.getBoundingClientRect();
          const hit = document.elementFromPoint(left + width / 2, top + height / 2);
          return hit.closest("[data-stage]") !== null;
        }"""
    )


def tap_a_disc(canvas: Canvas, answers: int) -> None:
    """Come nearer with two fingers, pull the disc aside, and tap it."""
    page, fingers = canvas.page, Fingers(canvas.page)
    (left, y), (middle, _), (right, _) = (canvas.at(x, 62) for x in (42, 62, 82))
    arm = right - middle
    together = ((left, y), (right, y))
    apart = ((left - arm, y), (right + arm, y))
    aside = tuple((x - 40, y - 30) for x, y in apart)
    fingers.put(*together)
    fingers.move(together, apart)
    fingers.move(apart, aside)
    fingers.lift()
    assert len(canvas.masks) == 4  # they draw nothing
    for pixel, x in ((42, left - arm), (82, right + arm)):
        page.mouse.move(x - 40 + 2, y - 30 + 2)
        expect(page.get_by_text(f"x {pixel}, y 62", exact=True)).to_be_visible()

    fingers.tap((middle - 40, y - 30))
    canvas.wait_for_answer(answers)


def brush_and_eraser(canvas: Canvas) -> None:
    canvas.press("d")
    canvas.draw((40, 40), (80, 40))
    [drawn] = canvas.wait_for_masks(1)
    assert iou(drawn, capsule((40, 40), (80, 40), BRUSH_PX)) > SAME
    canvas.press("e", "[", "[")
    canvas.draw((60, 20), (60, 60))
    [left] = canvas.masks
    rubbed = capsule((60, 20), (60, 60), BRUSH_PX / 1.25**2)
    assert iou(left, drawn & ~rubbed) > SAME
    canvas.press("]", "]")


def fill_and_clear(canvas: Canvas) -> None:
    canvas.press("d")
    canvas.draw((40, 40), (90, 40), (90, 90), (40, 90), (40, 40))
    [ring] = canvas.wait_for_masks(1)
    canvas.press("i")
    canvas.click(65, 65)
    assert np.array_equal(canvas.masks[0], ndimage.binary_fill_holes(ring))
    canvas.press("Control+z", "d")
    canvas.draw((12, 12), (13, 12))  # a piece apart
    canvas.press("i")
    canvas.click(12, 12, "Alt")
    assert np.array_equal(canvas.masks[0], ring)


def lasso_and_polygon(canvas: Canvas) -> None:
    triangle = [(20, 20), (70, 25), (40, 70)]
    canvas.press("l")
    canvas.draw(*triangle, triangle[0])
    [drawn] = canvas.wait_for_masks(1)
    assert iou(drawn, polygon(triangle)) > SAME
    canvas.press("Escape", "y")
    square = [(80, 80), (110, 80), (110, 110), (80, 110)]
    for corner in square:
        canvas.click(*corner)
    canvas.press("Enter")
    assert iou(canvas.wait_for_masks(2)[1], polygon(square)) > SAME


def pull_a_corner(canvas: Canvas) -> None:
    square = [(40, 40), (80, 40), (80, 80), (40, 80)]
    canvas.press("y")
    for corner in square:
        canvas.click(*corner)
    canvas.press("Enter", "o")
    canvas.draw((80, 80), (110, 110))
    canvas.press("Enter")
    pulled = [*square[:2], (110, 110), square[3]]
    assert iou(canvas.wait_for_masks(1)[0], polygon(pulled)) > SAME


def move_and_nudge(canvas: Canvas) -> None:
    canvas.press("d")
    canvas.draw((40, 40), (60, 40))
    [before] = canvas.wait_for_masks(1)
    canvas.press("m")
    canvas.draw((50, 40), (70, 60))
    assert np.array_equal(canvas.masks[0], shifted(before, 20, 20))
    canvas.press("ArrowLeft", "Shift+ArrowUp", "v")
    assert np.array_equal(canvas.masks[0], shifted(before, 19, 10))


def grow_and_shrink(canvas: Canvas) -> None:
    canvas.press("d")
    canvas.draw((50, 50), (70, 60))
    [before] = canvas.wait_for_masks(1)
    canvas.press(".")
    assert np.array_equal(canvas.masks[0], ndimage.binary_dilation(before))
    canvas.press(",", ",")
    grown = ndimage.binary_dilation(before)
    assert np.array_equal(canvas.masks[0], ndimage.binary_erosion(grown, iterations=2))


def duplicate_and_cut(canvas: Canvas) -> None:
    canvas.press("d")
    canvas.draw((50, 50), (70, 50))
    [below] = canvas.wait_for_masks(1)
    canvas.press("Control+d")
    _, copy = canvas.wait_for_masks(2)
    away = int(np.argwhere(copy)[0, 0] - np.argwhere(below)[0, 0])
    assert away > 0
    assert np.array_equal(copy, shifted(below, away, away))
    canvas.press("m", "Shift+ArrowRight", "v", "Shift+c")
    moved = shifted(copy, 10, 0)
    first, second = canvas.masks
    assert np.array_equal(first, below)
    assert np.array_equal(second, moved & ~below)
    canvas.press("Control+z", "k")
    first, second = canvas.masks
    assert np.array_equal(second, moved)
    assert np.array_equal(first, below & ~moved)


def split_and_merge(canvas: Canvas) -> None:
    canvas.press("d")
    canvas.draw((30, 60), (90, 60))
    [whole] = canvas.wait_for_masks(1)
    canvas.press("c")
    canvas.draw((60, 40), (60, 80))
    left, right = canvas.wait_for_masks(2)
    assert not (left & right).any()
    assert iou(left | right, whole) > SAME
    assert iou(left, whole & (columns() < 60)) > 0.9 or iou(right, whole & (columns() < 60)) > 0.9
    canvas.press("Escape", "v")
    canvas.click(40, 60)
    canvas.click(80, 60, "Shift")
    canvas.press("j")
    assert np.array_equal(canvas.wait_for_masks(1)[0], left | right)


def clean_up(canvas: Canvas) -> None:
    canvas.press("d")
    canvas.draw((40, 40), (90, 40), (90, 90), (40, 90), (40, 40))
    [ring] = canvas.wait_for_masks(1)
    for _ in range(12):
        canvas.press("[")
    canvas.draw((12, 12), (13, 12))
    assert ndimage.label(canvas.masks[0])[1] == 2
    for _ in range(12):
        canvas.press("]")
    canvas.press("Shift+e")
    assert np.array_equal(canvas.masks[0], ring)
    canvas.press("Shift+i")
    assert np.array_equal(canvas.masks[0], ndimage.binary_fill_holes(ring))


def draw_beside_a_palm(canvas: Canvas) -> None:
    """What a palm began is dropped as the pen comes; half pressed, that draws half as wide."""
    palm, pen = Fingers(canvas.page), Stylus(canvas.page)
    before, after = canvas.at(100, 100), canvas.at(104, 100)
    canvas.press("d")
    palm.put(before)
    palm.move((before,), (after,))
    pen.draw(canvas.at(40, 40), canvas.at(80, 40), force=0.5)
    palm.lift()
    [drawn] = canvas.wait_for_masks(1)
    assert iou(drawn, capsule((40, 40), (80, 40), BRUSH_PX / 2)) > SAME


def clear(canvas: Canvas) -> None:
    """Delete all that a step has left."""
    canvas.press("v", "Control+a", "Delete")
    canvas.wait_for_masks(0)


def accept(canvas: Canvas, count: int) -> None:
    """Wait for the model's answer and keep it."""
    canvas.wait_for_answer(count)
    canvas.press("a")
    canvas.wait_for_masks(count)


def iou(one: Pixels, other: Pixels) -> float:
    return float((one & other).sum() / (one | other).sum())


def shifted(mask: Pixels, dx: int, dy: int) -> Pixels:
    return np.roll(mask, (dy, dx), (0, 1))


def columns() -> NDArray[np.int_]:
    return np.tile(np.arange(SIZE_PX), (SIZE_PX, 1))


def capsule(start: tuple[float, float], end: tuple[float, float], radius: float) -> Pixels:
    """Draw what a round brush leaves between two places."""
    y, x = np.mgrid[:SIZE_PX, :SIZE_PX] + 0.5
    (x0, y0), (x1, y1) = start, end
    along = ((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / ((x1 - x0) ** 2 + (y1 - y0) ** 2)
    along = np.clip(along, 0, 1)
    far = np.hypot(x - x0 - along * (x1 - x0), y - y0 - along * (y1 - y0))
    return np.asarray(far <= radius, np.bool_)


def polygon(corners: Sequence[tuple[float, float]]) -> Pixels:
    drawn = Image.new("1", (4 * SIZE_PX, 4 * SIZE_PX))
    ImageDraw.Draw(drawn).polygon([(4 * x, 4 * y) for x, y in corners], fill=1)
    return np.asarray(drawn)[2::4, 2::4]
