"""A manager chooses which image comes next, and people get it."""

import re
from hashlib import sha256

import pytest
from playwright.sync_api import Page, expect

from tests.chaos.conftest import picture
from tests.e2e.conftest import Look
from tests.e2e.gestures import SLOW_MS
from tests.e2e.scenes import begin_project, import_pictures, log_in, wait_until_prepared
from tests.stack import Stack

pytestmark = pytest.mark.e2e


def test_a_manager_chooses_the_order_in_which_people_get_images(
    stack: Stack, page: Page, take_picture: Look
) -> None:
    grace = stack.log_in("grace")
    project = begin_project(grace, "Order", ("disc",))
    drawn = sorted((picture(seed)[0] for seed in range(3)), key=digest, reverse=True)
    pictures = {f"{number}.png": data for number, data in enumerate(drawn)}
    ids = import_pictures(grace, project, pictures)
    wait_until_prepared(grace, project, ids)
    log_in(page)
    page.goto(f"/projects/{project}/settings")
    policy = page.get_by_role("region", name="Which image next")
    save = policy.get_by_role("button", name="Save order")
    expect(policy.get_by_label("In order of import")).to_be_checked()
    expect(save).to_be_disabled()

    policy.get_by_label("Where the model learns most").check()
    expect(policy).to_contain_text("Hard images then come first")
    policy.scroll_into_view_if_needed()
    take_picture("150-which-image-next")
    policy.get_by_label("At random").check()
    expect(policy).not_to_contain_text("Hard images then come first")
    save.click()

    expect(page.get_by_text("The order of images was saved.")).to_be_visible()
    expect(save).to_be_disabled()
    wait_until_prepared(grace, project, ids)
    page.reload()
    expect(policy.get_by_label("At random")).to_be_checked()
    page.goto(f"/projects/{project}/annotate")
    expect(page).to_have_url(re.compile(rf"/annotate\?image={ids[-1]}$"), timeout=SLOW_MS)


def digest(data: bytes) -> str:
    """Draw lots as the platform does."""
    return sha256(data).hexdigest()
