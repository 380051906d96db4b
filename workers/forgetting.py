"""How two bundles do on other projects' holdouts, which a round must not forget."""

from collections.abc import Iterator
from typing import Any

from annotation.models import Bundle, DatasetVersion, Image, Project
from annotation.selectors.also import also_of
from annotation.selectors.versions import frozen_images
from engine.masks.rle import area
from engine.segmentation.clicked_objects import compare
from workers.annotated_images import annotated_images
from workers.evaluation import Evaluation, evaluate_bundle
from workers.lease import Lease


def measure_also(
    lease: Lease, project: Project, serving: Bundle, candidate: Bundle
) -> list[dict[str, Any]]:
    """Compare both at one click on each project that this one names; see `Round.metrics`.

    One whose holdout has nothing to measure on has a row all the same, which says so.
    """
    rows = []
    for other, version, keys, shared in _holdouts(project):
        row: dict[str, Any] = {
            "project": other.pk,
            "name": other.name,
            "version": version and version.pk,
            "shared": shared,
        }
        if version is None or not keys:
            rows.append(row | {"objects": 0})
            continue
        before, after = (_measured(lease, version, keys, each) for each in (serving, candidate))
        difference = compare(before.objects, after.objects)
        rows.append(
            row
            | {
                "objects": after.figures["objects"],
                "serving": before.figures["miou_1"],
                "candidate": after.figures["miou_1"],
                "difference": {name: difference[name] for name in ("mean", "low", "high")},
            }
        )
    return rows


def _holdouts(project: Project) -> Iterator[tuple[Project, DatasetVersion | None, set[str], int]]:
    """Yield the other projects with their newest version, if any, and what of its holdout counts.

    And how many images do not, as they are this project's, too: here they may be learned from.

    Of versions of everything: one that was cut of a part may hold no holdout, or too little of it.
    Without its empty images: nothing is clicked there, and nothing is proposed here. And without
    those that were put in the trash after it was cut, whose pixels may be gone.
    """
    for other in also_of(project):
        version = other.versions.filter(criteria={}).order_by("-created_at").first()
        keys = [
            image.row["image_sha256"]
            for image in (frozen_images(version, "holdout") if version else ())
            if any(area(mask.rle) for mask in image.masks)
        ]
        live = Image.objects.filter(deleted_at=None, project__deleted_at=None, sha256__in=keys)
        there = set(live.values_list("sha256", flat=True))
        here = Image.objects.filter(project=project, is_holdout=False, sha256__in=there)
        shared = set(here.values_list("sha256", flat=True))
        yield other, version, there - shared, len(shared)


def _measured(lease: Lease, version: DatasetVersion, keys: set[str], bundle: Bundle) -> Evaluation:
    """Click on images of a holdout as the bundle sees them."""
    holdout = annotated_images(version, "holdout", bundle.encoder_digest)
    images = [image for image in holdout if image.key in keys]
    return evaluate_bundle(lease, bundle, images, proposal_images=0)
