"""Images that belong together, in a real browser: given their groups, and chosen by them."""

from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.chaos.conftest import picture
from tests.e2e.conftest import Look
from tests.e2e.gestures import SLOW_MS
from tests.e2e.scenes import begin_project, import_pictures, log_in
from tests.stack import Stack

pytestmark = pytest.mark.e2e
NAMES = ("slide1_0.png", "slide1_1.png", "slide2_0.png", "slide2_1.png", "overview.png")


def test_a_manager_keeps_images_together_and_cuts_a_version_of_one_group(
    stack: Stack, page: Page, take_picture: Look
) -> None:
    grace = stack.log_in("grace")
    project = begin_project(grace, "Slides", ["nucleus"])
    with stack.asleep("models"):  # nobody waits for proposals here
        drawn = {name: picture(number) for number, name in enumerate(NAMES)}
        import_pictures(grace, project, {name: data for name, (data, _) in drawn.items()})
        for row in grace.images(project):
            rle = drawn[row["file_name"]][1][0]
            made = {"id": str(uuid4()), "kind": "create", "mask": str(uuid4()), "rle": rle}
            [label] = grace.get(f"/api/images/{row['id']}")["labels"]
            assert grace.save(row["id"], 0, made | {"label": label["id"]}).is_good
        log_in(page).goto(f"/projects/{project}/settings")
        together = page.get_by_role("region", name="Images that belong together")
        see = together.get_by_role("button", name="See which")
        give = together.get_by_role("button", name="Keep together")
        see.click()
        told = together.get_by_role("status")
        expect(told).to_contain_text("5 images without one: their names tell none.")
        expect(give).to_be_disabled()
        together.get_by_role("combobox", name="Keep together").click()
        page.get_by_role("option", name="Images that share a part of their name").click()
        together.get_by_label("Pattern of their names").fill("{group}_{}.png")
        see.click()
        expect(told).to_contain_text("4 images in 2 groups: slide1 (2 images), slide2 (2 images).")
        together.scroll_into_view_if_needed()
        take_picture("139-images-that-belong-together")
        give.click()
        expect(page.get_by_text("4 images got 2 groups.")).to_be_visible(timeout=SLOW_MS)

        page.goto(f"/projects/{project}/versions")
        page.get_by_role("button", name="Cut the first version").click()
        page.get_by_role("button", name="Choose a part").click()
        expect(page.get_by_text("2 groups, each kept together")).to_be_visible()
        page.get_by_role("combobox", name="Groups").fill("de2")
        page.get_by_role("option", name="slide2").click()
        held = page.get_by_role("status", name="What the version would hold")
        expect(held).to_contain_text("2 images: 2 unfinished. 2 masks.")
        take_picture("140-a-version-of-a-group")
