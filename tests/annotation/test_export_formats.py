"""A version leaves in other tools' formats; what they cannot hold is told before and after."""

import json
import zipfile
from pathlib import Path, PurePosixPath
from typing import Any
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command

from annotation import storage
from annotation.models import DatasetVersion, Image, Label
from annotation.selectors.export_offers import (
    HIDDEN_NOT_COUNTED,
    MERGED_NOT_COUNTED,
    OF_ALL_LABELS,
    PARTS_LEFT,
    TURNED_NOT_COUNTED,
    notes_of,
    offers_of,
)
from annotation.selectors.map_numbers import ALONE
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
from engine.datasets.choosing import EVERYTHING, Choice
from engine.datasets.files import open_source
from engine.datasets.formats import FORMATS
from engine.datasets.formats.detect import formats_in
from engine.datasets.proof import unproven
from engine.datasets.row_faults import Unproved
from engine.datasets.sample import Dataset, Sample
from engine.datasets.traits import Trait
from engine.masks.rle import RLE
from tests.annotation.test_versions import ring_and_dot
from tests.annotation.world import Api, World, create, make_image, square


@pytest.fixture
def version(world: World, annotator: Api) -> DatasetVersion:
    """Two images, begun: on one a ring with a dot and a part that lies on it, on the other none."""
    image, other = (make_image(world.project, seed) for seed in range(2))
    whole = str(uuid4())
    labelled = {"rle": ring_and_dot(), "label": world.label_id}
    annotator.save(image, create(whole) | labelled, create(at=(3, 3), parent=whole))
    annotator.save(other, create(at=(5, 5)) | {"label": world.label_id})
    Image.objects.filter(pk=other.pk).update(file_name=f"../{image.file_name}")
    return cut_version(project=world.project, created_by=world.manager)


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


def version_with_holdout(world: World, annotator: Api) -> DatasetVersion:
    """Cut a version of two finished images with a mask each, one of them held out."""
    for seed, is_holdout in enumerate([False, True]):
        image = make_image(world.project, seed, is_holdout=is_holdout)
        annotator.save(image, create(at=(5, 5)))
    Image.objects.update(status="done")
    return cut_version(project=world.project, created_by=world.manager)


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


def test_what_a_format_cannot_hold_is_told_before_and_counted_the_same_after(
    version: DatasetVersion, tmp_path: Path
) -> None:
    for offer in offers_of(version):
        path = tmp_path / f"{offer.format}.zip"
        written = write_export(version, path, export_format=offer.format)

        assert {trait.value: count for trait, count in written.losses.items()} == offer.losses
        assert {trait.value: count for trait, count in written.own.items()} == offer.anneal_only
    before = {offer.format: offer.losses for offer in offers_of(version)}
    assert before["coco"] == {}
    assert before["yolo"] == {"digests": 2, "ids": 3, "origins": 3, "parents": 1}
    own = {offer.format: offer.anneal_only for offer in offers_of(version)}
    assert own["yolo"] == {}
    assert own["coco"] == before["yolo"] | {"splits": 2}
    assert own["cvat"] == before["yolo"]
    assert own["cityscapes"] == before["yolo"] | {"overlaps": 1}
    assert own["sa1b"] == before["yolo"] | {"labels": 2, "splits": 2}


def test_what_a_part_loses_is_told_of_that_part(world: World, annotator: Api) -> None:
    for seed, status in enumerate(["done", "open"]):
        image = make_image(world.project, seed)
        annotator.save(image, create(at=(5, 5)), create(at=(6, 6)))
        Image.objects.filter(pk=image.pk).update(status=status)
    version = cut_version(project=world.project, created_by=world.manager)
    address = f"versions/{version.pk}/formats"

    def overlaps(query: str) -> int:
        offers = {each["format"]: each for each in annotator.get(address + query).json()}
        return int(offers["voc"]["losses"]["overlaps"])

    assert overlaps("") == overlaps("?split=train&split=unfinished") == 2
    assert overlaps("?split=train") == 1


def test_splits_in_folders_of_their_own_are_told_to_anybody_and_one_file_of_all_is_not(
    world: World, annotator: Api, tmp_path: Path
) -> None:
    version = version_with_holdout(world, annotator)
    both = Choice(frozenset({"train", "holdout"}))

    for choice, name, split in ((both, "coco", 0), (Choice(), "coco", 2), (Choice(), "sa1b", 0)):
        offer = next(each for each in offers_of(version, choice) if each.format == name)
        written = write_export(version, tmp_path / "a.zip", export_format=name, choice=choice)

        assert {trait.value: count for trait, count in written.own.items()} == offer.anneal_only
        assert written.own[Trait.SPLITS] == split


def test_a_version_without_val_says_that_yolo_is_validated_on_what_it_is_trained_on(
    world: World, annotator: Api
) -> None:
    version = version_with_holdout(world, annotator)
    address = f"versions/{version.pk}"
    asked = {"id": str(uuid4()), "format": "yolo"}

    offers = {each["format"]: each for each in annotator.get(f"{address}/formats").json()}
    export = annotator.post(f"{address}/exports", asked).json()

    [note] = offers["yolo"]["notes"]
    assert "names images/train as val, too" in note
    assert export["notes"] == [note]
    assert export["anneal_only"] is None  # until it is written
    assert offers["coco"]["notes"] == []


def test_that_images_are_turned_by_their_exif_is_told_where_they_go_along(
    world: World, annotator: Api
) -> None:
    """Their bytes are proved by the manifest, and so stay, while masks are upright."""
    make_image(world.project, status="done")
    for seed in (1, 2):
        make_image(world.project, seed, status="done", is_holdout=True, orientation=6)
    version = cut_version(project=world.project, created_by=world.manager)
    address = f"versions/{version.pk}"
    asked = {"format": "coco", "images": True}

    def told(query: str) -> list[str]:
        offers = {
            each["format"]: each for each in annotator.get(f"{address}/formats{query}").json()
        }
        return list(offers["coco"]["notes"])

    [note] = told("?images=true")
    assert note.startswith("2 images are turned by their EXIF")
    assert told("") == told("?images=true&split=train") == []
    export = annotator.post(f"{address}/exports", {"id": str(uuid4())} | asked).json()
    part = annotator.post(
        f"{address}/exports", {"id": str(uuid4()), "splits": ["train"]} | asked
    ).json()
    assert (export["notes"], part["notes"]) == ([note], [])


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


def test_a_version_of_before_traits_were_counted_says_that_it_does_not_know(
    version: DatasetVersion,
) -> None:
    version.traits = None

    assert {offer.losses for offer in offers_of(version)} == {None}
    assert {offer.anneal_only for offer in offers_of(version)} == {None}


def test_a_version_of_before_they_were_counted_promises_nothing_of_hidden_masks_and_turned_images(
    version: DatasetVersion,
) -> None:
    with_images = Choice(has_images=True)
    since = {offer.format: offer.notes for offer in offers_of(version, with_images)}

    version.edition = 2

    before = {offer.format: offer.notes for offer in offers_of(version, with_images)}
    more = {name: before[name][len(since[name]) :] for name in before}
    assert more["coco"] == [TURNED_NOT_COUNTED]
    assert more["voc"] == [HIDDEN_NOT_COUNTED, TURNED_NOT_COUNTED]
    assert HIDDEN_NOT_COUNTED in notes_of(version, "voc", Choice())
    assert TURNED_NOT_COUNTED not in notes_of(version, "voc", Choice())


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


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({"splits": ["test"]}, "no split 'test'"),
        ({"splits": ["train"]}, "no image in what was chosen"),
        ({"labels": {"nothing": "x"}}, "no label 'nothing'"),
    ],
)
def test_a_choice_of_what_is_not_there_is_refused_by_name(
    version: DatasetVersion, annotator: Api, options: dict[str, object], fault: str
) -> None:
    answer = annotator.post(
        f"versions/{version.pk}/exports", {"id": str(uuid4()), "format": "yolo"} | options
    )

    assert answer.status_code == 409
    assert fault in answer.json()["detail"]


def test_an_export_remembers_what_was_chosen_and_another_choice_needs_another_id(
    version: DatasetVersion, annotator: Api
) -> None:
    body = {"id": str(uuid4()), "format": "yolo", "splits": ["unfinished"], "images": True}
    address = f"versions/{version.pk}/exports"

    first, again = (annotator.post(address, body) for _ in range(2))
    other = annotator.post(address, body | {"images": False})

    assert first.status_code == again.status_code == 201
    assert first.json()["options"] == {"splits": ["unfinished"], "images": True}
    assert other.status_code == 409


def test_offers_are_read_over_http(version: DatasetVersion, annotator: Api, stranger: Api) -> None:
    address = f"versions/{version.pk}/formats"

    offers = {each["format"]: each for each in annotator.get(address).json()}

    assert offers.keys() == FORMATS.keys()
    assert offers["yolo"]["title"] == "YOLO segmentation"
    assert stranger.get(address).status_code == 404


@pytest.fixture
def two_labels(world: World, annotator: Api) -> DatasetVersion:
    """An image with a mask of one label, and on it as a part one of another."""
    other = Label.objects.create(project=world.project, name="dirt", color="#123456")
    whole = str(uuid4())
    annotator.save(
        make_image(world.project),
        create(whole, label=world.label_id, at=(2, 2)),
        create(label=other.pk, at=(12, 12), parent=whole),
    )
    return cut_version(project=world.project, created_by=world.manager)


def test_masks_that_become_one_by_the_names_that_labels_get_are_told_before(
    two_labels: DatasetVersion, annotator: Api, tmp_path: Path
) -> None:
    labels: dict[str, str | None] = {"cell": "dirt"}

    found = annotator.post(f"versions/{two_labels.pk}/formats", {"labels": labels}).json()
    offers = {each["format"]: each for each in found}
    written = {
        name: write_export(
            two_labels, tmp_path / name, export_format=name, choice=Choice(labels=labels)
        )
        for name in ("ade", "coco_stuff", "coco")
    }

    for name in ("ade", "coco_stuff"):
        assert "instances" not in offers[name]["losses"]
        assert written[name].losses[Trait.INSTANCES] == 2
        assert offers[name]["uncounted"] == ["instances"]
        assert {MERGED_NOT_COUNTED, OF_ALL_LABELS} <= set(offers[name]["notes"])
    assert not written["coco"].losses[Trait.INSTANCES]
    assert offers["coco"]["uncounted"] == []
    assert MERGED_NOT_COUNTED not in offers["coco"]["notes"]


def test_that_counts_are_of_all_labels_is_told_where_some_stay_behind(
    two_labels: DatasetVersion, annotator: Api
) -> None:
    address = f"versions/{two_labels.pk}/formats"

    without = annotator.post(address, {"labels": {"cell": None}}).json()
    renamed = annotator.post(address, {"labels": {"cell": "nucleus"}}).json()
    plain = annotator.post(address, {}).json()

    for offer in without:
        assert {OF_ALL_LABELS, PARTS_LEFT} <= set(offer["notes"])
        assert offer["uncounted"] == []
    assert all(not {OF_ALL_LABELS, PARTS_LEFT} & set(offer["notes"]) for offer in renamed)
    assert plain == annotator.get(address).json()


def test_objects_that_cityscapes_maps_cannot_number_are_told_before_and_counted_after(
    world: World, annotator: Api, tmp_path: Path
) -> None:
    many = [
        Label.objects.create(project=world.project, name=f"label {n}", color="#123456").pk
        for n in range(70)
    ]
    annotator.save(
        make_image(world.project),
        create(label=many[-1], at=(2, 2)),
        create(label=many[-1], at=(12, 12)),
        create(label=many[0], at=(2, 12)),
        create(at=(12, 2)),
    )
    version = cut_version(project=world.project, created_by=world.manager)

    def told(choice: Choice) -> tuple[list[str], int]:
        offers = {each.format: each for each in offers_of(version, choice)}
        path = tmp_path / f"{len(choice.labels)}.zip"
        written = write_export(version, path, export_format="cityscapes", choice=choice)
        assert not any("66th" in note for note in offers["voc"].notes)
        return offers["cityscapes"].notes, written.own[Trait.INSTANCES]

    notes, count = told(EVERYTHING)
    none, zero = told(Choice(labels={f"label {n}": None for n in range(1, 69)}))

    assert count == 3  # with the one that has no label
    assert notes == [f"From the 66th label on {ALONE} The version has 3 masks of these labels."]
    assert zero == 0
    assert not any(ALONE in note for note in none)


def test_images_on_which_a_label_may_have_more_objects_than_numbers_are_counted_before(
    version: DatasetVersion,
) -> None:
    counted: Any = version.distributions
    bins = counted["masks_per_image"]
    bins["counts"][-1] = 2  # as if there were images of a thousand masks
    next(each for each in counted["labels"] if each["label"] == "cell")["masks"] = 2500

    notes = {offer.format: offer.notes for offer in offers_of(version)}
    version.distributions = None
    version.counts["masks"] = 2500
    uncounted = {offer.format: offer.notes for offer in offers_of(version)}

    beyond = f"Beyond 1,000 of a label on an image {ALONE}"
    assert notes["cityscapes"] == [f"2 images have 1,000 masks or more. {beyond}"]
    assert uncounted["cityscapes"] == [f"Images may have very many masks of a label. {beyond}"]


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
