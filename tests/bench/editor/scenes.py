"""Projects to measure on: pictures of 1024 x 1024, prepared, with as many masks as are wanted."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from uuid import uuid4

import numpy as np
from PIL import Image

from annotation.demo import picture_path
from engine.masks.rle import RLE, encode
from tests.client import Client, wait_for

SIDE_PX = 1024
MASKS_A_SAVE = 1000  # the most that the API takes
LABELS = [{"name": "one", "color": "#e64980"}, {"name": "two", "color": "#228be6"}]


@dataclass(frozen=True, slots=True)
class Scene:
    """A project and its images by their file names."""

    project: int
    images: Mapping[str, int]


def prepare(client: Client, name: str, masks: Mapping[str, int]) -> Scene:
    """Make a project of one picture for each file name, with that many masks on it."""
    wanted = {"name": name, "holdout_share": 0.0, "labels": LABELS}
    project = client.post("/api/projects", wanted)["id"]
    for number, file_name in enumerate(masks):
        client.upload(project, file_name, picture(number))

    def ready() -> dict[str, int] | None:
        rows = {row["file_name"]: row["id"] for row in client.images(project)}
        jobs = client.rows(f"/api/projects/{project}/jobs")
        is_idle = bool(jobs) and all(job["finished_at"] for job in jobs)
        return rows if len(rows) == len(masks) and is_idle else None

    images = wait_for(ready, f"{name} is prepared", 900)
    assert all(client.get(f"/api/images/{image}")["embedding"] for image in images.values())
    for file_name, count in masks.items():
        draw_masks(client, images[file_name], count)
    return Scene(project, images)


def draw_masks(client: Client, image: int, count: int) -> None:
    operations = [
        {"id": str(uuid4()), "kind": "create", "mask": str(uuid4()), "label": None, "rle": rle}
        for rle in discs(count)
    ]
    version = client.get(f"/api/images/{image}")["version"]
    for first in range(0, count, MASKS_A_SAVE):
        answer = client.save(image, version, *operations[first : first + MASKS_A_SAVE])
        assert answer.is_good, answer
        version = answer.body["version"]


def picture(number: int) -> bytes:
    """Write a PNG of about 1 MB; each number gives another one."""
    with Image.open(picture_path("skimage", "data/astronaut.png")) as astronaut:
        turned = astronaut.convert("RGB").rotate(90 * (number % 4))
        shifted = np.roll(np.asarray(turned), 37 * number, axis=(0, 1))
    large = Image.fromarray(shifted).resize((SIDE_PX, SIDE_PX), Image.Resampling.BICUBIC)
    written = BytesIO()
    large.save(written, "PNG")
    return written.getvalue()


def discs(count: int) -> list[RLE]:
    """Draw wobbly discs on a grid over the picture, as a person's masks of cells are."""
    rng = np.random.default_rng(count)
    columns = max(math.ceil(math.sqrt(count)), 1)
    cell_px = SIDE_PX / columns
    return [
        _disc((number % columns + 0.5) * cell_px, (number // columns + 0.5) * cell_px, cell_px, rng)
        for number in range(count)
    ]


def _disc(centre_x: float, centre_y: float, cell_px: float, rng: np.random.Generator) -> RLE:
    half = int(cell_px * 0.6)
    x0, y0 = max(int(centre_x) - half, 0), max(int(centre_y) - half, 0)
    y, x = np.mgrid[y0 : int(centre_y) + half, x0 : int(centre_x) + half]
    angle = np.arctan2(y - centre_y, x - centre_x)
    wobble = 1 + 0.12 * np.sin(5 * angle + 6 * rng.random()) + 0.06 * np.sin(13 * angle)
    mask = np.zeros((SIDE_PX, SIDE_PX), np.bool_)
    mask[y0 : y0 + y.shape[0], x0 : x0 + x.shape[1]] = (
        np.hypot(y - centre_y, x - centre_x) < 0.4 * cell_px * wobble
    )[: SIDE_PX - y0, : SIDE_PX - x0]
    return encode(mask)
