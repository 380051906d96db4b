"""Whose proposals the images of a project get: arms, so that what a bundle saves is measured.

An image is drawn by hash each time that its bundles move on, until somebody has begun it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Self

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from annotation.models import Alias, Assignment, Bundle, Embedding, Image, Project, Round
from annotation.selectors.queue import BY_RANK
from annotation.services.draws import arm_for

Arm = Image.Arm
COMPARED: Final = {Arm.PREVIOUS, Arm.CANDIDATE}  # with what serves
DRAWN_BY: Final = ("sha256", "version", "arm")


@dataclass(frozen=True, slots=True)
class Arms:
    """The bundles that propose for a project."""

    project: Project
    serving: Bundle
    others: Mapping[Arm, Bundle]  # none that would propose the same, or reads other embeddings

    @classmethod
    def of(cls, project: Project, serving: Bundle) -> Self:
        """Find the bundles that there are to compare with what serves."""
        aliases = Alias.objects.filter(
            project=project,
            name__in=COMPARED,
            bundle__encoder_digest=serving.encoder_digest,
        ).exclude(bundle__in=alike(serving))
        others = {Arm(alias.name): alias.bundle for alias in aliases.select_related("bundle")}
        return cls(project, serving, others)

    def due(self) -> dict[Arm, list[int]]:
        """Draw the images that are to be proposed for: their ids by arm, in the queue's order."""
        drawn: dict[Arm, list[int]] = {arm: [] for arm in Arm}
        for image in self._unseen().only(*DRAWN_BY).iterator():
            drawn[self._arm_of(image)].append(image.pk)
        drawn[Arm.CANDIDATE] = list(dict.fromkeys([*drawn[Arm.CANDIDATE], *self._to_try()]))
        return drawn

    def _unseen(self) -> QuerySet[Image]:
        """Images that wait for people, and that their arm's bundle has not seen.

        Nor a bundle that proposes the same: a round may have changed the captioner alone. Without
        those begun in an arm whose bundle is gone: they would count for what did not propose there.
        """
        is_seen = ~Q(arm__in=self.others) & Q(proposed_by__in=alike(self.serving))
        for arm, bundle in self.others.items():
            is_seen |= Q(arm=arm, proposed_by__in=alike(bundle))
        waiting = _waiting(self.project, self.serving)
        kept = waiting.exclude(version__gt=0, arm__in=COMPARED - self.others.keys())
        return kept.filter(Q(proposed_by=None) | ~is_seen)

    def _to_try(self) -> Iterator[int]:
        """Yield the images that nobody has begun and that a trial draws, whoever has seen them.

        What serves stays while a trial begins, so that nothing else would move them on.
        """
        if Arm.CANDIDATE not in self.others:
            return
        images = _waiting(self.project, self.serving).filter(version=0).exclude(arm=Arm.CANDIDATE)
        for image in images.only(*DRAWN_BY).iterator():
            if self._arm_of(image) == Arm.CANDIDATE:
                yield image.pk

    def _arm_of(self, image: Image) -> Arm:
        is_begun = image.version > 0 and image.arm
        arm = Arm(image.arm) if is_begun else arm_for(image.sha256, project=self.project)
        return arm if arm == Arm.NONE or arm in self.others else Arm.SERVING


def _waiting(project: Project, serving: Bundle) -> QuerySet[Image]:
    """Images that nobody has finished or is working on.

    Those that arrive meanwhile have no embedding yet: their import has queued the next job.
    """
    held = Assignment.objects.filter(
        image=OuterRef("pk"), state=Assignment.State.LEASED, lease_until__gt=Now()
    )
    images = Image.objects.filter(
        has_embedding(serving),
        ~Exists(held),
        project=project,
        deleted_at=None,
        is_holdout=False,
        status=Image.Status.TODO,
    )
    return images.order_by(*BY_RANK)


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
