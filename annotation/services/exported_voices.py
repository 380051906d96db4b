"""Narratives with the traces, and the audio, of those who agree to it at this moment.

What people said is frozen, and comes always. Where they pointed and how they sounded is theirs:
it comes as long as they agree, so that the same version may give less at a later time.
"""

import shutil
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import PurePosixPath
from typing import IO, Any, Final
from uuid import UUID

from annotation import storage
from annotation.errors import DomainError
from annotation.models import DatasetVersion, Project, Recording, Transcript
from annotation.selectors.frozen_texts import FrozenTake, FrozenTexts, frozen_texts
from annotation.selectors.grounding import words_of
from annotation.selectors.versions import version_header
from annotation.selectors.voices import with_may_leave
from annotation.services.export_archive import (
    PIECE_BYTES,
    Report,
    copy_image,
    entry,
    unpacked_entry,
)
from annotation.services.exported_descriptions import linked_phrases
from annotation.services.scratch import nameless_file
from annotation.services.voices import audio_key
from engine.datasets.choosing import Choice
from engine.datasets.formats.pictures import FOLDER
from engine.datasets.localized_narratives import (
    NARRATIVES_FILE,
    Narrative,
    Utterance,
    strokes,
    write_localized_narratives,
)
from engine.datasets.naming import safe_name
from engine.datasets.voices import LARGEST_SOUND_BYTES, Sound, Voice, Voices
from engine.media.silenced import write_silenced
from engine.speech.grounding.pointer import POINTING

BATCH: Final = 50  # takes
FETCHED: Final = 4  # traces at once: one of an hour is as large as all the rest of a batch
ENDINGS: Final = {"audio/webm": "webm", "audio/ogg": "ogg", "audio/mp4": "m4a", "audio/wav": "wav"}
# About, by which a table is laid out before a sound is there.
WAV_BYTES_S: Final = 32_000
PACKED_BYTES_S: Final = 16_000
Cuts = list[dict[str, float]]


class VoicesNotHeardError(DomainError):
    """The project's settings let nobody hear others, so no voice leaves it either."""

    code = "voices_not_heard"


@dataclass
class _Taken:
    """What went along so far."""

    voices: set[UUID] = field(default_factory=set)  # heard or seen
    files: dict[UUID, str] = field(default_factory=dict)  # audio in the zip


def write_narratives(
    version: DatasetVersion, archive: zipfile.ZipFile, report: Report | None, choice: Choice
) -> set[UUID]:
    """Write localized_narratives.jsonl; return the takes whose traces are in it."""
    _refuse_unheard(version)
    return _write(version, archive, report, choice, _Taken())


def write_narratives_with_voices(
    version: DatasetVersion, archive: zipfile.ZipFile, report: Report | None, choice: Choice
) -> set[UUID]:
    """Write the same with the audio in voices/; return the takes that are heard or seen in it."""
    _refuse_unheard(version)
    taken = _Taken()
    for _, recording in _recordings(version, choice):
        if getattr(recording, "may_leave", False):
            _copy_voice(archive, recording, taken)
    return _write(version, archive, report, choice, taken)


def voices_beside(
    version: DatasetVersion, report: Report | None, choice: Choice, taken: set[UUID]
) -> Voices:
    """Return the takes as rows of a table beside the images.

    Args:
        taken: gets the takes that are heard or seen in it, as rows are written.

    """
    _refuse_unheard(version)
    return partial(_voices, version, report, choice, taken)


def _voices(
    version: DatasetVersion, report: Report | None, choice: Choice, taken: set[UUID]
) -> Iterator[Voice]:
    for said, recording, narrative in _narrated(version, report, choice, _Taken(taken)):
        text = said.text
        yield Voice(
            str(recording.origin or recording.pk),
            narrative,
            said.frozen.row["split"],
            round(recording.duration_s * (WAV_BYTES_S if recording.cuts else PACKED_BYTES_S)),
            partial(_load, recording, taken),
            speaker=recording.user.username,
            mask=None if recording.mask_id is None else str(recording.mask_id),
            maker=text.author.username if text.author else text.model,
            is_corrected=text.kind == Transcript.Kind.CORRECTED,
            recorded_at=recording.created_at.isoformat(),
            phrases=linked_phrases(said.frozen, text),
        )


def _load(recording: Recording, taken: set[UUID]) -> Sound | None:
    """Return a take's audio, unless it may not leave, is gone, or is too large for a table."""
    if not getattr(recording, "may_leave", False):
        return None
    try:
        with storage.open_stream(audio_key(recording)) as stored, nameless_file() as held:
            _copy_sound(stored, recording, held)
            if held.tell() > LARGEST_SOUND_BYTES:
                return None
            held.seek(0)
            data = held.read()
    except storage.ObjectMissingError:
        return None
    taken.add(recording.pk)
    return Sound(_file_name(recording), data)


def _refuse_unheard(version: DatasetVersion) -> None:
    unheard = Project.objects.filter(listeners=Project.Listeners.NOBODY)
    if unheard.filter(pk=version.project_id).exists():
        raise VoicesNotHeardError(
            "The project lets nobody hear the voices of others. A manager sets who may listen."
        )


def _write(
    version: DatasetVersion,
    archive: zipfile.ZipFile,
    report: Report | None,
    choice: Choice,
    taken: _Taken,
) -> set[UUID]:
    with entry(archive, NARRATIVES_FILE) as out:
        write_localized_narratives(out, _narratives(version, report, choice, taken))
    if choice.has_images:
        _copy_images(version, archive, choice)
    return taken.voices


def _copy_images(version: DatasetVersion, archive: zipfile.ZipFile, choice: Choice) -> None:
    """Copy the images that somebody spoke of. Of these a narrative names nothing but the digest."""
    for frozen in frozen_texts(version, choice):
        if any(_has_words(take) for take in frozen.takes):
            sha256 = frozen.row["image_sha256"]
            ending = PurePosixPath(safe_name(frozen.row["file_name"])).suffix
            copy_image(archive, f"{FOLDER}/{sha256}{ending}", sha256)


def _narratives(
    version: DatasetVersion, report: Report | None, choice: Choice, taken: _Taken
) -> Iterator[Narrative]:
    for _, _, narrative in _narrated(version, report, choice, taken):
        yield narrative


def _narrated(
    version: DatasetVersion, report: Report | None, choice: Choice, taken: _Taken
) -> Iterator[tuple["_Said", Recording, Narrative]]:
    project: str = version_header(version)["project"]["name"]
    total = version.counts["transcripts"]
    for number, (said, recording) in enumerate(_recordings(version, choice), start=1):
        yield said, recording, _narrative(project, said, recording, taken)
        if report is not None:
            report(number, total)


@dataclass(frozen=True, slots=True)
class _Said:
    frozen: FrozenTexts
    text: Transcript


def _has_words(take: FrozenTake) -> bool:
    return take.text is not None and bool(take.text.text.strip())


def _recordings(version: DatasetVersion, choice: Choice) -> Iterator[tuple[_Said, Recording]]:
    """Yield each take with its trace and `may_leave`; few traces are in memory at a time."""
    takes = (
        (take.recording.pk, _Said(frozen, take.text))
        for frozen in frozen_texts(version, choice)
        for take in frozen.takes
        if take.text and _has_words(take)
    )
    while batch := dict(islice(takes, BATCH)):
        recordings = Recording.objects.select_related("user").filter(pk__in=list(batch))
        ordered = with_may_leave(recordings).order_by("image__sha256", "created_at", "pk")
        for recording in ordered.iterator(chunk_size=FETCHED):
            yield batch[recording.pk], recording


def _narrative(project: str, said: _Said, recording: Recording, taken: _Taken) -> Narrative:
    row = said.frozen.row
    height, width = row["size_hw"]
    trace = _pointing(recording) if getattr(recording, "may_leave", False) else []
    if trace:
        taken.voices.add(recording.pk)
    return Narrative(
        dataset_id=project,
        image_id=row["image_sha256"],
        annotator_id=recording.user_id,
        caption=said.text.text,
        utterances=tuple(_utterances(said)),
        traces=strokes(trace, (height, width)),
        voice_recording=taken.files.get(recording.pk, ""),
    )


def _utterances(said: _Said) -> Iterator[Utterance]:
    """Yield the words with times, each with the masks of the phrase that it is in.

    All words of a take about one mask are about that mask, while the version has it.
    """
    if not said.text.words:
        return
    mask = str(said.text.recording.mask_id)
    about = tuple(each["mask"] for each in said.frozen.row["masks"] if each["mask"] == mask)
    masks = {
        at: phrase.masks
        for phrase in linked_phrases(said.frozen, said.text)
        for at in range(phrase.first, phrase.end)
    }
    for at, word in enumerate(words_of(said.text)):
        yield Utterance(word.text, word.start_s, word.end_s, masks.get(at, about))


def _pointing(recording: Recording) -> list[Mapping[str, Any]]:
    """Return where the pointer was, but for what the speaker took back."""
    cuts: Cuts = recording.cuts
    return [
        point
        for point in recording.trace
        if point.get("kind") in POINTING
        and not any(cut["start_s"] <= point["t"] < cut["end_s"] for cut in cuts)
    ]


def _copy_voice(archive: zipfile.ZipFile, recording: Recording, taken: _Taken) -> None:
    name = f"voices/{_file_name(recording)}"
    try:
        with (
            storage.open_stream(audio_key(recording)) as stored,
            unpacked_entry(archive, name) as out,
        ):
            _copy_sound(stored, recording, out)
    except storage.ObjectMissingError:  # deleted meanwhile, or never joined
        return
    taken.files[recording.pk] = name
    taken.voices.add(recording.pk)


def _file_name(recording: Recording) -> str:
    ending = "wav" if recording.cuts else ENDINGS[recording.mime.partition(";")[0]]
    return f"{recording.pk}.{ending}"


def _copy_sound(stored: IO[bytes], recording: Recording, out: IO[bytes]) -> None:
    """Copy the audio as it is stored; what was taken back is silence in a WAV file instead."""
    cuts = [(cut["start_s"], cut["end_s"]) for cut in recording.cuts]
    if not cuts:
        shutil.copyfileobj(stored, out, PIECE_BYTES)
        return
    with nameless_file() as held:
        shutil.copyfileobj(stored, held, PIECE_BYTES)
        write_silenced(held, cuts, out)
