"""Around the objects in a real browser: attributes, parts, the look, the minimap, the receipts."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from annotation.demo import picture_path
from tests.client import Client
from tests.e2e.conftest import Look, keep_picture
from tests.e2e.gestures import SLOW_MS, drag, expect_saved, hover_at
from tests.e2e.scenes import begin_project, import_pictures, log_in
from tests.stack import Stack

pytestmark = pytest.mark.e2e


def test_attributes_from_the_settings_to_the_history(
    stack: Stack, context: BrowserContext, page: Page, take_picture: Look
) -> None:
    grace = stack.log_in("grace")
    project, image = make_image(grace)
    log_in(page)
    define_attributes(context.new_page(), project)  # a refusal is an error on the console

    page.goto(f"/projects/{project}/annotate?image={image}")
    stage = open_stage(page)
    expect(page.get_by_text("Choose a label with 1")).to_be_visible()
    page.keyboard.press("1")
    page.keyboard.press("d")
    drag(page, stage, (0.4, 0.4), (0.6, 0.4))
    expect(page.get_by_text("New masks: cup")).to_be_visible()
    panel = page.get_by_role("region", name="Attributes of cup")
    expect(panel.get_by_role("button", name="white")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_text("needs Size")).to_be_visible()
    page.keyboard.press("n")
    expect(page.get_by_text("Not finished: the selected mask still needs Size.")).to_be_visible()
    set_values(page, panel, take_picture)
    assert values_of(grace, image) == {"Colour": "black", "Size": 4.5, "Note": "chipped"}

    page.keyboard.press("Control+z")
    expect(panel.get_by_role("textbox", name="Note")).to_have_value("")
    page.keyboard.press("r")
    history = page.get_by_role("list", name="Revisions").get_by_role("listitem")
    expect(history.nth(0)).to_contain_text(re.compile("Note: chipped → ."))
    expect(history.nth(3)).to_contain_text("Colour: white → black")
    expect_saved(page)
    assert values_of(grace, image) == {"Colour": "black", "Size": 4.5}


def define_attributes(page: Page, project: int) -> None:
    page.goto(f"/projects/{project}/settings")
    page.get_by_role("button", name="Attributes of cup").click()
    dialog = page.get_by_role("dialog")
    add = dialog.get_by_role("button", name="Add an attribute")
    add.click()
    dialog.get_by_role("textbox", name="Name of the attribute").fill("Colour")
    choices = dialog.get_by_label("Choices of Colour").first
    for choice in ("white", "black", "blue"):
        choices.fill(choice)
        page.keyboard.press("Enter")
    pick(page, dialog, "Default of Colour", "white")
    for name, kind in (("Size", "Number"), ("Note", "Text")):
        add.click()
        dialog.get_by_role("textbox", name="Name of the attribute").last.fill(name)
        pick(page, dialog, f"Kind of {name}", kind)
    dialog.get_by_label("Smallest Size").fill("5")
    dialog.get_by_label("Largest Size").fill("2")
    dialog.get_by_role("switch", name="Required").nth(1).click()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("The largest is below the smallest.")).to_be_visible()
    dialog.get_by_label("Smallest Size").fill("0")
    dialog.get_by_label("Largest Size").fill("10")
    keep_picture(page, "40-attributes-settings")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    page.close()


def pick(page: Page, within: Locator, name: str, option: str) -> None:
    within.get_by_label(name).first.click()
    page.get_by_role("option", name=option, exact=True).click()


def set_values(page: Page, panel: Locator, take_picture: Look) -> None:
    panel.get_by_role("button", name="black").click()
    size = panel.get_by_role("textbox", name="Size")
    size.fill("11")
    expect(panel.get_by_text("At most 10.")).to_be_visible()
    size.fill("4.5")
    page.keyboard.press("Enter")
    expect(page.locator("[data-stage]")).to_be_focused()
    expect(page.get_by_text("needs Size")).to_have_count(0)
    page.keyboard.press("u")
    expect(panel.get_by_role("button", name="white")).to_be_focused()
    panel.get_by_role("textbox", name="Note").fill("chipped")
    page.keyboard.press("Enter")
    expect_saved(page)
    take_picture("41-attributes")


def values_of(client: Client, image: int) -> dict[str, Any]:
    """Return the values of the image's only mask by their names."""
    detail = client.get(f"/api/images/{image}")
    names = {each["id"]: each["name"] for label in detail["labels"] for each in label["attributes"]}
    (mask,) = detail["masks"]
    return {names[key]: value for key, value in mask["attributes"].items()}


def test_a_part_a_look_a_map_a_label_and_the_receipts(
    stack: Stack, context: BrowserContext, page: Page, take_picture: Look, tmp_path: Path
) -> None:
    grace = stack.log_in("grace")
    project, image = make_image(grace)
    log_in(page)
    page.goto(f"/projects/{project}/annotate?image={image}")
    stage = open_stage(page)

    make_a_part(page, stage, take_picture)
    masks = {mask["id"]: mask for mask in grace.get(f"/api/images/{image}")["masks"]}
    [part] = [mask for mask in masks.values() if mask["parent"] is not None]
    assert masks[part["parent"]]["area_px"] > 2 * part["area_px"]

    move_in_the_list(page, grace, image, take_picture)
    find_a_label(page, take_picture)
    change_the_look(page, stage, take_picture)
    move_by_the_map(page, stage, take_picture)
    page.goto("/projects")  # it lets go of the image
    offline = context.new_page()  # no network is an error on the console
    offline.goto(f"/projects/{project}/annotate?image={image}")
    open_stage(offline)
    read_the_receipts(offline, image, tmp_path)


def make_a_part(page: Page, stage: Locator, take_picture: Look) -> None:
    page.keyboard.press("1")
    page.keyboard.press("l")
    outline(page, stage, ((0.3, 0.3), (0.7, 0.3), (0.7, 0.7), (0.3, 0.7)))
    page.keyboard.press("Escape")
    outline(page, stage, ((0.4, 0.4), (0.5, 0.4), (0.5, 0.5), (0.4, 0.5)))
    offer = page.get_by_role("button", name=re.compile("^Part of cup"))
    expect(offer).to_be_visible()
    take_picture("42-part-offer")
    page.keyboard.press("Shift+P")
    expect(offer).to_have_count(0)
    expect_saved(page)
    page.keyboard.press("Control+z")
    expect_saved(page)
    page.keyboard.press("Control+Shift+Z")
    expect_saved(page)


def outline(page: Page, stage: Locator, corners: tuple[tuple[float, float], ...]) -> None:
    hover_at(stage, *corners[0])
    page.mouse.down()
    for corner in (*corners[1:], corners[0]):
        hover_at(stage, *corner)
    page.mouse.up()


def move_in_the_list(page: Page, client: Client, image: int, take_picture: Look) -> None:
    def told(key: str) -> list[Any]:
        expect_saved(page)
        return [mask[key] for mask in client.get(f"/api/images/{image}")["masks"]]

    rows = page.get_by_role("list", name="Objects").get_by_role("listitem")
    [whole, _] = told("id")
    landing = page.get_by_text("No longer a part", exact=True)
    rows.nth(1).hover()
    page.mouse.down()
    move_over(page, rows.nth(1))
    move_over(page, page.get_by_label("Filter the objects"))
    expect(landing).to_be_visible()
    move_over(page, landing)
    expect(landing).to_have_attribute("data-landing", "true")
    take_picture("48-take-out-a-part")
    page.mouse.up()
    expect(landing).to_have_count(0)
    assert told("parent") == [None, None]

    rows.nth(0).drag_to(rows.nth(1))
    assert told("parent") == [None, whole]
    page.keyboard.press("Control+z")
    assert told("parent") == [None, None]
    page.keyboard.press("Control+Shift+z")
    assert told("parent") == [None, whole]

    page.keyboard.press("Escape")
    rows.nth(1).get_by_role("button").first.click()
    page.keyboard.press("Control+[")
    assert told("z") == [0, -1]
    page.keyboard.press("Control+z")
    assert told("z") == [0, 0]


def move_over(page: Page, place: Locator) -> None:
    """Move what is dragged: hovering waits for events of the mouse, and a drag has none."""
    box = place.bounding_box()
    assert box is not None
    for share in (0.3, 0.4, 0.5):
        page.mouse.move(box["x"] + share * box["width"], box["y"] + share * box["height"])


def find_a_label(page: Page, take_picture: Look) -> None:
    bar = page.get_by_role("toolbar", name="Label")
    page.keyboard.press("/")
    field = page.get_by_role("textbox", name="First letters of a label")
    expect(field).to_be_focused()
    page.keyboard.type("sau")  # would else be tools and verdicts
    take_picture("43-find-a-label")
    page.keyboard.press("Enter")
    expect(field).to_have_count(0)
    expect(bar.get_by_role("button", name="saucer")).to_have_attribute("aria-pressed", "true")
    expect_saved(page)


def change_the_look(page: Page, stage: Locator, take_picture: Look) -> None:
    canvas = stage.locator("canvas").first
    assert canvas.evaluate("each => each.style.filter") == "none"
    page.get_by_role("button", name="How masks and image look").click()
    page.get_by_text("Green", exact=True).click()
    expect(page.get_by_role("checkbox", name="Green")).not_to_be_checked()
    expect(page.get_by_role("checkbox", name="Red")).to_be_checked()
    gamma = page.get_by_role("slider", name="Gamma of the image")
    gamma.focus()
    for _ in range(20):
        page.keyboard.press("ArrowRight")
    expect(page.get_by_text("Gamma of the image: 2.00")).to_be_visible()
    assert canvas.evaluate("each => each.style.filter").startswith("url(")
    take_picture("44-look")
    page.get_by_role("button", name="Reset").click()
    assert canvas.evaluate("each => each.style.filter") == "none"
    assert stage.locator("svg").count() == 0
    page.keyboard.press("Escape")


def move_by_the_map(page: Page, stage: Locator, take_picture: Look) -> None:
    shown = page.get_by_role("group", name="Minimap")
    expect(shown).to_have_count(0)
    stage.focus()
    for _ in range(6):
        page.keyboard.press("=")
    expect(shown).to_be_visible()
    picture = page.locator("[data-minimap]")
    frame = picture.locator("span")
    before = frame.bounding_box()
    drag(page, picture, (0.5, 0.5), (0.8, 0.8))
    after = frame.bounding_box()
    assert before is not None
    assert after is not None
    assert after["x"] > before["x"] + 5
    assert after["y"] > before["y"] + 5
    take_picture("45-minimap")
    page.keyboard.press("Shift+M")
    expect(shown).to_have_count(0)
    page.reload()
    stage = open_stage(page)
    stage.focus()
    for _ in range(6):
        page.keyboard.press("=")
    expect(page.get_by_role("group", name="Minimap")).to_have_count(0)
    page.keyboard.press("Shift+M")
    expect(page.get_by_role("group", name="Minimap")).to_be_visible()


def read_the_receipts(page: Page, image: int, folder: Path) -> None:
    page.context.set_offline(True)
    page.keyboard.press("f")
    page.keyboard.press("d")
    drag(page, page.locator("[data-stage]"), (0.1, 0.8), (0.2, 0.8))
    expect(page.locator("[data-save-state=device]")).to_be_visible()
    page.locator("[data-save-state]").click()
    rows = page.get_by_role("list", name="Receipts").get_by_role("listitem")
    expect(rows.nth(0)).to_contain_text("New mask")
    expect(rows.nth(0)).to_contain_text("Waits on this device")
    expect(rows.nth(1)).to_contain_text("Label changed")
    expect(rows.nth(1)).to_contain_text(re.compile(r"Saved · image version \d+"))
    keep_picture(page, "46-receipts-offline")
    page.context.set_offline(False)
    expect(rows.nth(0)).to_contain_text("Saved · image version", timeout=SLOW_MS)
    with page.expect_download() as download:
        page.get_by_role("button", name="JSON").click()
    download.value.save_as(folder / "receipts.json")
    kept = json.loads((folder / "receipts.json").read_text())
    assert {each["image"] for each in kept["operations"]} == {image}
    assert {each["outcome"] for each in kept["operations"]} == {"saved"}
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")  # the dialog is still about to give the focus back
    page.evaluate("() => document.querySelector('[data-save-state]').focus()")
    page.keyboard.type("receipts")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Receipts")).to_be_visible()
    keep_picture(page, "47-receipts")


def open_stage(page: Page) -> Locator:
    stage = page.locator("[data-stage]")
    expect(stage).to_be_visible(timeout=SLOW_MS)
    return stage


def make_image(client: Client) -> tuple[int, int]:
    """Make a project with one picture, and return both their ids."""
    project = begin_project(client, "Objects", ("cup", "saucer"))
    data = picture_path("skimage", "data/coffee.png").read_bytes()
    [image] = import_pictures(client, project, {"coffee.png": data})
    return project, image
