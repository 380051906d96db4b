"""Whose proposals the images of a project get: three arms, so that what proposals save is measured.

An image is drawn by hash each time that its bundles move on, until somebody has begun it.
"""

from dataclasses import dataclass
from typing import Self

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from annotation.models import Alias, Assignment, Bundle, Embedding, Image, Project, Round
from annotation.services.draws import arm_for

Arm = Image.Arm


@dataclass(frozen=True, slots=True)
class Arms:
    """The bundles that propose for a project."""

    project: Project
    serving: Bundle
    previous: Bundle | None  # none where it would propose the same, or reads other embeddings

    @classmethod
    def of(cls, project: Project, serving: Bundle) -> Self:
        """Find the previous bundle, while there is one to compare with."""
        aliases = Alias.objects.filter(project=project, name=Alias.Name.PREVIOUS)
        comparable = aliases.filter(bundle__encoder_digest=serving.encoder_digest).exclude(
            bundle__in=alike(serving)
        )
        previous = comparable.select_related("bundle").first()
        return cls(project, serving, previous.bundle if previous else None)

    def due(self) -> dict[Arm, list[int]]:
        """Draw the images that are to be proposed for: their ids by arm, in the queue's order."""
        images = to_propose_for(self.project, self.serving, self.previous)
        drawn: dict[Arm, list[int]] = {arm: [] for arm in Arm}
        for image in images.only("sha256", "version", "arm").iterator():
            drawn[self._arm_of(image)].append(image.pk)
        return drawn

    def _arm_of(self, image: Image) -> Arm:
        is_begun = image.version > 0 and image.arm
        arm = Arm(image.arm) if is_begun else arm_for(image.sha256, project=self.project)
        return Arm.SERVING if arm == Arm.PREVIOUS and self.previous is None else arm


def to_propose_for(
    project: Project, serving: Bundle, previous: Bundle | None = None
) -> QuerySet[Image]:
    """Images that nobody has finished or is working on, and that their arm's bundle has not seen.

    Nor a bundle that proposes the same: a round may have changed the captioner alone.
    Those that arrive meanwhile have no embedding yet: their import has queued the next job.
    """
    held = Assignment.objects.filter(
        image=OuterRef("pk"), state=Assignment.State.LEASED, lease_until__gt=Now()
    )
    is_seen = ~Q(arm=Arm.PREVIOUS) & Q(proposed_by__in=alike(serving))
    if previous is not None:
        is_seen |= Q(arm=Arm.PREVIOUS, proposed_by__in=alike(previous))
    images = Image.objects.filter(
        has_embedding(serving),
        ~Exists(held),
        Q(proposed_by=None) | ~is_seen,
        project=project,
        deleted_at=None,
        is_holdout=False,
        status=Image.Status.TODO,
    )
    return images.order_by("pk")


def alike(bundle: Bundle) -> QuerySet[Bundle]:
    """Bundles with the same decoder, prompt head and thresholds, itself among them."""
    files = bundle.digests_of(Round.Part.MASKS)
    same = {"files": files, "thresholds": bundle.manifest["thresholds"]}
    return Bundle.objects.filter(manifest__contains=same, encoder_digest=bundle.encoder_digest)


def has_embedding(bundle: Bundle) -> Exists:
    """Tell whether the bundle's encoder has seen an image, beside the image."""
    found = Embedding.objects.filter(
        image_sha256=OuterRef("sha256"), encoder_digest=bundle.encoder_digest, window=""
    )
    return Exists(found)
