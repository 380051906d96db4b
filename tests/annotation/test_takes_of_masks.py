"""Takes about one mask: kept like any other, never taken for words about the image, and captions
of the mask that were spoken in them.
"""

import json
from typing import Any
from uuid import UUID, uuid4

import pytest

from annotation import jobs
from annotation.models import DatasetVersion, Image, Job, MaskCaption, Recording, Transcript
from annotation.selectors.caption_proposals import undescribed_images
from annotation.selectors.frozen_descriptions import frozen_descriptions
from annotation.selectors.to_learn import new_to_learn
from annotation.selectors.versions import frozen_rows
from annotation.services.transcripts import correct_transcript, save_raw_transcript
from annotation.services.versions import cut_version
from annotation.services.voices import delete_own_voices
from tests.annotation.speaking import exported
from tests.annotation.test_recordings import CHUNKS, complete, put
from tests.annotation.world import Api, World, create, make_image, operation


def begin(api: Api, image: Image, mask: str | None, recording: str | None = None) -> Any:
    body = {"id": recording or str(uuid4()), "mime": "audio/webm", "mask": mask}
    return api.post(f"images/{image.pk}/recordings", body)


def draw(api: Api, world: World, image: Image) -> str:
    drawn = create(label=world.label_id)
    assert api.save(image, drawn).status_code == 200
    return str(drawn["mask"])


def take_of(recording: str, text: str = "uh a red cup") -> Recording:
    """The take as if it had been heard and corrected."""
    take = Recording.objects.get(pk=recording)
    save_raw_transcript(recording=take, transcript_id=uuid4(), text=text, words=[], model="tiny.en")
    correct_transcript(
        transcript_id=uuid4(), recording=take, author=take.user, text="a red cup",
        words=[], seconds=1,
    )  # fmt: skip
    return take


@pytest.fixture
def mask(world: World, annotator: Api, image: Image) -> str:
    annotator.post("consent")
    return draw(annotator, world, image)


@pytest.fixture
def take(annotator: Api, image: Image, mask: str) -> Recording:
    """A take about the mask, heard and corrected."""
    recording = begin(annotator, image, mask).json()["id"]
    for number, data in enumerate(CHUNKS):
        put(annotator, recording, number, data)
    assert complete(annotator, recording).json()["state"] == "transcribing"
    return take_of(recording)


def test_a_take_tells_which_mask_it_is_about(
    annotator: Api, image: Image, mask: str, take: Recording
) -> None:
    of_image = begin(annotator, image, None).json()

    found = annotator.get(f"images/{image.pk}/descriptions").json()["recordings"]

    told = [(each["id"], each["mask"], each["mask_label"]) for each in found]
    assert told == [(of_image["id"], None, None), (str(take.pk), mask, "cell")]


def test_a_take_may_come_before_the_mask_that_it_is_about(annotator: Api, image: Image) -> None:
    annotator.post("consent")
    drawn, recording = create(), str(uuid4())

    early = begin(annotator, image, drawn["mask"], recording)
    annotator.save(image, drawn)
    again = begin(annotator, image, drawn["mask"], recording)

    assert (early.status_code, early.json()["code"]) == (409, "mask_not_saved")
    assert (again.status_code, again.json()["mask"]) == (201, drawn["mask"])


def test_a_take_stays_about_its_mask_and_no_other_image_has_it(
    world: World, annotator: Api, image: Image, mask: str
) -> None:
    elsewhere = begin(annotator, make_image(world.project, 1), mask)
    recording = begin(annotator, image, mask).json()["id"]

    of_image = begin(annotator, image, None, recording)

    assert elsewhere.json()["errors"][0]["field"] == "mask"
    assert of_image.json()["code"] == "id_taken"


def test_what_is_said_of_a_mask_is_not_said_of_the_image(
    annotator: Api, image: Image, take: Recording
) -> None:
    found = annotator.get(f"images/{image.pk}/descriptions").json()

    assert found["said"] == found["captions"] == []
    assert annotator.get(f"images/{image.pk}").json()["has_takes"] is False
    assert undescribed_images().get() == image
    assert new_to_learn(image.project_id)["captions"] == 0
    assert not Job.objects.filter(kind=jobs.GROUND).exists()
    assert annotator.get(f"images/{image.pk}/grounding").json()["unmentioned"] == []


def test_no_caption_of_the_image_is_made_of_it(
    annotator: Api, image: Image, take: Recording
) -> None:
    text = Transcript.objects.filter(recording=take).latest("created_at")
    own = {"id": str(uuid4()), "text": "A red cup.", "recording": str(take.pk)}
    merged = {"id": str(uuid4()), "base": None, "seconds": 1}
    parts = [
        {"transcript": str(text.pk)},
        {"text": "A red cup.", "recording": str(take.pk)},
    ]

    refused = [annotator.post(f"images/{image.pk}/captions", own)]
    for part in parts:
        body = merged | {"parts": [part]}
        refused.append(annotator.post(f"images/{image.pk}/captions/merge", body))

    faults = [each.json()["errors"][0]["field"] for each in refused]
    assert faults == ["recording", "parts", "parts"]


def test_a_version_keeps_it_apart_and_no_captioner_learns_the_image_from_it(
    world: World, image: Image, mask: str, take: Recording
) -> None:
    Image.objects.filter(pk=image.pk).update(status="done")

    version = cut_version(project=world.project, created_by=None)

    [row] = frozen_rows(version)
    assert [each["mask"] for each in row["transcripts"]] == [mask, mask]
    assert list(frozen_descriptions(version, "train")) == []
    line = line_of(version)
    assert [UUID(each["mask"]) for each in line["takes"]] == [take.mask_id]
    assert line["transcripts"] == []


def line_of(version: DatasetVersion) -> dict[str, Any]:
    """The one line that a version leaves as."""
    line: dict[str, Any] = json.loads(exported(version, "descriptions")["descriptions.jsonl"])
    return line


def described(world: World) -> dict[str, Any]:
    """The same of what is there now."""
    return line_of(cut_version(project=world.project, created_by=None))


def test_a_mask_keeps_the_take_in_which_its_caption_was_spoken(
    world: World, annotator: Api, reviewer: Api, image: Image, mask: str, take: Recording
) -> None:
    spoken = operation("caption", mask=mask, text="A red cup", recording=str(take.pk))

    saved = annotator.save(image, spoken)

    shown = annotator.get(f"images/{image.pk}").json()["masks"][0]
    assert saved.status_code == 200
    assert (shown["caption"], shown["caption_recording"]) == ("A red cup", str(take.pk))
    [told] = annotator.get(f"masks/{mask}/captions").json()["results"]
    assert told["recording"] == str(take.pk)
    [row] = described(world)["masks"]
    assert (row["author"], row["recording"]) == ("annotator", str(take.pk))


def test_words_typed_over_what_was_spoken_are_typed(
    world: World, annotator: Api, reviewer: Api, image: Image, mask: str, take: Recording
) -> None:
    spoken = {"id": str(uuid4()), "text": "A red cup", "recording": str(take.pk)}
    annotator.post(f"masks/{mask}/captions", spoken)
    reviewer.save(image, operation("caption", mask=mask, text="A mug"))

    [row] = described(world)["masks"]

    assert (row["caption"], row["author"], row["recording"]) == ("A mug", "reviewer", None)


def test_who_repeats_a_caption_changes_no_export(
    world: World, annotator: Api, reviewer: Api, image: Image, mask: str
) -> None:
    annotator.save(image, operation("caption", mask=mask, text="A mug"))
    before = described(world)

    reviewer.save(image, operation("caption", mask=mask, text="A mug"))

    assert described(world) == before
    assert before["masks"][0]["author"] == "annotator"


@pytest.mark.parametrize("way", ["with the image", "alone"])
def test_a_caption_of_a_take_about_something_else_is_refused(
    world: World, annotator: Api, image: Image, mask: str, take: Recording, way: str
) -> None:
    other = draw(annotator, world, image)
    about = {"text": "A red cup", "recording": str(take.pk)}
    if way == "alone":
        answer = annotator.post(f"masks/{other}/captions", {"id": str(uuid4()), **about})
    else:
        answer = annotator.save(image, operation("caption", mask=other, **about))

    assert answer.json()["errors"][0]["field"].endswith("recording")
    assert not MaskCaption.objects.exists()


def test_a_caption_stays_when_its_speaker_deletes_all_recordings(
    world: World, annotator: Api, image: Image, mask: str, take: Recording
) -> None:
    spoken = operation("caption", mask=mask, text="A red cup", recording=str(take.pk))
    annotator.save(image, spoken)

    delete_own_voices(user=world.annotator)

    told = annotator.get(f"recordings/{take.pk}").json()
    assert (told["audio_url"], told["has_voice"]) == (None, False)
    assert Recording.objects.get(pk=take.pk).trace == []
    assert annotator.get(f"images/{image.pk}").json()["masks"][0]["caption"] == "A red cup"
    assert described(world)["masks"][0]["caption"] == "A red cup"
