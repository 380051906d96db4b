"""What reviewers find in a browser: projects of several people, with finished images."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

import numpy as np
from playwright.sync_api import Page, expect

from engine.masks.rle import RLE, encode
from tests.annotation.world import png
from tests.client import Client, wait_for
from tests.stack import PASSWORD, Stack

SIZE_HW = (96, 128)
LABELS = [{"name": "cell", "color": "#1f77b4"}, {"name": "nucleus", "color": "#ff8787"}]


def make_project(
    stack: Stack, manager: str, members: Mapping[str, str], *, pictures: int, **more: Any
) -> tuple[int, list[int]]:
    """Make a manager's project with members by their roles and a few small pictures."""
    client = stack.log_in(manager)
    body = {"name": f"Review {uuid4().hex[:6]}", "labels": LABELS, "holdout_share": 0, **more}
    project = client.post("/api/projects", body)["id"]
    for username, role in members.items():
        client.post(f"/api/projects/{project}/members", {"username": username, "role": role})
    for seed in range(pictures):
        client.upload(project, f"noise-{seed}.png", png(seed, SIZE_HW))

    def images() -> list[int]:
        found = sorted(image["id"] for image in client.images(project))
        return found if len(found) == pictures else []

    return project, wait_for(images, "the pictures are in")


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


def log_in(page: Page, name: str) -> Page:
    page.goto("/")
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page).to_have_url(re.compile("/projects$"))
    return page
