"""A manager on the versions page, in a real browser: compares, tags and finds versions."""

import re
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from playwright.sync_api import Page, Route, expect

from engine.masks.rle import RLE, decode, encode
from tests.chaos.conftest import picture
from tests.client import wait_for
from tests.e2e.conftest import Look
from tests.e2e.gestures import SLOW_MS
from tests.e2e.scenes import begin_project, import_pictures, log_in
from tests.stack import Stack

pytestmark = pytest.mark.e2e


def operation(kind: str, mask: str, **more: object) -> dict[str, object]:
    return {"id": str(uuid4()), "kind": kind, "mask": mask, **more}


def shifted(rle: RLE, by_px: int) -> RLE:
    return encode(np.roll(decode(rle), by_px, axis=1))


def make_versions(stack: Stack) -> tuple[int, list[dict[str, Any]]]:
    """Cut a version, change some of all that a diff tells of, cut another; the newest first."""
    grace = stack.log_in("grace")
    project = begin_project(grace, "Versions", ("disc", "ring"))
    drawn = {f"{number}.png": picture(number, discs=9) for number in range(6)}
    images = import_pictures(grace, project, {name: data for name, (data, _) in drawn.items()})
    disc, ring = (each["id"] for each in grace.get(f"/api/images/{images[0]}")["labels"])
    names = {row["id"]: row["file_name"] for row in grace.images(project)}
    masks: dict[int, list[str]] = {}
    for image in images[:5]:
        ids = [str(uuid4()) for _ in range(6)]
        rles = drawn[names[image]][1]
        made = [
            operation("create", each, label=disc, rle=rle)
            for each, rle in zip(ids, rles, strict=False)
        ]
        assert grace.save(image, 0, *made).is_good
        masks[image] = ids
    path = f"/api/projects/{project}/versions"
    grace.cut(project, "Before the second pass")
    for place, image in enumerate(images[:4]):
        rles = drawn[names[image]][1]
        first, second, third, *_ = masks[image]
        changed = [
            operation("revise", first, rle=shifted(rles[0], 2 + 3 * place)),
            operation("revise", second, label=ring),
            operation("delete", third),
            operation("create", str(uuid4()), label=disc, rle=rles[7]),
        ]
        assert grace.save(image, 1, *changed).is_good
    caption = {"id": str(uuid4()), "text": "Nine discs on noise."}
    grace.post(f"/api/images/{images[0]}/captions", caption)
    alone = drawn[names[images[5]]][1][0]
    assert grace.save(
        images[5], 0, operation("create", str(uuid4()), label=ring, rle=alone)
    ).is_good
    grace.cut(project, "After it")
    return project, grace.get(path)["results"]


def compare(page: Page, take_picture: Look) -> None:
    page.get_by_role("link", name="Compare", exact=True).first.click()
    found = page.get_by_role("region", name="Comparison", exact=True)
    expect(found).to_contain_text("5 added, 4 removed, 8 changed", timeout=SLOW_MS)
    expect(found).to_contain_text("disc → ring (4 masks)")
    rows = found.get_by_role("table", name="Masks by label").get_by_role("row")
    expect(rows.filter(has_text="ring")).to_contain_text("4")
    expect(found).to_contain_text("on average, of 4 masks that changed their shape")
    changed = found.get_by_role("region", name="Images that changed")
    expect(changed.get_by_role("figure")).to_have_count(5)
    expect(changed).to_contain_text("Nine discs on noise.")
    take_picture("96-versions-compared")
    changed.get_by_role("figure").last.scroll_into_view_if_needed()
    expect(changed.get_by_role("img", name="Changes on")).to_have_count(5)
    take_picture("97-images-that-changed")


def tag_and_note(page: Page, version: str, take_picture: Look) -> None:
    card = page.get_by_role("article", name=f"Version {version[:8]}")
    card.get_by_role("button", name="Tag version").click()
    tag = page.get_by_label("Tag", exact=True)
    tag.fill("CAFE")
    expect(page.get_by_role("button", name="Add", exact=True)).to_be_disabled()
    tag.fill("v1.0")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(card).to_contain_text("v1.0")
    card.get_by_role("button", name="Change the note").click()
    page.get_by_role("textbox", name="Note").fill("What the paper used")
    page.get_by_role("button", name="Save").click()
    expect(card).to_contain_text("What the paper used")
    take_picture("98-a-version-with-a-tag")


def look_at_figures(page: Page, version: str, take_picture: Look) -> None:
    card = page.get_by_role("article", name=f"Version {version[:8]}")
    button = card.get_by_role("button", name="Figures of")
    button.click()
    figures = card.get_by_role("region", name="Figures", exact=True)
    expect(figures.get_by_role("region", name="Masks by label")).to_contain_text("disc")
    expect(figures.get_by_role("table", name="Splits")).to_contain_text("unfinished")
    take_picture("101-how-a-version-is-spread")
    button.click()
    expect(figures).to_have_count(0)


def look_at_pictures(page: Page, version: str, take_picture: Look) -> None:
    card = page.get_by_role("article", name=f"Version {version[:8]}")
    button = card.get_by_role("button", name="Pictures of")
    button.click()
    pictures = card.get_by_role("region", name="Pictures", exact=True)
    expect(pictures.get_by_role("figure")).to_have_count(6)
    expect(pictures).to_contain_text("unfinished · 1 mask: 1 ring")
    expect(pictures.get_by_role("img", name="Masks on").first).to_be_visible()
    take_picture("127-pictures-of-a-version")
    button.click()
    expect(pictures).to_have_count(0)


def test_versions_are_compared_tagged_and_found_from_an_image(
    stack: Stack, page: Page, take_picture: Look
) -> None:
    project, (newest, first) = make_versions(stack)
    log_in(page)
    page.goto(f"/projects/{project}/versions")

    compare(page, take_picture)
    page.get_by_role("combobox", name="From").click()
    page.get_by_role("option", name=newest["id"][:8]).click()
    expect(page.get_by_text("These versions hold the same")).to_be_visible()
    take_picture("99-versions-that-hold-the-same")
    page.get_by_role("button", name="Close the comparison").click()
    look_at_pictures(page, newest["id"], take_picture)
    look_at_figures(page, newest["id"], take_picture)
    tag_and_note(page, first["id"], take_picture)

    page.goto(f"/projects/{project}/images")
    page.get_by_role("button", name="Actions for 0.png").click()
    page.get_by_role("menuitem", name="Versions with it").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("link")).to_have_count(2)
    expect(dialog).to_contain_text("v1.0")
    take_picture("100-versions-with-an-image")


def choose_rings(page: Page, take_picture: Look) -> None:
    """Choose masks of one label and the images that have any, and see each choice counted."""
    held = page.get_by_role("status", name="What the version would hold")
    expect(held).to_contain_text("6 images: 6 unfinished. 31 masks.", timeout=SLOW_MS)
    page.get_by_role("button", name="Choose a part").click()
    page.get_by_role("combobox", name="Labels").click()
    page.get_by_role("option", name="ring").click()
    page.keyboard.press("Escape")
    expect(held).to_contain_text("5 masks.")
    page.get_by_role("switch", name="Leave out images without a mask").check()
    expect(held).to_contain_text("5 images: 5 unfinished. 5 masks.")
    page.get_by_label("Finished from").fill("2026-05-02")
    page.get_by_label("Finished until").fill("2026-05-01")
    expect(page.get_by_text("The last day is before the first.")).to_be_visible()
    expect(page.get_by_role("button", name="Cut version")).to_be_disabled()
    take_picture("120-a-choice-that-cannot-be")
    page.get_by_label("Finished until").fill("")
    expect(held).to_contain_text("No image meets all of this")
    take_picture("121-a-choice-of-nothing")
    page.get_by_label("Finished from").fill("")
    expect(held).to_contain_text("5 images: 5 unfinished. 5 masks.")


def test_a_part_is_counted_kept_under_a_name_cut_and_cut_again(
    stack: Stack, page: Page, take_picture: Look
) -> None:
    project, _ = make_versions(stack)
    log_in(page)
    page.goto(f"/projects/{project}/versions")
    grace = stack.log_in("grace")

    def is_cut() -> bool:
        cuts = grace.rows(f"/api/projects/{project}/version-cuts")
        return all(cut["job"]["finished_at"] for cut in cuts)

    def answer_once_cut(route: Route) -> None:
        wait_for(is_cut, "the version is cut")
        route.continue_()

    page.get_by_role("button", name="Cut a version").click()
    choose_rings(page, take_picture)
    page.get_by_label("Keep this choice as").fill("Rings")
    page.get_by_role("textbox", name="Note").fill("For the detector of rings")
    take_picture("122-a-part-to-cut")
    page.get_by_role("button", name="Cut version").click()

    card = page.get_by_role("article").filter(has_text="For the detector of rings")
    expect(card).to_contain_text("Cut from “Rings”: Only masks of ring", timeout=SLOW_MS)
    expect(card).to_contain_text("5 images (0 train, 0 holdout, 5 unfinished)")
    take_picture("123-a-version-of-a-part")
    card.get_by_role("button", name="Cut again").click()
    expect(page.get_by_role("combobox", name="Saved choice")).to_have_value("Rings")
    take_picture("124-cut-again")
    page.route("**/version-cuts", answer_once_cut)  # a cut so fast that nobody sees it at work
    page.get_by_role("button", name="Cut version").click()
    expect(page.get_by_text("Nothing has changed since: this is version")).to_be_visible(
        timeout=SLOW_MS
    )
    expect(page.get_by_role("article")).to_have_count(3)


def test_an_export_that_expired_is_asked_for_again_where_it_stood(
    stack: Stack, page: Page, take_picture: Look
) -> None:
    project, versions = make_versions(stack)
    grace = stack.log_in("grace")
    body = {"id": str(uuid4()), "format": "coco", "splits": ["unfinished"]}
    made = grace.post(f"/api/versions/{versions[0]['id']}/exports", body)["id"]
    written = wait_for(lambda: grace.get(f"/api/exports/{made}")["sha256"], "it is written")
    stack.sql_do("UPDATE annotation_export SET expired_at = now() WHERE id = %s", made)
    log_in(page).goto(f"/projects/{project}/versions")
    expect(page.get_by_text("unfinished · Expired, as nobody asked")).to_be_visible()
    take_picture("137-an-export-that-expired")

    page.get_by_role("button", name="Export again").click()

    expect(page.get_by_text(f"sha256 {written[:12]}")).to_be_visible(timeout=SLOW_MS)
    expect(page.get_by_text("Expired, as nobody asked")).to_be_hidden()


def test_what_people_said_is_exported_with_its_images(
    stack: Stack, page: Page, take_picture: Look
) -> None:
    project, (newest, _) = make_versions(stack)
    log_in(page)
    page.goto(f"/projects/{project}/versions")

    card = page.get_by_role("article", name=f"Version {newest['id'][:8]}")
    card.get_by_role("button", name="Export").click()
    take_picture("125-what-can-be-exported")
    page.get_by_role("menuitem", name=re.compile("^Masks")).click()
    expect(page.get_by_role("combobox", name="Format")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    card.get_by_role("button", name="Export").click()
    page.get_by_role("menuitem", name="Descriptions").click()
    dialog = page.get_by_role("dialog", name="Export descriptions")
    expect(dialog.get_by_role("radio", name="Descriptions")).to_be_checked()
    expect(dialog.get_by_role("radio", name="Narratives with voices")).to_be_disabled()
    expect(dialog.get_by_text("Nobody spoke in it.")).to_have_count(3)
    dialog.get_by_role("switch", name="Put the images in").check()
    take_picture("126-descriptions-to-export")
    dialog.get_by_role("button", name="Export").click()

    expect(card).to_contain_text("unfinished · with images", timeout=SLOW_MS)
    expect(card.get_by_role("link", name="Download")).to_be_visible(timeout=SLOW_MS)
