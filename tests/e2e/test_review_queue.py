"""The queue of reviews in a real browser: counted, opened, approved and returned by keyboard."""

from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Look
from tests.e2e.gestures import SLOW_MS, wait_for_editor
from tests.e2e.reviewing import box, finish, make_project
from tests.e2e.scenes import log_in
from tests.stack import Stack

pytestmark = pytest.mark.e2e


def test_a_reviewer_goes_from_image_to_image_and_returns_one(
    stack: Stack, page: Page, take_picture: Look
) -> None:
    stack.add_users("rita", "emma", "otto")
    members = {"rita": "reviewer", "emma": "annotator"}
    project, images = make_project(stack, "otto", members, pictures=4)
    emma, rita = stack.log_in("emma"), stack.log_in("rita")
    for image in images[:3]:
        finish(emma, project, image, box(40, 30))
    finish(rita, project, images[3], box(40, 30))  # her own: nobody reviews that but others

    log_in(page, "rita")
    page.goto(f"/projects/{project}")
    step = page.get_by_role("region", name="Next step")
    expect(step).to_contain_text("3 images to review", timeout=SLOW_MS)
    expect(page.locator('[data-queue="review"]')).to_have_count(0)  # the banner says it
    take_picture("40-to-review")
    page.keyboard.press("r")

    name = page.get_by_role("main").get_by_text
    expect(name("noise-0.png")).to_be_visible(timeout=SLOW_MS)
    expect(page.get_by_role("button", name="Approve, next")).to_be_visible()
    take_picture("41-reviewing")
    page.keyboard.press("n")
    expect(name("noise-1.png")).to_be_visible(timeout=SLOW_MS)
    return_it(page, "The second cell is missing.", take_picture)
    expect(name("noise-2.png")).to_be_visible(timeout=SLOW_MS)
    page.keyboard.press("n")
    expect(page.get_by_text("Nothing is left to review")).to_be_visible(timeout=SLOW_MS)
    take_picture("43-all-reviewed")
    told = page.get_by_role("alert").filter(has_text="noise-2.png is approved")
    told.get_by_role("button", name="Undo").click()
    expect(name("noise-2.png")).to_be_visible(timeout=SLOW_MS)
    page.keyboard.press("n")
    expect(page.get_by_text("Nothing is left to review")).to_be_visible(timeout=SLOW_MS)

    found = [rita.get(f"/api/images/{image}") for image in images]
    assert [(each["status"], each["review_comment"]) for each in found] == [
        ("reviewed", ""),
        ("returned", "The second cell is missing."),
        ("reviewed", ""),
        ("done", ""),
    ]
    claimed = emma.post(f"/api/projects/{project}/claim", {})["assignment"]
    assert claimed["image"] == images[1]


def test_a_verdict_on_what_was_changed_meanwhile_shows_the_change_instead(
    stack: Stack, troubled_page: Page
) -> None:
    stack.add_users("vesna", "ivan", "olaf")
    project, [image] = make_project(
        stack, "olaf", {"vesna": "reviewer", "ivan": "annotator"}, pictures=1
    )
    ivan = stack.log_in("ivan")
    drawn = box(40, 30)
    finish(ivan, project, image, drawn, box(80, 30))
    page = log_in(troubled_page, "vesna")
    page.goto(f"/projects/{project}/annotate?queue=review")
    expect(page.get_by_role("button", name="Approve, next")).to_be_visible(timeout=SLOW_MS)
    wait_for_editor(page)
    ivan.post(f"/api/projects/{project}/claim", {"image": image})
    gone = {"id": str(uuid4()), "kind": "delete", "mask": drawn["mask"]}
    assert ivan.save(image, 1, gone).is_good

    page.keyboard.press("n")

    told = page.get_by_role("alert").filter(has_text="Somebody has changed this image meanwhile")
    expect(told).to_be_visible(timeout=SLOW_MS)
    assert ivan.get(f"/api/images/{image}")["status"] == "done"
    page.keyboard.press("n")
    expect(page.get_by_text("Nothing is left to review")).to_be_visible(timeout=SLOW_MS)
    assert ivan.get(f"/api/images/{image}")["status"] == "reviewed"


def return_it(page: Page, why: str, take_picture: Look) -> None:
    """Return the image by keyboard; without a word it cannot be returned."""
    page.keyboard.press("Shift+R")
    message = page.get_by_role("textbox", name="What should be changed?")
    expect(message).to_be_focused()
    send = page.get_by_role("button", name="Return to the annotator")
    expect(send).to_be_disabled()
    page.keyboard.type(why)
    expect(send).to_be_enabled()
    take_picture("42-returning")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
