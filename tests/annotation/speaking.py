"""An image of which somebody spoke, and the files that its version leaves as."""

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib.auth.models import User

from annotation import storage
from annotation.models import (
    DatasetVersion,
    Image,
    Phrase,
    PhraseLink,
    Project,
    Recording,
    Transcript,
)
from annotation.services.consent import give_consent
from annotation.services.exports import write_export
from annotation.services.transcripts import correct_transcript, save_raw_transcript
from annotation.services.versions import cut_version
from annotation.services.voices import audio_key
from engine.datasets.choosing import EVERYTHING, Choice
from engine.datasets.descriptions import Description, read_descriptions
from engine.datasets.localized_narratives import Narrative, read_localized_narratives
from tests.annotation.world import Api, World, create, make_image

SAID = "uh a red bucket"
VOICE = b"the sound of the annotator"


@dataclass
class Scene:
    """An image with a mask, of which the annotator spoke and whose words a person linked."""

    world: World
    image: Image
    mask: UUID
    take: Recording
    raw: Transcript
    corrected: Transcript

    def cut(self) -> DatasetVersion:
        return cut_version(project=self.world.project, created_by=None)


def spoken(world: World, image: Image, *, cuts: Any = ()) -> Recording:
    """A take whose audio is stored; the pointer was in the middle of the image, then elsewhere."""
    give_consent(user=world.annotator)
    take = Recording.objects.create(
        pk=uuid4(),
        image=image,
        user=world.annotator,
        mime="audio/webm;codecs=opus",
        state="transcribed",
        trace=[
            {"t": 0.5, "x": 16.0, "y": 12.0, "kind": "move"},
            {"t": 0.6, "x": 16.0, "y": 12.0, "kind": "view", "box_xyxy": [0, 0, 32, 24]},
            {"t": 2.5, "x": 0.0, "y": 0.0, "kind": "move"},
        ],
        cuts=list(cuts),
    )
    storage.put_private(audio_key(take), io.BytesIO(VOICE), "audio/webm")
    return take


def words(text: str) -> list[dict[str, Any]]:
    return [
        {"text": word, "start_s": at / 2, "end_s": at / 2 + 0.4, "probability": 0.9}
        for at, word in enumerate(text.split())
    ]


def heard(take: Recording, text: str = SAID) -> Transcript:
    return save_raw_transcript(
        recording=take, transcript_id=uuid4(), text=text, words=words(text), model="tiny.en"
    )


def correct(take: Recording, author: User, text: str) -> Transcript:
    return correct_transcript(
        transcript_id=uuid4(),
        recording=take,
        author=author,
        text=text,
        words=words(text),
        seconds=1,
    )


def link(transcript: Transcript, first: int, end: int, kind: str, *masks: UUID) -> PhraseLink:
    phrase, _ = Phrase.objects.get_or_create(
        transcript=transcript,
        first=first,
        defaults={"end": end, "text": "it", "noun": "it", "is_plural": False,
                  "is_definite": False, "is_repeat": False},
    )  # fmt: skip
    return PhraseLink.objects.create(
        pk=uuid4(),
        phrase=phrase,
        number=phrase.links.count(),
        kind=kind,
        masks=masks,
        author=None if kind == "proposed" else transcript.recording.user,
        rules="rules-1" if kind == "proposed" else "",
    )


def make_scene(world: World, annotator: Api) -> Scene:
    Project.objects.filter(pk=world.project.pk).update(listeners="manager")
    world.project.refresh_from_db()
    image, mask = make_image(world.project), uuid4()
    annotator.save(image, create(str(mask), label=world.label_id))
    take = spoken(world, image)
    raw = heard(take)
    corrected = correct(take, world.reviewer, "a red bucket")
    link(corrected, 0, 3, "proposed", mask)
    link(corrected, 0, 3, "confirmed", mask)
    return Scene(world, image, mask, take, raw, corrected)


def exported(
    version: DatasetVersion, export_format: str, choice: Choice = EVERYTHING
) -> dict[str, bytes]:
    """Write an export and return its files."""
    path = Path(settings.SCRATCH_DIR) / f"{uuid4()}.zip"
    write_export(version, path, export_format=export_format, choice=choice)
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def descriptions(version: DatasetVersion, choice: Choice = EVERYTHING) -> list[Description]:
    files = exported(version, "descriptions", choice)
    return list(read_descriptions(io.BytesIO(files["descriptions.jsonl"])))


def narratives(
    version: DatasetVersion, export_format: str = "narratives", choice: Choice = EVERYTHING
) -> list[Narrative]:
    files = exported(version, export_format, choice)
    return list(read_localized_narratives(io.BytesIO(files["localized_narratives.jsonl"])))
