"""A manager on the settings page, in a real browser: has a real program told by webhook."""

import json
from functools import partial
from http.server import ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from engine.signatures import HEADER, is_signed
from tests.client import wait_for
from tests.e2e.conftest import Look, keep_picture
from tests.e2e.gestures import SLOW_MS
from tests.e2e.scenes import begin_project, log_in
from tests.receiver import Receiver, address, running_receiver
from tests.stack import Stack

pytestmark = pytest.mark.e2e


def make_webhook(page: Page, url: str, take_picture: Look) -> str:
    """Make one on the page, after two addresses that are refused; return its secret."""
    part = page.get_by_role("region", name="Webhooks")
    expect(part).to_contain_text("No webhook yet.")
    part.get_by_role("button", name="Add a webhook").click()
    dialog = page.get_by_role("dialog", name="New webhook")
    dialog.get_by_role("button", name="Add the webhook").click()
    expect(dialog).to_contain_text("Enter the address that is told")
    dialog.get_by_label("Address").fill("http://example.org")
    dialog.get_by_role("button", name="Add the webhook").click()
    expect(dialog).to_contain_text("Only https keeps what is told from others.")
    take_picture("102-webhook-refused")
    dialog.get_by_label("Address").fill(url)
    dialog.get_by_role("checkbox", name="A round has ended").uncheck()
    dialog.get_by_role("button", name="Add the webhook").click()
    told = part.get_by_role("alert")
    expect(told).to_contain_text("Copy the secret now.")
    part.get_by_role("button", name="How to verify a message").click()
    expect(part.get_by_label("Verifying in Python")).to_be_visible()
    part.scroll_into_view_if_needed()
    take_picture("101-webhook-made")
    return told.locator("code").inner_text()


# Closes a dialog and opens one two frames later, while the first is still fading away.
CLOSE_AND_OPEN = """async (opener) => {
  const frame = () => new Promise(requestAnimationFrame);
  document.querySelector("[role=dialog] button[aria-label=Close]").click();
  await frame();
  await frame();
  opener.click();
}"""


def leave_and_begin_again(page: Page) -> None:
    """Type an address, think better of it, and begin anew at once: nothing is left of it."""
    page.emulate_media(reduced_motion="no-preference")  # else nothing fades
    opener = page.get_by_role("region", name="Webhooks").get_by_role("button", name="Add a webhook")
    opener.click()
    address_field = page.get_by_role("dialog", name="New webhook").get_by_label("Address")
    address_field.fill("https://example.org/left")
    opener.evaluate(CLOSE_AND_OPEN)
    expect(address_field).to_have_value("")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.emulate_media(reduced_motion="reduce")


def act(page: Page, url: str, what: str) -> None:
    page.get_by_role("button", name=f"Actions for {url}").click()
    page.get_by_role("menuitem", name=what).click()


def first_row(page: Page) -> Locator:
    table = page.get_by_role("dialog", name="Deliveries").get_by_role("table")
    return table.get_by_role("row").nth(1)


def try_it(stack: Stack, page: Page, url: str, secret: str, take_picture: Look) -> dict[str, Any]:
    """Send a test that is refused, and deliver it by hand; return what was told."""
    Receiver.status = 503
    act(page, url, "Send a test")
    wait_for(lambda: Receiver.got, "the test is sent")
    with stack.asleep("beat"):  # which would send it again before a slow page is clicked on
        row = first_row(page)
        expect(row).to_contain_text("503", timeout=SLOW_MS)
        expect(row).to_contain_text("Trying again")
        Receiver.status = 204
        with page.expect_response("**/api/deliveries/*/again", timeout=SLOW_MS):
            row.get_by_role("button", name="Deliver now").click()
    expect(row).to_contain_text("Delivered", timeout=SLOW_MS)
    expect(row).to_contain_text("204")
    row.get_by_role("button", name="What was sent: Test").click()
    expect(page.get_by_label("Body")).to_contain_text('"event": "ping"')
    take_picture("103-deliveries")
    _, headers, body = Receiver.got[-1]
    assert is_signed(secret, body, headers[HEADER])
    found: dict[str, Any] = json.loads(body)
    return found


def change_it(page: Page, receiver: ThreadingHTTPServer, url: str) -> str:
    """Have it told of rounds as well, elsewhere; return its new address."""
    act(page, url, "Change")
    dialog = page.get_by_role("dialog", name="Change the webhook")
    changed = f"http://127.0.0.1:{receiver.server_port}/other"
    dialog.get_by_label("Address").fill(changed)
    dialog.get_by_role("checkbox", name="A round has ended").check()
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_role("listitem", name=changed)).to_contain_text("All events")
    return changed


def test_a_webhook_is_made_tried_changed_switched_off_and_deleted(
    stack: Stack, troubled_page: Page
) -> None:
    """On a page whose console may complain: it does of each address that is refused."""
    page, take_picture = troubled_page, partial(keep_picture, troubled_page)
    grace = stack.log_in("grace")
    project = begin_project(grace, "Webhooks", ("disc",))
    log_in(page)
    page.goto(f"/projects/{project}/settings")
    with running_receiver() as receiver:
        url = address(receiver)

        leave_and_begin_again(page)
        secret = make_webhook(page, url, take_picture)
        told = try_it(stack, page, url, secret, take_picture)
        page.get_by_role("button", name="Close").click()
        changed = change_it(page, receiver, url)
        grace.cut(project)
        page.get_by_role("button", name=f"Deliveries to {changed}").click()
        expect(first_row(page)).to_contain_text("A cut of a version has ended")
        expect(first_row(page)).to_contain_text("Delivered", timeout=SLOW_MS)
        take_picture("104-a-version-told")
        page.get_by_role("button", name="Close").click()
        page.get_by_role("switch", name=f"{changed} is on").press("Space")
        expect(page.get_by_role("switch", name=f"{changed} is on")).not_to_be_checked()
        page.get_by_role("button", name=f"Actions for {changed}").click()
        expect(page.get_by_role("menuitem", name="Send a test")).to_be_disabled()
        take_picture("105-webhook-off")
        page.get_by_role("menuitem", name="Delete").click()
        page.get_by_role("button", name="Delete the webhook").click()
        expect(page.get_by_role("region", name="Webhooks")).to_contain_text("No webhook yet.")

    assert told["project"] == project
    paths = [path for path, _, _ in Receiver.got]
    assert paths == ["/hook?of=cells", "/hook?of=cells", "/other"]
    assert grace.rows(f"/api/projects/{project}/webhooks") == []
