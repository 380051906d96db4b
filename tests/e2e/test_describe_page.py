"""Describing an image while somebody else does."""

from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.chaos.conftest import picture
from tests.e2e.gestures import SLOW_MS
from tests.e2e.scenes import begin_project, import_pictures, log_in
from tests.stack import Stack

pytestmark = pytest.mark.e2e
WRITTEN = "A red bucket on a quay."


def test_what_is_being_written_stays_when_somebody_elses_description_arrives(
    stack: Stack, page: Page
) -> None:
    stack.add_users("olga")
    grace = stack.log_in("grace")
    project = begin_project(grace, "Buckets", ["bucket"])
    grace.post(f"/api/projects/{project}/members", {"username": "olga", "role": "annotator"})
    with stack.asleep("models"):
        [image] = import_pictures(grace, project, {"first.png": picture(0)[0]})
        log_in(page, "olga").goto(f"/projects/{project}/images/{image}/describe")
        page.get_by_role("textbox", name="Caption").fill(WRITTEN)
        hers = {"id": str(uuid4()), "text": "A bucket.", "recording": None, "proposal": None}
        grace.post(f"/api/images/{image}/captions", {**hers, "seconds": 1})

        grace.upload(project, "second.png", picture(1)[0])  # its end has the page look again

        missing = page.get_by_role("textbox", name="What is missing")
        expect(missing).to_have_value(WRITTEN, timeout=SLOW_MS)
        page.get_by_role("button", name="Save caption").click()
        expect(missing).to_have_value("")
    [caption, *_] = grace.get(f"/api/images/{image}/descriptions")["captions"]
    assert caption["text"] == f"A bucket. {WRITTEN}"
