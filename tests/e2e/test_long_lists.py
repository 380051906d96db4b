"""Somebody with more projects and jobs than a page of a list holds, in a real browser."""

import pytest
from playwright.sync_api import Page, expect

from annotation.api import jobs, projects
from tests.e2e.scenes import log_in
from tests.stack import Stack

pytestmark = pytest.mark.e2e
BEYOND = 3  # rows on the second page
ENDED_JOBS = """
from django.utils import timezone
from annotation.models import Job
ended = {{"project_id": {project}, "state": "succeeded", "finished_at": timezone.now()}}
Job.objects.bulk_create(Job(kind="workers.export_version", **ended) for _ in range({count}))
"""


def test_what_is_on_a_later_page_is_shown_on_demand_and_found(stack: Stack, page: Page) -> None:
    stack.add_users("petra")
    petra = stack.log_in("petra")
    names = [f"Plate {number:02}" for number in range(projects.PAGE + BEYOND)]
    made = [petra.post("/api/projects", {"name": name})["id"] for name in names]
    count = jobs.PAGE + BEYOND
    stack.manage("shell", "--no-imports", "-c", ENDED_JOBS.format(project=made[-1], count=count))

    log_in(page, "petra")
    cards = page.get_by_role("article")
    expect(cards).to_have_count(projects.PAGE)
    page.get_by_role("button", name="Show more").click()
    expect(cards).to_have_count(len(names))
    expect(page.get_by_role("button", name="Show more")).to_be_hidden()

    page.reload()
    expect(cards).to_have_count(projects.PAGE)
    page.keyboard.press("Control+k")
    page.keyboard.type(names[-1])
    page.get_by_role("option", name=names[-1]).click()
    expect(page).to_have_url(f"{stack.url}/projects/{made[-1]}")

    work = page.get_by_role("region", name="Background work")
    ended = work.get_by_text("Exporting")
    expect(ended).to_have_count(4)
    for shown in (24, 44, count):
        work.get_by_role("button", name="Show more").click()
        expect(ended).to_have_count(shown)
    expect(work.get_by_role("button", name="Show more")).to_be_hidden()
