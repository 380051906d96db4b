"""Datasets to bring in, made where they are measured.

Runs inside `manage.py shell` of the stack that is measured; each function prints a line of JSON.
"""

import hashlib
import io
import json
import sys
import tempfile
import time
from pathlib import Path
from uuid import uuid4

import numpy as np
from django.contrib.auth.models import User
from django.db import transaction
from PIL import Image as Picture

from annotation.models import DatasetImport, Image, Project
from annotation.services.images import add_image
from annotation.services.import_runs import run_import
from engine.datasets.files import FolderOut, open_source
from engine.datasets.formats import FORMATS, export
from engine.datasets.sample import Annotation, Dataset, Sample, labels_of
from engine.masks.rle import encode
from tests.bench.datasets.discs import SIZE_HW, discs
from tests.bench.memory import peak_mib

PHOTO_HW = (1200, 1600)
THUMBNAIL_PX = 256


def annotations(project_id: int, images: int, each: int) -> None:
    """Import the masks of images that are there, from one COCO file."""
    project = Project.objects.get(pk=project_id)
    person = User.objects.get(username="ada")
    shapes = [encode(mask) for mask in discs(each, SIZE_HW)]
    samples = [
        Sample(f"{number:06d}.jpg", SIZE_HW, tuple(Annotation(rle, "cell") for rle in shapes))
        for number in range(images)
    ]
    Image.objects.bulk_create(_row(project, sample) for sample in samples)
    with tempfile.TemporaryDirectory() as folder:
        dataset = Dataset(labels_of(["cell"]), lambda: iter(samples), has_images=False)
        export(dataset, FORMATS["coco"], FolderOut(Path(folder)))
        found = DatasetImport.objects.create(
            pk=uuid4(),
            project=project,
            source="bench",
            format="coco",
            state=DatasetImport.State.IMPORTING,
            created_by=person,
        )
        began, cpu = time.perf_counter(), time.process_time()
        counts = run_import(
            found, open_source(Path(folder)), fence=transaction.atomic, progress=lambda *_: None
        )
    _say(began, cpu, images=images, masks=counts["masks"])


def photos(project_id: int, count: int) -> None:
    """Import images by their bytes, and let Pillow decode the same and make the thumbnails."""
    project = Project.objects.get(pk=project_id)
    person = User.objects.get(username="ada")
    made = [_photo(seed) for seed in range(count)]
    pillow = time.process_time()
    for data in made:
        picture = Picture.open(io.BytesIO(data)).convert("RGB")
        picture.thumbnail((THUMBNAIL_PX, THUMBNAIL_PX), Picture.Resampling.LANCZOS)
        picture.save(io.BytesIO(), "WEBP", quality=80)
    pillow_s = time.process_time() - pillow
    began, cpu = time.perf_counter(), time.process_time()
    for number, data in enumerate(made):
        add_image(project=project, data=data, file_name=f"photo-{number}.jpg", created_by=person)
    _say(began, cpu, images=count, pillow_cpu_s=round(pillow_s, 2))


def _row(project: Project, sample: Sample) -> Image:
    height, width = sample.size_hw
    return Image(
        project=project,
        sha256=hashlib.sha256(sample.file_name.encode()).hexdigest(),
        file_name=sample.file_name,
        bytes=1,
        format="JPEG",
        height=height,
        width=width,
    )


def _photo(seed: int) -> bytes:
    """Smooth noise, which packs about as well as a photo."""
    rng = np.random.default_rng(seed)
    height, width = PHOTO_HW
    small = rng.integers(0, 256, (height // 8, width // 8, 3), np.uint8)
    out = io.BytesIO()
    Picture.fromarray(small).resize((width, height), Picture.Resampling.BICUBIC).save(
        out, "JPEG", quality=90
    )
    return out.getvalue()


def _say(began: float, cpu: float, **figures: object) -> None:
    figures |= {
        "wall_s": round(time.perf_counter() - began, 2),
        "cpu_s": round(time.process_time() - cpu, 2),
        "peak_mib": peak_mib("self"),
    }
    sys.stdout.write(json.dumps(figures) + "\n")
