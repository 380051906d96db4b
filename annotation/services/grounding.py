"""Links between what was said and masks: by rules first, then by people. Append-only."""

from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID, uuid5

import structlog
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet

from annotation import jobs
from annotation.errors import IdTakenError, InvalidInputError
from annotation.models import Mask, Phrase, PhraseLink, Recording, Transcript
from annotation.selectors.grounding import is_in_the_same_place, newest_links
from annotation.services.jobs import enqueue_job
from annotation.services.reopen import reopen_to_answer
from engine.speech.grounding.links import Link
from engine.speech.grounding.phrases import Phrase as FoundPhrase

NAMESPACE: Final = UUID("6c0e4d1f-7d1b-4a52-9c55-0b6a4a2f1f63")
Kind = PhraseLink.Kind
log = structlog.get_logger(__name__)


def enqueue_grounding(*, transcript: Transcript, created_by: User | None) -> None:
    """Have a new transcript's phrases linked to the masks of its image.

    Not where the take is about one mask: the row says which, and the other things that its words
    name, as in "left of the door", ask for no mask.
    """
    if transcript.recording.mask_id is not None:
        return
    enqueue_job(
        kind=jobs.GROUND,
        project=transcript.recording.image.project,
        args={"transcript_id": str(transcript.pk)},
        created_by=created_by,
        idempotency_key=f"ground:{transcript.pk}",
    )


@transaction.atomic
def save_grounding(
    *,
    transcript: Transcript,
    phrases: Sequence[FoundPhrase],
    links: Sequence[Link],
    asked: Collection[int],
    rules: str,
) -> int:
    """Keep what the rules found; return how many links are new.

    Run again, it adds a link only where the rules say something else now and no person has spoken.
    Phrases that came in with a take have their places and links; what they name is found here.
    What people said about an earlier text of the same take holds for the same words of this one.
    A thing without a mask opens its image again where that may be done (services/reopen.py): not
    for a take that came in, as whoever had asked or answered that elsewhere is not known.

    Args:
        transcript: whose words they are.
        phrases: found in it.
        links: one for each phrase.
        asked: the places of those phrases that ask for a mask of their own.
        rules: version of what found them.

    """
    # First: who deletes the voice meanwhile waits, and then forgets these places, too. Who writes
    # what is of the take does not: they may hold the image, which is opened again below.
    recording = Recording.objects.select_for_update(no_key=True).get(pk=transcript.recording_id)
    locked = Transcript.objects.select_for_update().get(pk=transcript.pk)
    locked.recording = recording
    rows = {row.first: row for row in locked.phrases.all()}
    added = 0
    for at, (found, link) in enumerate(zip(phrases, links, strict=True)):
        row = rows.get(found.first) or _new_phrase(locked, found, link, is_asked=at in asked)
        if not row.noun:
            _name(row, found)
        added += _propose(row, link, rules)
    was_said_here = locked.recording.origin is None
    if added and was_said_here and locked.phrases.filter(is_asked=True).exists():
        reopen_to_answer(image_id=locked.recording.image_id)
    log.info("transcript_grounded", transcript_id=str(locked.pk), phrases=len(phrases))
    return added


@transaction.atomic
def decide_link(
    *, link_id: UUID, phrase: Phrase, author: User, kind: str, masks: Sequence[UUID]
) -> PhraseLink:
    """Keep what a person says of a phrase. The same id again returns the same row."""
    held = Phrase.objects.select_for_update().get(pk=phrase.pk)
    known = PhraseLink.objects.filter(pk=link_id).first()
    if known is not None:
        if known.phrase_id != held.pk:
            raise IdTakenError("Another link has this id.")
        return known
    _check_masks(held, kind, masks)
    link = _append(held, link_id=link_id, kind=kind, masks=masks, author=author)
    log.info("phrase_link_decided", phrase_id=held.pk, kind=kind, user_id=author.pk)
    return link


def forget_places(recordings: QuerySet[Recording]) -> None:
    """Drop the points of takes' traces that their phrases keep. Safe to repeat."""
    phrases = Phrase.objects.filter(transcript__recording__in=recordings.values("pk"))
    phrases.update(place_xy=None)


def _check_masks(phrase: Phrase, kind: str, masks: Sequence[UUID]) -> None:
    if (kind == Kind.CONFIRMED) != bool(masks):
        raise InvalidInputError("A confirmed link names its masks, another none.", field="masks")
    image_id = Transcript.objects.values_list("recording__image_id", flat=True).get(
        pk=phrase.transcript_id
    )
    if Mask.objects.filter(pk__in=masks, image_id=image_id).count() != len(set(masks)):
        raise InvalidInputError("The image has no such mask.", field="masks")


def _new_phrase(
    transcript: Transcript, found: FoundPhrase, link: Link, *, is_asked: bool
) -> Phrase:
    has_voice = transcript.recording.voice_deleted_at is None
    row = Phrase.objects.create(
        transcript=transcript,
        first=found.first,
        end=found.end,
        text=found.text,
        noun=found.noun,
        count=found.count,
        is_plural=found.is_plural,
        is_definite=found.is_definite,
        is_repeat=not link.masks and not is_asked,
        place_xy=link.place_xy if has_voice else None,
    )
    for said in _said_of_the_same_words(row):
        _append(row, link_id=_link_id(row, 0), kind=said.kind, masks=said.masks, author=said.author)
    return row


def _name(row: Phrase, found: FoundPhrase) -> None:
    row.text, row.noun, row.count = found.text, found.noun, found.count
    row.is_plural, row.is_definite = found.is_plural, found.is_definite
    row.save(update_fields=["text", "noun", "count", "is_plural", "is_definite"])


def _said_of_the_same_words(row: Phrase) -> list[PhraseLink]:
    """Find what a person last said of this phrase in another text of the take; none or one."""
    others = Phrase.objects.filter(
        transcript__recording=row.transcript.recording, noun=row.noun
    ).exclude(transcript=row.transcript)
    same = [other for other in others if is_in_the_same_place(other, row)]
    links = [link for link in newest_links(same) if link.author_id is not None]
    return sorted(links, key=lambda link: link.created_at)[-1:]


def _propose(row: Phrase, link: Link, rules: str) -> bool:
    newest = next(iter(newest_links([row])), None)
    masks = [UUID(each) for each in link.masks]
    if newest is not None and (newest.author_id is not None or newest.masks == masks):
        return False
    number = 0 if newest is None else newest.number + 1
    made = PhraseLink.objects.create(
        pk=_link_id(row, number),
        phrase=row,
        number=number,
        kind=Kind.PROPOSED,
        masks=masks,
        evidence=link.score,
        rules=rules,
    )
    _note_question(made)
    return True


def _append(
    phrase: Phrase, *, link_id: UUID, kind: str, masks: Sequence[UUID], author: User | None
) -> PhraseLink:
    newest = next(iter(newest_links([phrase])), None)
    made = PhraseLink.objects.create(
        pk=link_id,
        phrase=phrase,
        number=0 if newest is None else newest.number + 1,
        kind=kind,
        masks=list(masks),
        author=author,
    )
    _note_question(made)
    return made


def _note_question(newest: PhraseLink) -> None:
    """Write into a phrase whether it asks for a mask, as its newest link has it."""
    is_asked = not newest.masks and newest.kind != Kind.DISMISSED
    Phrase.objects.filter(pk=newest.phrase_id, is_repeat=False).update(is_asked=is_asked)


def _link_id(phrase: Phrase, number: int) -> UUID:
    return uuid5(NAMESPACE, f"{phrase.pk} {number}")
