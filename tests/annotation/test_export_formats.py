"""A version leaves in other tools' formats, whole or in part."""

import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command

from annotation import storage
from annotation.models import DatasetVersion, Image, Label
from annotation.selectors.versions import manifest_path
from annotation.services.captions import save_caption
from annotation.services.exports import (
    choice_of,
    options_of,
    request_export,
    write_export,
)
from annotation.services.versions import cut_version
from engine.datasets.__main__ import main
from engine.datasets.choosing import Choice
from engine.datasets.export_splits import splits_meant
from engine.datasets.files import open_source
from engine.datasets.formats import FORMATS
from engine.datasets.formats.detect import formats_in
from engine.datasets.proof import unproven
from engine.datasets.proof_parts import parts_asked_for
from engine.datasets.row_faults import Unproved
from engine.datasets.sample import Dataset, Sample
from engine.masks.rle import RLE
from tests.annotation.cut_versions import version_with_holdout, version_with_part
from tests.annotation.world import Api, World, create, make_image, ring_and_dot, square


@pytest.fixture
def version(world: World, annotator: Api) -> DatasetVersion:
    return version_with_part(world, annotator)


def exported(version: DatasetVersion, name: str, path: Path, choice: Choice) -> Dataset:
    """Write an export and read it as anybody would."""
    write_export(version, path, export_format=name, choice=choice)
    problems: list[object] = []
    dataset = FORMATS[name].read(open_source(path), problems.append)
    samples = list(dataset.samples())
    assert not problems
    return Dataset(dataset.labels, lambda: iter(samples))


def masks_of(samples: list[Sample]) -> list[RLE]:
    return sorted(
        (each.rle for sample in samples for each in sample.annotations if each.rle),
        key=lambda rle: rle["counts"],
    )


ONE_SPLIT = Choice(frozenset({"unfinished"}), has_images=True)
EXACT = [name for name, form in FORMATS.items() if form.keeps >= {"masks", "overlaps", "instances"}]


@pytest.mark.parametrize("name", EXACT)
def test_masks_leave_bit_for_bit_with_images_of_safe_names(
    version: DatasetVersion, name: str, tmp_path: Path
) -> None:
    found = list(exported(version, name, tmp_path / "a.zip", ONE_SPLIT).samples())

    assert masks_of(found) == sorted(
        [ring_and_dot(), square(3, 3), square(5, 5)], key=lambda rle: rle["counts"]
    )
    assert len({sample.file_name for sample in found}) == len(found) == 2
    assert not any(".." in sample.file_name for sample in found)
    assert all(sample.load_bytes is not None for sample in found)


def test_images_of_one_name_are_proved_by_what_the_export_calls_them(
    version: DatasetVersion, tmp_path: Path
) -> None:
    write_export(version, tmp_path / "a.zip", export_format="coco", choice=ONE_SPLIT)
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        archive.extractall(tmp_path)
    manifest = str(manifest_path(version))

    whole = main(["verify", manifest, "--images", str(tmp_path / "images")])
    next((tmp_path / "images").glob("0-*.png")).write_bytes(b"another")
    changed = main(["verify", manifest, "--images", str(tmp_path / "images")])

    assert (whole, changed) == (0, 1)


def test_a_part_leaves_without_the_manifest_that_tells_of_the_rest(
    world: World, annotator: Api, tmp_path: Path
) -> None:
    version = version_with_holdout(world, annotator)
    path = tmp_path / "a.zip"

    write_export(version, path, export_format="yolo", choice=Choice(frozenset({"train"})))

    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == ["labels/train/0.txt", "data.yaml"]
        assert b"holdout" not in archive.read("data.yaml")


def test_everything_as_coco_keeps_names_as_they_came_and_other_exports_make_them_safe(
    version: DatasetVersion, world: World, tmp_path: Path
) -> None:
    """Also where a label was deleted and made again: the living one has the plain name."""
    old = Label.objects.get(pk=world.label_id)
    Label.objects.filter(pk=old.pk).update(deleted_at=version.created_at)
    Label.objects.create(project=world.project, name=old.name, color="#123456")
    again = cut_version(project=world.project, created_by=world.manager)

    write_export(again, tmp_path / "a.zip")
    part = exported(again, "coco", tmp_path / "b.zip", ONE_SPLIT)

    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        content = json.loads(archive.read("annotations.json"))
    assert {image["file_name"] for image in content["images"]} == {"0.png", "../0.png"}
    assert [each["name"] for each in content["categories"]] == ["unlabelled", old.name, old.name]
    assert len({sample.file_name for sample in part.samples()}) == 2
    names = {each.label for sample in part.samples() for each in sample.annotations}
    assert names == {None, f"{old.name} ({old.pk})"}


def test_a_part_of_a_version_leaves_under_other_names(
    version: DatasetVersion, world: World, tmp_path: Path
) -> None:
    label = Label.objects.get(pk=world.label_id).name
    renamed = Choice(labels={label: "Zelle"})
    without = Choice(labels={label: None})

    under_names = exported(version, "coco", tmp_path / "a.zip", renamed)
    left = exported(version, "coco", tmp_path / "b.zip", without)

    names = {each.label for sample in under_names.samples() for each in sample.annotations}
    assert names == {"Zelle", None}
    assert masks_of(list(left.samples())) == [square(3, 3)]
    assert [each.parent for sample in left.samples() for each in sample.annotations] == [None]


@pytest.mark.parametrize("name", FORMATS)
def test_the_holdout_is_not_mixed_with_the_rest_where_strangers_read_no_splits(
    world: World, annotator: Api, name: str, tmp_path: Path
) -> None:
    for seed, is_holdout in enumerate([False, True]):
        image = make_image(world.project, seed, is_holdout=is_holdout, status="done")
        annotator.save(image, create(at=(5, 5)) | {"label": world.label_id})
    Image.objects.update(status="done")
    version = cut_version(project=world.project, created_by=world.manager)
    both = Choice(frozenset({"train", "holdout"}), has_images=True)
    path = tmp_path / "a.zip"

    write_export(version, path, export_format=name, choice=both)

    with zipfile.ZipFile(path) as archive:
        tops = {each.partition("/")[0] for each in archive.namelist()}
        archive.extractall(tmp_path / "a")
    form = FORMATS[name]
    roots = (
        [path] if form.tells_splits else [tmp_path / "a" / each for each in ("train", "holdout")]
    )
    found = [list(form.read(open_source(root), print).samples()) for root in roots]
    splits = [[sample.split for sample in samples] for samples in found]
    if form.tells_splits:
        assert sorted(splits[0], key=str) == ["holdout", "train"]
    else:
        assert tops == {"train", "holdout", "manifest.jsonl"}  # which is all of the version
        assert splits == [["train"], ["holdout"]]


@pytest.mark.parametrize("name", EXACT)
@pytest.mark.parametrize("is_renamed", [False, True])
def test_every_export_is_proved_by_the_manifest_where_what_was_renamed_is_told(
    world: World, annotator: Api, name: str, tmp_path: Path, *, is_renamed: bool
) -> None:
    kind: dict[str, Any] = {
        "id": "a1", "name": "kind", "kind": "text", "choices": [], "min": None, "max": None,
        "required": False, "default": None, "deleted": False,
    }  # fmt: skip
    Label.objects.filter(pk=world.label_id).update(attributes=[kind])
    label = Label.objects.get(pk=world.label_id).name
    for seed, is_holdout in enumerate([False, True]):
        image = make_image(world.project, seed, is_holdout=is_holdout)
        whole = str(uuid4())
        labelled = {"rle": ring_and_dot(), "label": world.label_id, "attributes": {"a1": "Größe"}}
        annotator.save(image, create(whole) | labelled, create(at=(3, 3), parent=whole))
        save_caption(caption_id=uuid4(), image=image, author=world.annotator, text="A cell.")
    Image.objects.update(status="done")
    Image.objects.filter(pk=image.pk).update(file_name="../0.png", group="slide")
    version = cut_version(project=world.project, created_by=world.manager)
    choice = Choice(labels={label: "Zelle"} if is_renamed else {}, has_images=True)
    path, unproved = tmp_path / "a.zip", Unproved()

    write_export(version, path, export_format=name, choice=choice)

    with manifest_path(version).open("rb") as manifest:
        assert list(unproven(manifest, path, choice=choice, unproved=unproved)) == []
    held = {str(trait) for trait in FORMATS[name].keeps}
    assert not unproved.keys() & held
    with zipfile.ZipFile(path) as archive:
        assert ("manifest.jsonl" in archive.namelist()) == (not is_renamed)


@pytest.mark.parametrize("name", EXACT)
def test_an_export_of_finished_images_is_proved_where_nothing_is_said(
    world: World, annotator: Api, name: str, tmp_path: Path
) -> None:
    for seed, status in enumerate(["done", "done", "todo"]):
        image = make_image(world.project, seed, is_holdout=seed == 1)
        annotator.save(image, create(label=world.label_id))
        Image.objects.filter(pk=image.pk).update(status=status)
    version = cut_version(project=world.project, created_by=world.manager)
    choice = Choice(frozenset(splits_meant((), version.counts)), has_images=True)
    path, parts = tmp_path / "a.zip", parts_asked_for((), version.counts)

    write_export(version, path, export_format=name, choice=choice)

    with manifest_path(version).open("rb") as manifest:
        assert list(unproven(manifest, path, parts=parts)) == []
    assert (parts.compared, parts.left_out) == ({"train": 1, "holdout": 1}, {"unfinished": 1})


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({"splits": ["test"]}, "no split 'test'"),
        ({"splits": ["train"]}, "no image in what was chosen"),
        ({"labels": {"nothing": "x"}}, "no label 'nothing'"),
    ],
)
def test_a_choice_of_what_is_not_there_is_refused_by_name(
    version: DatasetVersion, manager: Api, options: dict[str, object], fault: str
) -> None:
    answer = manager.post(
        f"versions/{version.pk}/exports", {"id": str(uuid4()), "format": "yolo"} | options
    )

    assert answer.status_code == 409
    assert fault in answer.json()["detail"]


def test_an_export_remembers_what_was_chosen_and_another_choice_needs_another_id(
    version: DatasetVersion, manager: Api
) -> None:
    body = {"id": str(uuid4()), "format": "yolo", "splits": ["unfinished"], "images": True}
    address = f"versions/{version.pk}/exports"

    first, again = (manager.post(address, body) for _ in range(2))
    other = manager.post(address, body | {"images": False})

    assert first.status_code == again.status_code == 201
    assert first.json()["options"] == {"splits": ["unfinished"], "images": True}
    assert other.status_code == 409


def test_croissant_tells_the_day_on_which_the_version_was_cut(
    version: DatasetVersion, tmp_path: Path
) -> None:
    write_export(version, tmp_path / "a.zip", export_format="croissant")

    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        told = json.loads(archive.read("metadata.json"))
    assert told["datePublished"] == version.created_at.date().isoformat()
    assert told["version"] == f"1.0.0+{version.pk}"


@pytest.mark.parametrize("name", FORMATS)
def test_a_version_of_nothing_leaves_as_nothing(world: World, name: str, tmp_path: Path) -> None:
    version = cut_version(project=world.project, created_by=world.manager)

    request_export(version=version, export_id=uuid4(), export_format=name, created_by=world.manager)
    written = write_export(version, tmp_path / "a.zip", export_format=name)

    assert not written.losses


def test_choices_are_kept_as_they_were_made() -> None:
    choice = Choice(frozenset({"train", "holdout"}), {"b": None, "a": "c"}, has_images=True)

    assert choice_of(options_of(choice)) == choice
    assert options_of(Choice()) == {}


def test_the_command_exports_a_part_in_a_format_and_says_what_it_cannot_hold(
    version: DatasetVersion, world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    label = Label.objects.get(pk=world.label_id).name
    out = tmp_path / "out.zip"

    call_command("export", version.pk, out=out, format="yolo", images=True, label=[f"{label}=x"])

    with zipfile.ZipFile(out) as archive:
        assert b'0: "x"' in archive.read("data.yaml")
    told = capsys.readouterr().out
    assert "not held: 1 parents" in told
    assert "note: data.yaml names images/unfinished as val, too" in told
    call_command("export", version.pk, out=out, format="cvat")
    assert "only Anneal reads back: 1 parents" in capsys.readouterr().out
    with pytest.raises(CommandError, match="is not OLD=NEW"):
        call_command("export", version.pk, out=out, format="yolo", label=["x"])
    with pytest.raises(CommandError, match="no label 'y'"):
        call_command("export", version.pk, out=out, format="yolo", label=["y=x"])


ADDRESSED: Mapping[str, Callable[[dict[str, Any]], list[str]]] = {
    "coco": lambda files: [each["coco_url"] for each in files["annotations.json"]["images"]],
    "coco_captions": lambda files: [each["coco_url"] for each in files["captions.json"]["images"]],
    "coco_panoptic": lambda files: [each["coco_url"] for each in files["panoptic.json"]["images"]],
    "label_studio": lambda files: [each["data"]["image"] for each in files["tasks.json"]],
}


@pytest.mark.parametrize("name", ADDRESSED)
def test_addresses_stand_where_a_format_has_a_field_for_them(
    version: DatasetVersion, name: str, tmp_path: Path
) -> None:
    path = tmp_path / "a.zip"

    write_export(version, path, export_format=name, choice=Choice(has_addresses=True))

    addresses = {storage.original_address(image.sha256) for image in Image.objects.all()}
    assert addresses
    assert set(ADDRESSED[name](json_in(path))) == addresses


@pytest.mark.parametrize("name", ADDRESSED)
def test_no_address_is_told_of_images_beside_unasked_or_by_a_version_cut_before_they_were(
    version: DatasetVersion, name: str, tmp_path: Path
) -> None:
    plain, older, whole = tmp_path / "a.zip", tmp_path / "b.zip", tmp_path / "c.zip"
    write_export(version, plain, export_format=name, choice=Choice(frozenset({"unfinished"})))
    with_images = Choice(has_images=True, has_addresses=True)
    write_export(version, whole, export_format=name, choice=with_images)
    version.edition = 3

    write_export(version, older, export_format=name, choice=Choice(has_addresses=True))

    assert "s3:" not in str(json_in(plain))
    assert "s3:" not in str(json_in(older))
    assert "s3:" not in str(json_in(whole))


def json_in(path: Path) -> dict[str, Any]:
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.endswith(".json")]
        return {name: json.loads(archive.read(name)) for name in names}


@pytest.mark.parametrize("name", ADDRESSED)
def test_images_that_were_fetched_by_the_list_are_found_beside(
    version: DatasetVersion, name: str, tmp_path: Path
) -> None:
    path, folder = tmp_path / "a.zip", tmp_path / "a"
    write_export(version, path, export_format=name, choice=Choice(has_addresses=True))
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    for line in (folder / "image_addresses.jsonl").read_text().splitlines():
        fetched = folder / "images" / json.loads(line)["file_name"]
        fetched.parent.mkdir(parents=True, exist_ok=True)
        fetched.write_bytes(storage.get_bytes(storage.original_key(json.loads(line)["sha256"])))

    found = list(FORMATS[name].read(open_source(folder), print).samples())

    assert found
    assert all(each.load_bytes is not None for each in found)


@pytest.mark.parametrize("name", FORMATS)
def test_a_list_tells_where_each_image_lies_by_the_name_that_it_has_there(
    version: DatasetVersion, name: str, settings: LazySettings, tmp_path: Path
) -> None:
    path, without = tmp_path / "a.zip", tmp_path / "b.zip"

    write_export(version, path, export_format=name, choice=Choice(has_addresses=True))
    write_export(version, without, export_format=name)

    with zipfile.ZipFile(path) as archive:
        listed = [json.loads(line) for line in archive.read("image_addresses.jsonl").splitlines()]
    keys = {image.sha256: storage.original_key(image.sha256) for image in Image.objects.all()}
    assert {each["sha256"]: each["address"] for each in listed} == {
        sha256: f"s3://{settings.S3_BUCKET}/{key}" for sha256, key in keys.items()
    }
    assert len({each["file_name"] for each in listed}) == len(keys)
    assert {each["split"] for each in listed} == {"unfinished"}
    source = open_source(path)
    assert formats_in(source) == formats_in(open_source(without))  # nobody takes it for a format
    stems = {PurePosixPath(each["file_name"]).stem for each in listed}
    found = {PurePosixPath(each.stem).name for each in FORMATS[name].read(source, print).samples()}
    assert found <= stems
