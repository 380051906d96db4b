"""Attributes of a proposal, set before it is accepted: in a real browser, by keys."""

from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.client import Client
from tests.e2e.conftest import Look
from tests.e2e.gestures import SLOW_MS, expect_saved
from tests.e2e.scenes import log_in, make_prepared_project
from tests.stack import Stack

pytestmark = pytest.mark.e2e
COLOUR, SIZE = str(uuid4()), str(uuid4())
ATTRIBUTES = [
    {"id": COLOUR, "name": "Colour", "kind": "choice", "choices": ["white", "blue"]}
    | {"default": "white"},
    {"id": SIZE, "name": "Size", "kind": "number", "min": 0, "max": 10, "required": True},
]


def test_required_attributes_are_asked_for_before_a_proposal_is_accepted(
    stack: Stack, page: Page, take_picture: Look
) -> None:
    grace = stack.log_in("grace")
    project, [image] = make_prepared_project(grace, 1, plan="queues")
    define_attributes(grace, project)
    log_in(page)
    page.goto(f"/projects/{project}/verify")
    expect(page.locator("[data-shown]")).to_be_visible(timeout=SLOW_MS)

    row = page.get_by_role("region", name="Attributes")
    page.keyboard.press("1")
    page.keyboard.press("a")
    expect(page.get_by_text("Not accepted: it still needs Size.")).to_be_visible()
    take_picture("34-verify-attributes-missing")
    page.keyboard.press("u")
    expect(row.get_by_role("button", name="white")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    row.get_by_role("textbox", name="Size").fill("4.5")
    page.keyboard.press("Enter")
    expect(page.get_by_text("still needs")).to_have_count(0)
    take_picture("35-verify-attributes")
    page.keyboard.press("a")
    expect(page.locator("[data-done]")).to_have_attribute("data-done", "1")
    expect(row.get_by_role("textbox", name="Size")).to_have_value("")

    page.keyboard.press("Control+z")
    expect(row.get_by_role("textbox", name="Size")).to_have_value("4.5")
    page.keyboard.press("2")
    take_picture("36-verify-no-attributes")
    page.keyboard.press("1")
    page.keyboard.press("a")
    expect_saved(page)
    [mask] = grace.get(f"/api/images/{image}")["masks"]
    assert mask["attributes"] == {COLOUR: "blue", SIZE: 4.5}

    page.get_by_text("Grid", exact=True).click()
    expect(page.get_by_text("Required attributes")).to_contain_text("disc (Size)")
    take_picture("37-verify-grid-required")
    page.get_by_role("button", name="Verify one by one").click()
    expect(row.get_by_role("textbox", name="Size")).to_be_visible()


def define_attributes(client: Client, project: int) -> None:
    label = client.get(f"/api/projects/{project}")["labels"][0]["id"]
    answer = client.send("PATCH", f"/api/labels/{label}", {"attributes": ATTRIBUTES})
    assert answer.is_good, answer
