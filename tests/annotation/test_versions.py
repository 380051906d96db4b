"""Dataset versions and exports: the same content, the same bytes, for ever (DESIGN P6)."""

import hashlib
import io
import json
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.request import urlopen
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db.models.signals import post_init
from pyarrow import parquet
from pycocotools import mask as coco_masks
from pytest_django import DjangoAssertNumQueries

from annotation import storage
from annotation.api.versions import PAGE
from annotation.models import DatasetVersion, Export, Image, Mask, Revision
from annotation.selectors.version_dataset import dataset_of
from annotation.selectors.versions import EXPORTS_SHOWN, frozen_images, manifest_path
from annotation.services.assignments import claim_image, finish_image
from annotation.services.exports import (
    ChoiceError,
    check_choice,
    request_export,
    write_export,
    write_version,
)
from annotation.services.kept_exports import keep_export
from annotation.services.versions import cut_version
from engine.datasets.choosing import Choice
from engine.datasets.files import FolderOut
from engine.datasets.manifest import verify_manifest
from engine.datasets.manifest_files import open_manifest
from engine.datasets.proof import manifest_of, unproven
from tests.altered import alter_file
from tests.annotation.cutting import cut_by
from tests.annotation.world import (
    SIZE_HW,
    Api,
    World,
    create,
    make_image,
    operation,
    ring_and_dot,
    square,
)


def finish(world: World, image: Image) -> None:
    place = claim_image(project=world.project, user=world.annotator, image_id=image.pk)
    assert place is not None
    finish_image(assignment=place, user=world.annotator, active_s=1)


@pytest.fixture
def annotated(world: World, annotator: Api) -> Image:
    image = make_image(world.project)
    whole, part = str(uuid4()), str(uuid4())
    answer = annotator.save(
        image,
        create(whole) | {"rle": ring_and_dot(), "label": world.label_id},
        create(part, at=(3, 3), parent=whole),
    )
    assert answer.status_code == 200
    finish(world, image)
    return image


def cut(world: World) -> DatasetVersion:
    return cut_version(project=world.project, created_by=world.manager)


def written(version: DatasetVersion) -> bytes:
    with TemporaryDirectory() as folder:
        write_version(version, FolderOut(Path(folder)))
        return (Path(folder) / "annotations.json").read_bytes()


def exported(version: DatasetVersion) -> Any:
    return json.loads(written(version))


def test_a_version_is_named_by_its_manifest_and_proved_by_it_offline(
    world: World, annotated: Image
) -> None:
    version = cut(world)

    manifest = storage.get_bytes(storage.version_key(version.pk))
    assert hashlib.sha256(manifest).hexdigest() == version.pk
    summary = verify_manifest(io.BytesIO(manifest), version.pk)
    assert (summary.images, summary.masks, summary.splits) == (1, 2, {"train": 1})


def test_the_same_content_is_the_same_version(world: World, annotated: Image) -> None:
    assert cut(world) == cut(world)
    assert DatasetVersion.objects.count() == 1


def test_a_person_who_cuts_what_a_round_froze_gives_it_their_note(
    world: World, annotated: Image
) -> None:
    frozen = cut_version(project=world.project, created_by=None)

    named = cut_version(project=world.project, note="for the paper", created_by=world.manager)
    again = cut_version(project=world.project, note="another", created_by=world.manager)

    assert named == frozen
    assert (named.note, again.note) == ("for the paper", "for the paper")


def test_a_later_edit_leaves_a_version_as_it_was(
    world: World, annotated: Image, annotator: Api
) -> None:
    version = cut(world)
    before = exported(version)
    mask = Mask.objects.filter(image=annotated).order_by("pk").first()
    assert mask is not None
    annotator.save(annotated, operation("revise", mask=str(mask.pk), rle=square(9, 9)))
    annotator.save(annotated, operation("delete", mask=str(mask.pk)))

    assert exported(version) == before
    assert cut(world) != version


def test_a_place_among_others_is_frozen_and_one_that_was_never_given_leaves_no_trace(
    world: World, annotated: Image, annotator: Api
) -> None:
    version = cut(world)
    before = exported(version)
    manifest = storage.get_bytes(storage.version_key(version.pk))
    [part] = Mask.objects.filter(image=annotated, parent__isnull=False)
    annotator.save(annotated, operation("revise", mask=str(part.pk), z=3))

    later = cut(world)

    assert not any("z" in each for each in before["annotations"])
    assert b'"z"' not in manifest
    assert exported(version) == before
    places = {each["mask_id"]: each.get("z") for each in exported(later)["annotations"]}
    assert sorted(places.values(), key=str) == [3, None]
    assert places[str(part.pk)] == 3
    [row] = [image.row for image in frozen_images(later)]
    assert {each["mask"]: each.get("z") for each in row["masks"]} == places


def test_splits_follow_status_and_holdout(world: World, annotator: Api) -> None:
    begun, held_out, untouched = (make_image(world.project, seed) for seed in range(3))
    Image.objects.filter(pk=held_out.pk).update(is_holdout=True)
    for image in (begun, held_out):
        annotator.save(image, create())
    finish(world, held_out)

    version = cut(world)

    splits = {each.row["file_name"]: each.row["split"] for each in frozen_images(version)}
    assert splits == {begun.file_name: "unfinished", held_out.file_name: "holdout"}
    assert untouched.file_name not in splits
    assert version.counts["unfinished"] == 1


# pycocotools 2.0.11 predates NumPy's __array__(copy=...).
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_an_export_opens_in_pycocotools_bit_for_bit(world: World, annotated: Image) -> None:
    content = exported(cut(world))

    in_database = {str(mask.pk): mask.head for mask in Mask.objects.select_related("head")}
    assert len(content["annotations"]) == len(in_database) == 2
    for annotation in content["annotations"]:
        head = in_database[annotation["mask_id"]]
        assert head is not None
        assert annotation["segmentation"] == head.rle
        opened = coco_masks.decode(annotation["segmentation"])
        assert opened.shape == SIZE_HW
        assert int(opened.sum()) == annotation["area"] == head.area_px


def test_p6_a_version_of_before_is_exported_as_ever(world: World, annotated: Image) -> None:
    """Cut again it is the same one still, whatever new versions are like."""
    version = cut(world)
    version.edition = 2
    second = written(version)
    DatasetVersion.objects.filter(pk=version.pk).update(edition=1)

    again = cut(world)

    assert (again.pk, again.edition) == (version.pk, 1)
    assert written(again) == second.replace(b'"mask_id":', b'"mask":')
    assert second.count(b'"mask_id":') == 2


def test_an_export_says_where_each_mask_comes_from(world: World, annotated: Image) -> None:
    content = exported(cut(world))

    parents = {each["mask_id"]: each["parent"] for each in content["annotations"]}
    [part] = [mask for mask, parent in parents.items() if parent]
    assert parents[parents[part]] is None
    assert {each["author"] for each in content["annotations"]} == {"annotator"}
    names = {category["id"]: category["name"] for category in content["categories"]}
    labels = {names[each["category_id"]] for each in content["annotations"]}
    assert labels == {"cell", "unlabelled"}


def test_an_export_written_twice_has_the_same_bytes(
    world: World, annotated: Image, tmp_path: Path
) -> None:
    version = cut(world)
    first, second = tmp_path / "1.zip", tmp_path / "2.zip"

    write_export(version, first)
    write_export(version, second)

    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as archive:
        assert archive.namelist() == ["annotations.json", "manifest.jsonl"]
        manifest = archive.read("manifest.jsonl")
    assert hashlib.sha256(manifest).hexdigest() == version.pk


def test_an_export_with_its_images_is_proved_by_the_manifest_in_it(
    world: World, annotator: Api, tmp_path: Path
) -> None:
    images = [make_image(world.project, seed, is_holdout=seed == 1) for seed in range(2)]
    for image in images:
        annotator.save(image, create() | {"rle": ring_and_dot()}, create(at=(3, 3)))
    finish(world, images[1])
    path = tmp_path / "a.zip"

    write_export(cut(world), path, choice=Choice(has_images=True))

    assert list(unproven(io.BytesIO(manifest_of(path)), path)) == []
    with zipfile.ZipFile(path) as archive:
        assert sum(name.endswith(".png") for name in archive.namelist()) == 2


def test_the_manifest_leaves_as_parquet_that_proves_the_version_by_itself(
    world: World, annotated: Image, tmp_path: Path
) -> None:
    version = cut(world)

    write_export(version, tmp_path / "a.zip", export_format="manifest")

    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert archive.namelist() == ["manifest.parquet"]
        archive.extractall(tmp_path)
    with open_manifest(tmp_path / "manifest.parquet") as lines:
        assert hashlib.sha256(lines.read()).hexdigest() == version.pk
    masks = parquet.read_table(tmp_path / "manifest.parquet").column("masks").to_pylist()[0]
    assert sorted(str(each["label_name"]) for each in masks) == ["None", "cell"]


def test_a_part_of_the_manifest_is_no_manifest(world: World, annotated: Image) -> None:
    with pytest.raises(ChoiceError, match="The manifest is exported as a whole"):
        check_choice(cut(world), "manifest", Choice(frozenset({"train"})))


def test_a_person_cuts_exports_and_downloads(
    world: World, annotated: Image, manager: Api, tmp_path: Path
) -> None:
    version = cut_by(manager, world, {"note": "first"})
    body = {"id": str(uuid4()), "format": "coco"}
    path = f"versions/{version['id']}/exports"

    first, second = manager.post(path, body).json(), manager.post(path, body).json()
    export = Export.objects.get(pk=body["id"])
    write_export(export.version, tmp_path / "a.zip")
    keep_export(export=export, path=tmp_path / "a.zip")

    assert first["id"] == second["id"]
    assert (first["state"], first["download_url"]) == ("queued", None)
    done = manager.get(f"exports/{body['id']}").json()
    assert done["bytes"] == (tmp_path / "a.zip").stat().st_size
    with urlopen(done["download_url"], timeout=30) as answer:  # noqa: S310  # our own store
        named = answer.headers["Content-Disposition"]
        assert answer.read() == (tmp_path / "a.zip").read_bytes()
    assert named == f'attachment; filename="cells-{export.version_id[:8]}-coco.zip"'
    [listed] = manager.get(f"projects/{world.project.pk}/versions").json()["results"]
    assert [each["id"] for each in listed["exports"]] == [body["id"]]


def test_managers_alone_export_and_are_told_of_exports(
    world: World, annotated: Image, manager: Api, reviewer: Api, annotator: Api
) -> None:
    version = cut_by(manager, world, {})
    path = f"versions/{version['id']}/exports"
    body = {"id": str(uuid4()), "format": "coco"}
    made = manager.post(path, body)

    for api in (reviewer, annotator):
        asked = api.post(path, {**body, "id": str(uuid4())})
        read = api.get(f"exports/{body['id']}")
        [listed] = api.get(f"projects/{world.project.pk}/versions").json()["results"]

        assert (asked.status_code, read.status_code) == (403, 403)
        assert asked.json()["code"] == "not_allowed"
        assert "Only a manager" in asked.json()["detail"]
        assert (listed["id"], listed["exports"]) == (version["id"], [])
    assert made.status_code == 201
    assert Export.objects.count() == 1


def test_versions_are_listed_page_by_page_the_newest_first(
    world: World, annotated: Image, manager: Api
) -> None:
    counts = cut_version(project=world.project, created_by=world.manager).counts
    DatasetVersion.objects.all().delete()
    made = DatasetVersion.objects.bulk_create(
        DatasetVersion(pk=f"{number:064x}", project=world.project, counts=counts)
        for number in range(2 * PAGE)
    )  # in one transaction, and at nearly one time

    path = f"projects/{world.project.pk}/versions"
    first = manager.get(path).json()
    second = manager.get(f"{path}?cursor={first['next']}").json()

    listed = [each["id"] for page in (first, second) for each in page["results"]]
    assert listed == [version.pk for version in reversed(made)]
    assert (len(first["results"]), second["next"]) == (PAGE, None)


@pytest.fixture
def versions(world: World, annotated: Image, manager: Api, annotator: Api) -> list[DatasetVersion]:
    """Two, of which the first is called "v1.0"."""
    first = cut(world)
    assert manager.post(f"versions/{first.pk}/tags", {"name": "v1.0"}).status_code == 200
    annotator.save(make_image(world.project, 1), create())
    return [first, cut(world)]


def test_a_version_is_read_by_its_id_by_how_that_begins_and_by_its_tag(
    world: World, versions: list[DatasetVersion], annotator: Api
) -> None:
    first, second = versions
    in_project = f"?project={world.project.pk}"

    def read(name: str) -> str:
        answer = annotator.get(f"versions/{name}")
        assert answer.status_code == 200, answer.json()
        found: str = answer.json()["id"]
        return found

    assert read(first.pk) == read(f"{first.pk[:8]}{in_project}") == first.pk
    assert read(f"v1.0{in_project}") == first.pk
    assert read(second.pk[:8].upper()) == second.pk
    listed = annotator.get(f"projects/{world.project.pk}/versions").json()["results"]
    assert annotator.get(f"versions/{second.pk}").json() == listed[0]


@pytest.mark.parametrize("name", ["v1.0", "v2.0?project={}", "0000?project={}", "%00?project={}"])
def test_a_version_that_nobody_calls_so_is_not_there(
    world: World, versions: list[DatasetVersion], manager: Api, name: str
) -> None:
    answer = manager.get(f"versions/{name.format(world.project.pk)}")

    assert (answer.status_code, answer.json()["code"]) == (404, "no_such_version")


def test_a_beginning_that_two_ids_have_is_told(
    world: World, versions: list[DatasetVersion], manager: Api
) -> None:
    DatasetVersion.objects.bulk_create(
        DatasetVersion(pk=f"{start:0<64}", project=world.project, counts=versions[0].counts)
        for start in ("abcdef1", "abcdef2")
    )

    answers = [manager.get(f"versions/{start}") for start in ("abcdef", "abcdef1")]

    assert [each.status_code for each in answers] == [409, 200]
    assert answers[0].json()["code"] == "ambiguous"


def test_a_list_nests_the_last_exports_and_all_are_read_page_by_page(
    world: World, annotated: Image, manager: Api
) -> None:
    version = cut(world)
    ids = [str(uuid4()) for _ in range(EXPORTS_SHOWN + 2)]
    for export_id, label in zip(ids, "abcdefg", strict=True):
        asked = {"id": export_id, "format": "coco", "labels": {"cell": label}}
        assert manager.post(f"versions/{version.pk}/exports", asked).status_code == 201

    [listed] = manager.get(f"projects/{world.project.pk}/versions").json()["results"]
    paged = manager.get(f"versions/{version.pk}/exports").json()

    newest_first = ids[::-1]
    assert [each["id"] for each in listed["exports"]] == newest_first[:EXPORTS_SHOWN]
    assert listed["exports_count"] == len(ids)
    assert ([each["id"] for each in paged["results"]], paged["next"]) == (newest_first, None)


def test_a_damaged_manifest_is_noticed(world: World, annotated: Image) -> None:
    version = cut(world)
    storage.put_bytes(storage.version_key(version.pk), b"{}\n")

    with pytest.raises(Exception, match="damaged"):
        list(frozen_images(version))


def test_a_manifest_altered_on_disk_is_fetched_anew(world: World, annotated: Image) -> None:
    version = cut(world)
    alter_file(manifest_path(version))

    [frozen] = frozen_images(version)

    assert len(frozen.masks) == 2


def test_a_version_is_read_without_the_revisions_that_it_did_not_freeze(
    world: World,
    annotated: Image,
    annotator: Api,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    ids = [str(mask) for mask in Mask.objects.filter(image=annotated).values_list("pk", flat=True)]
    for at in range(3):
        redrawn = (operation("revise", mask=mask, rle=square(at, 9)) for mask in ids)
        assert annotator.save(annotated, *redrawn).status_code == 200
    version = cut(world)
    loaded: list[int] = []

    def note(instance: Revision, **_: object) -> None:
        loaded.append(instance.number)

    post_init.connect(note, sender=Revision)
    try:
        with django_assert_num_queries(1):
            [sample] = dataset_of(version).samples()
    finally:
        post_init.disconnect(note, sender=Revision)

    assert len(sample.annotations) == 2
    assert loaded == [4, 4]


def test_an_export_is_asked_for_once(world: World, annotated: Image) -> None:
    version, export_id = cut(world), uuid4()

    first, second = (
        request_export(
            version=version, export_id=export_id, export_format="coco", created_by=world.manager
        )
        for _ in range(2)
    )

    assert first == second
    assert first.job_id == second.job_id


@pytest.mark.parametrize("by", ["project", "version"])
def test_the_command_line_exports_a_project_or_a_version(
    world: World, annotated: Image, tmp_path: Path, by: str
) -> None:
    version = cut(world)
    source = str(world.project.pk) if by == "project" else version.pk[:12]

    call_command("export", source, out=tmp_path / "out.zip")

    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        assert len(json.loads(archive.read("annotations.json"))["annotations"]) == 2
        assert hashlib.sha256(archive.read("manifest.jsonl")).hexdigest() == version.pk


def test_the_command_line_leaves_unfinished_images_behind_unless_all_are_asked_for(
    world: World,
    annotated: Image,
    annotator: Api,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    other = make_image(world.project, 7)
    annotator.save(other, create())
    version = cut(world)

    def names(*arguments: str) -> set[str]:
        call_command("export", version.pk, "--out", str(tmp_path / "out.zip"), *arguments)
        with zipfile.ZipFile(tmp_path / "out.zip") as archive:
            content = json.loads(archive.read("annotations.json"))
        return {each["file_name"] for each in content["images"]}

    finished = names()
    told = capsys.readouterr().out
    everything, begun = names("--split", "all"), names("--split", "unfinished")

    assert (finished, begun) == ({annotated.file_name}, {other.file_name})
    assert everything == finished | begun
    assert "splits: train\nleft out: 1 unfinished image; --split unfinished takes" in told
    assert "left out" not in capsys.readouterr().out
    call_command("export", version.pk, "--out", str(tmp_path / "m.zip"), "--format", "manifest")


def test_the_command_line_names_what_it_cannot_find(db: None, tmp_path: Path) -> None:
    with pytest.raises(
        CommandError, match=r"'nothing' is no version's tag or id, .* a project's number"
    ):
        call_command("export", "nothing", out=tmp_path / "out.zip")
