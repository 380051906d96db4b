"""How two bundles do on other projects' holdouts, which a round must not forget."""

from collections.abc import Iterator
from typing import Any

from annotation.models import Bundle, DatasetVersion, Embedding, Project
from annotation.selectors.also import also_of
from engine.segmentation.items import AnnotatedImage
from workers.annotated_images import annotated_images, embed_missing
from workers.evaluation import compare, evaluate_bundle
from workers.lease import Lease


def measure_also(
    lease: Lease, project: Project, serving: Bundle, candidate: Bundle
) -> list[dict[str, Any]]:
    """Compare both at one click on each project that this one names; see `Round.metrics`."""
    rows = []
    for other, version, images in _holdouts(project, candidate.encoder_digest):
        seen = embed_missing(lease, images, candidate)
        before, after = (
            evaluate_bundle(
                bundle, seen, show=lease.report, should_stop=lease.should_stop, proposal_images=0
            )
            for bundle in (serving, candidate)
        )
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


def _holdouts(
    project: Project, encoder_digest: str
) -> Iterator[tuple[Project, DatasetVersion, list[AnnotatedImage]]]:
    """Yield the other projects with their newest version and what of its holdout is embedded.

    Without its empty images: nothing is clicked there, and nothing is proposed here.
    """
    for other in also_of(project):
        version = other.versions.order_by("-created_at").first()
        if version is None:
            continue
        holdout = annotated_images(version, "holdout", encoder_digest)
        images = [image for image in holdout if not image.is_empty]
        embedded = set(
            Embedding.objects.filter(
                image_sha256__in=[image.key for image in images],
                encoder_digest=encoder_digest,
                window="",
            ).values_list("image_sha256", flat=True)
        )
        known = [image for image in images if image.key in embedded]
        if known:
            yield other, version, known
