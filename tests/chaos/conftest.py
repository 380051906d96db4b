"""A stack that is there to be hurt, and work to do on it."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from PIL import Image

from engine.masks.rle import RLE, encode
from tests.client import Client, wait_for
from tests.quick_bundle import make_quick_bundle
from tests.stack import Stack, running_stack

# Short leases, so that what a killed worker held is taken over soon, though not from a worker that
# is only slow; and a round of a few steps, the second checkpoint of which nobody sees.
STEPS = 10
SETTINGS = {
    "JOB_LEASE_S": "15",
    "TRAIN_STEPS": str(STEPS),
    "TRAIN_HEAD_STEPS": "2",
    "TRAIN_PHOTOS": "1",
    "WEBHOOK_ALLOWED_HOSTS": "127.0.0.1",
}
SIZE_PX = 128


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("stack")
    bundle = make_quick_bundle(folder / "bundle")
    with running_stack(folder / "data", PRETRAINED_BUNDLE=str(bundle), **SETTINGS) as stack:
        stack.add_users("ada")
        yield stack


@pytest.fixture
def nobody_prepares(stack: Stack) -> Iterator[None]:
    """Take no time from what is tested for the images that come in."""
    with stack.asleep("models"):
        yield


@pytest.fixture
def manager(stack: Stack) -> Client:
    def logged_in() -> Client | None:
        return stack.log_in("ada")

    return wait_for(logged_in, "logged in")


@dataclass(frozen=True, slots=True)
class Work:
    """One project of a test."""

    client: Client
    project: int
    label: int

    def add_images(self, *pictures: bytes) -> list[int]:
        """Bring pictures in and return the images' ids in their order."""
        names = [f"{number}.png" for number in range(len(pictures))]
        for name, data in zip(names, pictures, strict=True):
            self.client.upload(self.project, name, data)
        wait_for(lambda: self.are_checked(len(pictures)), "all uploads checked")
        ids = {image["file_name"]: image["id"] for image in self.client.images(self.project)}
        return [ids[name] for name in names]

    def uploads(self) -> list[Any]:
        found: list[Any] = self.client.get(f"/api/projects/{self.project}/uploads")["results"]
        return found

    def are_checked(self, count: int) -> bool:
        states = [upload["state"] for upload in self.uploads()]
        return len(states) == count and not {"pending", "checking"} & set(states)

    def job(self, kind: str) -> Any:
        """Return the newest job of a kind."""
        jobs = self.client.rows(f"/api/projects/{self.project}/jobs")
        return next((job for job in jobs if job["kind"] == kind), None)

    def ended(self, kind: str) -> Any:
        job = self.job(kind)
        return job if job and job["state"] in {"succeeded", "failed", "cancelled"} else None


@pytest.fixture
def work(manager: Client, request: pytest.FixtureRequest) -> Iterator[Work]:
    """Make a project, and end what is done for it once the test has ended."""
    project = manager.post(
        "/api/projects",
        {
            "name": request.node.name[:100],
            "labels": [{"name": "disc", "color": "#12b886"}],
            "holdout_share": 0.0,
        },
    )
    yield Work(manager, project["id"], project["labels"][0]["id"])
    address = f"/api/projects/{project['id']}"
    wait_for(lambda: manager.send("DELETE", address).status in {204, 404}, "the project is gone")


def picture(seed: int, discs: int = 3) -> tuple[bytes, list[RLE]]:
    """Draw bright discs on noise: a PNG, and the discs' masks."""
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 80, (SIZE_PX, SIZE_PX, 3), np.uint8)
    y, x = np.mgrid[:SIZE_PX, :SIZE_PX]
    masks = []
    for place in range(discs):
        centre_y, centre_x = 22 + 40 * (place // 3), 22 + 40 * (place % 3)
        inside = (y - centre_y) ** 2 + (x - centre_x) ** 2 < int(rng.integers(10, 18)) ** 2
        pixels[inside] = rng.integers(140, 255, 3, np.uint8)
        masks.append(encode(inside))
    out = BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue(), masks


def creation(work: Work, rle: object) -> dict[str, object]:
    """One operation: draw a mask."""
    ids = {"id": str(uuid4()), "mask": str(uuid4())}
    return {**ids, "kind": "create", "label": work.label, "rle": rle}
