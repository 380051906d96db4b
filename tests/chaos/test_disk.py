"""A disk that is full: loud, and over once there is room."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.masks.rle import encode
from tests.chaos.conftest import SETTINGS, SIZE_PX, Work, creation, picture
from tests.client import UNREACHABLE, Answer, wait_for
from tests.quick_bundle import make_quick_bundle
from tests.stack import Stack, running_stack

pytestmark = pytest.mark.slow
TMPFS_MIB = 320


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    """Start a stack on a small file system."""
    settings = {**SETTINGS, "PRETRAINED_BUNDLE": str(make_quick_bundle(tmp_path / "bundle"))}
    with small_disk(tmp_path / "disk") as disk, running_stack(disk, **settings) as stack:
        stack.add_users("ada")
        yield stack


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={TMPFS_MIB}m,mode=0700", "tmpfs", str(folder)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("a small disk needs the right to mount one")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk_refuses_saves_aloud_and_loses_none_that_it_took(
    stack: Stack, work: Work
) -> None:
    [image] = work.add_images(picture(3)[0])
    wait_for(lambda: work.ended("prepare_images"), "prepared", 240)
    ballast = stack.data / "ballast"
    fill(ballast)

    version, taken, refused = 0, 0, None
    for seed in range(100):
        operations = [creation(work, noise(seed * 100 + number)) for number in range(50)]
        answer = try_to_save(work, image, version, operations)
        if answer is None or not answer.is_good:
            refused = answer
            break
        version, taken = answer.body["version"], taken + len(operations)
        fill(ballast)
    else:
        pytest.fail("the disk never filled up")
    if refused is not None:
        assert refused.status >= 500
        assert refused.headers["Content-Type"] == "application/problem+json"
    with pytest.raises(UNREACHABLE):
        work.client.upload(work.project, "more.png", picture(4)[0])

    ballast.unlink()
    wait_for(lambda: work.client.send("GET", "/readyz").is_good, "ready again")
    send_again = partial(try_to_save, work, image, version, operations)
    wait_for(lambda: (answer := send_again()) is not None and answer.is_good, "it is saved")
    shown = work.client.get(f"/api/images/{image}")
    assert len(shown["masks"]) == taken + len(operations)


def noise(seed: int) -> object:
    """Make a mask that takes room: about 10 kB."""
    return encode(np.random.default_rng(seed).random((SIZE_PX, SIZE_PX)) < 0.5)


def fill(ballast: Path) -> None:
    """Write until the disk is full."""
    with suppress(OSError), ballast.open("ab", buffering=0) as file:
        while file.write(bytes(1 << 16)):
            pass


def try_to_save(work: Work, image: int, version: int, operations: list[Any]) -> Answer | None:
    try:
        return work.client.save(image, version, *operations)
    except UNREACHABLE:
        return None
