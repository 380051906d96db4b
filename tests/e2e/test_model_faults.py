"""Faults of the model in the browser: what goes on without it, and which one answers."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect

from tests.e2e.browser import QUIET, chromium
from tests.e2e.conftest import keep_picture, new_context
from tests.e2e.faults import Scene, answer_of, stroke
from tests.e2e.gestures import SLOW_MS
from tests.e2e.scenes import Canvas, make_prepared_project
from tests.quick_bundle import make_quick_bundle
from tests.stack import Stack

pytestmark = pytest.mark.e2e
WORKER = "**/sam.worker*.js"
# A page that a test has answered may call the server on this machine.
LENIENT = [*QUIET, "--no-sandbox", "--disable-features=LocalNetworkAccessChecks"]
WASM_ALLOWED = "'wasm-unsafe-eval'"
PROMOTE = """
from pathlib import Path
from annotation.models import Alias, Project
from annotation.services.bundles import promote_bundle, register_bundle
project = Project.objects.get(pk={project})
serving = Alias.objects.get(project=project, name="serving").bundle_id
to = register_bundle(Path({folder!r}))
promote_bundle(project=project, expected=serving, to=to, reason="by a test", by=None)
print(serving, to.pk)
"""


@pytest.fixture(scope="module")
def scenes(stack: Stack) -> Iterator[Scene]:
    grace = stack.log_in("grace")
    project, images = make_prepared_project(grace, 5)
    return iter([Scene(stack, grace, project, image) for image in images])


@pytest.fixture
def scene(scenes: Iterator[Scene]) -> Scene:
    return next(scenes)


def test_a_model_promoted_meanwhile_answers_from_the_next_image_on(
    scene: Scene, scenes: Iterator[Scene], page: Page, tmp_path: Path
) -> None:
    following = next(scenes)
    decoders: list[str] = []

    def note(request: Request) -> None:
        if request.url.endswith("/decoder.onnx"):
            decoders.append(request.url.split("/")[-2])

    page.on("request", note)
    scene.stack.sql_do(REJECT_ALL, scene.image)
    canvas = scene.open(page)
    folder = make_quick_bundle(tmp_path / "bundle")
    code = PROMOTE.format(project=scene.project, folder=str(folder))
    looks = f"**/api/images/{scene.image}"
    with page.expect_response(looks, timeout=SLOW_MS):  # as the page hears of it
        before, after = scene.stack.manage("shell", "--no-imports", "-c", code).split()[-2:]
    click_a_disc(canvas)
    assert set(decoders) == {before}
    scene.check_saved(canvas, operations=1)

    page.keyboard.press("n")
    page.wait_for_function("() => window.__anneal.masks()?.length === 0", timeout=SLOW_MS)
    canvas = Canvas.opened(page)
    click_a_disc(canvas, answers=2)  # the proposals are still out of the way
    assert decoders[-1] == after
    following.check_saved(canvas, operations=1)


def test_an_embedding_of_another_encoder_is_refused_and_hands_go_on(
    scene: Scene, page: Page
) -> None:
    def swap_the_encoder(route: Route) -> None:
        detail = answer_of(route).json()
        detail["embedding"]["encoder_digest"] = "0" * 64
        route.fulfill(json=detail)

    page.route(f"**/api/images/{scene.image}", swap_the_encoder)
    canvas = scene.open(page)
    told = page.get_by_text("This image was prepared for another model than the one that is")
    expect(told).to_have_count(1)
    keep_picture(page, "63-another-encoder")
    canvas.press("p")
    canvas.click(22, 22)
    expect(told).to_have_count(2)  # the click is answered too
    stroke(canvas, 0)

    scene.check_saved(canvas, operations=1)


def test_a_page_without_threads_still_answers_a_click(scene: Scene, browser: Browser) -> None:
    isolation = ("cross-origin-opener-policy", "cross-origin-embedder-policy")

    def share(route: Route) -> None:
        response = answer_of(route)
        headers = {name: value for name, value in response.headers.items() if name not in isolation}
        route.fulfill(response=response, headers=headers)

    lenient = browser.browser_type.launch(executable_path=chromium(), args=LENIENT)
    with lenient, new_context(lenient, scene.stack) as context:
        page = context.new_page()
        page.route("**/annotate?*", share)
        canvas = scene.open(page)
        assert page.evaluate("crossOriginIsolated") is False
        click_a_disc(canvas)

        scene.check_saved(canvas, operations=1)


def test_a_policy_against_wasm_is_told_and_hands_go_on(scene: Scene, troubled_page: Page) -> None:
    page = troubled_page

    def forbid_wasm(route: Route) -> None:
        response = answer_of(route)
        policy = response.headers["content-security-policy"]
        assert WASM_ALLOWED in policy
        changed = {"content-security-policy": policy.replace(WASM_ALLOWED, "")}
        route.fulfill(response=response, headers={**response.headers, **changed})

    page.route(WORKER, forbid_wasm)
    canvas = scene.open(page)
    told = page.get_by_text("The model does not run in this browser")
    expect(told).to_have_count(1)
    canvas.press("p")
    canvas.click(22, 22)
    expect(told).to_have_count(2)
    stroke(canvas, 0)

    scene.check_saved(canvas, operations=1)


REJECT_ALL = (
    "UPDATE annotation_proposal SET state = 'rejected', decided_at = now(), decided_by_id ="
    " (SELECT id FROM auth_user WHERE username = 'grace') WHERE image_id = %s"
)


def click_a_disc(canvas: Canvas, answers: int = 1) -> None:
    """Make a mask by one click of the model's."""
    canvas.press("p")
    canvas.click(22, 22)
    canvas.wait_for_answer(answers)
    canvas.press("a")
    canvas.wait_for_masks(1)
