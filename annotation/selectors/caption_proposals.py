"""Captions that bundles propose: for which images, and how one is shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from annotation.models import Bundle, Caption, CaptionProposal, Image, Recording
from annotation.selectors.grounding import named_masks
from engine.bundle import CAPTIONER_FILES
from engine.speech.grounding.phrases import Phrase
from engine.speech.grounding.questions import answers_to
from engine.speech.grounding.scene import Scene

State = CaptionProposal.State


@dataclass(frozen=True, slots=True)
class OfferedPhrase:
    """Words `first` up to but not including `end`, and the masks that bear their name now."""

    first: int
    end: int
    text: str
    masks: Sequence[str]


@dataclass(frozen=True, slots=True)
class OfferedCaption:
    """A proposal as a describer sees it."""

    id: str
    text: str
    bundle: str
    phrases: Sequence[OfferedPhrase]


def offered_caption(image_id: int) -> OfferedCaption | None:
    """Return what is proposed for an image that nobody has described; None for the other arm."""
    offered = CaptionProposal.objects.filter(
        Exists(undescribed_images().filter(pk=OuterRef("image"))),
        image_id=image_id,
        state=State.PENDING,
        is_shown=True,
    )
    proposal = offered.first()
    return None if proposal is None else _offered(proposal)


def undescribed_images() -> QuerySet[Image]:
    """Images of which nobody has said or written anything.

    A take in the trash is not said, and one about a mask alone is not said of the image.
    """
    takes = Recording.objects.filter(image=OuterRef("pk"), mask=None, deleted_at=None)
    captions = Caption.objects.filter(image=OuterRef("pk"), withdrawn_at=None)
    return Image.objects.filter(~Exists(takes), ~Exists(captions), deleted_at=None)


def images_to_describe(project_id: int, bundle: Bundle) -> QuerySet[Image]:
    """Images for which the bundle shall propose a caption: never the holdout.

    None where a bundle with the same captioner has proposed: a round may have changed the masks'
    part alone. Once more where the masks were finished since: they tell a captioner most.
    """
    made = CaptionProposal.objects.filter(image=OuterRef("pk"), bundle__in=_alike(bundle))
    stands = made.filter(Q(state=State.PENDING) | Q(text=""))
    is_fresh = Q(image__finished_at=None) | Q(created_at__gte=F("image__finished_at"))
    images = undescribed_images().filter(
        ~Exists(stands.filter(is_fresh)), project=project_id, is_holdout=False
    )
    return images.order_by("pk")


def _alike(bundle: Bundle) -> QuerySet[Bundle]:
    """Return the bundles with the same captioner, itself among them."""
    files = bundle.manifest.get("files", {})
    captioner = {name: files[name] for name in CAPTIONER_FILES if name in files}
    same = Q(manifest__contains={"files": captioner}) if captioner else Q(pk=bundle.pk)
    return Bundle.objects.filter(same)


def _offered(proposal: CaptionProposal) -> OfferedCaption:
    scene = Scene(named_masks(proposal.image_id) if proposal.phrases else [])
    return OfferedCaption(
        id=str(proposal.pk),
        text=proposal.text,
        bundle=proposal.bundle_id,
        phrases=[_phrase(kept, scene) for kept in proposal.phrases],
    )


def _phrase(kept: Mapping[str, Any], scene: Scene) -> OfferedPhrase:
    """Link one phrase. Nobody pointed: of several masks of a name, none is a single thing's."""
    phrase = Phrase(**kept)
    return OfferedPhrase(phrase.first, phrase.end, phrase.text, answers_to(phrase, None, scene))
