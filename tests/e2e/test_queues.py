"""The three queues of a plan by keyboard alone: fifty verdicts, then what they leave to do."""

from collections import Counter
from itertools import cycle, islice
from uuid import uuid4

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from engine.masks.rle import encode
from tests.e2e.conftest import Look, keep_picture
from tests.e2e.gestures import SLOW_MS, expect_saved
from tests.e2e.scenes import Canvas, log_in, make_prepared_project
from tests.stack import Stack

pytestmark = pytest.mark.e2e
IMAGES, VERDICTS = 12, 50
KEYS = "aaarawsaar"
STATES = {"a": "accepted", "r": "rejected", "w": "needs_work", "s": "not_sure"}
UNDONE_EVERY = 10


def test_fifty_proposals_are_verified_and_the_rest_corrected_and_completed_by_keyboard(
    stack: Stack, page: Page, take_picture: Look
) -> None:
    grace = stack.log_in("grace")
    project, _ = make_prepared_project(grace, IMAGES, plan="queues")
    log_in(page)
    page.goto(f"/projects/{project}/verify")
    typed: dict[str, str] = {}
    for number, key in enumerate(islice(cycle(KEYS), VERDICTS), start=1):
        proposal = shown_proposal(page, typed)
        page.keyboard.press(key)
        typed[proposal] = STATES[key]
        if number % UNDONE_EVERY == 0:
            take_back(page, proposal)
            page.keyboard.press("a")
            typed[proposal] = "accepted"
        if number == VERDICTS // 2:
            shown_proposal(page, typed)
            take_picture("31-verify")
            look_at_the_grid(page, typed, take_picture)

    expect(page.locator("[data-done]")).to_have_attribute("data-done", str(VERDICTS))
    expect_saved(page)
    assert states_of(stack, project) == Counter(typed.values())

    correct(stack, page, project, take_picture)
    complete(page, project, take_picture)


def test_an_undo_leaves_a_mask_that_somebody_has_changed_since(
    stack: Stack, troubled_page: Page
) -> None:
    page = troubled_page  # which learns of the change by a refusal
    grace = stack.log_in("grace")
    project, [image] = make_prepared_project(grace, 1, plan="queues")
    log_in(page)
    page.goto(f"/projects/{project}/verify")
    shown_proposal(page, {})
    page.keyboard.press("a")
    expect_saved(page)
    found = grace.get(f"/api/images/{image}")
    [mask] = found["masks"]
    changed = encode(np.eye(found["height"], found["width"], dtype=bool))
    revision = {"id": str(uuid4()), "kind": "revise", "mask": mask["id"], "rle": changed}
    assert grace.save(image, found["version"], revision).is_good

    page.keyboard.press("Control+z")

    told = page.get_by_text("Not undone: somebody has changed the mask since.")
    expect(told).to_be_visible(timeout=SLOW_MS)
    keep_picture(page, "147-verify-not-undone")
    expect_saved(page)
    expect(page.locator("[data-done]")).to_have_attribute("data-done", "1")
    [kept] = grace.get(f"/api/images/{image}")["masks"]
    assert (kept["id"], kept["rle"]) == (mask["id"], changed)


def shown_proposal(page: Page, known: dict[str, str]) -> str:
    """Wait until a proposal that has no verdict yet can be seen; return its id."""
    handle = page.wait_for_function(
        """known => {
          const { proposal, shown } = document.querySelector("[data-proposal]")?.dataset ?? {};
          return proposal !== undefined && proposal === shown && !known.includes(proposal)
            ? proposal : null;
        }""",
        arg=list(known),
        timeout=SLOW_MS,
    )
    return str(handle.json_value())


def look_at_the_grid(page: Page, known: dict[str, str], take_picture: Look) -> None:
    page.get_by_text("Grid", exact=True).click()
    expect(page.get_by_role("button", name="Proposal on").nth(1)).to_be_visible()
    take_picture("38-verify-grid")
    page.get_by_text("One by one", exact=True).click()
    shown_proposal(page, known)


def take_back(page: Page, proposal: str) -> None:
    page.keyboard.press("Control+z")
    page.wait_for_function(
        """wanted => document.querySelector(`[data-shown="${wanted}"]`) !== null""",
        arg=proposal,
        timeout=SLOW_MS,
    )


def states_of(stack: Stack, project: int) -> Counter[str]:
    rows = stack.sql(
        "SELECT state FROM annotation_proposal p JOIN annotation_image i ON i.id = p.image_id"
        " WHERE i.project_id = %s AND state <> 'pending'",
        project,
    )
    return Counter(state for [state] in rows)


def correct(stack: Stack, page: Page, project: int, take_picture: Look) -> None:
    """Take each proposal that verifying sent on, and finish the image."""
    page.goto(f"/projects/{project}/annotate?queue=correct")
    canvas = Canvas.opened(page)
    [[sent_on]] = stack.sql(
        "SELECT count(*) FROM annotation_proposal p JOIN annotation_image i ON i.id = p.image_id"
        " WHERE i.project_id = %s AND state IN ('needs_work', 'not_sure') AND i.file_name = %s",
        project,
        name_of_image(page).split()[1].rstrip("."),
    )
    assert sent_on > 0
    before = len(canvas.masks)
    take_picture("32-correct")
    for number in range(1, sent_on + 1):
        canvas.press("Tab", "a")
        canvas.wait_for_masks(before + number)
    leave_for_the_next(page)


def complete(page: Page, project: int, take_picture: Look) -> None:
    """Nothing is missing on the first image; on the second, something is added."""
    page.goto(f"/projects/{project}/annotate?queue=complete")
    Canvas.opened(page)
    take_picture("33-complete")
    leave_for_the_next(page)
    canvas = Canvas.opened(page)
    before = len(canvas.masks)
    canvas.press("Escape", "d")
    canvas.draw((4, 120), (20, 124))
    canvas.wait_for_masks(before + 1)
    leave_for_the_next(page)


def leave_for_the_next(page: Page) -> None:
    """Finish the image; the next one of the queue opens, or the queue says that it is empty."""
    stage, name = page.locator("[data-stage]"), name_of_image(page)
    expect_saved(page)
    page.keyboard.press("n")
    expect(page.get_by_label(name)).to_have_count(0, timeout=SLOW_MS)
    expect(stage.or_(page.get_by_text("Nothing is left to")).first).to_be_visible(timeout=SLOW_MS)


def name_of_image(page: Page) -> str:
    """Return what the stage is called: "Image 3.png. Press ..."."""
    return page.locator("[data-stage]").get_attribute("aria-label") or ""
