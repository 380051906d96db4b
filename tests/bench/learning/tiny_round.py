"""One round of many small images of discs, in the process that calls it.

Runs inside `manage.py shell` of a stack whose encoder and bundle are tiny; prints a line of JSON.
"""

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from unittest.mock import patch

import numpy as np
from PIL import Image as Picture_

from annotation import jobs
from annotation.models import Round
from annotation.services.bundles import ensure_pretrained
from annotation.services.rounds import start_round
from engine.masks.rle import encode
from tests.bench.datasets.discs import discs
from tests.bench.memory import peak_mib
from tests.engine.segmentation.tiny_encoder import DIM
from workers import embeddings, evaluation
from workers.simulation.pictures import Picture, TrueMask
from workers.simulation.project import SimulatedProject
from workers.tasks import run_job

SIZE_HW: Final = (256, 320)
MASKS: Final = 20  # of an image, of which the smaller ones are looked at closer
HELD_OUT: Final = 5  # of so many images one
CLICKS: Final = 3  # on an object, where a round allows 20


def run(count: int) -> None:
    """Run a round of so many images, and tell the most memory that the process held."""
    began = time.monotonic()
    with (
        TemporaryDirectory() as folder,
        # The stack's workers would do it, beside others and without a trace.
        patch.object(jobs, "send"),
        patch.object(embeddings, "SHAPE", (DIM, 64, 64)),
        patch.object(evaluation, "MAX_CLICKS", CLICKS),
    ):
        pictures = list(_pictures(Path(folder), count))
        people = SimulatedProject.of(Path(folder), pictures, seed=count, plan="whole")
        ensure_pretrained(project=people.project)
        for number, picture in enumerate(pictures):
            people.import_finished(picture, is_holdout=number % HELD_OUT == 0)
        started = start_round(
            project=people.project, trigger="manual", created_by=people.manager, parts=["masks"]
        )
        assert started.job_id is not None
        run_job(job_id=started.job_id)
    ended = Round.objects.get(pk=started.pk)
    assert ended.state in {Round.State.PROMOTED, Round.State.REFUSED}, ended.decision
    told = {
        "masks": count * MASKS,
        "peak_mib": peak_mib("self"),
        "seconds": round(time.monotonic() - began),
    }
    sys.stdout.write(f"{json.dumps(told)}\n")


def _pictures(folder: Path, count: int) -> Iterator[Picture]:
    """Draw images that no other count has: nothing of them is embedded yet."""
    for number in range(count):
        seed = count * 1000 + number
        masks = discs(MASKS, SIZE_HW, seed)
        shades = np.random.default_rng(seed).integers(60, 255, MASKS)
        pixels = np.zeros(SIZE_HW, np.uint8)
        for mask, shade in zip(masks, shades, strict=True):
            pixels[mask] = shade
        path = folder / f"{seed}.png"
        Picture_.fromarray(pixels).save(path)
        truth = tuple(TrueMask(encode(mask), "disc") for mask in masks)
        yield Picture(path, path.name, path.name, SIZE_HW, truth)
