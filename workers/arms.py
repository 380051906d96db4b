"""Whose proposals the images of a project get: arms, so that what a bundle saves is measured.

An image is drawn by hash each time that its bundles move on, until a person has begun it. Then it
keeps its arm and what that had proposed, so that all of its effort is one bundle's. What was begun
before any bundle saw it is proposed for all the same, and is in no arm, whichever was drawn: what
was drawn by hand until then is no bundle's effort.

What the model accepted by itself begins nothing. It accepts where images are easy, so that arms
that spared those images would be left with the hard ones. It is a part of what its bundle does for
people: it is withdrawn where another bundle comes to propose, or none, and accepted anew where the
bundle comes again. So no arm holds masks of another's bundle, and which images are in which follows
from their hashes alone. Arms compare all that a bundle does. While a candidate is tried, none
accepts anything.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Final, Self

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from annotation.models import Alias, Assignment, Bundle, Embedding, Image, Project
from annotation.selectors.images import begun
from annotation.selectors.queue import BY_RANK, WORKABLE
from annotation.selectors.serving import alike, moves_anew, proposing_aliases
from annotation.services.draws import arm_for
from workers.networks import has_encoder

Arm = Image.Arm
COMPARED: Final = {Arm.PREVIOUS, Arm.CANDIDATE}  # with what serves


class BundleLeftError(Exception):
    """Somebody has moved on to other bundles, for a reason: this one proposes nothing more."""


@dataclass(frozen=True, slots=True)
class Arms:
    """The bundles that propose for a project."""

    project: Project
    serving: Bundle
    others: Mapping[Arm, Bundle]  # none that would propose the same, or whose encoder is not here

    @classmethod
    def of(cls, project: Project, serving: Bundle) -> Self:
        """Find the bundles that there are to compare with what serves."""
        aliases = proposing_aliases(project.pk).filter(name__in=COMPARED)
        aliases = aliases.exclude(bundle__in=alike(serving)).select_related("bundle")
        others = {
            Arm(alias.name): alias.bundle
            for alias in aliases
            if alias.bundle.encoder_digest == serving.encoder_digest or has_encoder(alias.bundle)
        }
        return cls(project, serving, others)

    def check(self) -> None:
        """See to it that the same bundles propose still.

        Raises:
            BundleLeftError: another is to be compared, as a trial has begun, or is not any more.

        """
        if Arms.of(self.project, self.serving) != self:
            raise BundleLeftError("other arms")

    def due(self) -> dict[Arm, list[int]]:
        """Draw the images that are to be proposed for: their ids by arm, in the queue's order.

        After them come those that a trial or other shares draw for another arm than they are of,
        whoever has seen them: what serves stays meanwhile, so that nothing else would move them on.
        """
        drawn: dict[Arm, list[int]] = {arm: [] for arm in Arm}
        for image_id, sha256 in self._unseen().values_list("pk", "sha256").iterator():
            drawn[self._arm_of(sha256)].append(image_id)
        known = {*chain.from_iterable(drawn.values()), *self.to_book()}
        for image_id, sha256, before in self._free().values_list("pk", "sha256", "arm").iterator():
            arm = self._arm_of(sha256)
            if before != arm and image_id not in known:
                drawn[arm].append(image_id)
        return drawn

    def to_look_at(self) -> list[int]:
        """Return the images where people may click through windows, and what serves has made none.

        In the queue's order; with those that are `due`, at which it looks before it proposes. The
        others are the holdout, and what people or an outside model's proposals keep from bundles.
        """
        images = Image.objects.filter(
            has_embedding(self.serving),
            ~self._is_seen(),
            ~Q(looked_by__in=alike(self.serving)),
            project=self.project,
            deleted_at=None,
            status__in=WORKABLE[Assignment.Kind.ANNOTATE],
        )
        return list(images.order_by(*BY_RANK).values_list("pk", flat=True))

    def to_book(self) -> list[int]:
        """Return the images that are of another arm, though what proposed there serves now.

        That came to serve again, or was on trial. Nobody has begun them, and what serves is drawn.
        """
        images = Image.objects.filter(
            ~Q(begun()),
            project=self.project,
            deleted_at=None,
            status=Image.Status.TODO,
            arm__in=COMPARED,
            proposed_by__in=alike(self.serving),
        )
        rows = images.values_list("pk", "sha256").iterator()
        return [image_id for image_id, sha256 in rows if self._arm_of(sha256) == Arm.SERVING]

    def _is_seen(self) -> Q:
        """Tell of an image whether its arm's bundle has proposed for it, or one that does the same.

        What serves has looked at it before.
        """
        is_seen = ~Q(arm__in=self.others) & Q(proposed_by__in=alike(self.serving))
        for arm, bundle in self.others.items():
            is_seen |= Q(arm=arm, proposed_by__in=alike(bundle))
        return is_seen

    def _unseen(self) -> QuerySet[Image]:
        """Images that nobody has begun, and that are due or that their arm's bundle has not seen.

        Nor a bundle that proposes the same: a round may have changed the captioner alone. With
        those that somebody has begun before any bundle saw them. Without those on which an outside
        model's proposals stand.
        """
        waiting = _waiting(self.project, self.serving)
        is_bare = Q(proposed_by=None, outside_at=None)
        return waiting.filter(is_bare | ((Q(is_due=True) | ~self._is_seen()) & _is_free()))

    def _free(self) -> QuerySet[Image]:
        """Images that nobody has begun, whatever has proposed there but for outside models."""
        return _waiting(self.project, self.serving).filter(_is_free())

    def _arm_of(self, sha256: str) -> Arm:
        arm = arm_for(sha256, project=self.project)
        return arm if arm == Arm.NONE or arm in self.others else Arm.SERVING


def _waiting(project: Project, serving: Bundle) -> QuerySet[Image]:
    """Images that nobody has finished or is working on.

    Those that arrive meanwhile have no embedding yet: their import has queued the next job.
    """
    images = Image.objects.filter(
        has_embedding(serving),
        ~Q(_held()),
        project=project,
        deleted_at=None,
        is_holdout=False,
        status=Image.Status.TODO,
    )
    return images.order_by(*BY_RANK)


def hold_arm(bundle: Bundle, arm: Arm, project_id: int) -> None:
    """See to it that a bundle is what an arm's images get, until the transaction ends.

    Raises:
        BundleLeftError: it is not any more.

    """
    name = arm if arm in COMPARED else Alias.Name.SERVING
    aliases = proposing_aliases(project_id).filter(name=name, bundle=bundle)
    if not aliases.select_for_update(of=("self",)).exists():
        raise BundleLeftError(f"bundle {bundle.pk[:8]} of arm {arm}")


def lock_if_free(image: Image) -> bool:
    """Lock an image, and tell whether it is free for a bundle's proposals still.

    Nobody has finished it since it was drawn, nor begun or taken it where something has proposed;
    nor has an import brought proposals that stand.
    """
    Image.objects.select_for_update().get(pk=image.pk)
    is_bare = Q(proposed_by=None, outside_at=None)
    is_left = is_bare | (~Q(_held()) & _is_free())
    return Image.objects.filter(is_left, pk=image.pk, status=Image.Status.TODO).exists()


def is_begun(image: Image) -> bool:
    """Tell whether a person has begun an image."""
    return Image.objects.filter(begun(), pk=image.pk).exists()


def _is_free() -> Q:
    return ~Q(begun()) & ~_outside_stands()


def _held() -> Exists:
    held = Assignment.objects.filter(
        image=OuterRef("pk"), state=Assignment.State.LEASED, lease_until__gt=Now()
    )
    return Exists(held)


def _outside_stands() -> Q:
    """Tell of an image whether what outside models proposed stays: nothing serves anew since."""
    moves = moves_anew().filter(project=OuterRef("project"), at__gt=OuterRef("outside_at"))
    return Q(outside_at__isnull=False) & ~Q(Exists(moves))


def has_embedding(bundle: Bundle) -> Exists:
    """Tell whether the bundle's encoder has seen an image, beside the image."""
    found = Embedding.objects.filter(
        image_sha256=OuterRef("sha256"), encoder_digest=bundle.encoder_digest, window=""
    )
    return Exists(found)
