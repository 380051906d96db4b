"""What the tests of single pages begin with: projects made by the API, a login, an open image."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Page, expect

from engine.masks.rle import RLE, decode
from tests.annotation.world import NO_ARMS
from tests.chaos.conftest import SIZE_PX, picture
from tests.client import Client, wait_for
from tests.e2e.gestures import SLOW_MS, fitted, wait_for_editor
from tests.stack import PASSWORD

COLOURS = ("#1f77b4", "#ff8787")  # of labels


def begin_project(client: Client, name: str, labels: Sequence[str], **settings: object) -> int:
    """Make a project without holdout or bare images, under a name that no other test uses."""
    coloured = [{"name": label, "color": COLOURS[at]} for at, label in enumerate(labels)]
    wanted = {"name": f"{name} {uuid4().hex[:6]}", "labels": coloured, "holdout_share": 0}
    project = int(client.post("/api/projects", {**wanted, **settings})["id"])
    assert client.send("PATCH", f"/api/projects/{project}", NO_ARMS).is_good
    return project


def import_pictures(client: Client, project: int, pictures: Mapping[str, bytes]) -> list[int]:
    """Bring pictures in by their file names; return the images' ids in the order of import."""
    for file_name, data in pictures.items():
        client.upload(project, file_name, data)

    def images() -> list[int]:
        found = sorted(row["id"] for row in client.images(project))
        return found if len(found) == len(pictures) else []

    return wait_for(images, "the pictures are in")


def make_prepared_project(client: Client, images: int, **settings: object) -> tuple[int, list[int]]:
    """Make a project of pictures of nine discs each, with embeddings and proposals."""
    project = begin_project(client, "Discs", ("disc", "ring"), **settings)
    drawn = {f"{number}.png": picture(number, discs=9)[0] for number in range(images)}
    ids = import_pictures(client, project, drawn)
    wait_until_prepared(client, project, ids)
    return project, ids


def wait_until_prepared(client: Client, project: int, ids: Sequence[int]) -> None:
    """Wait until no job is left and each image has its embedding."""

    def is_prepared() -> bool:
        jobs = client.rows(f"/api/projects/{project}/jobs")
        is_idle = bool(jobs) and all(job["finished_at"] for job in jobs)
        return is_idle and all(client.get(f"/api/images/{pk}")["embedding"] for pk in ids)

    wait_for(is_prepared, "the images are prepared", 300 + 30 * len(ids))


def log_in(page: Page, name: str = "grace", address: str = "/") -> Page:
    page.goto(address)
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page).to_have_url(re.compile("/projects$"))
    return page


@dataclass(frozen=True, slots=True)
class Canvas:
    """The open image: places on it in image pixels, and what is drawn on it."""

    page: Page
    side_px: int = SIZE_PX  # of the image, which is square

    @classmethod
    def open(cls, page: Page, address: str, side_px: int = SIZE_PX) -> "Canvas":
        page.goto(address)
        return cls.opened(page, side_px)

    @classmethod
    def opened(cls, page: Page, side_px: int = SIZE_PX) -> "Canvas":
        wait_for_editor(page)
        return cls(page, side_px)

    def at(self, x: float, y: float) -> tuple[float, float]:
        left, top, scale = fitted(self.page, self.side_px, self.side_px)
        return left + x * scale, top + y * scale

    def click(self, x: float, y: float, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.down(key)
        self.page.mouse.click(*self.at(x, y))
        for key in keys:
            self.page.keyboard.up(key)

    def draw(self, *places: tuple[float, float]) -> None:
        """Drag from place to place."""
        self.page.mouse.move(*self.at(*places[0]))
        self.page.mouse.down()
        for place in places[1:]:
            self.page.mouse.move(*self.at(*place), steps=6)
        self.page.mouse.up()

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    @property
    def masks(self) -> list[NDArray[np.bool_]]:
        """What is on the image, as the page has it; the oldest first."""
        return [decode(mask["rle"]) for mask in self.page.evaluate("window.__anneal.masks()")]

    @property
    def draft(self) -> RLE | None:
        """What the model has answered to the prompts of one object."""
        rle: RLE | None = self.page.evaluate("window.__anneal.draft()")
        return rle

    def wait_for_answer(self, count: int) -> None:
        """Wait until the page has shown so many answers of the model."""
        self.page.wait_for_function(
            "count => window.__anneal.timings.length >= count", arg=count, timeout=SLOW_MS
        )

    def wait_for_masks(self, count: int) -> list[NDArray[np.bool_]]:
        self.page.wait_for_function(
            "count => window.__anneal.masks().length === count", arg=count, timeout=SLOW_MS
        )
        return self.masks


def saved_masks(client: Client, image: int) -> Mapping[str, NDArray[np.bool_]]:
    rows = client.get(f"/api/images/{image}")["masks"]
    return {row["id"]: decode(row["rle"]) for row in rows}
