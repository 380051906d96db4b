"""A day's work in a real browser, on the real stack: from logging in to an exported dataset."""

import re
import zipfile
from pathlib import Path
from typing import Final

import numpy as np
import pytest
from playwright.sync_api import Page, expect
from pycocotools.coco import COCO
from scipy import ndimage

from annotation.demo import picture_path
from engine.masks.rle import decode
from tests.annotation.world import NO_ARMS
from tests.client import wait_for
from tests.e2e.conftest import Clip, Look
from tests.e2e.gestures import SLOW_MS, click_at, drag, expect_saved, hover_at, wait_for_editor
from tests.e2e.scenes import log_in as log_in_as
from tests.stack import PASSWORD, Stack

pytestmark = [
    pytest.mark.e2e,
    # pycocotools 2.0.11 predates NumPy's __array__(copy=...).
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]
PICTURES = ("coffee.png", "coins.png", "chelsea.png")
LABELS = ("cup", "coin", "cat")
# A slow machine, at its slowest: what waits for the next frame comes after the first letter.
NO_FRAME_UNTIL_TYPED: Final = """() => {
    const request = window.requestAnimationFrame;
    const held = [];
    window.requestAnimationFrame = (draw) => -held.push(draw);
    const go = () => {
        window.requestAnimationFrame = request;
        for (const draw of held) request(draw);
    };
    addEventListener("input", go, { once: true });
}"""
IS_AS_LONG_AS: Final = """seconds => {
    const told = document.querySelector("[role=timer]").textContent;
    const [minutes, rest] = told.split(":").map(Number);
    return 60 * minutes + rest >= seconds;
}"""


def test_a_days_work(
    stack: Stack, page: Page, clip: Clip, take_picture: Look, tmp_path: Path
) -> None:
    log_in(page, take_picture)
    create_project(page, take_picture)
    have_proposals_for_all(stack)
    import_by_drag_and_drop(page, take_picture)
    wait_until_prepared(stack, page, take_picture)
    annotate_the_cup(page, take_picture)
    annotate_the_coins(page, take_picture)
    describe_aloud(page, clip, take_picture)
    retrain(page, take_picture)
    archive = export(page, take_picture, tmp_path)
    look_around(page, take_picture)
    leave_the_browser_to_grace(stack, page)

    assert_export_equals_database(stack, archive, tmp_path)


def log_in(page: Page, take_picture: Look) -> None:
    page.goto("/")
    expect(page.get_by_role("heading", name="Log in to Anneal")).to_be_visible()
    take_picture("01-login")
    page.get_by_label("User name").fill("ada")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page).to_have_url(re.compile("/projects$"))


def create_project(page: Page, take_picture: Look) -> None:
    expect(page.get_by_text("No project yet")).to_be_visible()
    take_picture("02-no-project")
    page.get_by_role("button", name="Create the first project").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Breakfast")
    dialog.get_by_label("What the images show").fill("Sample photographs, on and off the table.")
    labels = dialog.get_by_label("Labels").first
    for label in LABELS:
        labels.fill(label)
        labels.press("Enter")
    dialog.get_by_label("Holdout").fill("0")
    take_picture("03-new-project")
    dialog.get_by_role("button", name="Create project").click()
    expect(page.get_by_role("heading", name="Breakfast")).to_be_visible()


def have_proposals_for_all(stack: Stack) -> None:
    """Leave no image bare, whichever the hash would draw."""
    ada = stack.log_in("ada")
    [project] = ada.rows("/api/projects")
    assert ada.send("PATCH", f"/api/projects/{project['id']}", NO_ARMS).is_good


def import_by_drag_and_drop(page: Page, take_picture: Look) -> None:
    """Drop real pictures, and one file that is none, as a person's file manager does."""
    paths = [picture_path("skimage", f"data/{name}") for name in PICTURES]
    files = [{"name": path.name, "bytes": list(path.read_bytes())} for path in paths]
    files.append({"name": "notes.png", "bytes": list(b"not a picture")})
    dropped = page.evaluate_handle(
        """files => {
          const data = new DataTransfer();
          for (const { name, bytes } of files)
            data.items.add(new File([new Uint8Array(bytes)], name, { type: "image/png" }));
          return data;
        }""",
        files,
    )
    zone = page.get_by_text("Drop images, a zip or a dataset here")
    for event in ("dragenter", "dragover", "drop"):
        zone.dispatch_event(event, {"dataTransfer": dropped})
    table = page.get_by_role("table", name="Imported files")
    for name in PICTURES:
        row = table.get_by_role("row").filter(has_text=name)
        expect(row).to_contain_text("Accepted", timeout=SLOW_MS)
    refused = table.get_by_role("row").filter(has_text="notes.png")
    expect(refused).to_contain_text("Refused", timeout=SLOW_MS)
    take_picture("04-imported")


def wait_until_prepared(stack: Stack, page: Page, take_picture: Look) -> None:
    """The page says so by itself: nobody reloads it. It does with the first image's proposals."""
    step = page.get_by_role("region", name="Next step")
    expect(step).to_contain_text("3 images to annotate", timeout=SLOW_MS)
    expect(step).to_contain_text("to verify", timeout=SLOW_MS)
    bare = "SELECT count(*) FROM annotation_image WHERE proposed_by_id IS NULL"
    wait_for(lambda: stack.sql(bare) == [(0,)], "all are proposed for", 300)
    take_picture("05-prepared")
    page.get_by_role("link", name="Images", exact=True).click()
    expect(page.get_by_role("link", name="Annotate coffee.png")).to_be_visible()
    take_picture("06-images")


def annotate_the_cup(page: Page, take_picture: Look) -> None:
    page.get_by_role("link", name="Annotate coffee.png").click()
    stage, objects = wait_for_editor(page), page.get_by_role("region", name="Objects")
    take_picture("07-editor")

    page.keyboard.press("1")  # none is given that nobody chose
    page.get_by_role("button", name="Accept proposal 1", exact=True).click()
    expect(objects).to_contain_text("Objects 1")

    page.keyboard.press("Escape")
    click_at(stage, 0.5, 0.5)
    picker = page.get_by_role("group", name="What was meant")
    expect(picker.get_by_role("button")).to_have_count(3, timeout=SLOW_MS)
    page.keyboard.press("2")
    expect(picker.get_by_role("button", name="Hypothesis 2")).to_have_attribute(
        "aria-pressed", "true"
    )
    take_picture("08-hypotheses")
    page.keyboard.press("a")
    expect(objects).to_contain_text("Objects 2")
    expect_saved(page)
    rows = page.get_by_role("list", name="Objects").get_by_role("listitem")
    rows.first.get_by_role("button").first.click()
    page.keyboard.press("r")
    revision = page.get_by_role("list", name="Revisions").get_by_role("listitem")
    expect(revision).to_contain_text("Answered by the pretrained model")
    expect(revision).to_contain_text("1 point · hypothesis 2, picked")
    take_picture("72-answered")
    page.keyboard.press("Escape")

    page.keyboard.press("Escape")
    page.keyboard.press("d")
    for _ in range(4):
        page.keyboard.press("]")
    drag(page, stage, (0.2, 0.2), (0.34, 0.2))
    expect(objects).to_contain_text("Objects 3")
    drag(page, stage, (0.2, 0.8), (0.3, 0.8))  # a detached part of the same mask
    page.keyboard.press("e")
    for _ in range(6):
        page.keyboard.press("[")
    drag(page, stage, (0.25, 0.2), (0.28, 0.2))  # a hole in it
    expect(objects).to_contain_text("Objects 3")
    take_picture("09-brushed")
    expect_saved(page)
    page.keyboard.press("Escape")
    page.keyboard.press("n")


def annotate_the_coins(page: Page, take_picture: Look) -> None:
    """Take what the model is sure of, all at once."""
    expect(page.get_by_role("main").get_by_text("coffee.png")).to_be_hidden(timeout=SLOW_MS)
    wait_for_editor(page)
    page.keyboard.press("2")
    sure = page.get_by_role("button", name=re.compile(r"Accept \d+ ≥"))
    expect(sure).to_be_enabled(timeout=SLOW_MS)
    sure.click()
    take_picture("10-accepted")
    expect_saved(page)
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Search the keys")).to_be_focused()
    take_picture("11-keys")
    page.keyboard.type("split")
    expect(dialog.get_by_role("button", name="Change key of")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.emulate_media(reduced_motion="no-preference")
    page.evaluate(NO_FRAME_UNTIL_TYPED)
    page.keyboard.press("Control+k")
    page.keyboard.type("eras")  # at once, as a person who knows the way does
    expect(page.get_by_role("combobox", name="Search commands")).to_have_value("eras")
    take_picture("68-palette")
    page.keyboard.press("Enter")
    expect(page.locator("[data-stage]")).to_have_attribute("data-tool", "eraser")
    page.keyboard.press("n")
    expect_saved(page)


def describe_aloud(page: Page, clip: Clip, take_picture: Look) -> None:
    page.get_by_role("link", name="Images", exact=True).click()
    page.get_by_role("button", name="Actions for coffee.png").click()
    page.get_by_role("menuitem", name="Describe aloud").click()
    expect(page.get_by_role("heading", name="Describe aloud")).to_be_visible()
    take_picture("12-describe")
    page.get_by_role("button", name="Record").click()
    take_picture("13-consent")
    page.get_by_role("button", name="I agree, start recording").click()
    timer = page.get_by_role("timer")
    expect(timer).to_be_visible(timeout=SLOW_MS)
    picture = page.get_by_role("img", name="coffee.png")
    for x in (0.3, 0.4, 0.5):
        hover_at(picture, x, 0.5)
    page.wait_for_function(IS_AS_LONG_AS, arg=clip.seconds + 2, timeout=SLOW_MS)
    take_picture("14-recording")
    page.get_by_role("button", name="Finish").click()

    words = page.locator("[data-word]")
    expect(words.first).to_be_visible(timeout=SLOW_MS)
    heard = " ".join(words.all_inner_texts()).lower()
    assert "account of himself" in heard, heard
    take_picture("15-transcript")
    words.first.focus()
    page.keyboard.press("Enter")
    field = page.get_by_label(re.compile("Correct "))
    field.fill("We")
    field.press("Enter")
    page.get_by_role("button", name="Save corrected text").click()
    caption = page.get_by_role("textbox", name="Caption")
    expect(caption).to_have_value(re.compile("^We "), timeout=SLOW_MS)
    page.get_by_role("button", name="Save caption").click()
    expect(page.get_by_text("Saved by ada")).to_be_visible()
    take_picture("16-described")


def retrain(page: Page, take_picture: Look) -> None:
    page.get_by_role("link", name="Rounds", exact=True).click()
    expect(page.get_by_role("heading", name="Rounds")).to_be_visible()
    expect(page.get_by_text("No round yet")).to_be_visible()
    take_picture("17-no-round")
    page.get_by_role("button", name="Retrain").click()
    asked = page.get_by_role("dialog")
    expect(asked).to_contain_text("nothing can judge the result")
    expect(asked.get_by_role("button", name="Start the round")).to_be_focused()
    page.keyboard.press("Enter")
    table = page.get_by_role("table", name="Rounds")
    row = table.get_by_role("row").filter(has_text=re.compile("^1"))
    expect(row).to_contain_text(re.compile("Training|Evaluating|Not promoted"), timeout=SLOW_MS)
    take_picture("18-training")
    expect(row).to_contain_text("Not promoted", timeout=2 * SLOW_MS)
    expect(page.get_by_text("no finished holdout image has a mask yet")).to_be_visible()
    take_picture("19-round")
    page.get_by_role("button", name="Promote it all the same").click()
    asked.get_by_label("Why").fill("There is no holdout yet.")
    asked.get_by_role("button", name="Promote").click()
    expect(row).to_contain_text("Promoted", timeout=SLOW_MS)
    served = page.get_by_role("region", name="What served").get_by_role("listitem")
    expect(served.first).to_contain_text(
        re.compile("Round 1.*Promoted by ada.*There is no holdout")
    )
    take_picture("20-promoted")
    models = page.get_by_role("table", name="Models").get_by_role("row")
    serves = models.filter(has=page.get_by_text("Serving", exact=True))
    for before, told in (
        ("Round 1", "Pretrained model.*Rolled back by ada, from round 1"),
        ("As installed", "Round 1.*Rolled back by ada"),
    ):
        expect(serves).to_contain_text(before)  # what is rolled back is what is seen to serve
        page.get_by_role("button", name="Roll back").click()
        page.get_by_role("dialog").get_by_role("button", name="Roll back").click()
        expect(served.first).to_contain_text(re.compile(told), timeout=SLOW_MS)
    expect(served).to_have_count(4)


def export(page: Page, take_picture: Look, folder: Path) -> Path:
    page.get_by_role("link", name="Versions", exact=True).click()
    page.get_by_role("button", name="Cut a version").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Note").fill("The first breakfast")
    dialog.get_by_role("button", name="Cut version").click()
    card = page.get_by_role("article").filter(has_text="The first breakfast")
    expect(card).to_be_visible(timeout=SLOW_MS)
    card.get_by_role("button", name="Export").click()
    page.get_by_role("menuitem", name=re.compile("^Masks")).click()
    expect(dialog.get_by_text("pixel for pixel")).to_be_visible()
    format_ = dialog.get_by_role("combobox", name="Format")
    format_.fill("YOLO")
    page.get_by_role("option", name="YOLO detection").click()
    expect(dialog.get_by_text(re.compile(r"the shapes of \d+ masks?"))).to_be_visible()
    dialog.get_by_role("button", name="Rename labels").click()
    expect(dialog.get_by_role("checkbox", name=re.compile("^Export "))).not_to_have_count(0)
    take_picture("21-export-choices")
    format_.fill("COCO inst")
    page.get_by_role("option", name="COCO instances").click()
    dialog.get_by_role("button", name="Export", exact=True).click()
    link = card.get_by_role("link", name="Download")
    expect(link).to_be_visible(timeout=SLOW_MS)
    take_picture("21-exported")
    with page.expect_download() as download:
        link.click()
    assert re.fullmatch(r"breakfast-[0-9a-f]{8}-coco\.zip", download.value.suggested_filename)
    archive = folder / "export.zip"
    download.value.save_as(archive)
    return archive


def look_around(page: Page, take_picture: Look) -> None:
    """The pages that the day did not pass."""
    page.get_by_role("link", name="Settings", exact=True).click()
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    expect(page.get_by_text("(you)")).to_be_visible()
    take_picture("22-settings")
    page.get_by_role("link", name="Overview", exact=True).click()
    expect(page.get_by_role("region", name="Next step")).to_be_visible()
    take_picture("23-overview")
    page.get_by_role("link", name="Anneal, all projects").click()
    expect(page.get_by_role("heading", name="Breakfast")).to_be_visible()
    take_picture("24-projects")
    page.get_by_role("link", name="Breakfast").first.click()
    page.get_by_role("link", name="Rounds", exact=True).click()
    page.get_by_role("button", name="Roll back").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    take_picture("25-roll-back")
    page.get_by_role("button", name="Keep the serving model").click()
    page.get_by_role("link", name="Images", exact=True).click()
    page.get_by_text("Deleted", exact=True).click()
    expect(page.get_by_text("The trash is empty")).to_be_visible()
    take_picture("26-trash")
    page.get_by_role("button", name="Account of ada").click()
    page.get_by_role("menuitem", name="Your account").click()
    expect(page.get_by_text("No token yet")).to_be_visible()
    expect(page.get_by_text("You agreed to being recorded")).to_be_visible()
    expect(page.get_by_text(re.compile(r"^Today: \d+ images? finished, "))).to_be_visible()
    take_picture("27-account")


def leave_the_browser_to_grace(stack: Stack, page: Page) -> None:
    """What ada chose is hers in any browser, and nobody else's in this one."""
    page.get_by_text("Left", exact=True).click()
    expect(page.locator("html")).to_have_attribute("data-hand", "left")
    page.get_by_role("button", name="Account of ada").click()
    page.get_by_role("menuitem", name="Log out").click()
    expect(page.get_by_role("heading", name="Log in to Anneal")).to_be_visible()
    chosen = stack.log_in("ada").get("/api/session")["preferences"]["values"]
    assert chosen["display"]["hand"] == "left"
    assert chosen["habits"]["tool"] == "eraser"

    log_in_as(page, "grace")
    expect(page.locator("html")).to_have_attribute("data-hand", "right")


def assert_export_equals_database(stack: Stack, archive: Path, folder: Path) -> None:
    """Every mask, bit for bit, by pycocotools' own reading; holes and detached parts are in it."""
    with zipfile.ZipFile(archive) as opened:
        opened.extract("annotations.json", folder)
    coco = COCO(str(folder / "annotations.json"))
    exported = {ann["mask_id"]: coco.annToMask(ann).astype(bool) for ann in coco.anns.values()}
    answered = {ann["mask_id"]: ann["bundle"] for ann in coco.anns.values()}
    stored = stack.sql(
        "SELECT m.id::text, r.rle, r.bundle_id FROM annotation_mask m"
        " JOIN annotation_revision r ON r.id = m.head_id"
        " JOIN annotation_image i ON i.id = m.image_id"
        " JOIN annotation_project p ON p.id = i.project_id"
        " WHERE r.rle IS NOT NULL AND p.name = 'Breakfast'"
    )

    assert exported.keys() == {mask for mask, _, _ in stored}
    assert len(stored) > 3
    for mask, rle, bundle in stored:
        assert np.array_equal(exported[mask], decode(rle))
        assert answered[mask] == bundle
    assert sum(bundle is not None for bundle in answered.values()) == 1  # one came of a click
    shapes = [(ndimage.label(mask)[1], has_hole(mask)) for mask in exported.values()]
    assert any(parts > 1 and hole for parts, hole in shapes), shapes


def has_hole(mask: np.ndarray) -> bool:
    return bool((ndimage.binary_fill_holes(mask) != mask).any())
