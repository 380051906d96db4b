"""Somebody on the page of their account, in a real browser: a token from its making to its end."""

import urllib.error
import urllib.request

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Look
from tests.e2e.scenes import begin_project, log_in
from tests.stack import Stack

pytestmark = pytest.mark.e2e


def status_of(stack: Stack, token: str, method: str = "GET", path: str = "projects") -> int:
    """Ask as a program does, for the projects by default; return the status of the answer."""
    request = urllib.request.Request(  # noqa: S310  # our own loopback address
        f"{stack.url}/api/{path}",
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


def test_a_token_for_one_project_names_it_and_reaches_no_other(
    stack: Stack, page: Page, take_picture: Look
) -> None:
    client = stack.log_in("grace")
    ferns, roads = (begin_project(client, name, ["thing"]) for name in ("Ferns", "Roads"))
    log_in(page)
    page.goto("/account")
    part = page.get_by_role("region", name="Tokens")
    part.get_by_label("What it is for").fill("Nightly copy")
    part.get_by_role("combobox", name="What it reaches").click()
    page.get_by_role("option", name="Chosen projects").click()
    part.get_by_role("button", name="Make a token").click()
    expect(part).to_contain_text("Choose a project")
    part.get_by_label("Projects", exact=True).first.click()
    page.get_by_role("option", name="Ferns").click()
    page.keyboard.press("Escape")
    part.scroll_into_view_if_needed()
    take_picture("138-token-of-a-project")
    part.get_by_role("button", name="Make a token").click()

    secret = part.get_by_role("alert").locator("code").inner_text()
    row = part.get_by_role("row").filter(has_text="Nightly copy")
    expect(row).to_contain_text("Ferns")
    expect(row).not_to_contain_text("Roads")
    paths = [f"projects/{ferns}", f"projects/{roads}"]
    assert [status_of(stack, secret, path=path) for path in paths] == [200, 404]
