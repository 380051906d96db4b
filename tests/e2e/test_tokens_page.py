"""Somebody on the page of their account, in a real browser: a token from its making to its end."""

import urllib.error
import urllib.request

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Look
from tests.e2e.scenes import log_in
from tests.stack import Stack

pytestmark = pytest.mark.e2e


def status_of(stack: Stack, token: str, method: str = "GET") -> int:
    """Ask for the projects as a program does; return the status of the answer."""
    request = urllib.request.Request(  # noqa: S310  # our own loopback address
        f"{stack.url}/api/projects",
        method=method,
        data=b"{}" if method == "POST" else None,
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_a_token_is_made_shown_once_used_and_revoked(
    stack: Stack, page: Page, take_picture: Look
) -> None:
    log_in(page)
    page.goto("/account")
    part = page.get_by_role("region", name="Tokens")
    part.get_by_role("button", name="Make a token").click()
    expect(part).to_contain_text("Say what the token is for")
    part.get_by_label("What it is for").fill("Nightly export")
    part.get_by_role("button", name="Make a token").click()

    secret = part.get_by_role("alert").locator("code").inner_text()
    row = part.get_by_role("row").filter(has_text="Nightly export")
    expect(row).to_contain_text("Read")
    expect(row).to_contain_text("in 3 months")
    expect(row).to_contain_text("Never")
    part.scroll_into_view_if_needed()
    take_picture("106-token-made")
    statuses = [status_of(stack, secret), status_of(stack, secret, "POST")]
    page.reload()
    expect(row).to_contain_text("just now")
    expect(part).not_to_contain_text(secret)
    part.get_by_role("button", name="Revoke Nightly export").click()
    page.get_by_role("button", name="Revoke the token").click()
    expect(part).to_contain_text("No token yet.")

    assert statuses == [200, 403]
    assert status_of(stack, secret) == 401
