"""A manager drops a dataset of another tool, or images: looks, brings in, thinks better of it."""

import json
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Locator, Page, Route, expect

from engine.datasets.sample import Sample
from tests.annotation.datasets import cell, zipped
from tests.annotation.world import png
from tests.chaos.conftest import picture
from tests.client import Client, wait_for
from tests.e2e.conftest import Look
from tests.e2e.gestures import SLOW_MS
from tests.e2e.read_aloud import write_microphone
from tests.e2e.scenes import begin_project, import_pictures, log_in
from tests.stack import Stack
from tests.synthesiser import speak

pytestmark = pytest.mark.e2e
DATASET = zipped("coco", cell(1), cell(2), cell(3, is_broken=True))
SENT = re.compile(r"/uploads/[^/]+\?")  # to the store, by a signed address


def scored(seed: int) -> Sample:
    """An image whose masks have a model's scores, far enough apart to be two proposals."""
    sample = cell(seed)
    found = tuple(replace(each, predicted_iou=0.5) for each in sample.annotations)
    return replace(sample, annotations=found)


def drop(page: Page, name: str, data: bytes) -> Locator:
    files = page.get_by_label("Files to import")
    files.set_input_files({"name": name, "mimeType": "application/zip", "buffer": data})
    return page.get_by_role("article", name=f"Dataset {name}")


def test_a_dataset_is_looked_at_brought_in_and_taken_out_again(
    stack: Stack, page: Page, take_picture: Look
) -> None:
    project = begin_project(stack.log_in("ada"), "Cells", ("cell",))
    log_in(page, "ada")
    page.goto(f"/projects/{project}")

    card = drop(page, "cells.zip", DATASET)
    expect(card).to_contain_text("Would bring in 2 images, 4 masks", timeout=SLOW_MS)
    expect(card).to_contain_text("COCO instances")
    card.scroll_into_view_if_needed()
    take_picture("96-a-dataset-to-import")
    card.get_by_role("button", name="Import", exact=True).click()

    expect(card).to_contain_text("Brought in 2 new images, 4 masks, 2 captions", timeout=SLOW_MS)
    expect(card).to_contain_text("Left out 1 image that cannot be used")
    card.get_by_role("button", name="1 part cannot be used: see which").click()
    problems = page.get_by_role("dialog")
    expect(problems.get_by_role("row").last).to_contain_text("deep/3.png")
    with page.expect_download() as download:
        problems.get_by_role("link", name="Download as CSV").click()
    assert "deep/3.png" in download.value.path().read_text()
    take_picture("97-what-cannot-be-used")
    with page.expect_download() as download:
        problems.get_by_role("button", name="Download refused rows").click()
    with zipfile.ZipFile(download.value.path()) as rows:
        content = json.loads(rows.read("annotations.json"))
    assert [each["file_name"] for each in content["images"]] == ["deep/3.png"]
    assert len(content["annotations"]) == 2
    page.keyboard.press("Escape")

    card.get_by_role("button", name="Undo import").click()
    page.get_by_role("dialog").get_by_role("button", name="Undo import").click()
    expect(card).to_contain_text("Taken out again: 2 images, 4 masks", timeout=SLOW_MS)
    take_picture("98-an-import-undone")
    page.get_by_role("link", name="Images", exact=True).click()
    expect(page.get_by_text("No images")).to_be_visible()


def begin_heard_project(grace: Client, name: str) -> int:
    """Make a project of which ada is an annotator, and whose managers may listen."""
    project = begin_project(grace, name, ("bucket",))
    assert grace.send("PATCH", f"/api/projects/{project}", {"listeners": "manager"}).is_good
    grace.post(f"/api/projects/{project}/members", {"username": "ada", "role": "annotator"})
    return project


def speaking_project(stack: Stack, wav: Path) -> tuple[int, str]:
    """Make a project in which ada has spoken of its image; return it and what was heard."""
    grace, ada = stack.log_in("grace"), stack.log_in("ada")
    project = begin_heard_project(grace, "Quay")
    [image] = import_pictures(grace, project, {"quay.png": picture(7)[0]})
    write_microphone(speak("A bucket stands on the quay."), wav)
    take = ada.record(image, wav.read_bytes(), "audio/wav", 2.5)
    texts = wait_for(lambda: ada.get(f"/api/recordings/{take}")["transcripts"], "the take is heard")
    grace.cut(project)
    return project, texts[0]["text"]


def test_what_somebody_said_leaves_with_a_version_and_is_heard_in_another_project(
    stack: Stack, page: Page, take_picture: Look, tmp_path: Path
) -> None:
    project, heard = speaking_project(stack, tmp_path / "take.wav")
    log_in(page)
    page.goto(f"/projects/{project}/versions")
    page.get_by_role("button", name="Export").click()
    page.get_by_role("menuitem", name="Descriptions").click()
    dialog = page.get_by_role("dialog", name="Export descriptions")
    dialog.get_by_role("radio", name="Hugging Face dataset with voices").check()
    dialog.get_by_role("switch", name="Put the images in").check()
    dialog.get_by_role("button", name="Export").click()
    link = page.get_by_role("link", name="Download")
    expect(link).to_be_visible(timeout=SLOW_MS)
    with page.expect_download() as download:
        link.click()
    grace, ada = stack.log_in("grace"), stack.log_in("ada")
    moved = begin_heard_project(grace, "Moved")
    ada.send("DELETE", "/api/consent", {})
    data = download.value.path().read_bytes()

    page.goto(f"/projects/{moved}")
    card = drop(page, "quay.zip", data)
    expect(card).to_contain_text("Would bring in 1 image", timeout=SLOW_MS)
    expect(card).to_contain_text("1 recording of a member who has yet to agree")
    card.scroll_into_view_if_needed()
    take_picture("134-a-recording-that-waits-for-its-speaker")
    ada.post("/api/consent", {})
    again = drop(page, "quay-again.zip", data)
    expect(again).to_contain_text("Would bring in 1 image, 1 recording", timeout=SLOW_MS)
    again.get_by_role("button", name="Import", exact=True).click()
    expect(again).to_contain_text("Brought in 1 new image, 1 recording", timeout=SLOW_MS)

    [image] = grace.images(moved)
    page.goto(f"/projects/{moved}/images/{image['id']}/describe")
    expect(page.get_by_role("complementary", name="Description")).to_contain_text(heard)
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    take_picture("135-a-recording-of-another-project")


def test_images_that_were_dropped_together_are_taken_out_together(
    stack: Stack, page: Page, take_picture: Look
) -> None:
    project = begin_project(stack.log_in("ada"), "Cells", ("cell",))
    log_in(page, "ada")
    page.goto(f"/projects/{project}")
    pictures = [
        FilePayload(name=f"{seed}.png", mimeType="image/png", buffer=png(seed)) for seed in range(3)
    ]

    page.get_by_label("Files to import").set_input_files(pictures)
    card = page.get_by_role("article", name=re.compile("^Images "))
    expect(card).to_contain_text("Brought in 3 new images", timeout=SLOW_MS)
    take_picture("98-images-to-take-out")
    card.get_by_role("button", name="Undo import").click()
    asked = page.get_by_role("dialog")
    expect(asked).to_contain_text("Its images go to the trash")
    asked.get_by_role("button", name="Undo import").click()

    expect(card).to_contain_text("Taken out again: 3 images", timeout=SLOW_MS)
    page.get_by_role("link", name="Images", exact=True).click()
    expect(page.get_by_text("No images")).to_be_visible()


def test_what_is_sent_again_keeps_the_name_of_the_model(stack: Stack, page: Page) -> None:
    project = begin_project(stack.log_in("ada"), "Cells", ("cell",))
    log_in(page, "ada")
    page.goto(f"/projects/{project}")
    card = drop(page, "cells.zip", zipped("coco", scored(1), cell(3, is_broken=True)))
    card.get_by_label("A model made the masks with a score").check(timeout=SLOW_MS)
    card.get_by_label("Name of the model").fill("My net")
    card.get_by_role("button", name="Import", exact=True).click()
    expect(card).to_contain_text("Left out 1 image that cannot be used", timeout=SLOW_MS)
    card.get_by_role("button", name="1 part cannot be used: see which").click()

    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Send again").click()
    mended = zipped("coco", scored(3))
    chooser.value.set_files({"name": "mended.zip", "mimeType": "application/zip", "buffer": mended})

    again = page.get_by_role("article", name="Dataset mended.zip")
    expect(again.get_by_label("Name of the model")).to_have_value("My net", timeout=SLOW_MS)
    again.get_by_role("button", name="Import", exact=True).click()
    expect(again).to_contain_text("2 proposals of models", timeout=SLOW_MS)


def test_a_file_that_is_no_dataset_says_what_to_do(stack: Stack, page: Page) -> None:
    project = begin_project(stack.log_in("ada"), "Cells", ("cell",))
    log_in(page, "ada")
    page.goto(f"/projects/{project}")

    drop(page, "notes.json", b'{"cells": 3}')

    files = page.get_by_role("table", name="Imported files")
    expect(files).to_contain_text(
        "This is no image, and no dataset that is known.", timeout=SLOW_MS
    )


def drop_held_file(page: Page, project: int) -> Route:
    """Drop a file that does not reach the store until one lets it go on."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(SENT, hold)
    page.goto(f"/projects/{project}")
    picture = FilePayload(name="held.png", mimeType="image/png", buffer=png(1))
    page.get_by_label("Files to import").set_input_files(picture)
    while not held:
        page.wait_for_timeout(20)
    return held[0]


def expect_left_out(page: Page, client: Client, project: int) -> None:
    wait_for(lambda: client.rows(f"/api/projects/{project}/uploads") == [], "it is forgotten")
    expect(page.get_by_text("held.png", exact=True)).to_have_count(0)


def test_a_file_on_its_way_is_left_out(stack: Stack, page: Page) -> None:
    client = stack.log_in("ada")
    project = begin_project(client, "Cells", ("cell",))
    log_in(page, "ada")
    drop_held_file(page, project)
    assert [row["state"] for row in client.rows(f"/api/projects/{project}/uploads")] == ["pending"]

    page.get_by_role("button", name="Leave out: held.png").click()

    expect_left_out(page, client, project)


def test_a_file_that_could_not_be_left_out_is_told_of_and_stays(
    stack: Stack, troubled_page: Page
) -> None:
    client, page = stack.log_in("ada"), troubled_page
    project = begin_project(client, "Cells", ("cell",))
    log_in(page, "ada")
    drop_held_file(page, project)
    forgotten = f"**/api/projects/{project}/uploads/*"
    page.route(forgotten, lambda route: route.abort())
    leave_out = page.get_by_role("button", name="Leave out: held.png")

    leave_out.click()
    told = page.get_by_role("alert").filter(has_text="Not left out")
    expect(told).to_contain_text("held.png: The server cannot be reached.")
    expect(page.get_by_role("table", name="Imported files")).to_contain_text("It was not left out.")
    page.unroute(forgotten)
    leave_out.click()

    expect_left_out(page, client, project)


def test_a_file_that_was_left_out_elsewhere_is_sent_anew_when_a_person_says_so(
    stack: Stack, troubled_page: Page
) -> None:
    client, page = stack.log_in("ada"), troubled_page
    project = begin_project(client, "Cells", ("cell",))
    log_in(page, "ada")
    held = drop_held_file(page, project)
    [row] = client.rows(f"/api/projects/{project}/uploads")
    assert client.send("DELETE", f"/api/projects/{project}/uploads/{row['id']}").is_good

    held.abort()
    page.unroute(SENT)
    files = page.get_by_role("table", name="Imported files")
    expect(files).to_contain_text("It was left out meanwhile.", timeout=SLOW_MS)
    assert client.rows(f"/api/projects/{project}/uploads") == []
    page.get_by_role("button", name="Try again: held.png").click()

    card = page.get_by_role("article", name=re.compile("^Images "))
    expect(card).to_contain_text("Brought in 1 new image", timeout=SLOW_MS)
