"""Describing an image while somebody else does."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import Page, Route, expect

from tests.chaos.conftest import picture
from tests.client import Client
from tests.e2e.conftest import keep_picture
from tests.e2e.faults import lose_the_reply
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
        meanwhile(page, "**/captions/merge", lambda: expect(missing).to_be_disabled())
        page.get_by_role("button", name="Save caption").click()
        expect(missing).to_have_value("")
    [caption, *_] = grace.get(f"/api/images/{image}/descriptions")["captions"]
    assert caption["text"] == f"A bucket. {WRITTEN}"


def test_what_is_written_while_a_caption_is_being_saved_stays(stack: Stack, page: Page) -> None:
    grace = stack.log_in("grace")
    project = begin_project(grace, "Pails", ["bucket"])
    with stack.asleep("models"):
        [image] = import_pictures(grace, project, {"first.png": picture(0)[0]})
        log_in(page).goto(f"/projects/{project}/images/{image}/describe")
        caption = page.get_by_role("textbox", name="Caption")
        caption.fill("A bucket.")
        meanwhile(page, f"**/images/{image}/captions", lambda: caption.fill(WRITTEN))

        page.get_by_role("button", name="Save caption").click()

        expect(page.get_by_text("Saved by grace")).to_be_visible()
        expect(caption).to_have_value(WRITTEN)
        expect(page.get_by_role("button", name="Save caption")).to_be_enabled()


def test_a_correction_in_progress_stays_when_somebody_elses_arrives(
    stack: Stack, page: Page
) -> None:
    grace = stack.log_in("grace")
    grace.post("/api/consent", {})
    project = begin_project(grace, "Takes", ["bucket"])
    grace.post(f"/api/projects/{project}/members", {"username": "ada", "role": "annotator"})
    with stack.asleep("models"):
        [image] = import_pictures(grace, project, {"first.png": picture(0)[0]})
        take = str(uuid4())
        grace.post(f"/api/images/{image}/recordings", {"id": take, "mime": "audio/webm"})
        first = correct(grace, take, "A bucket stands.")
        log_in(page, "ada").goto(f"/projects/{project}/images/{image}/describe")
        page.get_by_role("button", name="Correct the text").click()
        words = page.locator("[data-word]")
        words.nth(1).dblclick()
        page.get_by_label('Correct "bucket"').fill("tub")
        page.keyboard.press("Enter")
        correct(grace, take, "A pail stands.", base=first)

        grace.upload(project, "second.png", picture(1)[0])  # its end has the page look again

        told = page.get_by_role("alert").filter(has_text="grace has corrected this text meanwhile")
        expect(told).to_contain_text("A pail stands.", timeout=SLOW_MS)
        expect(words).to_have_text(["A", "tub", "stands."])
        keep_picture(page, "130-newer-text")
        told.get_by_role("button", name="Save mine in its place").click()
        expect(page.get_by_text("Corrected by ada")).to_be_visible()
        expect(told).to_be_hidden()
        expect(words).to_have_text(["A", "tub", "stands."])
    [shown] = grace.get(f"/api/images/{image}/descriptions")["recordings"]
    assert shown["transcripts"][-1]["text"] == "A tub stands."


def test_what_was_begun_and_not_saved_is_there_again_until_it_is_saved(
    stack: Stack, page: Page
) -> None:
    grace = stack.log_in("grace")
    grace.post("/api/consent", {})
    project = begin_project(grace, "Begun", ["bucket"])
    with stack.asleep("models"):
        images = import_pictures(grace, project, {f"{n}.png": picture(n)[0] for n in range(2)})
        take = str(uuid4())
        grace.post(f"/api/images/{images[0]}/recordings", {"id": take, "mime": "audio/webm"})
        correct(grace, take, "A bucket stands.")
        address = f"/projects/{project}/images/{images[0]}/describe"
        log_in(page).goto(address)
        page.get_by_role("button", name="Correct the text").click()
        words = page.locator("[data-word]")
        words.nth(1).dblclick()
        page.get_by_label('Correct "bucket"').fill("tub")
        page.keyboard.press("Enter")
        page.get_by_role("textbox", name="Caption").fill(WRITTEN)

        page.goto(f"/projects/{project}/images/{images[1]}/describe")
        caption = page.get_by_role("textbox", name="Caption")
        expect(caption).to_have_value("")
        page.goto(address)

        expect(caption).to_have_value(WRITTEN)
        expect(words).to_have_text(["A", "tub", "stands."])
        expect(page.get_by_text("As you left it. It is not saved yet.")).to_have_count(2)
        keep_picture(page, "136-as-it-was-left")
        page.get_by_role("button", name="Save corrected text").click()
        expect(page.get_by_text("Corrected by grace")).to_be_visible()
        page.get_by_role("button", name="Save caption").click()
        expect(page.get_by_text("Saved by grace")).to_be_visible()
        page.reload()
        expect(caption).to_have_value(WRITTEN)
        expect(page.get_by_text("As you left it")).to_have_count(0)
        assert (
            page.evaluate("Object.keys(localStorage).filter((each) => /unsaved/.test(each))") == []
        )


@pytest.mark.parametrize("lost", [1, 3])
def test_a_correction_whose_answer_is_lost_is_saved_once_and_taken_for_nobody_elses(
    stack: Stack, troubled_page: Page, *, lost: int
) -> None:
    page = troubled_page
    grace = stack.log_in("grace")
    grace.post("/api/consent", {})
    project = begin_project(grace, "Answers", ["bucket"])
    with stack.asleep("models"):
        [image] = import_pictures(grace, project, {"first.png": picture(0)[0]})
        take = str(uuid4())
        grace.post(f"/api/images/{image}/recordings", {"id": take, "mime": "audio/webm"})
        correct(grace, take, "A bucket stands.")
        log_in(page).goto(f"/projects/{project}/images/{image}/describe")
        page.get_by_role("button", name="Correct the text").click()
        words = page.locator("[data-word]")
        words.nth(1).dblclick()
        page.get_by_label('Correct "bucket"').fill("tub")
        page.keyboard.press("Enter")
        page.route("**/transcripts", lose_the_reply, times=lost)
        told = page.get_by_text("That did not work")

        save = page.get_by_role("button", name="Save corrected text")
        if lost == 1:  # it is sent again, and nobody need know
            save.click()
            expect(save).to_be_hidden(timeout=SLOW_MS)
            expect(told).to_be_hidden()
        else:  # the page gives up, and cannot look what became of it
            page.route("**/descriptions", lambda route: route.abort())
            save.click()
            expect(told).to_be_visible(timeout=SLOW_MS)
            expect(save).to_be_enabled(timeout=SLOW_MS)
            page.unroute("**/descriptions")
            save.click()

        expect(save).to_be_hidden(timeout=SLOW_MS)
        expect(words).to_have_text(["A", "tub", "stands."])
        expect(page.get_by_text("has corrected this text meanwhile")).to_be_hidden()
    [shown] = grace.get(f"/api/images/{image}/descriptions")["recordings"]
    assert [each["text"] for each in shown["transcripts"]] == ["A bucket stands.", "A tub stands."]


def meanwhile(page: Page, address: str, act: Callable[[], None]) -> None:
    """Have something done while what the page sends there is on its way."""

    def hold(route: Route) -> None:
        act()
        route.continue_()

    page.route(address, hold)


def correct(client: Client, take: str, text: str, **base: str) -> str:
    """Save a corrected text of a take, as its page would; return its id."""
    words = [
        {"text": f" {word}", "start_s": at, "end_s": at + 1, "probability": 1}
        for at, word in enumerate(text.split())
    ]
    body = {"id": str(uuid4()), "text": text, "words": words, "seconds": 1, **base}
    return str(client.post(f"/api/recordings/{take}/transcripts", body)["id"])
