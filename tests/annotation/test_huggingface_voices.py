"""A Hugging Face dataset with voices: the masks' format, and beside it what people said."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from pyarrow import parquet

from annotation import storage
from annotation.models import DatasetVersion
from annotation.selectors.frozen_texts import frozen_texts
from annotation.services import exported_voices
from annotation.services.consent import withdraw_consent
from annotation.services.exports import write_export
from annotation.services.voices import audio_key
from engine.datasets.choosing import EVERYTHING, Choice
from engine.datasets.files import open_source
from engine.datasets.formats import parquet_table
from engine.datasets.formats.huggingface import HUGGINGFACE
from engine.datasets.proof import unproven
from tests.annotation.cutting import DONE
from tests.annotation.speaking import VOICE, Scene, exported, heard, make_scene, spoken
from tests.annotation.world import Api, World, make_image
from tests.engine.test_media_silenced import tone

FORMAT = "huggingface_voices"


@pytest.fixture
def scene(world: World, annotator: Api) -> Scene:
    """Somebody spoke of an image that is not finished."""
    return make_scene(world, annotator)


def rows_of(files: dict[str, bytes], folder: str = "voices") -> list[dict[str, Any]]:
    found = [data for name, data in sorted(files.items()) if name.startswith(f"{folder}/")]
    return [row for data in found for row in parquet.read_table(io.BytesIO(data)).to_pylist()]


def card_of(files: dict[str, bytes]) -> Any:
    return yaml.safe_load(files["README.md"].decode().split("---\n")[1])


def takes(version: DatasetVersion, choice: Choice = EVERYTHING) -> list[dict[str, Any]]:
    return rows_of(exported(version, FORMAT, choice))


def test_a_row_has_the_sound_the_words_their_masks_and_where_the_speaker_pointed(
    scene: Scene,
) -> None:
    files = exported(scene.cut(), FORMAT)

    [take] = rows_of(files)
    [image] = rows_of(files, "data")
    assert take["audio"] == {"bytes": VOICE, "path": f"{scene.take.pk}.webm"}
    assert (take["text"], take["recording"]) == ("a red bucket", str(scene.take.pk))
    assert take["utterances"] == [
        {"text": word, "start_s": at / 2, "end_s": at / 2 + 0.4, "masks": [str(scene.mask)]}
        for at, word in enumerate(("a", "red", "bucket"))
    ]
    assert take["trace"] == [{"t": 0.5, "x": 0.5, "y": 0.5}, {"t": 2.5, "x": 0.0, "y": 0.0}]
    assert take["speaker"] == scene.world.annotator.pk
    assert (take["image_sha256"], take["split"]) == (image["sha256"], image["split"])
    assert [mask["id"] for mask in image["masks"]] == [str(scene.mask)]


def test_its_card_tells_of_both_tables_and_that_of_one_without_voices_of_one(
    scene: Scene,
) -> None:
    image = make_image(scene.world.project, 1, status=DONE)
    heard(spoken(scene.world, image), "a dog")
    files = exported(scene.cut(), FORMAT)

    told = card_of(files)

    listed = {each["config_name"]: each["data_files"] for each in told["configs"]}
    assert [each["path"] for each in listed["voices"]] == ["voices/train-*", "voices/unfinished-*"]
    assert [each["path"] for each in listed["default"]] == ["data/train-*", "data/unfinished-*"]
    images, voices = told["dataset_info"]
    assert (images["config_name"], voices["config_name"]) == ("default", "voices")
    assert {"name": "audio", "dtype": "audio"} in voices["features"]
    assert [each["num_examples"] for each in voices["splits"]] == [1, 1]
    alone = exported(scene.cut(), "huggingface")
    assert isinstance(card_of(alone)["dataset_info"], dict)
    assert b"Recordings of voices are\nnot in here." in alone["README.md"]
    assert not rows_of(alone)


def test_whoever_agrees_no_longer_leaves_as_text_alone(scene: Scene) -> None:
    version = scene.cut()
    withdraw_consent(user=scene.world.annotator)

    [take] = takes(version)

    assert (take["text"], take["audio"], take["trace"]) == ("a red bucket", None, [])


def test_what_was_taken_back_leaves_neither_in_the_sound_nor_in_the_trace(scene: Scene) -> None:
    image = make_image(scene.world.project, 1)
    take = spoken(scene.world, image, cuts=[{"start_s": 0.4, "end_s": 0.8}])
    storage.put_private(audio_key(take), io.BytesIO(tone(1.0)), "audio/wav")
    heard(take)

    [cut] = [row for row in takes(scene.cut()) if row["image_sha256"] == image.sha256]

    assert cut["audio"]["path"] == f"{take.pk}.wav"
    assert cut["audio"]["bytes"][44 + 2 * 8000 :][:9600] == bytes(9600)  # 0.5 to 0.8 s
    assert cut["trace"] == [{"t": 2.5, "x": 0.0, "y": 0.0}]


def lose(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    del monkeypatch
    storage.delete(audio_key(scene.take))


def limit(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    del scene
    monkeypatch.setattr(exported_voices, "LARGEST_SOUND_BYTES", len(VOICE) - 1)


@pytest.mark.parametrize("change", [lose, limit])
def test_a_sound_that_is_not_there_or_too_large_for_a_row_leaves_its_words(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, change: Callable[..., None]
) -> None:
    change(scene, monkeypatch)

    [take] = takes(scene.cut())

    assert (take["audio"], take["text"], len(take["trace"])) == (None, "a red bucket", 2)


def test_only_the_chosen_splits_leave(scene: Scene) -> None:
    finished = make_image(scene.world.project, 1, status=DONE)
    heard(spoken(scene.world, finished), "a dog")

    found = takes(scene.cut(), Choice(frozenset({"train"})))

    assert [each["image_sha256"] for each in found] == [finished.sha256]


def test_many_takes_fill_several_files(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet_table, "ROWS_OF_FILE", 2)
    for text in ("its handle", "its rim"):
        heard(spoken(scene.world, scene.image), text)
    version = scene.cut()

    files = exported(version, FORMAT)

    names = [f"voices/unfinished-{number:05}-of-00002.parquet" for number in range(2)]
    assert sorted(name for name in files if name.startswith("voices/")) == names
    assert [take["text"] for take in rows_of(files)] == ["a red bucket", "its handle", "its rim"]
    assert sum(len(each.takes) for each in frozen_texts(version)) == 3


def test_it_comes_in_again_as_images_with_masks_and_proves(scene: Scene, tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    choice = Choice(has_images=True)
    write_export(scene.cut(), path, export_format=FORMAT, choice=choice)
    problems: list[object] = []

    [sample] = HUGGINGFACE.read(open_source(path), problems.append).samples()

    assert problems == []
    assert (sample.sha256, len(sample.annotations)) == (scene.image.sha256, 1)
    with zipfile.ZipFile(path) as archive:
        manifest = io.BytesIO(archive.read("manifest.jsonl"))
    assert list(unproven(manifest, path)) == []
