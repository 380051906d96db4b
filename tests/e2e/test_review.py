"""A review with a return, and the next one, in a browser: each side sees what the other did."""

import re
from collections.abc import Callable
from uuid import uuid4

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from annotation.demo import picture_path
from engine.masks.rle import encode
from tests.client import wait_for
from tests.e2e.conftest import keep_picture, new_context
from tests.e2e.gestures import SLOW_MS, click_at, expect_saved
from tests.e2e.scenes import log_in
from tests.stack import Stack

pytestmark = pytest.mark.e2e


def test_an_image_is_returned_with_comments_and_a_second_review_sees_what_became_of_them(
    stack: Stack, browser: Browser, page: Page, take_picture: Callable[[str], None]
) -> None:
    stack.add_users("rosa", "emil")
    project, image = finish_an_image(stack)
    log_in(page, "emil").goto(f"/projects/{project}/annotate")
    expect(page.get_by_text("Nothing is left to annotate")).to_be_visible()

    reviewers = new_context(browser, stack)
    reviewer = log_in(reviewers.new_page(), "rosa")
    editor = f"/projects/{project}/annotate?image={image}"
    review(reviewer, editor)
    open_what_came_back(page)
    look_at_the_cards(reviewer)
    answer_the_review(page, take_picture)
    finish_again(stack, project, image)
    review_again(reviewer, editor)
    reviewers.close()

    said = stack.log_in("rosa").get(f"/api/images/{image}/comments")["comments"]
    assert [(each["author"], each["resolved_by"]) for each in said] == [
        ("rosa", "emil"),
        ("rosa", "emil"),
        ("emil", None),
    ]
    assert [each["point_xy"] is None for each in said] == [False, True, True]
    assert [each["answers"] for each in said] == [None, None, said[0]["id"]]


def finish_an_image(stack: Stack) -> tuple[int, int]:
    """Rosa's project with one picture, on which Emil has drawn a square and is done."""
    rosa, emil = stack.log_in("rosa"), stack.log_in("emil")
    wanted = {"name": "Review", "holdout_share": 0, "overlap": 1}
    labels = [{"name": "cup", "color": "#1f77b4"}]
    project = rosa.post("/api/projects", {**wanted, "labels": labels})["id"]
    members = f"/api/projects/{project}/members"
    rosa.post(members, {"username": "emil", "role": "annotator"})
    rosa.upload(project, "coffee.png", picture_path("skimage", "data/coffee.png").read_bytes())
    [row] = wait_for(lambda: rosa.images(project), "the picture is in", SLOW_MS / 1000)
    claim = emil.post(f"/api/projects/{project}/claim", {"image": row["id"]})["assignment"]
    mask = np.zeros((row["height"], row["width"]), bool)
    y, x = row["height"] // 2, row["width"] // 2
    mask[y - 40 : y + 40, x - 40 : x + 40] = True
    label = emil.get(f"/api/images/{row['id']}")["labels"][0]["id"]
    ids = {"id": str(uuid4()), "mask": str(uuid4())}
    drawn = {**ids, "kind": "create", "rle": encode(mask), "label": label}
    assert emil.save(row["id"], 0, drawn).is_good
    emil.post(f"/api/assignments/{claim['id']}/finish", {"active_s": 1})
    return project, row["id"]


def review(page: Page, editor: str) -> None:
    page.goto(editor)
    stage, panel = page.locator("[data-stage]"), page.get_by_role("region", name="Review")
    expect(panel).to_contain_text("No comment yet", timeout=SLOW_MS)
    expect(page.get_by_text("Other people are working on this image")).to_have_count(0)

    page.keyboard.press("t")
    click_at(stage, 0.3, 0.3)
    expect(page.get_by_role("textbox", name="Comment on this place")).to_be_focused()
    page.keyboard.type("The spoon is missing.")
    keep_picture(page, "28-commenting")
    page.keyboard.press("Enter")
    expect(panel).to_contain_text("The spoon is missing.")

    page.keyboard.press("v")
    click_at(stage, 0.5, 0.5)
    page.keyboard.press(".")  # the reviewer's own correction: a pixel more
    expect_saved(page)
    page.keyboard.press("Shift+T")
    page.get_by_role("textbox", name="Comment on the selected mask").fill("Too small.")
    page.keyboard.press("Enter")
    expect(panel).to_contain_text("Review 2 open")
    expect(
        page.get_by_role("group", name="Comments on the image").get_by_role("button")
    ).to_have_count(2)
    page.keyboard.press("Shift+Q")
    keep_picture(page, "29-reviewed")

    page.get_by_role("button", name="Return", exact=True).click()
    expect(page.get_by_text("2 open comments go back with the image")).to_be_visible()
    keep_picture(page, "30-returning")
    page.get_by_role("button", name="Return to the annotator").click()
    expect(page.get_by_text("Returned", exact=True)).to_be_visible()


def open_what_came_back(page: Page) -> None:
    """Follow the notice that comes by itself to who has nothing else to do."""
    expect(page.get_by_text("1 image was returned to you")).to_be_visible(timeout=SLOW_MS)
    page.get_by_role("button", name="Open it").click()
    expect(page.get_by_text("Returned: the comments say what to change.")).to_be_visible()


def look_at_the_cards(page: Page) -> None:
    page.get_by_role("link", name="Images", exact=True).click()
    expect(page.get_by_role("img", name="2 open comments")).to_be_visible()
    keep_picture(page, "31-cards")


def pins(page: Page) -> Locator:
    return page.get_by_role("group", name="Comments on the image").get_by_role("button")


def look_at_the_change(page: Page) -> None:
    """Check what the reviewer's correction is told by, and go to it."""
    changes = page.get_by_role("list", name="Changed in review")
    expect(changes).to_contain_text(re.compile(r"Changed cup.*\d px added"))
    before = changes.get_by_alt_text("Before: 6,400 px", exact=True)
    after = changes.get_by_alt_text(re.compile(r"^After: 6,\d+ px, \d+ px of them added$"))
    for picture in (before, after):
        expect(picture).to_have_attribute("src", re.compile("^data:image/png"))
    change = changes.get_by_role("button", name="Changed cup")
    change.click()
    expect(change).to_have_attribute("aria-pressed", "true")


def answer_the_review(page: Page, take_picture: Callable[[str], None]) -> None:
    panel = page.get_by_role("region", name="Review")
    expect(panel).to_contain_text("Review 2 open", timeout=SLOW_MS)
    look_at_the_change(page)
    page.keyboard.press(".")  # the annotator goes further
    expect_saved(page)
    expect(pins(page)).to_have_count(2)
    expect(page.get_by_role("button", name="2 open comments")).to_be_visible()
    page.keyboard.press("Shift+Q")
    answer_it(page, panel, take_picture)

    page.keyboard.press("q")
    expect(panel).to_contain_text("Review 1 open")
    page.keyboard.press("q")
    expect(panel).to_contain_text("nothing open")
    expect(page.get_by_role("button", name=re.compile("open comment"))).to_be_hidden()
    take_picture("33-resolved")


def answer_it(page: Page, panel: Locator, take_picture: Callable[[str], None]) -> None:
    """Answer the comment in view by keyboard."""
    page.keyboard.press("Shift+Y")
    expect(panel.get_by_role("textbox", name="Answer to comment 1")).to_be_focused()
    page.keyboard.type("That is its reflection.")
    take_picture("32-returned")
    page.keyboard.press("Enter")
    answers = panel.get_by_role("list", name="Answers to comment 1")
    expect(answers).to_contain_text("That is its reflection.emil · just now")
    expect(panel.get_by_role("button", name="Answer comment 1")).to_be_focused()


def finish_again(stack: Stack, project: int, image: int) -> None:
    emil = stack.log_in("emil")
    claim = emil.post(f"/api/projects/{project}/claim", {"image": image})["assignment"]
    emil.post(f"/api/assignments/{claim['id']}/finish", {"active_s": 1})


def review_again(page: Page, editor: str) -> None:
    page.goto(editor)
    changes = page.get_by_role("list", name="Changed since the last review")
    expect(changes).to_contain_text(re.compile(r"Changed cup.*emil.*\d px added"), timeout=SLOW_MS)
    page.get_by_role("button", name="Show 2 resolved ones").click()
    answers = page.get_by_role("list", name="Answers to comment 1")
    expect(answers).to_contain_text("That is its reflection.")
    keep_picture(page, "34-second-review")
