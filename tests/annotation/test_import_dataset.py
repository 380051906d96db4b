"""`manage.py import_dataset`: what other tools wrote comes in, once, and what does not is named."""

import json
from collections import Counter
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from annotation.export_formats import FORMATS as EXPORT_FORMATS
from annotation.models import (
    Caption,
    Image,
    Label,
    Mask,
    MaskCaption,
    Project,
    Proposal,
    Revision,
)
from annotation.services.captions import save_caption
from annotation.services.dataset_imports import begin_import, fetch_sample, import_samples
from annotation.services.seeds import Seed, seed_masks
from engine.datasets.files import FolderOut
from engine.datasets.formats import FORMATS, READERS, export
from engine.datasets.sample import Annotation, Dataset, Sample, labels_of
from engine.datasets.traits import Trait
from engine.masks.rle import decode, encode
from tests.annotation.world import SIZE_HW, Api, World, make_image, operation, png, square
from tests.engine.datasets_broken import png as map_png


def _import(*arguments: object, **options: Any) -> str:
    out = StringIO()
    call_command("import_dataset", *map(str, arguments), stdout=out, **options)
    return out.getvalue()


def nested(seed: int = 1) -> Sample:
    """An image with a whole, a part of it with a caption, and a box; described."""
    annotations = (
        Annotation(square(2, 2, 15), "cell", id="a", z=1),
        Annotation(square(4, 4), "nucleus", id="b", parent="a", caption="A round one."),
        Annotation(None, "cell", (1.0, 1.0, 4.0, 4.0), id="c"),
        Annotation(square(20, 2, 3), "cell", id="d", is_crowd=True),
    )
    return Sample(
        f"deep/{seed}.png",
        SIZE_HW,
        annotations,
        ("Two cells.",),
        group="slide 1",
        load_bytes=lambda: png(seed),
    )


def write(folder: Path, name: str, *samples: Sample) -> Path:
    labels = labels_of(["cell", "nucleus"])
    export(Dataset(labels, lambda: iter(samples)), FORMATS[name], FolderOut(folder))
    return folder


def test_all_that_a_format_holds_comes_in_once(world: World, tmp_path: Path) -> None:
    folder = write(tmp_path / "in", "coco", nested())

    told = _import(world.project.name, folder)
    again = _import(world.project.name, folder)

    image = Image.objects.get(project=world.project)
    masks = {mask.head.label.name: mask for mask in Mask.objects.filter(image=image)}  # type: ignore[union-attr]  # all have
    assert (image.file_name, image.group) == ("deep/1.png", "slide 1")
    assert masks["nucleus"].parent == masks["cell"]
    assert [each.text for each in masks["nucleus"].captions.all()] == ["A round one."]
    assert Revision.objects.get(mask=masks["cell"]).z == 1
    assert Caption.objects.get(image=image).text == "Two cells."
    assert Label.objects.filter(project=world.project).count() == 2
    assert told.startswith("COCO instances: import ")
    assert {"1 images accepted", "2 masks", "1 captions", "1 boxes"} < set(told.split("\n"))
    assert "1 images duplicate" in again
    assert "masks\n" not in again


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_told_by_its_files_and_comes_in(
    world: World, tmp_path: Path, name: str
) -> None:
    sample = Sample(
        "a.png",
        SIZE_HW,
        (Annotation(square(2, 2), "cell"), Annotation(square(9, 9), "nucleus")),
        load_bytes=lambda: png(1),
        split="train",
    )
    folder = write(tmp_path / "in", name, sample)

    told = _import(world.project.name, folder)

    revisions = Revision.objects.filter(mask__image__project=world.project)
    found = Counter(each.rle["counts"] for each in revisions if each.rle)
    drawn = Counter(mask["counts"] for mask in (square(2, 2), square(9, 9)))
    assert found == (drawn if Trait.MASKS in FORMATS[name].keeps else Counter())
    assert "refused" not in told
    assert "1 images accepted" in told


def test_strangers_format_comes_in_and_is_not_among_those_that_are_written(
    world: World, tmp_path: Path
) -> None:
    for folder, data in (
        ("images", png(1)),
        ("instances", map_png(decode(square(2, 2)) * 1001, np.uint16)),
    ):
        (tmp_path / "in" / folder).mkdir(parents=True)
        (tmp_path / "in" / folder / "a.png").write_bytes(data)

    told = _import(world.project.name, tmp_path / "in")

    assert told.startswith("MOTS: import ")
    assert {"1 images accepted", "1 masks"} < set(told.split("\n"))
    (revision,) = Revision.objects.filter(mask__image__project=world.project)
    assert revision.rle == square(2, 2)
    assert "mots" in READERS
    assert not (READERS.keys() - FORMATS.keys()) & set(EXPORT_FORMATS)
    with pytest.raises(CommandError, match="invalid choice: 'mots'"):
        call_command("export", "1", "--format", "mots")


def test_a_dry_run_tells_what_would_come_in_and_changes_nothing(
    world: World, tmp_path: Path
) -> None:
    folder = write(tmp_path / "in", "coco", nested())

    told = _import(world.project.name, folder, dry_run=True)
    new = _import("New", folder, dry_run=True, create=True)

    assert {"1 images", "2 masks", "1 captions"} < set(told.split("\n"))
    assert new == told
    assert not Project.objects.filter(name="New").exists()
    with pytest.raises(CommandError, match="There is no project 'New'"):
        _import("New", folder, dry_run=True)
    assert not Image.objects.filter(project=world.project).exists()
    assert Label.objects.filter(project=world.project).count() == 1


def test_annotations_alone_are_laid_on_images_that_are_there(world: World, tmp_path: Path) -> None:
    there = make_image(world.project, 7)
    known = Sample(there.file_name, SIZE_HW, (Annotation(square(2, 2), "cell"),))
    missing = Sample("missing.png", SIZE_HW, (Annotation(square(2, 2), "cell"),))
    folder = write(tmp_path / "in", "coco", known, missing)

    told = _import(world.project.name, folder)

    assert Mask.objects.get().image == there
    assert "refused: missing.png: the image is not there: put its file beside" in told
    assert "\n\n" not in told


def test_masks_of_another_size_than_their_image_are_refused_by_name(
    world: World, tmp_path: Path
) -> None:
    wrong = Sample(
        "a.png", (8, 8), (Annotation(encode(np.ones((8, 8), bool))),), load_bytes=lambda: png(1)
    )
    folder = write(tmp_path / "in", "coco", wrong)

    told = _import(world.project.name, folder)

    assert "refused: a.png: its masks are for 8 x 8 pixels" in told
    assert "1 masks refused" in told
    assert not Mask.objects.exists()


def test_parts_that_go_in_a_circle_come_in_as_wholes(world: World, tmp_path: Path) -> None:
    annotations = (
        Annotation(square(2, 2), id="a", parent="b"),
        Annotation(square(9, 9), id="b", parent="a"),
        Annotation(square(15, 9), id="c", parent="c"),
    )
    folder = write(
        tmp_path / "in",
        "coco",
        Sample("a.png", SIZE_HW, annotations, load_bytes=lambda: png(1)),
    )

    told = _import(world.project.name, folder)

    assert told.count("is a part of itself") == 3
    assert Mask.objects.filter(parent=None).count() == 3


def test_parts_that_are_the_same_mask_as_their_whole_are_no_parts_of_themselves(
    world: World, image: Image
) -> None:
    seeds = [
        Seed(square(2, 2), key="part", parent="whole"),
        Seed(square(2, 2), key="whole"),
        Seed(square(12, 9), key="a", parent="b"),
        Seed(square(20, 9), key="b", parent="c"),
        Seed(square(12, 9), key="c"),
    ]

    seed_masks(image=image, seeds=seeds, author=world.manager)

    assert list(Mask.objects.values_list("parent", flat=True)) == [None] * 3


def _part(at: int, parent: str, key: str = "") -> Seed:
    return Seed(square(at, at), key=key, parent=parent)


def test_masks_become_parts_of_what_comes_after_them_once(world: World, image: Image) -> None:
    seeds = [_part(1, "whole"), _part(7, "whole")]
    seed_masks(image=image, seeds=seeds, author=world.manager)
    whole = Seed(square(0, 0, 15), key="whole")

    versions = []
    for _ in range(2):
        seed_masks(image=image, seeds=[*seeds, whole], author=world.manager)
        versions.append(Image.objects.get(pk=image.pk).version)

    wholes = Mask.objects.filter(parts__isnull=False).values_list("head__rle", flat=True)
    assert list(wholes) == [whole.rle, whole.rle]
    assert versions == [2, 2]


def test_no_mask_becomes_a_part_where_people_changed_it_or_deleted_its_whole_or_of_itself(
    world: World, image: Image
) -> None:
    mine, left, round_about = _part(1, "whole"), _part(7, "gone"), _part(13, "back", "there")
    gone, back = Seed(square(0, 9), key="gone"), Seed(square(0, 15), key="back", parent="there")
    seeds = [mine, left, round_about]
    seed_masks(
        image=image,
        seeds=[*(replace(each, parent="") for each in seeds), gone],
        author=world.manager,
    )
    masks = {counts: str(pk) for counts, pk in Mask.objects.values_list("head__rle__counts", "pk")}
    changed = operation("revise", mask=masks[mine.rle["counts"]], z=3)
    deleted = operation("delete", mask=masks[gone.rle["counts"]])
    assert Api(world.annotator).save(image, changed, deleted).status_code == 200

    whole = Seed(square(0, 0, 15), key="whole")
    seed_masks(image=image, seeds=[*seeds, whole, gone, back], author=world.manager)

    parts = Mask.objects.exclude(parent=None).values_list("head__rle", flat=True)
    assert list(parts) == [back.rle]


def test_files_of_no_format_or_of_several_are_refused(world: World, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("hello")
    several = write(write(tmp_path / "in", "coco", nested()), "labelme", nested(2))

    with pytest.raises(CommandError, match="no known format is in these files; known are ade"):
        _import(world.project.name, tmp_path / "a.txt")
    with pytest.raises(CommandError, match="may be any of coco, labelme: say which"):
        _import(world.project.name, several)
    assert "1 images accepted" in _import(world.project.name, several, format="coco")


def test_a_bad_annotation_is_named_and_the_others_come_in(world: World, tmp_path: Path) -> None:
    folder = write(tmp_path / "in", "coco", nested())
    path = folder / "annotations.json"
    content = json.loads(path.read_bytes())
    content["annotations"][0]["segmentation"]["counts"] = "nonsense"
    path.write_text(json.dumps(content))

    told = _import(world.project.name, folder)

    assert "refused: " in told
    assert "annotations[0]: segmentation: mask counts" in told
    assert Mask.objects.count() == 1


def test_what_a_person_wrote_is_not_buried_by_a_caption_of_the_files(
    world: World, tmp_path: Path
) -> None:
    image = make_image(world.project, 1)
    save_caption(caption_id=uuid4(), image=image, author=world.annotator, text="By hand.")

    told = _import(world.project.name, write(tmp_path / "in", "coco", nested()))

    assert [each.text for each in Caption.objects.filter(image=image)] == ["By hand."]
    assert "1 captions left out" in told.split("\n")
    assert "1 captions" not in told.split("\n")


def test_captions_that_are_left_out_are_counted_and_those_that_were_there_are_not(
    world: World, tmp_path: Path
) -> None:
    first, other = nested(), replace(nested(), captions=("Two cells.", "One within the other."))
    twice = write(tmp_path / "twice", "coco", first, replace(other, file_name="again.png"))

    told = _import(world.project.name, twice)
    again = _import(world.project.name, write(tmp_path / "once", "coco", first))

    assert [each.text for each in Caption.objects.all()] == ["Two cells."]
    assert {"1 captions", "1 captions left out"} < set(told.split("\n"))
    assert "left out" not in again.replace("crowds left out", "")


def test_new_caption_of_a_mask_that_is_there_is_counted_as_left_out(
    world: World, tmp_path: Path
) -> None:
    whole, part, *rest = nested().annotations
    other = replace(nested(), annotations=(whole, replace(part, caption="A dark one."), *rest))

    told = _import(world.project.name, write(tmp_path / "in", "coco", nested()))
    later = _import(world.project.name, write(tmp_path / "later", "coco", other))

    assert [each.text for each in MaskCaption.objects.all()] == ["A round one."]
    assert "captions of masks" not in told
    assert "1 captions of masks left out" in later.split("\n")


def test_two_images_of_one_name_keep_their_own_masks(world: World, tmp_path: Path) -> None:
    """As in everything of a version as COCO, whose files may have come with the same name."""
    first, second = make_image(world.project, 1), make_image(world.project, 2)
    masks = {first.sha256: square(2, 2), second.sha256: square(9, 9)}
    samples = [
        Sample("a.png", SIZE_HW, (Annotation(mask, "cell"),), sha256=sha256)
        for sha256, mask in masks.items()
    ]

    _import(world.project.name, write(tmp_path / "in", "coco", *samples))

    found = {mask.image.sha256: mask.head.rle for mask in Mask.objects.all()}  # type: ignore[union-attr]  # all have one
    assert found == masks


def test_text_that_no_database_holds_comes_in_without_what_it_cannot(
    world: World, tmp_path: Path
) -> None:
    sample = Sample(
        "a.png",
        SIZE_HW,
        (Annotation(square(2, 2), "ce\0ll", id="a"),),
        ("One\0 cell.",),
        group="a\0b",
        load_bytes=lambda: png(1),
    )
    dataset = Dataset(labels_of(["ce\0ll"]), lambda: iter([sample]))
    importing = begin_import(project=world.project, dataset=dataset, author=world.manager)

    [brought] = import_samples(importing, [fetch_sample(importing, sample)])

    assert brought.problems == []
    kinds = ("images accepted", "images of a group", "masks", "captions")
    assert brought.counts == dict.fromkeys(kinds, 1)
    assert Image.objects.get().group == "ab"
    revision = Revision.objects.get()
    assert revision.label is not None
    assert revision.label.name == "cell"
    assert Caption.objects.get().text == "One cell."


def test_masks_with_a_score_are_a_models_proposals_if_the_command_says_so(
    world: World, tmp_path: Path
) -> None:
    scored = Annotation(square(2, 2), "cell", predicted_iou=0.75)
    sample = Sample("a.png", SIZE_HW, (scored,), load_bytes=lambda: png(1))
    folder = write(tmp_path / "in", "coco", sample)

    looked = _import(world.project.name, folder, dry_run=True)
    told = _import(world.project.name, folder, proposals_by="net")

    assert "1 masks with a score" in looked.split("\n")
    assert "1 proposals" in told.split("\n")
    assert not Mask.objects.exists()
    proposals = Proposal.objects.values_list("outside_model__name", "predicted_iou")
    assert list(proposals) == [("net", 0.75)]


def test_captions_of_coco_come_by_themselves_onto_images_whose_masks_came_before(
    world: World, tmp_path: Path
) -> None:
    undescribed = replace(nested(), captions=())
    described = Sample("deep/1.png", SIZE_HW, captions=("Two cells.", "A cell and a part."))
    _import(world.project.name, write(tmp_path / "masks", "coco", undescribed))

    told = _import(world.project.name, write(tmp_path / "said", "coco_captions", described))

    assert told.startswith("COCO captions: import ")
    image = Image.objects.get(project=world.project)
    texts = Caption.objects.filter(image=image).values_list("text", flat=True)
    assert set(texts) == set(described.captions)
    assert Mask.objects.filter(image=image).count() == 2


def test_narratives_describe_images_that_are_there_and_traces_are_counted(
    world: World, tmp_path: Path
) -> None:
    image = make_image(world.project, 7)
    Image.objects.filter(pk=image.pk).update(file_name="coco/000000000007.png")
    line = {"dataset_id": "coco", "image_id": "7", "annotator_id": 1, "caption": "Two cells."}
    said = {"timed_caption": [], "traces": [[{"x": 0.1, "y": 0.1, "t": 0.0}]]}
    (tmp_path / "coco_val.jsonl").write_text(json.dumps(line | said) + "\n")

    look = _import(world.project.name, tmp_path / "coco_val.jsonl", dry_run=True)
    told = _import(world.project.name, tmp_path / "coco_val.jsonl")

    assert [each.text for each in Caption.objects.filter(image=image)] == ["Two cells."]
    assert "1 traces left out" in look
    assert "1 traces left out" in told


def test_images_of_which_the_files_tell_no_group_have_one_by_their_folder(
    world: World, tmp_path: Path
) -> None:
    folder = write(tmp_path / "in", "coco", nested(), replace(nested(2), group=None))

    counted = _import(world.project.name, folder, group_by="folder", dry_run=True)
    told = _import(world.project.name, folder, group_by="folder")

    assert sorted(Image.objects.values_list("group", flat=True)) == ["deep", "slide 1"]
    assert "2 images of a group" in counted
    assert "2 images of a group" in told
