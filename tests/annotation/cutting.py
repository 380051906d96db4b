"""Images in any state with masks of any labels, and what a version of some criteria holds."""

from contextlib import nullcontext
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from annotation.models import DatasetVersion, Image, Label, Mask, Revision, VersionCut
from annotation.selectors.version_criteria import EVERYTHING, Criteria
from annotation.selectors.versions import frozen_images
from annotation.services.version_cuts import run_cut
from annotation.services.versions import cut_version
from tests.annotation.world import Api, World, make_image, square

DONE = Image.Status.DONE
REVIEWED = Image.Status.REVIEWED


def add_label(world: World, name: str) -> int:
    return Label.objects.create(project=world.project, name=name, color="#112233").pk


def draw(image: Image, label: int | None, parent: UUID | None = None) -> UUID:
    """Put a mask on an image, as a save would leave it."""
    mask = Mask.objects.create(pk=uuid4(), image=image, parent_id=parent)
    number = Mask.objects.filter(image=image).count()
    mask.head = Revision.objects.create(
        mask=mask, number=1, label_id=label, rle=square(number, 2), area_px=25
    )
    mask.save()
    return mask.pk


def annotated(
    world: World, seed: int, *labels: int | None, day: int | None = None, **changes: Any
) -> Image:
    """Import a picture with masks of these labels; done unless `changes` say otherwise."""
    when = None if day is None else datetime(2026, 5, day, 12, tzinfo=UTC)
    image = make_image(world.project, seed, **{"status": DONE, "finished_at": when, **changes})
    for label in labels:
        draw(image, label)
    return image


def cut(world: World, criteria: Criteria = EVERYTHING) -> DatasetVersion:
    return cut_version(project=world.project, created_by=world.manager, criteria=criteria)


def held(world: World, criteria: Criteria = EVERYTHING) -> dict[str, tuple[str, int]]:
    """Return what a version of these criteria holds: the split and masks of each image."""
    return {
        each.row["file_name"]: (each.row["split"], len(each.masks))
        for each in frozen_images(cut(world, criteria))
    }


def cut_by(api: Api, world: World, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """Ask for a version as a person does, do what its job does, and return the version."""
    asked = api.post(f"projects/{world.project.pk}/versions", body or {})
    assert asked.status_code == 202, asked.json()
    version = run_cut(
        VersionCut.objects.get(pk=asked.json()["id"]), fence=nullcontext, progress=lambda *_: None
    )
    found = api.get(f"projects/{world.project.pk}/versions").json()["results"]
    return next(each for each in found if each["id"] == version.pk)
