"""What is written and not sent keeps an image from being finished."""

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
