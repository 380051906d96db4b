"""Faults between the editor and the server: nothing drawn is lost, nothing is saved twice."""

from collections.abc import Callable, Iterator
from time import monotonic

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Route, expect

from tests.chaos.conftest import picture
from tests.client import wait_for
from tests.e2e.conftest import keep_picture
from tests.e2e.device import kept_in
from tests.e2e.faults import (
    SAVES,
    Scene,
    answer_of,
    expect_state,
    hear_no_news,
    hold_saves,
    kill_web,
    let_go,
    lose_the_reply,
    only_once,
    say_online,
    shown_masks,
    stroke,
    wait_for_web,
)
from tests.e2e.gestures import expect_saved
from tests.e2e.scenes import Canvas, begin_project, import_pictures, log_in, saved_masks
from tests.stack import PASSWORD, Stack

pytestmark = pytest.mark.e2e
IMAGES = 9
HOUR_MS = 3_600_000


@pytest.fixture(scope="module")
def scenes(stack: Stack) -> Iterator[Scene]:
    grace = stack.log_in("grace")
    project = begin_project(grace, "Faults", ("disc", "ring"))
    drawn = {f"{number}.png": picture(number)[0] for number in range(IMAGES)}
    images = import_pictures(grace, project, drawn)
    return iter([Scene(stack, grace, project, image) for image in images])


@pytest.fixture
def scene(scenes: Iterator[Scene]) -> Scene:
    return next(scenes)


def test_a_server_killed_before_during_and_after_a_commit_loses_and_doubles_nothing(
    scene: Scene, troubled_page: Page
) -> None:
    page, stack = troubled_page, scene.stack
    canvas = scene.open(page)

    def kill_before(route: Route) -> None:
        kill_web(stack)
        route.continue_()

    def kill_after(route: Route) -> None:
        answer_of(route)
        kill_web(stack)
        route.abort()

    page.route(SAVES, only_once(kill_before))
    stroke(canvas, 0)
    expect_state(page, "device")
    expect_saved(page)
    page.unroute(SAVES)
    with stack.locked("annotation_operation"):
        stroke(canvas, 1)
        wait_for(lambda: stack.sql(WAITS_FOR_A_LOCK), "the save is in its transaction")
        kill_web(stack)
    wait_for_web(stack)
    say_online(page)
    expect_saved(page)
    page.route(SAVES, only_once(kill_after))
    stroke(canvas, 2)
    expect_state(page, "device")
    wait_for_web(stack)
    say_online(page)

    scene.check_saved(canvas, operations=3)


WAITS_FOR_A_LOCK = (
    "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'annotation_operation'::regclass"
)


def test_a_save_whose_reply_was_lost_is_sent_again_and_counted_once(
    scene: Scene, troubled_page: Page
) -> None:
    canvas = scene.open(troubled_page)
    sent: list[Route] = []
    troubled_page.route(SAVES, only_once(lose_the_reply, sent))

    stroke(canvas, 0)

    scene.check_saved(canvas, operations=1)
    first, second = (route.request.post_data for route in sent)
    assert first == second


def test_a_save_that_comes_twice_and_after_a_later_one_changes_nothing(
    scene: Scene, page: Page
) -> None:
    canvas = scene.open(page)
    sent: list[Callable[[], object]] = []

    def send_twice(route: Route) -> None:
        sent.append(route.fetch)
        route.fulfill(response=[answer_of(route), answer_of(route)][1])

    page.route(SAVES, send_twice)
    stroke(canvas, 0)
    expect_saved(page)
    canvas.press("2")  # the label
    expect_saved(page)
    stroke(canvas, 1)
    expect_saved(page)

    for again in (sent[2], sent[0], sent[1], sent[0]):
        again()

    scene.check_saved(canvas, operations=3)
    [labels] = scene.stack.sql(
        "SELECT array_agg(l.name ORDER BY r.id) FROM annotation_mask m"
        " JOIN annotation_revision r ON r.id = m.head_id JOIN annotation_label l"
        " ON l.id = r.label_id WHERE m.image_id = %s",
        scene.image,
    )
    assert labels == (["ring", "ring"],)


def test_a_browser_killed_in_mid_stroke_brings_back_what_had_ended_and_what_was_unfinished(
    scene: Scene, troubled_page: Page, context: BrowserContext
) -> None:
    address = f"/api/images/{scene.image}"
    wait_for(lambda: scene.client.get(address)["embedding"], "the image is prepared", PREPARED_S)
    canvas = scene.open(troubled_page)
    troubled_page.route(SAVES, lambda route: route.abort())
    stroke(canvas, 0)
    expect_state(troubled_page, "device")
    [before] = shown_masks(canvas)
    canvas.press("Escape", "Escape", "p")
    canvas.click(102, 22)
    canvas.wait_for_answer(1)
    canvas.click(102, 90, "Alt")  # beside it, and beside the picker
    canvas.wait_for_answer(2)
    canvas.press("d", "Shift+T")
    comment_on_all(troubled_page).fill("Too bright.")
    wait_for(lambda: has_kept_comment(troubled_page), "the comment is on the disk")
    troubled_page.mouse.move(*canvas.at(30, 80))
    troubled_page.mouse.down()
    troubled_page.mouse.move(*canvas.at(60, 80), steps=6)
    troubled_page.close()
    assert saved_masks(scene.client, scene.image) == {}

    canvas = Canvas.open(context.new_page(), scene.address)
    expect(comment_on_all(canvas.page)).to_have_value("Too bright.")
    assert list(shown_masks(canvas)) == [before]
    canvas.press("Escape")
    canvas.wait_for_answer(1)
    canvas.press("a")

    canvas.wait_for_masks(2)
    scene.check_saved(canvas, operations=2)
    [labels] = scene.stack.sql(PROMPT_LABELS, scene.image)
    assert labels == ([1, 0],)


def has_kept_comment(page: Page) -> bool:
    rows = kept_in(page, "anneal-outbox", "unfinished")
    return any(row["unfinished"]["comment"] is not None for row in rows)


def comment_on_all(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Comment on the whole image")


PREPARED_S = 180
PROMPT_LABELS = (
    "SELECT jsonb_path_query_array(r.prompts, '$[*].label') FROM annotation_revision r"
    " JOIN annotation_mask m ON m.id = r.mask_id WHERE m.image_id = %s AND r.prompts != '[]'"
)


def test_a_login_opens_over_the_canvas_when_the_session_ends_and_then_all_is_saved(
    scene: Scene, troubled_page: Page, context: BrowserContext
) -> None:
    page = troubled_page
    hear_no_news(page)
    canvas = scene.open(page)
    stroke(canvas, 0)
    expect_saved(page)
    [session] = [c["value"] for c in context.cookies() if c["name"] == "sessionid"]
    scene.stack.sql_do("DELETE FROM django_session WHERE session_key = %s", session)

    drawn = stroke(canvas, 1)
    login = page.get_by_role("dialog", name="Your session has ended")
    expect(login).to_be_visible()
    expect_state(page, "device")
    keep_picture(page, "61-session-ended")
    assert canvas.masks[-1].tolist() == drawn.tolist()
    login.get_by_label("Password", exact=True).fill(PASSWORD)
    login.get_by_role("button", name="Log in").click()
    expect(login).to_be_hidden()
    expect_saved(page)
    stroke(canvas, 2)

    scene.check_saved(canvas, operations=3)


def test_what_a_tab_holds_waits_for_its_person_where_somebody_else_logs_in_in_another_tab(
    scene: Scene, troubled_page: Page, context: BrowserContext
) -> None:
    page = troubled_page
    hear_no_news(page)
    canvas = scene.open(page)
    stroke(canvas, 0)
    expect_saved(page)
    context.clear_cookies(name="sessionid")
    with context.new_page() as other:
        log_in(other, "ada")

    stroke(canvas, 1)
    login = page.get_by_role("dialog", name="Your session has ended")
    expect(login.get_by_label("User name")).to_have_value("grace")
    expect_state(page, "device")
    login.get_by_label("Password", exact=True).fill(PASSWORD)
    login.get_by_role("button", name="Log in").click()
    expect(login).to_be_hidden()

    scene.check_saved(canvas, operations=2)
    masks = scene.client.get(f"/api/images/{scene.image}")["masks"]
    assert {mask["author"] for mask in masks} == {"grace"}


def test_a_full_disk_is_told_and_the_server_still_gets_the_work(scene: Scene, page: Page) -> None:
    canvas = scene.open(page)
    stroke(canvas, 0)
    expect_saved(page)
    held = hold_saves(page)
    page.evaluate(FILL_THE_DISK)

    stroke(canvas, 1)
    expect_state(page, "unprotected")
    expect(page.get_by_role("status").get_by_text("Not saved on this device")).to_have_count(1)
    keep_picture(page, "62-disk-full")
    let_go(page, held)

    scene.check_saved(canvas, operations=2)


FILL_THE_DISK = """() => {
  const fail = () => {
    throw new DOMException("The disk is full.", "QuotaExceededError");
  };
  Object.assign(IDBObjectStore.prototype, { add: fail, put: fail });
}"""


@pytest.mark.parametrize("jump_ms", [HOUR_MS, -HOUR_MS])
def test_a_clock_that_jumps_adds_no_effort(scene: Scene, page: Page, jump_ms: int) -> None:
    began = monotonic()
    canvas = scene.open(page)
    stroke(canvas, 0)
    page.evaluate("jump => { const now = Date.now; Date.now = () => now() + jump; }", jump_ms)
    stroke(canvas, 1)

    scene.check_saved(canvas, operations=2)
    efforts = scene.stack.sql(
        "SELECT r.seconds FROM annotation_revision r JOIN annotation_operation o"
        " ON o.id = r.operation_id WHERE o.image_id = %s",
        scene.image,
    )
    assert all(0 <= seconds < monotonic() - began for [seconds] in efforts)
