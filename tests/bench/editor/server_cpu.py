"""What saving, the next image and opening one cost the server, in a small and in a huge project."""

import time
from functools import partial

from tests.bench.cpu import RequestCpu
from tests.bench.editor.crowd import (
    MASKS_AN_IMAGE,
    add_finished_images,
    add_waiting_images,
    analyse,
    masks_in,
)
from tests.bench.editor.scenes import Scene, discs, prepare
from tests.bench.rows import Row
from tests.bench.saves import revise_again_and_again
from tests.client import Client
from tests.stack import Stack

WARM_UP, REQUESTS = 10, 60
EDITED, OPENED = 30, MASKS_AN_IMAGE  # masks on the two images
FEW, MANY = 1_000, 1_000_000  # masks in the project
IMAGES_A_STATEMENT = 500
LONGEST_S = 180  # adding more than this allows would take a bench too long
ALLOWED_MS = {"save one mask": 8, "next image": 6, f"open an image of {OPENED} masks": 12}
FLAT_RATIO = 1.25  # more than requests differ from run to run


def measure_server_cpu(stack: Stack) -> list[Row]:
    client = stack.log_in("ada")
    scene = prepare(client, "server", {"edited.png": EDITED, "opened.png": OPENED})
    _grow(stack, scene, FEW)
    few = _costs(stack, client, scene)
    few_masks = masks_in(stack, scene.project)
    _grow(stack, scene, MANY)
    many = _costs(stack, client, scene)
    many_masks = masks_in(stack, scene.project)
    return [
        _row(what, allowed_ms, {few_masks: few[what], many_masks: many[what]})
        for what, allowed_ms in ALLOWED_MS.items()
    ]


def _row(what: str, allowed_ms: int, costs: dict[int, RequestCpu]) -> Row:
    few, many = [cost.figures["server_cpu_ms_median"] for cost in costs.values()]
    return Row(
        f"{what}: CPU of the web processes",
        {
            "by_masks_in_project": {str(masks): cost.figures for masks, cost in costs.items()},
            "ratio": round(many / few, 2),
        },
        f"{allowed_ms} ms, and flat (ratio {FLAT_RATIO}) from 10^3 to 10^6 masks in the project",
        max(few, many) <= allowed_ms and many <= FLAT_RATIO * few,
    )


def _grow(stack: Stack, scene: Scene, masks: int) -> None:
    """Add finished images until the project has about that many masks, or time is up."""
    deadline = time.monotonic() + LONGEST_S
    missing = (masks - masks_in(stack, scene.project)) // MASKS_AN_IMAGE
    while missing > 0 and time.monotonic() < deadline:
        count = min(missing, IMAGES_A_STATEMENT)
        add_finished_images(stack, scene.images["opened.png"], count)
        missing -= count
    analyse(stack)


def _costs(stack: Stack, client: Client, scene: Scene) -> dict[str, RequestCpu]:
    edited, opened = scene.images["edited.png"], scene.images["opened.png"]
    mask = client.get(f"/api/images/{edited}")["masks"][0]["id"]
    saved = revise_again_and_again(stack, client, edited, mask, discs(EDITED))
    claimed = _next_images(stack, client, scene)
    shown = RequestCpu(stack, WARM_UP)
    for _ in range(WARM_UP + REQUESTS):
        shown.measure(partial(client.send, "GET", f"/api/images/{opened}"))
    return dict(zip(ALLOWED_MS, [saved, claimed, shown], strict=True))


def _next_images(stack: Stack, client: Client, scene: Scene) -> RequestCpu:
    """Claim and finish image after image; only the claim counts."""
    add_waiting_images(stack, scene.images["opened.png"], WARM_UP + REQUESTS)
    claimed = RequestCpu(stack, WARM_UP)
    ask = partial(client.send, "POST", f"/api/projects/{scene.project}/claim", {})
    for _ in range(WARM_UP + REQUESTS):
        assignment = claimed.measure(ask).body["assignment"]["id"]
        client.post(f"/api/assignments/{assignment}/finish", {"active_s": 1})
    return claimed
