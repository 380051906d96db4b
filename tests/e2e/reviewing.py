"""What reviewers find in a browser: projects of several people, with finished images."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

import numpy as np

from engine.masks.rle import RLE, encode
from tests.annotation.world import png
from tests.client import Client
from tests.e2e.scenes import begin_project, import_pictures
from tests.stack import Stack

SIZE_HW = (96, 128)


def make_project(
    stack: Stack, manager: str, members: Mapping[str, str], *, pictures: int, **more: Any
) -> tuple[int, list[int]]:
    """Make a manager's project with members by their roles and a few small pictures."""
    client = stack.log_in(manager)
    project = begin_project(client, "Review", ("cell", "nucleus"), **more)
    for username, role in members.items():
        client.post(f"/api/projects/{project}/members", {"username": username, "role": role})
    drawn = {f"noise-{seed}.png": png(seed, SIZE_HW) for seed in range(pictures)}
    return project, import_pictures(client, project, drawn)


def finish(client: Client, project: int, image: int, *drawn: Mapping[str, object]) -> None:
    """Claim an image, draw masks, and be done."""
    claimed = client.post(f"/api/projects/{project}/claim", {"image": image})["assignment"]
    version = client.get(f"/api/images/{image}")["version"]
    assert client.save(image, version, *drawn).is_good
    client.post(f"/api/assignments/{claimed['id']}/finish", {"active_s": 1})


def box(x: int, y: int, side: int = 16, label: int | None = None) -> dict[str, object]:
    """An operation that draws a square."""
    mask = np.zeros(SIZE_HW, bool)
    mask[y : y + side, x : x + side] = True
    ids = {"id": str(uuid4()), "mask": str(uuid4())}
    return {**ids, "kind": "create", "label": label, "rle": encode(mask)}


def masks_that_count(client: Client, image: int) -> dict[str, RLE]:
    masks: Sequence[Any] = client.get(f"/api/images/{image}")["masks"]
    return {mask["id"]: mask["rle"] for mask in masks if not mask["aside"]}
