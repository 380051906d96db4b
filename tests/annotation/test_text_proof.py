"""Texts that leave without masks are proved by the manifest, and what it does not hold is told."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from annotation.models import DatasetVersion, Image
from annotation.selectors.versions import manifest_path
from annotation.services.captions import caption_mask, save_caption
from annotation.services.transcripts import correct_transcript
from annotation.services.versions import cut_version
from engine.datasets.__main__ import main
from engine.datasets.choosing import EVERYTHING, Choice
from engine.datasets.proof import unproven
from engine.datasets.proof_parts import parts_asked_for
from engine.datasets.row_faults import Unproved
from tests.annotation.speaking import Scene, exported, heard, make_scene, spoken, words
from tests.annotation.world import Api, World, create, make_image

TEXTS = "descriptions.jsonl"
SPOKEN = "localized_narratives.jsonl"
Change = Callable[[dict[str, Any]], object]


@pytest.fixture
def scene(world: World, annotator: Api) -> Scene:
    """An image that was spoken and written of, as was its mask, and one that nobody described."""
    scene = make_scene(world, annotator)
    annotator.save(make_image(world.project, 1), create(at=(5, 5)))
    caption_mask(
        caption_id=uuid4(), mask=scene.image.masks.get(), author=world.manager, text="Chipped."
    )
    save_caption(
        caption_id=uuid4(),
        image=scene.image,
        author=world.manager,
        text="A red bucket.",
    )
    return scene


def folder_of(path: Path, files: Mapping[str, bytes]) -> Path:
    for name, data in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(data)
    return path


def faults(
    version: DatasetVersion, path: Path, choice: Choice = EVERYTHING
) -> tuple[list[str], dict[str, str]]:
    unproved: dict[str, str] = {}
    with manifest_path(version).open("rb") as manifest:
        return list(unproven(manifest, path, choice=choice, unproved=unproved)), unproved


def changed(files: Mapping[str, bytes], name: str, change: Change) -> dict[str, bytes]:
    """Change the first line of a file."""
    first, *rest = files[name].splitlines(keepends=True)
    line = json.loads(first)
    change(line)
    return {**files, name: json.dumps(line).encode() + b"\n" + b"".join(rest)}


@pytest.mark.parametrize("name", ["descriptions", "narratives", "voices"])
def test_texts_of_a_whole_version_are_proved_and_what_no_manifest_holds_is_told(
    scene: Scene, name: str, tmp_path: Path
) -> None:
    version = scene.cut()

    found, unproved = faults(version, folder_of(tmp_path, exported(version, name)))

    assert found == []
    assert {unproved[each] for each in ("voices", "pointer_traces", "word_times")} == {
        "not in any manifest"
    }
    assert unproved["images"] == "their bytes are not in the export"
    assert unproved["masks"].startswith("not in ")
    assert "transcripts" not in unproved
    assert ("captions" in unproved) == ("mask_captions" in unproved) == (name != "descriptions")


def test_descriptions_of_finished_images_are_proved_where_nothing_is_said(
    scene: Scene, world: World, annotator: Api, tmp_path: Path
) -> None:
    other = make_image(world.project, 2, status="done")
    annotator.save(other, create(at=(5, 5)))
    save_caption(caption_id=uuid4(), image=other, author=world.manager, text="A wall.")
    version = scene.cut()
    files = exported(version, "descriptions", Choice(frozenset({"train"})))
    parts, unproved = parts_asked_for((), version.counts), Unproved()

    with manifest_path(version).open("rb") as manifest:
        path = folder_of(tmp_path, files)
        found = list(unproven(manifest, path, parts=parts, unproved=unproved))
        whole = list(unproven(manifest, path))

    assert found == []
    assert (parts.compared, parts.left_out) == ({"train": 1}, {"unfinished": 2})
    assert "voices" not in unproved  # of those that are there nobody spoke
    assert whole == [f"{scene.image.file_name}: missing"]


DESCRIBED: dict[str, tuple[Change, str]] = {
    "said": (
        lambda line: line["takes"][0]["corrected"].update(text="a blue bucket"),
        "is 'a blue bucket', not 'a red bucket'",
    ),
    "raw": (lambda line: line["takes"][0].update(raw=None), "the raw text of take"),
    "foreign": (
        lambda line: line["takes"][0]["corrected"].update(id="x"),
        "text x is not in the manifest",
    ),
    "links": (
        lambda line: line["takes"][0]["corrected"].update(phrases=[]),
        "has 0 links to masks which are not the 1 told",
    ),
    "caption": (
        lambda line: line["captions"][0].update(text="A bucket."),
        "is 'A bucket.', not 'A red bucket.'",
    ),
    "no caption": (lambda line: line.update(captions=[]), "is missing"),
    "mask": (
        lambda line: line["masks"][0].update(caption="Whole."),
        "is 'Whole.', not 'Chipped.'",
    ),
    "split": (lambda line: line.update(split="holdout"), "split is 'holdout', not 'unfinished'"),
    "for strangers": (
        lambda line: line.update(transcripts=["a blue bucket"]),
        "transcripts is ['a blue bucket'], not ['a red bucket']",
    ),
    "no digest": (lambda line: line.update(image_sha256="x"), "x: not in the manifest"),
    "image": (lambda line: line.update(image_sha256="0" * 64), f"{'0' * 64}: not in the manifest"),
}


@pytest.mark.parametrize("what", DESCRIBED)
def test_a_description_that_is_not_the_manifests_is_named(
    scene: Scene, what: str, tmp_path: Path
) -> None:
    version = scene.cut()
    change, fault = DESCRIBED[what]
    files = changed(exported(version, "descriptions"), TEXTS, change)

    found, _ = faults(version, folder_of(tmp_path, files))

    assert any(fault in each for each in found)


def test_a_narrative_that_is_not_the_manifests_is_named(scene: Scene, tmp_path: Path) -> None:
    version = scene.cut()
    files = exported(version, "narratives")
    other = changed(files, SPOKEN, lambda line: line.update(caption="a blue bucket"))

    found, _ = faults(version, folder_of(tmp_path / "other", other))
    gone, _ = faults(version, folder_of(tmp_path / "gone", {**files, SPOKEN: b""}))
    twice, _ = faults(version, folder_of(tmp_path / "twice", {**files, SPOKEN: files[SPOKEN] * 2}))

    name = scene.image.file_name
    assert found == [
        f"{name}: nobody said 'a blue bucket' by the manifest",
        f"{name}: the narrative 'a red bucket' is missing",
    ]
    assert gone == [f"{name}: missing"]
    assert twice == [f"{name}: nobody said 'a red bucket' by the manifest"]


@pytest.mark.parametrize(
    "said",
    [
        (["a cup", "a red cup"], ["a cup"]),
        (["a cup", "a red cup"], ["a blue cup", "a cup"]),
        (["a cup", "a red cup"], ["a red cup", "a blue cup"], ["a blue cup", "a cup"]),
    ],
)
def test_takes_that_share_texts_of_which_some_were_corrected_again_are_all_proved(
    scene: Scene, tmp_path: Path, said: tuple[list[str], ...]
) -> None:
    """In whichever order they stand; on several images, as ids decide which comes first."""
    for number in range(2, 8):
        image = make_image(scene.world.project, number)
        for texts in said:
            take = spoken(scene.world, image)
            for text in texts:
                correct_transcript(
                    transcript_id=uuid4(),
                    recording=take,
                    author=scene.world.reviewer,
                    text=text,
                    words=words(text),
                    seconds=1,
                )
    version = scene.cut()
    files = exported(version, "narratives")
    lines = files[SPOKEN].splitlines(keepends=True)

    for name, told in (("as_written", lines), ("turned", lines[::-1])):
        found, _ = faults(version, folder_of(tmp_path / name, {**files, SPOKEN: b"".join(told)}))
        assert found == []


def test_a_take_without_words_owes_no_narrative(scene: Scene, tmp_path: Path) -> None:
    heard(spoken(scene.world, scene.image), " ")
    version = scene.cut()

    found, _ = faults(version, folder_of(tmp_path, exported(version, "narratives")))

    assert found == []


@pytest.mark.parametrize("name", ["descriptions", "narratives"])
def test_images_that_go_along_with_texts_are_hashed(
    scene: Scene, name: str, tmp_path: Path
) -> None:
    heard(spoken(scene.world, Image.objects.exclude(pk=scene.image.pk).get()), "a cup")
    version = scene.cut()
    choice = Choice(has_images=True)
    files = exported(version, name, choice)
    first, second = (each for each in files if each.startswith("images/"))

    whole, unproved = faults(version, folder_of(tmp_path / "whole", files))
    other, _ = faults(version, folder_of(tmp_path / "other", {**files, first: b"another"}))
    del files[second]
    lost, _ = faults(version, folder_of(tmp_path / "lost", files))

    assert whole == []
    assert "images" not in unproved
    assert [each.partition(": ")[2] for each in other] == ["not the image of the manifest"]
    assert [each.partition(": ")[2] for each in lost] == [
        "its image is missing, while those of 1 are there"
    ]


def test_what_was_said_of_a_label_that_stayed_behind_is_proved_where_that_is_told(
    scene: Scene, tmp_path: Path
) -> None:
    version = scene.cut()
    choice = Choice(labels={"cell": None})
    path = folder_of(tmp_path, exported(version, "descriptions", choice))

    told, _ = faults(version, path, choice)
    untold, _ = faults(version, path)

    assert told == []
    assert untold


def test_the_manifest_of_another_version_in_it_is_named(
    scene: Scene, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    version = scene.cut()
    path = folder_of(tmp_path, exported(version, "descriptions"))
    make_image(scene.world.project, 7)
    Image.objects.update(group="g")
    other = cut_version(project=scene.world.project, created_by=None)

    codes = [main(["verify", str(manifest_path(each)), str(path)]) for each in (version, other)]

    assert codes == [0, 1]
    assert "manifest.jsonl: not this manifest" in capsys.readouterr().out
