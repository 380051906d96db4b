"""What a save of one edited mask costs the server."""

from collections.abc import Sequence
from functools import partial
from uuid import uuid4

import numpy as np

from annotation.demo import picture_path
from engine.masks.rle import RLE, encode
from tests.bench.cpu import RequestCpu
from tests.client import Client, wait_for
from tests.stack import Stack

WARM_UP, SAVES = 30, 200
MASKS = 30  # on the image beside the edited one
SIZE_HW = (512, 512)


def measure_saves(stack: Stack) -> dict[str, object]:
    client = stack.log_in("ada")
    image = _image(client)
    masks = [str(uuid4()) for _ in range(MASKS)]
    creations = [
        {"id": str(uuid4()), "kind": "create", "mask": mask, "label": None, "rle": blob(number)}
        for number, mask in enumerate(masks)
    ]
    assert client.save(image, 0, *creations).is_good
    cost = revise_again_and_again(stack, client, image, masks[0], [blob(n) for n in range(50)])
    return {
        "saves": SAVES,
        "masks_on_image": MASKS,
        "rle_bytes": len(blob(0)["counts"]),
        **cost.figures,
    }


def revise_again_and_again(
    stack: Stack, client: Client, image: int, mask: str, shapes: Sequence[RLE]
) -> RequestCpu:
    """Give one mask a new shape in each save."""
    version = client.get(f"/api/images/{image}")["version"]
    cost = RequestCpu(stack, WARM_UP)
    for number in range(WARM_UP + SAVES):
        shape = shapes[number % len(shapes)]
        revise = {"id": str(uuid4()), "kind": "revise", "mask": mask, "rle": shape}
        version = cost.measure(partial(client.save, image, version, revise)).body["version"]
    return cost


def blob(seed: int) -> RLE:
    """Draw a wobbly disc of about 100 pixels across, as a person's mask is."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[: SIZE_HW[0], : SIZE_HW[1]]
    centre_y, centre_x = rng.integers(100, 400, 2)
    angle = np.arctan2(y - centre_y, x - centre_x)
    radius = 50 + 6 * np.sin(5 * angle + rng.random()) + 3 * np.sin(13 * angle)
    return encode(np.hypot(y - centre_y, x - centre_x) < radius)


def _image(client: Client) -> int:
    project = client.post("/api/projects", {"name": "saves", "holdout_share": 0.9})["id"]
    client.upload(
        project, "astronaut.png", picture_path("skimage", "data/astronaut.png").read_bytes()
    )
    [image] = wait_for(lambda: client.images(project), "the image is in", 120)
    wait_for(lambda: _is_idle(client, project), "no job runs", 300)
    return int(image["id"])


def _is_idle(client: Client, project: int) -> bool:
    jobs = client.rows(f"/api/projects/{project}/jobs")
    kinds = {job["kind"] for job in jobs}
    return "prepare_images" in kinds and all(job["finished_at"] for job in jobs)
