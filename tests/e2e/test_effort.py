"""The effort table in a real browser: a manager reads what proposals save, and regroups it."""

import pytest
from playwright.sync_api import Page, expect

from tests.client import wait_for
from tests.e2e.conftest import Look
from tests.e2e.gestures import SLOW_MS
from tests.e2e.reviewing import box, make_project
from tests.e2e.scenes import log_in
from tests.stack import Stack

pytestmark = pytest.mark.e2e


def test_a_manager_reads_what_proposals_save_and_groups_it_by_size(
    stack: Stack, page: Page, take_picture: Look
) -> None:
    project, images = make_project(stack, "grace", {}, pictures=4)
    grace = stack.log_in("grace")
    looked_at = "SELECT count(*) FROM annotation_image WHERE project_id = %s AND arm = 'serving'"
    wait_for(lambda: stack.sql(looked_at, project) == [(4,)], "all are proposed for", 300)
    bare = images[2:]
    stack.sql_do("UPDATE annotation_image SET arm = 'none' WHERE id = ANY(%s)", bare)
    for image, seconds in zip(images, (8, 12, 30, 50), strict=True):
        address = f"/api/projects/{project}/claim"
        claimed = grace.post(address, {"image": image})["assignment"]
        drawn = box(40, 30) | {"effort": {"seconds": 6, "clicks": 2, "strokes": 0}}
        assert grace.save(image, 0, drawn).is_good
        grace.post(f"/api/assignments/{claimed['id']}/finish", {"active_s": seconds})

    log_in(page)
    page.goto(f"/projects/{project}/rounds")

    effort = page.get_by_role("region", name="Effort", exact=True)
    expect(effort).to_contain_text("Proposals save 30.0 seconds", timeout=SLOW_MS)
    rows = effort.get_by_role("table", name="Effort per mask").get_by_role("row")
    expect(rows.filter(has_text="Model that served")).to_contain_text("10.0")
    expect(rows.filter(has_text="Without proposals")).to_contain_text("40.0")
    take_picture("69-effort")
    effort.get_by_text("Size", exact=True).click()
    expect(effort.get_by_role("columnheader", name="Seconds at the mask")).to_be_visible()
    expect(rows.filter(has_text="Medium")).to_contain_text("6.0")
