"""Proposals that a verifier has scored, and an annotator who decides on them."""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import uuid4

from django.utils import timezone

from annotation.models import Alias, AliasMove, Bundle, Image, Project, Proposal
from annotation.services.assignments import claim_image, finish_image
from annotation.services.masks import save_operations
from annotation.services.proposals import Found, replace_pending_proposals
from tests.annotation.world import World, make_bundle, operation, square

IN_A_ROW: Final = 28  # squares on an image


def serving_bundle(project: Project) -> Bundle:
    bundle = make_bundle()
    Alias.objects.create(project=project, name="serving", bundle=bundle)
    AliasMove.objects.create(project=project, name="serving", to_bundle=bundle, reason="")
    return bundle


def propose(image: Image, bundle: Bundle, scores: Sequence[float | None]) -> list[Proposal]:
    """Propose small squares, with these scores of the verifier."""
    found = [
        Found(square(at % IN_A_ROW, at // IN_A_ROW, 4), 0.9, 0.95, (1.0, 1.0), {}, score)
        for at, score in enumerate(scores)
    ]
    return replace_pending_proposals(image=image, bundle=bundle, found=found)


def make_audited(image: Image, bundle: Bundle, count: int) -> list[Proposal]:
    """Make proposals that auto-accept has left to people."""
    return Proposal.objects.bulk_create(
        Proposal(
            pk=uuid4(),
            image=image,
            bundle=bundle,
            rle=square(at % IN_A_ROW, at // IN_A_ROW),
            predicted_iou=0.9,
            stability=0.9,
            verifier_score=0.97,
            point_xy=[1, 1],
            audited_at=timezone.now(),
        )
        for at in range(count)
    )


def judge(world: World, image: Image, verdicts: Mapping[Proposal, str]) -> None:
    """Let the annotator decide on proposals, and finish the image."""
    place = claim_image(project=world.project, user=world.annotator, image_id=image.pk)
    assert place is not None
    image.refresh_from_db()
    operations = [
        operation("verdict", proposal=proposal.pk, verdict=verdict)
        | ({"mask": uuid4(), "label": None} if verdict == "accepted" else {})
        for proposal, verdict in verdicts.items()
    ]
    save_operations(
        image_id=image.pk,
        operations=operations,
        expected_version=image.version,
        author=world.annotator,
    )
    finish_image(assignment=place, user=world.annotator, active_s=5)
