"""From image to image: what is said of the one that was left, the way back, and the way out."""

import re

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.e2e.gestures import SLOW_MS, expect_saved, wait_for_editor
from tests.e2e.scenes import Canvas, log_in, make_prepared_project, saved_masks
from tests.stack import Stack

pytestmark = pytest.mark.e2e
# What is told covers no control.
IS_OVER_STAGE = """() => {
  const [told, stage] = ["[role=alert]", "[data-stage]"].map(
    (each) => document.querySelector(each).getBoundingClientRect(),
  );
  return told.left > stage.left && told.right < stage.right &&
    told.top > stage.top && told.bottom < stage.bottom;
}"""


def test_who_leaves_proposals_undecided_hears_of_it_and_can_go_back(
    stack: Stack, page: Page
) -> None:
    grace = stack.log_in("grace")
    project, ids = make_prepared_project(grace, 2)
    log_in(page)
    canvas = Canvas.open(page, f"/projects/{project}/annotate?image={ids[0]}")
    canvas.press("g", "d")
    canvas.draw((30, 30), (60, 30))
    [before] = canvas.wait_for_masks(1)
    expect_saved(page)

    proposals = page.get_by_role("button", name=re.compile("^Proposals"))
    proposals.click()
    canvas.press("n")

    expect(page.get_by_label("Image 1.png")).to_be_visible(timeout=SLOW_MS)
    expect(
        page.get_by_text(re.compile(r"^0\.png is done, with \d+ proposals? undecided"))
    ).to_be_visible()
    wait_for_editor(page)
    assert canvas.masks == []
    expect(page.get_by_role("button", name="Show proposals")).to_be_visible()  # still hidden
    expect(proposals).to_have_attribute("aria-expanded", "false")
    expect(page.get_by_role("list", name="Proposals")).to_have_count(0)
    page.wait_for_function(IS_OVER_STAGE)
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
    expect_saved(page)

    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("menuitem", name="Give this image back").click()

    expect(page).to_have_url(re.compile(f"/projects/{project}$"))
    expect(page.get_by_text("0.png was given back")).to_be_visible()
    expect(page.get_by_role("button", name="Take it again")).to_be_visible()
    assert ada.post(f"/api/projects/{project}/claim", {})["assignment"]["image"] == image
    assert len(ada.get(f"/api/images/{image}")["masks"]) == 1


def test_a_reload_shows_what_the_address_names_and_back_leaves_the_editor(
    stack: Stack, context: BrowserContext, page: Page
) -> None:
    grace = stack.log_in("grace")
    project, [first, second] = make_prepared_project(grace, 2)
    log_in(page)
    canvas = Canvas.open(page, f"/projects/{project}/annotate")
    expect(page).to_have_url(re.compile(rf"/annotate\?image={first}$"))
    canvas.press("1", "d")
    canvas.draw((30, 30), (60, 30))
    canvas.wait_for_masks(1)
    expect_saved(page)
    [mask] = saved_masks(grace, first)
    address = re.compile(rf"/annotate\?image={first}&mask={mask}$")
    expect(page).to_have_url(address)
    canvas.press("Shift+L")

    page.reload()
    wait_for_editor(page)
    expect(listed(page)).to_have_attribute("aria-pressed", "true")
    brush = page.get_by_role("button", name="Brush", exact=True)
    expect(brush).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("button", name="Unlock disc")).to_be_visible()
    colleague = context.new_page()
    colleague.goto(page.url)
    wait_for_editor(colleague)
    expect(listed(colleague)).to_have_attribute("aria-pressed", "true")
    expect(colleague.get_by_role("button", name="Lock disc", exact=True)).to_be_visible()
    colleague.close()
    canvas.press("n")

    expect(page).to_have_url(re.compile(rf"/annotate\?image={second}$"))
    wait_for_editor(page)
    canvas.press("Shift+N")
    expect(page).to_have_url(re.compile(rf"/annotate\?image={first}$"))
    page.go_back()
    expect(page).to_have_url(re.compile("/projects$"))


def listed(page: Page) -> Locator:
    """Find the only mask in the list of objects."""
    objects = page.get_by_role("region", name="Objects", exact=True)
    return objects.locator("button[aria-pressed]")
