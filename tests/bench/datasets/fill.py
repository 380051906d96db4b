"""Very many masks of one project, straight into the database, and versions cut of them.

Runs inside `manage.py shell` of the stack that is measured; each function prints a line of JSON.
"""

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID, uuid4

import numpy as np
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from annotation.models import DatasetVersion, Image, Mask, Project, Revision
from annotation.selectors.version_diff import diff_page, diff_totals
from annotation.services.copying import copy_rows, next_ids
from annotation.services.exports import write_export
from annotation.services.versions import cut_version
from engine.masks.rle import RLE, area, decode, encode
from tests.bench.datasets.discs import MASKS, SIZE_HW, discs
from tests.bench.finished_images import finished_image
from tests.bench.memory import peak_mib

BATCH = 200  # images
SHAPES = [encode(mask) for mask in discs(MASKS, SIZE_HW)]
MASK = ("id", "image_id", "head_id", "created_at", "slot", "is_aside")
REVISION = ("id", "mask_id", "number", "rle", "area_px", "author_id", "created_at", "z")
REST = {
    "attributes": "{}",
    "origin": "{}",
    "prompts": "[]",
    "seconds": 0,
    "clicks": 0,
    "strokes": 0,
}


def fill(project_id: int, wanted: int, most: int) -> None:
    """Add finished images of so many masks each, up to so many masks, at most so many now."""
    project = Project.objects.get(pk=project_id)
    person = User.objects.get(username="ada")
    have = Image.objects.filter(project=project).count()
    last = min(wanted, have * MASKS + most) // MASKS
    for first in range(have, last, BATCH):
        numbers = range(first, min(first + BATCH, last))
        with transaction.atomic():
            images = Image.objects.bulk_create(
                finished_image(project, number, SIZE_HW) for number in numbers
            )
            _draw(images, person)


def _draw(images: Sequence[Image], person: User) -> None:
    """Give each image one mask of each shape, the fastest way there is."""
    masks = [(uuid4(), image.pk, rle) for image in images for rle in SHAPES]
    heads = next_ids(Revision, len(masks))
    now = timezone.now()
    told = {id(rle): (json.dumps(rle), area(rle)) for rle in SHAPES}
    copy_rows(
        Mask,
        MASK,
        (
            (pk, image, head, now, 0, False)
            for (pk, image, _), head in zip(masks, heads, strict=True)
        ),
    )
    copy_rows(
        Revision,
        (*REVISION, *REST),
        (
            (head, pk, 1, *told[id(rle)], person.pk, now, 0, *REST.values())
            for (pk, _, rle), head in zip(masks, heads, strict=True)
        ),
    )


def cut(project_id: int) -> None:
    """Cut a version."""
    began, cpu = time.perf_counter(), time.process_time()
    version = cut_version(project=Project.objects.get(pk=project_id), created_by=None)
    figures = {
        "version": version.pk,
        "masks": version.counts["masks"],
        "wall_s": round(time.perf_counter() - began, 2),
        "cpu_s": round(time.process_time() - cpu, 2),
        "peak_mib": peak_mib("self"),
    }
    sys.stdout.write(json.dumps(figures) + "\n")


def export(version_id: str) -> None:
    """Write a version as COCO, as an export job does, without its images."""
    version = DatasetVersion.objects.get(pk=version_id)
    began, cpu = time.perf_counter(), time.process_time()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "export.zip"
        write_export(version, path)
        size = path.stat().st_size
    wall_s, masks = time.perf_counter() - began, version.counts["masks"]
    figures = {
        "masks": masks,
        "wall_s": round(wall_s, 2),
        "cpu_s": round(time.process_time() - cpu, 2),
        "masks_per_s": round(masks / wall_s),
        "peak_mib": peak_mib("self"),
        "zip_mib": round(size / 2**20),
    }
    sys.stdout.write(json.dumps(figures) + "\n")


def revise(project_id: int, every: int) -> None:
    """Give the masks of one in so many images another shape."""
    person = User.objects.get(username="ada")
    moved = [encode(np.roll(decode(rle), 4, axis=1)) for rle in SHAPES]
    for image in Image.objects.filter(project_id=project_id).order_by("pk")[::every]:
        masks = list(Mask.objects.filter(image=image).values_list("pk", flat=True))
        _revise(masks, moved, person, number=2)


def compare(before: str, after: str) -> None:
    """Compare two versions whole, then read a page of the diff from its middle."""
    versions = DatasetVersion.objects.in_bulk([before, after])
    old, new = versions[before], versions[after]
    began, cpu = time.perf_counter(), time.process_time()
    totals = diff_totals(old, new)
    wall_s, cpu_s = time.perf_counter() - began, time.process_time() - cpu
    peak = peak_mib("self")
    diff_page(old, new, "8" * 64)  # once, for what is hashed once for each process
    began = time.perf_counter()
    page = diff_page(old, new, "8" * 64)
    figures = {
        "changed": totals["masks"]["changed"],
        "measured": totals["iou"]["measured"],
        "wall_s": round(wall_s, 2),
        "cpu_s": round(cpu_s, 2),
        "peak_mib": peak,
        "page_images": len(page.results),
        "page_ms": round((time.perf_counter() - began) * 1000),
    }
    sys.stdout.write(json.dumps(figures) + "\n")


def _revise(masks: list[UUID], shapes: list[RLE], person: User, *, number: int) -> None:
    made = Revision.objects.bulk_create(
        Revision(mask_id=mask, number=number, rle=rle, area_px=area(rle), author=person)
        for mask, rle in zip(masks, shapes, strict=True)
    )
    Mask.objects.bulk_update(
        [Mask(pk=each.mask_id, head=each) for each in made], ["head"], batch_size=2000
    )
