"""From image to image: what is said of the one that was left, the way back, and the way out."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.gestures import wait_for_editor
from tests.e2e.scenes import Canvas, log_in, make_prepared_project
from tests.stack import Stack

pytestmark = pytest.mark.e2e


def test_who_leaves_proposals_undecided_hears_of_it_and_can_go_back(
    stack: Stack, page: Page
) -> None:
    grace = stack.log_in("grace")
    project, ids = make_prepared_project(grace, 2)
    log_in(page)
    canvas = Canvas.open(page, f"/projects/{project}/annotate?image={ids[0]}")
    canvas.press("d")
    canvas.draw((30, 30), (60, 30))
    [before] = canvas.wait_for_masks(1)

    canvas.press("n")

    expect(page.get_by_label("Image 1.png")).to_be_visible()
    wait_for_editor(page)
    assert canvas.masks == []
    expect(
        page.get_by_text(re.compile(r"^0\.png is done, with \d+ proposals? undecided"))
    ).to_be_visible()
    page.get_by_role("button", name="Go back").click()
    expect(page.get_by_label("Image 0.png")).to_be_visible()
    wait_for_editor(page)
    [after] = canvas.masks
    assert (after == before).all()


def test_a_key_leads_from_the_canvas_to_the_head_of_the_page(stack: Stack, page: Page) -> None:
    grace = stack.log_in("grace")
    project, ids = make_prepared_project(grace, 1)
    log_in(page)
    canvas = Canvas.open(page, f"/projects/{project}/annotate?image={ids[0]}")
    canvas.press("Tab")  # a proposal: no way out
    expect(page.locator("header a:focus")).to_have_count(0)

    canvas.press("Control+Home", "Tab")

    expect(page.locator("header :focus")).to_have_attribute("href", f"/projects/{project}")


def test_an_image_is_given_back_with_what_was_done(stack: Stack, page: Page) -> None:
    ada, grace = stack.log_in("ada"), stack.log_in("grace")
    project, [image] = make_prepared_project(grace, 1)
    grace.post(f"/api/projects/{project}/members", {"username": "ada", "role": "annotator"})
    log_in(page)
    canvas = Canvas.open(page, f"/projects/{project}/annotate?image={image}")
    canvas.press("d")
    canvas.draw((30, 30), (60, 30))
    canvas.wait_for_masks(1)

    page.get_by_role("button", name="Give this image back").click()

    expect(page).to_have_url(re.compile(f"/projects/{project}$"))
    assert ada.post(f"/api/projects/{project}/claim", {})["assignment"]["image"] == image
    assert len(ada.get(f"/api/images/{image}")["masks"]) == 1
