"""Captions that a bundle proposes, and how what people say comes to stand to them."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Final
from uuid import UUID, uuid5

import structlog
from django.db import transaction
from django.utils import timezone

from annotation.models import Alias, Bundle, Caption, CaptionProposal, Image
from annotation.models.caption_proposal import UNDECIDED
from annotation.selectors.caption_proposals import undescribed_images
from annotation.services.draws import is_drawn_for_control
from annotation.services.preparation import prepare_project
from engine.bundle import CAPTIONER_FILES
from engine.speech.grounding.phrases import Phrase
from engine.speech.word_errors import edit_distance, spoken_words

NAMESPACE: Final = UUID("5b1f2c1c-3f4e-4a0b-9a6b-0d5e7c1f2a90")
State = CaptionProposal.State
log = structlog.get_logger(__name__)


@transaction.atomic
def propose_caption(
    *, image: Image, bundle: Bundle, text: str, phrases: Sequence[Phrase]
) -> CaptionProposal | None:
    """Put a bundle's caption in the place of older bundles' that nobody has decided.

    None on the holdout, which is described blind, and where somebody was faster. Safe to run
    twice: the id follows from image and bundle. What people have decided is never touched.
    """
    locked = Image.objects.select_for_update(of=("self",)).select_related("project")
    held = locked.get(pk=image.pk)
    pending = CaptionProposal.objects.filter(image=held, state=State.PENDING)
    if held.is_holdout or not undescribed_images().filter(pk=held.pk).exists():
        return None
    pending.exclude(bundle=bundle).update(state=State.SUPERSEDED)
    made = {
        "text": text,
        "phrases": [asdict(phrase) for phrase in phrases],
        "state": State.PENDING if text else State.SUPERSEDED,
        "created_at": timezone.now(),
    }
    proposal, is_new = CaptionProposal.objects.get_or_create(
        pk=uuid5(NAMESPACE, f"{held.pk} {bundle.pk}"),
        defaults={
            "image": held,
            "bundle": bundle,
            "is_shown": not is_drawn_for_control(held.sha256, project=held.project),
            **made,
        },
    )
    if not is_new:
        CaptionProposal.objects.filter(pk=proposal.pk, state__in=UNDECIDED).update(**made)
        proposal.refresh_from_db()
    log.info("caption_proposed", image_id=held.pk, bundle=bundle.pk, is_shown=proposal.is_shown)
    return proposal


def ask_for_caption(*, image: Image) -> None:
    """Have a caption proposed for an image whose masks are finished, if the bundle can write one.

    Preparation finds by itself what is due.
    """
    can_write = Alias.objects.filter(
        project=image.project_id,
        name=Alias.Name.SERVING,
        bundle__manifest__files__has_keys=list(CAPTIONER_FILES),
    )
    if image.is_holdout or not can_write.exists():
        return
    prepare_project(project=image.project)


def settle_caption_proposals(*, caption: Caption, chosen: CaptionProposal | None) -> None:
    """Measure what was proposed against the first caption since. The image's row is locked.

    `chosen` is what the person began with. Where it was replaced meanwhile, it is the one that
    was answered; where somebody else had answered it, nothing is measured again.
    """
    proposals = CaptionProposal.objects.filter(image_id=caption.image_id)
    pending = proposals.filter(state=State.PENDING)
    is_open = chosen is not None and chosen.state in UNDECIDED
    answered = chosen if is_open else pending.first()
    if answered is None:
        return
    pending.exclude(pk=answered.pk).update(state=State.SUPERSEDED)
    said = spoken_words(caption.text)
    state = _outcome(answered, caption, is_chosen=answered is chosen)
    edits = edit_distance(spoken_words(answered.text), said)
    proposals.filter(pk=answered.pk).update(
        state=state, caption=caption, edits=edits, words=len(said), decided_at=timezone.now()
    )
    log.info("caption_proposal_decided", proposal_id=str(answered.pk), state=state, edits=edits)


def reopen_caption_proposal(*, caption: Caption) -> None:
    """Let the proposal wait again that a withdrawn caption had answered."""
    pending = CaptionProposal.objects.filter(image_id=caption.image_id, state=State.PENDING)
    CaptionProposal.objects.filter(caption=caption).update(
        state=State.SUPERSEDED if pending.exists() else State.PENDING,
        caption=None,
        edits=None,
        words=None,
        decided_at=None,
    )


def _outcome(answered: CaptionProposal, caption: Caption, *, is_chosen: bool) -> State:
    if not is_chosen or caption.recording_id is not None:
        return State.RESPOKEN
    return State.ACCEPTED if caption.text == answered.text else State.EDITED
