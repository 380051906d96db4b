"""Takes that come with the images: what members said, with its sound where they agree to that here.

A take is a member's who has the user name that the files tell. Of nobody else a voice is kept: what
others said is left out, and so are the voices of those who have not agreed to being recorded.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, Final, TypeAlias
from uuid import UUID, uuid5

import structlog
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from annotation.models import (
    Caption,
    CaptionPart,
    Image,
    MaskCaption,
    Phrase,
    PhraseLink,
    Project,
    Recording,
    RecordingChunk,
    Transcript,
)
from annotation.selectors.descriptions import agreeing
from annotation.services.grounding import enqueue_grounding
from annotation.services.imported_sounds import StoredSound, store_sound
from engine.datasets.errors import DatasetError
from engine.datasets.voices import Voice
from engine.media.errors import MediaError

NAMESPACE: Final = UUID("0d1c8a54-3a0e-4f0c-8f43-9a5a1f6f0b7e")
OTHERS: Final = "takes of others left out"
UNAGREED: Final = "takes without consent left out"
UNMASKED: Final = "takes of masks left out"
REFUSED: Final = "takes refused"
MAX_MAKER: Final = 100
State = Recording.State
Kind = Transcript.Kind
log = structlog.get_logger(__name__)


Sounds: TypeAlias = Mapping[UUID, StoredSound]  # by the ids of takes


@dataclass(frozen=True, slots=True)
class Saying:
    """What is told to have been said of an image, and its masks by the files' ids."""

    image: Image
    voices: Sequence[Voice]
    masks: Mapping[str, UUID]


@dataclass(frozen=True, slots=True)
class Said:
    """The takes of an image, by their ids."""

    brought: tuple[UUID, ...] = ()
    met: tuple[UUID, ...] = ()  # were there already, or a person has removed them
    left: Counter[str] = field(default_factory=Counter)  # in people's words


@dataclass(frozen=True, slots=True)
class _Due:
    """A take that is to be written, or comes back."""

    take_id: UUID
    image: Image
    voice: Voice
    speaker: User
    masks: Mapping[str, UUID]  # of the image, by the files' ids
    is_back: bool

    @property
    def mask_id(self) -> UUID | None:
        return self.masks[self.voice.mask] if self.voice.mask else None


def store_sounds(
    *, project: Project, voices: Sequence[Voice], members: Mapping[str, User]
) -> tuple[dict[UUID, StoredSound], list[DatasetError]]:
    """Put the sounds of takes that may come in into the store, and tell which cannot be heard.

    No row is written, so no transaction need wait. Of a take that is there nothing is read.

    Raises:
        StorageUnavailableError: only that.

    """
    heard = [each for each in voices if each.weight]
    ids = _ids(project, heard)
    known = _known(ids)
    agreed = _agreed(heard, members)
    sounds: dict[UUID, StoredSound] = {}
    problems = []
    for take_id, voice in zip(ids, heard, strict=True):
        speaker = members.get(voice.speaker)
        if take_id in known or speaker is None or speaker.pk not in agreed:
            continue
        try:
            if sound := voice.load():
                sounds[take_id] = store_sound(take_id, sound.data)
        except DatasetError as error:
            problems.append(error)
        except MediaError as error:
            problems.append(DatasetError(f"take {voice.recording}: {error}"))
    return sounds, problems


@transaction.atomic
def bring_takes(
    *,
    project: Project,
    said: Sequence[Saying],
    sounds: Sounds,
    members: Mapping[str, User],
    author: User,
) -> list[Said]:
    """Write what people said of images, which the caller has locked; tell of each by takes' ids.

    Twice adds nothing. What an undo took away comes back, without its voice if that went since;
    what a person removed stays so.

    Args:
        project: of the images.
        said: what is told of each.
        sounds: those that `store_sounds` has put into the store.
        members: the project's, by their user names.
        author: who imports it: where a text's maker is no member, its links count as theirs.

    """
    due, told = _planned(project, said, members, sounds)
    back = [each.take_id for each in due if each.is_back]
    Recording.objects.filter(pk__in=back).update(deleted_at=None, is_undone=False)
    if new := [each for each in due if not each.is_back]:
        _write(new, sounds, members, author)
    return told


def look_at_takes(
    project: Project | None, said: Sequence[Saying], members: Mapping[str, User]
) -> list[Said]:
    """Tell what `bring_takes` would make of takes, and write none."""
    return _planned(project, said, members, None)[1]


@transaction.atomic
def withdraw_takes(*, take_ids: Collection[UUID | str]) -> int:
    """Put imported takes that nobody has built upon into the trash; return how many."""
    takes = Recording.objects.filter(pk__in=take_ids, deleted_at=None)
    held = set(takes.select_for_update().values_list("pk", flat=True))
    free = held - _built_upon(held)
    return Recording.objects.filter(pk__in=free).update(deleted_at=Now(), is_undone=True)


def _planned(
    project: Project | None,
    said: Sequence[Saying],
    members: Mapping[str, User],
    sounds: Sounds | None,
) -> tuple[list[_Due], list[Said]]:
    """Say what becomes of each take; without sounds, as if all could be heard."""
    voices = [voice for each in said for voice in each.voices]
    ids = _ids(project, voices)
    known = _known(ids)
    agreed = _agreed(voices, members)
    settled = {take_id for take_id, is_undone in known.items() if not is_undone}
    due: list[_Due] = []
    told = []
    named = iter(zip(ids, voices, strict=True))
    for each in said:
        brought, met, left = [], [], Counter[str]()
        for take_id, voice in islice(named, len(each.voices)):
            speaker = members.get(voice.speaker)
            is_back = take_id in known
            is_heard = sounds is None or is_back or take_id in sounds
            if take_id in settled:  # an image may come twice
                met.append(take_id)
            elif speaker is None:
                left[OTHERS] += 1
            elif voice.weight and speaker.pk not in agreed:
                left[UNAGREED] += 1
            elif voice.weight and not is_heard:
                left[REFUSED] += 1
            elif voice.mask and voice.mask not in each.masks:
                left[UNMASKED] += 1
            else:
                brought.append(take_id)
                due.append(_Due(take_id, each.image, voice, speaker, each.masks, is_back))
                settled.add(take_id)
        told.append(Said(tuple(brought), tuple(dict.fromkeys(met)), left))
    return due, told


def _agreed(voices: Sequence[Voice], members: Mapping[str, User]) -> set[int]:
    """Return those speakers, by their ids, who agree now to being heard."""
    speakers = (members.get(each.speaker) for each in voices if each.weight)
    return agreeing({speaker.pk for speaker in speakers if speaker})


def _ids(project: Project | None, voices: Sequence[Voice]) -> list[UUID]:
    """Name takes: one that was spoken in the project is itself, any other follows from its id."""
    project_id = 0 if project is None else project.pk
    told = [_uuid_of(each.recording) for each in voices]
    own = set(
        Recording.objects.filter(
            pk__in=[each for each in told if each], image__project_id=project_id
        ).values_list("pk", flat=True)
    )
    return [
        each if each in own and each else uuid5(NAMESPACE, f"{project_id} {voice.recording}")
        for each, voice in zip(told, voices, strict=True)
    ]


def _uuid_of(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _known(ids: Collection[UUID]) -> dict[UUID, bool]:
    """Find the takes that there are; of each, whether an undo took it away."""
    if not ids:
        return {}
    return dict(Recording.objects.filter(pk__in=ids).values_list("pk", "is_undone"))


def _write(due: Sequence[_Due], sounds: Sounds, members: Mapping[str, User], author: User) -> None:
    takes = [_take(each, sounds.get(each.take_id)) for each in due]
    began = [each.created_at for each in takes]
    Recording.objects.bulk_create(takes)
    for take, at in zip(takes, began, strict=True):  # a new row's is now, whatever it is told
        take.created_at = at
    Recording.objects.bulk_update(takes, ["created_at"])
    RecordingChunk.objects.bulk_create(
        RecordingChunk(recording=take, number=0, sha256=sound.sha256, bytes=sound.size_bytes)
        for take in takes
        if (sound := sounds.get(take.pk))
    )
    texts = [
        _text(take, each.voice, members.get(each.voice.maker, author))
        for take, each in zip(takes, due, strict=True)
    ]
    Transcript.objects.bulk_create(texts)
    _link(list(zip(due, texts, strict=True)), members, author)
    for text in texts:
        enqueue_grounding(transcript=text, created_by=author)
    heard = sum(take.voice_deleted_at is None for take in takes)
    log.info("takes_imported", count=len(takes), with_voice=heard)


def _take(due: _Due, sound: StoredSound | None) -> Recording:
    """Return a take's row. Without a sound it is one whose voice was deleted: its text is there."""
    words = due.voice.narrative.utterances
    now = timezone.now()
    return Recording(
        pk=due.take_id,
        image=due.image,
        mask_id=due.mask_id,
        user=due.speaker,
        mime=sound.mime if sound else "audio/webm",
        state=State.TRANSCRIBED,
        duration_s=sound.duration_s if sound else max((word.end_s for word in words), default=0.0),
        trace=_trace(due) if sound else [],
        created_at=_began(due.voice, now),
        voice_deleted_at=None if sound else now,
    )


def _began(voice: Voice, now: datetime) -> datetime:
    """Return when a take was spoken, as a project may keep voices for so many days only."""
    try:
        told = datetime.fromisoformat(voice.recorded_at)
        return min(told if told.tzinfo else timezone.make_aware(told), now)
    except (ValueError, OverflowError):
        return now


def _trace(due: _Due) -> list[dict[str, Any]]:
    height, width = due.image.size_hw
    points = (point for stroke in due.voice.narrative.traces for point in stroke)
    kind = Recording.TraceKind.MOVE.value
    return [
        {"t": point.t, "x": point.x * width, "y": point.y * height, "kind": kind}
        for point in points
    ]


def _text(take: Recording, voice: Voice, corrected_by: User) -> Transcript:
    is_corrected = voice.is_corrected
    return Transcript(
        pk=uuid5(take.pk, "text"),
        recording=take,
        kind=Kind.CORRECTED if is_corrected else Kind.RAW,
        text=voice.narrative.caption,
        words=[
            {"text": word.text, "start_s": word.start_s, "end_s": word.end_s, "probability": None}
            for word in voice.narrative.utterances
        ],
        model="" if is_corrected else voice.maker[:MAX_MAKER],
        author=corrected_by if is_corrected else None,
    )


def _link(
    written: Sequence[tuple[_Due, Transcript]], members: Mapping[str, User], author: User
) -> None:
    """Keep which masks words were said of, as people confirmed it; what they name is found later.

    Of a take about one mask no word needs a link.
    """
    phrases, links = [], []
    for due, text in written:
        words = due.voice.narrative.utterances
        for told in due.voice.phrases if due.mask_id is None else ():
            masks = [due.masks[each] for each in told.masks if each in due.masks]
            if not masks:
                continue
            phrase = Phrase(
                transcript=text,
                first=told.first,
                end=told.end,
                text=" ".join(word.text for word in words[told.first : told.end]) or "…",
                noun="",
                is_plural=False,
                is_definite=False,
                is_repeat=False,
            )
            phrases.append(phrase)
            links.append(
                PhraseLink(
                    pk=_link_id(text.pk, told.first),
                    phrase=phrase,
                    number=0,
                    kind=PhraseLink.Kind.CONFIRMED,
                    masks=masks,
                    author=members.get(due.voice.maker, author),
                )
            )
    Phrase.objects.bulk_create(phrases)
    PhraseLink.objects.bulk_create(links)


def _link_id(transcript_id: UUID, first: int) -> UUID:
    return uuid5(transcript_id, f"link {first}")


def _built_upon(take_ids: Collection[UUID]) -> set[UUID]:
    """Return those takes of which people have made something: a text, a caption or a link."""
    texts = Transcript.objects.filter(recording__in=take_ids).values_list("pk", "recording")
    made = {take for pk, take in texts if pk != uuid5(take, "text")}
    captions = Caption.objects.filter(recording__in=take_ids, withdrawn_at=None)
    made.update(take for take in captions.values_list("recording", flat=True) if take)
    for model in (CaptionPart, MaskCaption):
        rows = model.objects.filter(recording__in=take_ids)
        made.update(take for take in rows.values_list("recording", flat=True) if take)
    links = PhraseLink.objects.filter(
        author__isnull=False, phrase__transcript__recording__in=take_ids
    ).values_list("pk", "phrase__transcript", "phrase__first", "phrase__transcript__recording")
    made.update(take for pk, text, first, take in links if pk != _link_id(text, first))
    return made
