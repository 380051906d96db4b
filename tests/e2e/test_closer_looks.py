"""A click on a small object is answered through the window of the image that shows it best."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page

from engine.masks.rle import RLE, encode, iou
from engine.segmentation.windows import windows_of_masks
from tests.e2e.conftest import Look
from tests.e2e.gestures import expect_saved
from tests.e2e.scenes import (
    Canvas,
    begin_project,
    import_pictures,
    log_in,
    saved_masks,
    wait_until_prepared,
)
from tests.stack import Stack

pytestmark = pytest.mark.e2e
SIDE_PX = 512
CENTRE_XY, RADIUS_PX = (300, 110), 6

# What preparing does where a trained bundle finds small objects; this one has learned of none.
LOOK_CLOSER = """
from annotation.models import Image
from engine.segmentation.windows import Window
from workers.embeddings import looked_at_closer
from workers.networks import sight_of
from annotation.services.bundles import ensure_pretrained
image = Image.objects.get(pk={image})
sight = sight_of(ensure_pretrained(project=image.project))
seen = looked_at_closer(image.sha256, image.size_hw, sight)
seen.through(Window.named("{window}"))
"""


def test_a_click_on_a_small_object_is_answered_through_its_window(
    stack: Stack, page: Page, take_picture: Look
) -> None:
    grace = stack.log_in("grace")
    data, disc = small_disc()
    project = begin_project(grace, "Small", ("disc", "ring"))
    [image] = import_pictures(grace, project, {"small.png": data})
    wait_until_prepared(grace, project, [image])
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    log_in(page)
    address = f"/projects/{project}/annotate?image={image}"

    canvas = Canvas.open(page, address, SIDE_PX)
    canvas.press("g", "p")
    canvas.click(*CENTRE_XY)
    canvas.wait_for_answer(1)
    whole = canvas.draft
    assert whole is not None

    [window] = windows_of_masks([disc], (SIDE_PX, SIDE_PX))
    seen = LOOK_CLOSER.format(image=image, window=window.name)
    stack.manage("shell", "--no-imports", "-c", seen)
    canvas = Canvas.open(page, address, SIDE_PX)
    canvas.press("g", "p")
    canvas.click(*CENTRE_XY)
    canvas.wait_for_answer(1)
    page.wait_for_function(
        "counts => window.__anneal.draft().counts !== counts", arg=whole["counts"]
    )
    take_picture("149-seen-through-a-window")
    canvas.press("a")
    canvas.wait_for_masks(1)
    expect_saved(page)

    [look] = [url for url in asked if "/windows/" in url]
    assert look.endswith(f"/{window.name}")
    [closer] = saved_masks(grace, image).values()
    assert 0.8 < iou(whole, disc) < iou(encode(closer), disc)


def small_disc() -> tuple[bytes, RLE]:
    """Draw one on noise: a PNG, and the disc's mask."""
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 80, (SIDE_PX, SIDE_PX, 3), np.uint8)
    y, x = np.mgrid[:SIDE_PX, :SIDE_PX]
    centre_x, centre_y = CENTRE_XY
    inside = (y - centre_y) ** 2 + (x - centre_x) ** 2 < RADIUS_PX**2
    pixels[inside] = rng.integers(140, 255, 3, np.uint8)
    out = BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue(), encode(inside)
