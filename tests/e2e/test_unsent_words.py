"""What is written and not sent keeps an image from being finished."""

from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.chaos.conftest import picture
from tests.e2e.conftest import Look
from tests.e2e.gestures import SLOW_MS, click_at
from tests.e2e.scenes import begin_project, import_pictures, log_in
from tests.stack import Stack

pytestmark = pytest.mark.e2e
TOLD = "Not finished: a comment is written and not sent."


def test_an_image_is_not_finished_with_a_comment_that_was_never_sent(
    stack: Stack, page: Page, take_picture: Look
) -> None:
    grace = stack.log_in("grace")
    project = begin_project(grace, "Words", ("disc",))
    with stack.asleep("models"):
        [image] = import_pictures(grace, project, {"first.png": picture(0)[0]})
        log_in(page).goto(f"/projects/{project}/annotate?image={image}")
        stage = page.locator("[data-stage]")
        expect(stage).to_be_visible(timeout=SLOW_MS)
        page.keyboard.press("t")
        click_at(stage, 0.3, 0.3)
        field = page.get_by_role("textbox", name="Comment on this place")
        expect(field).to_be_focused()
        page.keyboard.type("The left edge is hard to see.")
        page.keyboard.press("Escape")
        expect(field).to_be_hidden()

        page.keyboard.press("n")

        expect(page.get_by_text(TOLD)).to_be_visible()
        shown = page.get_by_role("region", name="New comment").get_by_role("textbox")
        expect(shown).to_have_value("The left edge is hard to see.")
        take_picture("128-unsent-comment")
        shown.press("Enter")
        expect(shown).to_be_hidden()
        page.keyboard.press("n")
        expect(page.get_by_text("Nothing is left to annotate")).to_be_visible(timeout=SLOW_MS)
    [comment] = grace.get(f"/api/images/{image}/comments")["comments"]
    assert comment["text"] == "The left edge is hard to see."
    assert comment["point_xy"] is not None


def test_an_answer_that_was_never_sent_has_its_field_also_once_its_comment_is_resolved(
    stack: Stack, page: Page
) -> None:
    grace = stack.log_in("grace")
    with stack.asleep("models"):
        image = _begin_answer(stack, page, "Resolved")
        page.get_by_role("button", name="Resolve comment 1").click()

        page.locator("[data-stage]").press("n")

        expect(
            page.get_by_text("Not finished: an answer to a comment is not sent.")
        ).to_be_visible()
        field = page.get_by_role("textbox", name="Answer to comment 1")
        expect(field).to_be_focused()
        field.press("Enter")
        expect(field).to_be_hidden()
        page.locator("[data-stage]").press("n")
        expect(page.get_by_text("Nothing is left to annotate")).to_be_visible(timeout=SLOW_MS)
    [_, answer] = grace.get(f"/api/images/{image}/comments")["comments"]
    assert answer["text"] == "I looked."


def test_an_answer_whose_comment_is_withdrawn_is_kept_as_a_comment(
    stack: Stack, page: Page
) -> None:
    grace = stack.log_in("grace")
    with stack.asleep("models"):
        image = _begin_answer(stack, page, "Withdrawn")
        page.get_by_role("button", name="Withdraw comment 1").click()
        expect(
            page.get_by_text("The comment that you were answering was withdrawn")
        ).to_be_visible()

        page.locator("[data-stage]").press("n")

        expect(page.get_by_text(TOLD)).to_be_visible()
        field = page.get_by_role("textbox", name="Comment on the whole image")
        expect(field).to_have_value("I looked.")
        field.press("Enter")
        expect(field).to_be_hidden()
    [comment] = grace.get(f"/api/images/{image}/comments")["comments"]
    assert comment["text"] == "I looked."


def _begin_answer(stack: Stack, page: Page, name: str) -> int:
    """Write an answer to one's own comment on a new image, and leave its field."""
    grace = stack.log_in("grace")
    project = begin_project(grace, name, ("disc",))
    [image] = import_pictures(grace, project, {"first.png": picture(0)[0]})
    written = {"id": str(uuid4()), "text": "Look at the edge."}
    grace.post(f"/api/images/{image}/comments", written)
    log_in(page).goto(f"/projects/{project}/annotate?image={image}")
    page.get_by_role("button", name="Answer comment 1").click(timeout=SLOW_MS)
    field = page.get_by_role("textbox", name="Answer to comment 1")
    field.fill("I looked.")
    field.press("Escape")
    expect(field).to_be_hidden()
    return image
