"""The tour on a sample image: each step ends because the person did what it asks for."""

import re
from collections.abc import Callable, Mapping
from itertools import pairwise
from types import MappingProxyType

import pytest
from playwright.sync_api import Page, expect

from tests.chaos.conftest import picture
from tests.e2e.conftest import Look
from tests.e2e.gestures import drag, expect_saved, fitted
from tests.e2e.scenes import begin_project, import_pictures, log_in
from tests.stack import Stack

pytestmark = pytest.mark.e2e
WIDTH, HEIGHT = 1280, 800
IMAGE_PX = (640, 440)
MIDDLE = (320, 220)
STEP_PX = 5  # of the screen: an arrow key
PICTURED = ("accept", "correct", "name", "end")  # a picture takes half a second
Does = Callable[[Page, Look], None]
LIGHT, SHADOW = (440, 120), ((515, 195), (535, 180), (500, 215), (515, 195))  # of the missed disc


def test_a_new_person_walks_the_tour_by_gestures_and_is_not_asked_again(
    stack: Stack, page: Page, take_picture: Look
) -> None:
    grace = stack.log_in("grace")
    project = begin_project(grace, "Tour", ("disc",))
    [image] = import_pictures(grace, project, {"0.png": picture(0, discs=3)[0]})
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    requests: list[str] = []
    log_in(page)
    page.goto(f"/projects/{project}/annotate?image={image}")
    offer = page.get_by_role("region", name="Tour")
    expect(offer).to_contain_text("New here?")
    take_picture("50-tour-offer")
    offer.get_by_role("link", name="Start").click()

    page.on("request", lambda request: requests.append(f"{request.method} {request.url}"))
    walk(page, take_picture)
    assert [each for each in requests if not each.startswith("GET")] == []

    page.get_by_role("button", name="Once more").click()
    expect_step(page, "look")
    expect(page.get_by_role("button", name="Accept 4")).to_be_visible()
    page.get_by_role("button", name="Leave").click()
    expect(page).to_have_url(re.compile(f"/annotate\\?image={image}$"))
    expect(page.locator("[data-stage]")).to_be_visible()
    expect(page.get_by_text("New here?")).to_have_count(0)
    begin_again(page, take_picture)


def test_the_offer_goes_once_somebody_works_and_does_not_come_again(
    stack: Stack, page: Page
) -> None:
    ada = stack.log_in("ada")
    project = begin_project(ada, "No tour", ("disc",))
    [image] = import_pictures(ada, project, {"0.png": picture(0, discs=3)[0]})
    log_in(page, "ada")
    page.goto(f"/projects/{project}/annotate?image={image}")
    expect(page.get_by_text("New here?")).to_be_visible()

    page.keyboard.press("d")
    drag(page, page.locator("[data-stage]"), (0.4, 0.5), (0.6, 0.5))
    expect(page.get_by_text("New here?")).to_have_count(0)
    expect_saved(page)
    page.reload()
    expect(page.get_by_role("button", name="Delete disc")).to_be_visible()
    expect(page.get_by_text("New here?")).to_have_count(0)


def test_the_tour_can_be_walked_without_a_mouse(
    stack: Stack, page: Page, take_picture: Look
) -> None:
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    log_in(page, "ada")
    page.goto("/tour")

    walk(page, take_picture, BY_KEYBOARD)


def walk(
    page: Page, take_picture: Look, instead: Mapping[str, Does] = MappingProxyType({})
) -> None:
    expect_step(page, "look")
    expect(page.locator("[data-stage]")).to_be_focused()
    for step, does, follows in STEPS:
        expect_step(page, step)
        instead.get(step, does)(page, take_picture)
        expect_step(page, follows)
        if follows in PICTURED:
            take_picture(f"52-tour-{follows}")
    expect(page.get_by_role("button", name="Close the tour")).to_be_focused()


def look_closer(page: Page, take_picture: Look) -> None:
    page.mouse.move(*place(page, *LIGHT))
    page.mouse.wheel(0, -200)
    expect(page.get_by_label("Done:")).to_have_count(1)
    take_picture("51-tour-look-half")
    page.keyboard.down(" ")
    page.mouse.down()
    page.mouse.move(*place(page, 300, 200), steps=4)
    page.mouse.up()
    page.keyboard.up(" ")


def accept_a_proposal(page: Page, take_picture: Look) -> None:
    page.keyboard.press("f")
    page.keyboard.press("Tab")
    page.keyboard.press("a")


def click_an_object(page: Page, take_picture: Look) -> None:
    page.mouse.click(*place(page, *LIGHT))
    expect(page.get_by_text("Click to add")).to_be_visible()
    take_picture("53-tour-draft")
    page.keyboard.press("a")


def paint_the_shadow(page: Page, take_picture: Look) -> None:
    page.keyboard.press("v")
    page.mouse.click(*place(page, *LIGHT))
    page.keyboard.press("d")
    page.mouse.move(*place(page, *SHADOW[0]))
    page.mouse.down()
    for at in SHADOW[1:]:
        page.mouse.move(*place(page, *at), steps=4)
    page.mouse.up()


def undo(page: Page, take_picture: Look) -> None:
    page.keyboard.press("Control+z")


def name_it(page: Page, take_picture: Look) -> None:
    page.keyboard.press("1")


def find_fit(page: Page, take_picture: Look) -> None:
    type_in_palette(page, "fit")
    take_picture("54-tour-palette")
    page.keyboard.press("Enter")


def finish(page: Page, take_picture: Look) -> None:
    page.keyboard.press("n")


def look_closer_by_keyboard(page: Page, take_picture: Look) -> None:
    page.keyboard.press("+")
    page.keyboard.press("f")


def click_an_object_by_keyboard(page: Page, take_picture: Look) -> None:
    page.keyboard.press("p")
    move_cross(page, MIDDLE, LIGHT)
    page.keyboard.press(";")
    expect(page.get_by_text("Click to add")).to_be_visible()
    take_picture("57-tour-cross")
    page.keyboard.press("a")


def paint_the_shadow_by_keyboard(page: Page, take_picture: Look) -> None:
    page.keyboard.press("v")
    page.keyboard.press(";")
    page.keyboard.press("d")
    move_cross(page, LIGHT, SHADOW[0])
    page.keyboard.down(";")
    for last, to in pairwise(SHADOW):
        move_cross(page, last, to)
    page.keyboard.up(";")


def move_cross(page: Page, last: tuple[int, int], to: tuple[int, int]) -> None:
    """From one point of the image to another by arrow keys, as near as their steps go."""
    ways = (("ArrowLeft", "ArrowRight"), ("ArrowUp", "ArrowDown"))
    for before, after, (back, forth) in zip(
        place(page, *last), place(page, *to), ways, strict=True
    ):
        steps = round(abs(after - before) / STEP_PX)
        key = forth if after > before else back
        for chord, presses in ((f"Shift+{key}", steps // 10), (key, steps % 10)):
            for _ in range(presses):
                page.keyboard.press(chord)


BY_KEYBOARD: Mapping[str, Does] = {
    "look": look_closer_by_keyboard,
    "click": click_an_object_by_keyboard,
    "correct": paint_the_shadow_by_keyboard,
}
STEPS: tuple[tuple[str, Does, str], ...] = (
    ("look", look_closer, "accept"),
    ("accept", accept_a_proposal, "click"),
    ("click", click_an_object, "correct"),
    ("correct", paint_the_shadow, "undo"),
    ("undo", undo, "name"),
    ("name", name_it, "find"),
    ("find", find_fit, "finish"),
    ("finish", finish, "end"),
)


def type_in_palette(page: Page, words: str) -> None:
    page.keyboard.press("Control+k")
    expect(page.get_by_label("Search commands")).to_be_focused()
    page.keyboard.type(words)


def begin_again(page: Page, take_picture: Look) -> None:
    """It can be begun at any time, from three places, and Escape leaves it."""
    page.get_by_role("button", name="Account of").click()
    expect(page.get_by_role("menuitem", name="Take the tour")).to_be_visible()
    take_picture("55-tour-menu")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    take_picture("56-tour-keys")
    page.get_by_role("button", name="Take the tour").click()
    expect_step(page, "look")
    page.keyboard.press("Escape")
    expect(page.get_by_label("Image 0.png")).to_be_visible()
    type_in_palette(page, "tour")
    page.keyboard.press("Enter")
    expect_step(page, "look")


def expect_step(page: Page, step: str) -> None:
    expect(page.locator("[data-tour-step]")).to_have_attribute("data-tour-step", step)


def place(page: Page, x: float, y: float) -> tuple[float, float]:
    """Where a point of the image is while all of it is shown."""
    left, top, scale = fitted(page, *IMAGE_PX)
    return left + x * scale, top + y * scale
