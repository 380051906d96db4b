"""Two people, one image: a reviewer resolves where they differ, by picking and by merging."""

import re
from dataclasses import dataclass

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from engine.masks.rle import RLE, decode
from tests.e2e.conftest import Look
from tests.e2e.gestures import SLOW_MS, expect_saved
from tests.e2e.reviewing import box, finish, make_project, masks_that_count
from tests.e2e.scenes import log_in
from tests.stack import Stack

pytestmark = pytest.mark.e2e


@dataclass(frozen=True, slots=True)
class Conflict:
    """An image of two people: three masks of Anna's, of which Boris has two otherwise."""

    project: int
    image: int
    anna: list[str]
    boris: list[str]


def test_a_conflict_is_resolved_by_pick_and_by_merge_and_undone(
    stack: Stack, page: Page, take_picture: Look
) -> None:
    conflict = make_conflict(stack)
    vera = stack.log_in("vera")
    hers, his = conflict.anna, conflict.boris
    assert set(masks_that_count(vera, conflict.image)) == set(hers)

    log_in(page, "vera")
    page.goto(f"/projects/{conflict.project}/annotate?queue=review")
    panel = page.get_by_role("region", name="Conflicts")
    rows = look_at(panel)
    take_picture("44-conflicts")
    page.keyboard.press("u")
    page.keyboard.press("Shift+S")  # his, and on to the next
    page.keyboard.press("Shift+J")
    expect(panel).to_contain_text("Conflicts 1 open")
    expect(rows.nth(0)).to_contain_text("boris's taken")
    expect(rows.nth(1)).to_contain_text("merged")
    take_picture("45-decided")
    expect_saved(page)
    counted = masks_that_count(vera, conflict.image)
    assert set(counted) == {his[0], hers[1], hers[2]}
    assert area(counted[hers[1]]) == 2 * 16 * 16 - 12 * 14

    undo_both(page, panel)
    assert set(masks_that_count(vera, conflict.image)) == set(hers)

    panel.get_by_role("button", name="Keep both: conflict 1").click()
    panel.get_by_role("button", name="Take boris's: conflict 4").click()
    expect(panel).to_contain_text("Conflicts 1 open")
    expect_saved(page)
    assert set(masks_that_count(vera, conflict.image)) == {*hers, his[0], his[2]}
    approve(page, take_picture, conflict)
    [resolved] = vera.images(conflict.project)
    assert (resolved["status"], resolved["masks"]) == ("reviewed", 5)


def make_conflict(stack: Stack) -> Conflict:
    stack.add_users("vera", "anna", "boris")
    members = {"vera": "reviewer", "anna": "annotator", "boris": "annotator"}
    project, [image] = make_project(stack, "grace", members, pictures=1, overlap=2)
    labels = stack.log_in("grace").get(f"/api/projects/{project}")["labels"]
    cell, nucleus = (label["id"] for label in labels)
    hers = [box(10, 10, label=cell), box(60, 10, label=cell), box(10, 60, label=cell)]
    his = [box(16, 10, label=cell), box(64, 12, label=nucleus), box(80, 70, label=cell)]
    finish(stack.log_in("anna"), project, image, *hers)
    finish(stack.log_in("boris"), project, image, *his)
    drawn = ([str(each["mask"]) for each in masks] for masks in (hers, his))
    return Conflict(project, image, *drawn)


def look_at(panel: Locator) -> Locator:
    """Check what the panel lists, and return its rows."""
    expect(panel).to_contain_text("Conflicts 3 open", timeout=SLOW_MS)
    rows = panel.get_by_role("list", name="Conflicts").get_by_role("listitem")
    expect(rows).to_have_count(4)
    expect(rows.nth(0)).to_contain_text("IoU 0.45")
    expect(rows.nth(1)).to_contain_text("cell / nucleus")
    expect(rows.nth(2)).to_contain_text("Only anna")
    for label in ("anna: cell, 256 px", "boris: nucleus, 256 px"):
        picture = rows.nth(1).get_by_alt_text(label)
        expect(picture).to_have_attribute("src", re.compile("^data:image/png"))
    expect(rows.nth(2).get_by_alt_text("boris: no mask")).to_be_visible()
    return rows


def undo_both(page: Page, panel: Locator) -> None:
    page.keyboard.press("Control+z")
    expect(panel).to_contain_text("Conflicts 2 open")
    page.keyboard.press("Control+z")
    expect(panel).to_contain_text("Conflicts 3 open")
    expect_saved(page)


def approve(page: Page, take_picture: Look, conflict: Conflict) -> None:
    page.keyboard.press("n")
    expect(page.get_by_text("Nothing is left to review")).to_be_visible(timeout=SLOW_MS)
    page.goto(f"/projects/{conflict.project}")
    expect(page.get_by_text("objects on 1 image that two did")).to_be_visible(timeout=SLOW_MS)
    take_picture("46-agreement")


def area(rle: RLE) -> int:
    return int(np.count_nonzero(decode(rle)))
