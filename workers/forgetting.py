"""How two bundles do on other projects' holdouts, which a round must not forget."""

from collections.abc import Iterator
from typing import Any

from annotation.models import Bundle, DatasetVersion, Image, Project
from annotation.selectors.also import also_of
from workers.annotated_images import annotated_images, embed_missing
from workers.evaluation import Evaluation, compare, evaluate_bundle
from workers.lease import Lease
from workers.networks import sight_of


def measure_also(
    lease: Lease, project: Project, serving: Bundle, candidate: Bundle
) -> list[dict[str, Any]]:
    """Compare both at one click on each project that this one names; see `Round.metrics`."""
    rows = []
    for other, version in _versions(project):
        before, after = (_measured(lease, version, bundle) for bundle in (serving, candidate))
        if before is None or after is None:
            continue
        difference = compare(before, after)
        rows.append(
            {
                "project": other.pk,
                "name": other.name,
                "version": version.pk,
                "objects": after.figures["objects"],
                "serving": before.figures["miou_1"],
                "candidate": after.figures["miou_1"],
                "difference": {name: difference[name] for name in ("mean", "low", "high")},
            }
        )
    return rows


def _versions(project: Project) -> Iterator[tuple[Project, DatasetVersion]]:
    """Yield the other projects with their newest version."""
    for other in also_of(project):
        version = other.versions.order_by("-created_at").first()
        if version is not None:
            yield other, version


def _measured(lease: Lease, version: DatasetVersion, bundle: Bundle) -> Evaluation | None:
    """Click on a holdout as the bundle sees it; None where it has no object.

    Without its empty images: nothing is clicked there, and nothing is proposed here. And without
    those that were put in the trash after it was cut, whose pixels may be gone.
    """
    holdout = annotated_images(version, "holdout", bundle.encoder_digest)
    keys = [image.key for image in holdout]
    live = Image.objects.filter(deleted_at=None, project__deleted_at=None, sha256__in=keys)
    there = set(live.values_list("sha256", flat=True))
    images = [image for image in holdout if image.key in there and not image.is_empty]
    if not images:
        return None
    return evaluate_bundle(
        bundle,
        embed_missing(lease, images, sight_of(bundle)),
        show=lease.report,
        should_stop=lease.should_stop,
        proposal_images=0,
    )
