"""Faults that other people do: a second editor, and what is deleted under the first."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.chaos.conftest import picture
from tests.client import Client
from tests.e2e.conftest import keep_picture, new_context
from tests.e2e.faults import Scene, expect_state, hear_no_news, shown_masks, stroke
from tests.e2e.gestures import SLOW_MS, expect_saved
from tests.e2e.scenes import begin_project, import_pictures, saved_masks
from tests.stack import Stack

pytestmark = pytest.mark.e2e
IMAGES = 4


@pytest.fixture(scope="module")
def ada(stack: Stack) -> Client:
    """The manager; grace annotates."""
    return stack.log_in("ada")


@pytest.fixture(scope="module")
def scenes(stack: Stack, ada: Client) -> Iterator[Scene]:
    return iter(make_scenes(stack, ada, IMAGES))


@pytest.fixture
def scene(scenes: Iterator[Scene]) -> Scene:
    return next(scenes)


def make_scenes(stack: Stack, ada: Client, images: int) -> list[Scene]:
    project = begin_project(ada, "Shared", ("disc", "ring"))
    member = {"username": "grace", "role": "annotator"}
    ada.post(f"/api/projects/{project}/members", member)
    drawn = {f"{number}.png": picture(number)[0] for number in range(images)}
    ids = import_pictures(ada, project, drawn)
    return [Scene(stack, ada, project, image) for image in ids]


def test_two_people_at_one_image_end_with_the_masks_of_both(
    scene: Scene, troubled_page: Page, browser: Browser
) -> None:
    hers = scene.open(troubled_page, "grace")
    with new_context(browser, scene.stack) as other:
        his = scene.open(other.new_page(), "ada")
        told = his.page.get_by_text("Other people are working on this image")
        expect(told).to_be_visible()
        his.page.get_by_role("button", name="Dismiss the notice").click()
        expect(told).to_be_hidden()
        stroke(hers, 0)
        expect_saved(hers.page)
        stroke(his, 1)  # on a version that is no more
        his.wait_for_masks(2)
        scene.check_saved(his, operations=2)

    stroke(hers, 2)
    hers.wait_for_masks(3)

    scene.check_saved(hers, operations=3)


def test_two_tabs_of_one_person_take_turns(
    scene: Scene, page: Page, context: BrowserContext
) -> None:
    first = scene.open(page)
    stroke(first, 0)
    expect_saved(page)
    second = scene.open_again(context.new_page())
    expect(second.page.get_by_text("open in another tab")).to_be_visible()
    keep_picture(second.page, "65-another-tab")
    second.press("d")
    second.draw((30, 80), (90, 80))
    assert len(second.masks) == 1
    stroke(first, 1)
    expect_saved(page)

    page.close()
    expect(second.page.get_by_text("open in another tab")).to_be_hidden()
    second.wait_for_masks(2)
    stroke(second, 2)

    scene.check_saved(second, operations=3)


def test_a_mask_under_a_label_deleted_meanwhile_is_saved_with_it(
    scene: Scene, ada: Client, troubled_page: Page
) -> None:
    page = troubled_page
    hear_no_news(page)
    canvas = scene.open(page)
    canvas.press("2")
    [_, ring] = ada.get(f"/api/projects/{scene.project}")["labels"]
    assert ada.send("DELETE", f"/api/labels/{ring['id']}").is_good

    stroke(canvas, 0)

    scene.check_saved(canvas, operations=1)
    expect(page.get_by_text("refused")).to_have_count(0)
    [mask] = ada.get(f"/api/images/{scene.image}")["masks"]
    assert mask["label"] == ring["id"]


def test_an_image_deleted_meanwhile_says_so_and_takes_what_is_drawn(
    scene: Scene, ada: Client, troubled_page: Page
) -> None:
    page = troubled_page
    canvas = scene.open(page)
    stroke(canvas, 0)
    expect_saved(page)
    assert ada.send("DELETE", f"/api/images/{scene.image}").is_good
    told = page.get_by_text("This image was deleted. What you do here is still saved")
    expect(told).to_be_visible(timeout=SLOW_MS)
    keep_picture(page, "66-image-deleted")

    stroke(canvas, 1)
    expect_saved(page)
    scene.check_operations(2)
    ada.post(f"/api/images/{scene.image}/restore")

    expect(told).to_be_hidden(timeout=SLOW_MS)
    scene.check_saved(canvas, operations=2)


def test_the_work_of_a_project_deleted_meanwhile_waits_until_it_is_back(
    stack: Stack, ada: Client, troubled_page: Page
) -> None:
    [scene] = make_scenes(stack, ada, 1)
    page = troubled_page
    canvas = scene.open(page)
    stroke(canvas, 0)
    expect_saved(page)
    assert ada.send("DELETE", f"/api/projects/{scene.project}").is_good
    stroke(canvas, 1)
    told = page.get_by_text("This project was deleted, or you are no longer a member.")
    expect(told).to_be_visible()
    expect_state(page, "device")
    scene.check_operations(1)

    page.reload()
    expect(page.get_by_text("There is nothing here")).to_be_visible()
    keep_picture(page, "67-nothing-here")
    ada.post(f"/api/projects/{scene.project}/restore")
    canvas = scene.open_again(page)
    expect(told).to_be_hidden()

    scene.check_saved(canvas, operations=2)
    assert len(shown_masks(canvas)) == len(saved_masks(ada, scene.image)) == 2
