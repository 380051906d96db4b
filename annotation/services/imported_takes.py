"""Takes that come with the images: what members said, with its sound where they agree to that here.

A take is its speaker's where it was spoken here, and else the member's who has the user name that
files tell. Of nobody else a voice is kept: what others said is left out, and so are the voices of
those who have not agreed to being recorded. A voice that was deleted here is never heard again,
whichever file still holds it.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from typing import Final, TypeAlias
from uuid import UUID, uuid5

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from annotation.models import Image, Project, Recording
from annotation.selectors.descriptions import agreeing
from annotation.services.imported_sounds import StoredSound, store_sound
from annotation.services.imported_take_rows import Due, began_at, built_upon, write_takes
from annotation.services.voices import VoiceDeletedError
from engine.datasets.errors import DatasetError
from engine.datasets.voices import Voice
from engine.media.errors import MediaError

NAMESPACE: Final = UUID("0d1c8a54-3a0e-4f0c-8f43-9a5a1f6f0b7e")
OTHERS: Final = "takes of others left out"
UNAGREED: Final = "takes without consent left out"
UNMASKED: Final = "takes of masks left out"
REFUSED: Final = "takes refused"
Sounds: TypeAlias = Mapping[UUID, StoredSound]  # by the ids of takes
Members: TypeAlias = Mapping[str, User]  # by their user names


@dataclass(frozen=True, slots=True)
class Saying:
    """What is told to have been said of an image, and its masks by the files' ids."""

    image: Image
    voices: Sequence[Voice]
    masks: Mapping[str, UUID]


@dataclass(frozen=True, slots=True)
class BroughtTakes:
    """The takes of an image, by their ids."""

    brought: tuple[UUID, ...] = ()
    met: tuple[UUID, ...] = ()  # were there already, or a person has removed them
    left: Counter[str] = field(default_factory=Counter)  # in people's words


@dataclass(slots=True)
class _Known:
    """A take that files tell, and what of it is here."""

    voice: Voice
    origin: UUID  # its id where it was spoken
    take_id: UUID  # in the project, where it is or would be
    speaker: User | None = None
    has_sound: bool = False  # that may be kept, if its speaker agrees
    row: Recording | None = None  # in the project


def store_sounds(
    *, project: Project, voices: Sequence[Voice], members: Members
) -> tuple[dict[UUID, StoredSound], list[DatasetError]]:
    """Put the sounds of takes that may come in into the store, and tell which cannot be heard.

    No row is written, so no transaction need wait. Of a take that is there nothing is read.

    Raises:
        StorageUnavailableError: only that.

    """
    known = _known(project, voices, members)
    agreed = _agreed(known)
    sounds: dict[UUID, StoredSound] = {}
    problems = []
    for each in known:
        is_wanted = each.has_sound and each.row is None and each.take_id not in sounds
        if not is_wanted or each.speaker is None or each.speaker.pk not in agreed:
            continue
        try:
            if sound := each.voice.load():
                sounds[each.take_id] = store_sound(each.take_id, sound.data)
        except VoiceDeletedError:  # another import was faster, and its speaker faster than this one
            continue
        except DatasetError as error:
            problems.append(error)
        except MediaError as error:
            problems.append(DatasetError(f"take {each.voice.recording}: {error}"))
    return sounds, problems


@transaction.atomic
def bring_takes(
    *,
    project: Project,
    sayings: Sequence[Saying],
    sounds: Sounds,
    members: Members,
    author: User,
) -> list[BroughtTakes]:
    """Write what people said of images, which the caller has locked; tell of each by takes' ids.

    Twice adds nothing. What an undo took away comes back, without its voice if that went since;
    what a person removed stays so.

    Args:
        project: of the images.
        sayings: what is told of each.
        sounds: those that `store_sounds` has put into the store.
        members: the project's.
        author: who imports it: where a text's maker is no member, its links count as theirs.

    """
    for each in sayings:
        each.image.project = project  # so that no take asks for it
    due, brought = _planned(project, sayings, members, sounds)
    back = [each.take_id for each in due if each.is_back]
    Recording.objects.filter(pk__in=back).update(deleted_at=None, is_undone=False)
    if new := [each for each in due if not each.is_back]:
        write_takes(new, members=members, author=author)
    return brought


def look_at_takes(
    project: Project | None, sayings: Sequence[Saying], members: Members
) -> list[BroughtTakes]:
    """Tell what `bring_takes` would make of takes, and write none."""
    return _planned(project, sayings, members, None)[1]


@transaction.atomic
def withdraw_takes(*, take_ids: Collection[UUID | str]) -> tuple[int, int]:
    """Put imported takes that nobody has built upon into the trash; return how many, and the rest.

    Those that a person has removed already are neither.
    """
    takes = Recording.objects.filter(pk__in=take_ids, deleted_at=None)
    held = set(takes.select_for_update().values_list("pk", flat=True))
    kept = built_upon(held)
    gone = Recording.objects.filter(pk__in=held - kept)
    return gone.update(deleted_at=Now(), is_undone=True), len(kept)


def _planned(
    project: Project | None, sayings: Sequence[Saying], members: Members, sounds: Sounds | None
) -> tuple[list[Due], list[BroughtTakes]]:
    """Say what becomes of each take; without sounds, as if all could be heard."""
    known = _known(project, [voice for each in sayings for voice in each.voices], members)
    agreed = _agreed(known)
    coming = iter(known)
    settled: set[UUID] = set()
    due: list[Due] = []
    told = []
    for saying in sayings:
        brought, met, left = [], [], Counter[str]()
        for each in islice(coming, len(saying.voices)):
            fault = _fault(each, saying, agreed, sounds)
            if each.take_id in settled or _is_there(each, saying.image):
                met.append(each.take_id)
            elif each.speaker is None or fault:
                left[fault] += 1
            else:
                brought.append(each.take_id)
                due.append(_due(each, each.speaker, saying, sounds or {}))
            settled.add(each.take_id)  # an image may come twice, and so may a take
        told.append(BroughtTakes(tuple(brought), tuple(dict.fromkeys(met)), left))
    return due, told


def _is_there(known: _Known, image: Image) -> bool:
    row = known.row
    return row is not None and (not row.is_undone or row.image_id != image.pk)


def _fault(known: _Known, saying: Saying, agreed: Collection[int], sounds: Sounds | None) -> str:
    """Say why a take that is not there does not come in, in people's words; "" if it does."""
    row = known.row
    has_voice = known.has_sound if row is None else bool(row.mime) and not row.voice_deleted_at
    if known.speaker is None:
        return OTHERS
    if has_voice and known.speaker.pk not in agreed:
        return UNAGREED
    if has_voice and row is None and sounds is not None and known.take_id not in sounds:
        return REFUSED
    return UNMASKED if known.voice.mask and known.voice.mask not in saying.masks else ""


def _due(known: _Known, speaker: User, saying: Saying, sounds: Sounds) -> Due:
    return Due(
        known.take_id,
        known.origin,
        saying.image,
        known.voice,
        speaker,
        sounds.get(known.take_id) if known.has_sound else None,
        saying.masks,
        is_back=known.row is not None,
    )


def _known(project: Project | None, voices: Sequence[Voice], members: Members) -> list[_Known]:
    """Find what is here of takes: by their ids where they were spoken, in whichever project."""
    if not voices:
        return []
    origins = [_origin_of(each.recording) for each in voices]
    rows = Recording.objects.filter(Q(pk__in=origins) | Q(origin__in=origins))
    copies: dict[UUID, list[Recording]] = {}
    for row in rows.select_related("image").defer("trace", "cuts"):
        copies.setdefault(row.origin or row.pk, []).append(row)
    by_id = {each.pk: each for each in members.values()}
    known = []
    for voice, origin in zip(voices, origins, strict=True):
        there = copies.get(origin, [])
        own = next((row for row in there if project and row.image.project_id == project.pk), None)
        take_id = uuid5(NAMESPACE, f"{project.pk if project else 0} {origin}")
        is_gone = any(row.voice_deleted_at for row in there)
        known.append(
            _Known(
                voice,
                origin,
                own.pk if own else take_id,
                by_id.get(there[0].user_id) if there else members.get(voice.speaker),
                bool(voice.weight) and not is_gone and not _is_expired(project, voice),
                own,
            )
        )
    return known


def _origin_of(recording: str) -> UUID:
    try:
        return UUID(recording)
    except ValueError:
        return uuid5(NAMESPACE, recording)


def _is_expired(project: Project | None, voice: Voice) -> bool:
    """Tell whether the project would delete the voice as soon as it comes."""
    if project is None or project.voice_days is None:
        return False
    return began_at(voice) < timezone.now() - timedelta(days=project.voice_days)


def _agreed(known: Sequence[_Known]) -> set[int]:
    """Return those speakers, by their ids, who agree now to being heard."""
    return agreeing({each.speaker.pk for each in known if each.speaker})
