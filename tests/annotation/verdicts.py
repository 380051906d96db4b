"""What people have decided on proposals, as rows: no image need be worked through for it."""

from collections.abc import Mapping
from typing import Final
from uuid import uuid4

from django.contrib.auth.models import User
from django.utils import timezone

from annotation.models import Bundle, DatasetVersion, Image, Mask, Project, Proposal
from engine.verification.cues import CUES
from tests.annotation.world import make_bundle, square

CERTAIN: Final = dict.fromkeys(CUES, 1.0)


def trained_bundle(project: Project) -> Bundle:
    """Register a bundle as one that a round has trained."""
    version = DatasetVersion.objects.create(pk="f" * 64, project=project, counts={})
    bundle = make_bundle("c")
    bundle.dataset_version = version
    bundle.save()
    return bundle


def note_verdict(
    person: User,
    image: Image,
    bundle: Bundle,
    final_iou: float | None,
    *,
    cues: Mapping[str, float] = CERTAIN,
    score: float | None = None,
    label: int | None = None,
) -> None:
    """Note a verdict: the IoU with what was made of a proposal, None where it was rejected."""
    is_wanted = final_iou is not None
    Proposal.objects.create(
        pk=uuid4(),
        image=image,
        bundle=bundle,
        rle=square(1, 1),
        predicted_iou=0.9,
        stability=0.9,
        point_xy=[2, 2],
        cues=cues,
        verifier_score=score,
        label_id=label,
        state="accepted" if is_wanted else "rejected",
        mask=Mask.objects.create(pk=uuid4(), image=image) if is_wanted else None,
        decided_by=person,
        decided_at=timezone.now(),
        final_iou=final_iou,
        is_untouched=final_iou == 1,
    )
