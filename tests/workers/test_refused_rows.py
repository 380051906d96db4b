"""The rows of an import that were refused are downloaded, mended and sent again."""

import csv
import io
import json
import re
import zipfile
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from annotation import storage
from annotation.models import Caption, DatasetImport, Image, Mask, ObjectBox
from annotation.services import import_runs
from annotation.services.trash import empty_trash
from tests.annotation.datasets import cell, zipped
from tests.annotation.world import SIZE_HW, Api, World, png, square
from tests.workers.bringing import send, start

Files = dict[str, bytes]
HEIGHT, WIDTH = SIZE_HW
# Whose files are of many images, of one each, or called otherwise than these.
KINDS = ("coco_panoptic", "fiftyone", "jsonl", "mask_maps", "sa1b", "supervisely", "voc", "yolo")
WHOLE = ("huggingface", "webdataset")  # whose pictures lie within other files


def packed(files: Files) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def unpacked(data: bytes) -> Files:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def refused(manager: Api, import_id: str) -> Files:
    """Download what was refused, as a browser does."""
    answer = manager.get(f"dataset-imports/{import_id}/refused")
    assert answer.status_code == 302
    assert f"refused-{import_id[:8]}.zip" in answer["Location"]
    return unpacked(storage.get_bytes(storage.refused_key(import_id)))


def table(files: Files) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(files["problems.csv"].decode())))


def there() -> list[tuple[str, ...]]:
    """All that people would see, as often as it is there."""
    masks = Mask.objects.filter(head__rle__isnull=False)
    drawn = masks.values_list("image__file_name", "head__label__name", "head__rle__counts")
    boxes = ObjectBox.objects.values_list("image__file_name", "label__name", "box_xywh")
    said = Caption.objects.values_list("image__file_name", "text")
    return sorted(tuple(map(str, row)) for rows in (drawn, boxes, said) for row in rows)


def brought(manager: Api, world: World, data: bytes, name: str = "again.zip") -> dict[str, int]:
    """Bring a dataset of which nothing is refused, and return what came."""
    ended = start(manager, send(world, data, name))
    assert ended["problems_count"] == 0
    counts: dict[str, int] = ended["brought"]
    return {what: count for what, count in counts.items() if not what.startswith("images ")}


@pytest.mark.parametrize("name", KINDS)
def test_broken_picture_comes_with_all_that_is_told_of_it(
    world: World, manager: Api, name: str
) -> None:
    first = start(manager, send(world, zipped(name, cell(1), cell(2, is_broken=True), cell(3))))
    before = there()

    files = refused(manager, first["id"])
    mended = {each: png(2) if data == b"no image" else data for each, data in files.items()}
    brought(manager, world, packed(mended))

    after = there()
    assert first["problems_count"] > 0
    assert len(after) > len(before)
    assert set(before) < set(after)
    assert Image.objects.count() == 3
    assert not any(png(seed) in files.values() for seed in (1, 3))
    brought(manager, world, zipped(name, cell(1), cell(2), cell(3)))
    assert there() == after


def test_part_is_one_again_once_its_whole_is_mended_and_sent(world: World, manager: Api) -> None:
    files = unpacked(zipped("coco", cell(1), cell(2)))
    content = json.loads(files["annotations.json"])
    content["annotations"][0]["segmentation"]["counts"] = "broken"
    broken = {**files, "annotations.json": json.dumps(content).encode()}
    first = start(manager, send(world, packed(broken)))
    image = Image.objects.get(file_name="deep/1.png")
    parts = Mask.objects.filter(head__label__name="nucleus")
    before = dict(parts.values_list("image", "parent"))

    rows = refused(manager, first["id"])
    whole = square(2, 2, 15)["counts"].encode()
    mended = {name: data.replace(b"broken", whole) for name, data in rows.items()}
    counts = brought(manager, world, packed(mended))

    assert (len(before), before[image.pk]) == (2, None)
    assert counts == {"masks": 1}
    assert [*parts.values_list("parent__head__label__name", flat=True)] == ["cell", "cell"]
    assert Image.objects.get(pk=image.pk).version == image.version + 1
    brought(manager, world, packed(files))
    assert Image.objects.get(pk=image.pk).version == image.version + 1


def coco(*, is_broken: bool) -> Files:
    """Three images; of the second one mask is refused, and one of no class."""
    images = [
        {"id": n, "file_name": f"{n}.png", "height": HEIGHT, "width": WIDTH} for n in (1, 2, 3)
    ]
    annotations = [
        {"id": 10 * image + n, "image_id": image, "category_id": 1,
         "segmentation": square(2 + 6 * n, image)}
        for image in (1, 2, 3) for n in (0, 1, 2)
    ]  # fmt: skip
    if is_broken:
        annotations[3]["segmentation"] = {"size": list(SIZE_HW), "counts": "broken"}
        annotations[5]["category_id"] = 7
    told = {"info": {"year": 2026}, "licenses": [], "categories": [{"id": 1, "name": "Zelle ü"}]}
    whole = {**told, "images": images, "annotations": annotations}
    return {"set/a.json": json.dumps(whole).encode()} | pictures("set/{}.png")


def pictures(name: str) -> Files:
    return {name.format(seed): png(seed) for seed in (1, 2, 3)}


def is_cut_coco(files: Files) -> bool:
    content = json.loads(files["set/a.json"])
    return (
        [each["id"] for each in content["images"]] == [2]
        and [each["id"] for each in content["annotations"]] == [20, 22]
        and content["info"] == {"year": 2026}
        and content["categories"] == [{"id": 1, "name": "Zelle ü"}]
    )


def mended_coco(files: Files) -> None:
    content = json.loads(files["set/a.json"])
    content["annotations"][0]["segmentation"] = square(2, 2)
    content["annotations"][1]["category_id"] = 1
    files["set/a.json"] = json.dumps(content).encode()


def json_lines(*, is_broken: bool) -> Files:
    files = unpacked(zipped("jsonl", cell(1), cell(2), cell(3)))
    [name] = [each for each in files if each.endswith(".jsonl")]
    lines = files[name].splitlines(keepends=True)
    if is_broken:
        lines[1] = lines[1].replace(b'"label":"nucleus"', b'"label":"nobody"')
    return files | {name: b"".join(lines)}


def is_cut_json_lines(files: Files) -> bool:
    [line] = files["samples-000000.jsonl"].splitlines()
    return b"deep/2.png" in line


def mended_json_lines(files: Files) -> None:
    name = "samples-000000.jsonl"
    files[name] = files[name].replace(b"nobody", b"nucleus")


def boxes(*, is_broken: bool) -> Files:
    rows = [
        "filename,xmin,ymin,xmax,ymax,class",
        '1.png,1,1,9,9,"a cell, round"',
        "2.png,2,2,9,9,cell",
        f"2.png,{'two' if is_broken else 3},2,9,12,cell",
        "3.png,3,3,9,9,cell",
    ]
    return {"boxes.csv": "\r\n".join(rows).encode()} | pictures("{}.png")


def is_cut_boxes(files: Files) -> bool:
    head = b"filename,xmin,ymin,xmax,ymax,class"
    return files["boxes.csv"].splitlines() == [head, b"2.png,two,2,9,12,cell"]


def mended_boxes(files: Files) -> None:
    files["boxes.csv"] = files["boxes.csv"].replace(b"two", b"3")


def yolo(*, is_broken: bool) -> Files:
    lines = ["0 0.5 0.5 0.2 0.2", "9 0.3 0.3 0.2 0.2" if is_broken else "1 0.3 0.3 0.2 0.2"]
    texts = {f"labels/train/{n}.txt": f"0 0.{n} 0.4 0.1 0.1\n".encode() for n in (1, 3)}
    texts["labels/train/2.txt"] = "\n".join(lines).encode()
    return {"data.yaml": b"names: [cell, nucleus]\n"} | texts | pictures("images/train/{}.png")


def is_cut_yolo(files: Files) -> bool:
    return files["labels/train/2.txt"] == b"9 0.3 0.3 0.2 0.2\n" and "data.yaml" in files


def mended_yolo(files: Files) -> None:
    files["labels/train/2.txt"] = b"1 0.3 0.3 0.2 0.2\n"


def label_studio(*, is_broken: bool) -> Files:
    def region(identity: str, x: float) -> dict[str, Any]:
        points = {"points": [[x, 0], [x + 20, 0], [x + 20, 50]], "polygonlabels": ["cell"]}
        size = {"original_width": WIDTH, "original_height": HEIGHT, "image_rotation": 0}
        return {"id": identity, "type": "polygonlabels", **size, "value": points}

    tasks: list[dict[str, Any]] = [
        {"id": n, "data": {"image": f"/data/upload/3/1a2b3c4d-{n}.png"},
         "annotations": [{"id": n, "result": [region("a", 10 * n), region("b", 50)]}]}
        for n in (1, 2, 3)
    ]  # fmt: skip
    if is_broken:
        tasks[1]["annotations"][0]["result"][1]["value"]["points"] = [[1, 2]]
    return {"tasks.json": json.dumps(tasks).encode()} | pictures("{}.png")


def is_cut_label_studio(files: Files) -> bool:
    return [each["id"] for each in json.loads(files["tasks.json"])] == [2]


def mended_label_studio(files: Files) -> None:
    whole = json.loads(label_studio(is_broken=False)["tasks.json"])
    files["tasks.json"] = json.dumps(whole[1:2]).encode()


def of_text(name: str, place: str, after: bytes, good: bytes, bad: bytes) -> tuple[Any, ...]:
    """A dataset as we write it, of which something behind a text is wrong in one file."""

    def dataset(*, is_broken: bool) -> Files:
        files = unpacked(zipped(name, cell(1), cell(2), cell(3)))
        [at] = [each for each in files if re.search(place, each)]
        head, found, rest = files[at].rpartition(after)
        assert good in rest
        return files | ({at: head + found + rest.replace(good, bad, 1)} if is_broken else {})

    def is_cut(files: Files) -> bool:
        texts = [data for each, data in files.items() if re.search(place, each)]
        return len(texts) == 1 and bad in texts[0] and b"deep/3.png" not in texts[0]

    def mended(files: Files) -> None:
        [at] = [each for each in files if re.search(place, each)]
        files[at] = files[at].replace(bad, good)

    return dataset, is_cut, mended


def voc(*, is_broken: bool) -> Files:
    def xml(n: int) -> bytes:
        left = "nine" if is_broken and n == 2 else "9"
        return f"""<annotation><filename>{n}.png</filename>
            <size><width>{WIDTH}</width><height>{HEIGHT}</height><depth>3</depth></size>
            <object><name>cell</name><bndbox><xmin>2</xmin><ymin>2</ymin><xmax>{n + 3}</xmax>
            <ymax>8</ymax></bndbox></object>
            <object><name>cell</name><bndbox><xmin>{left}</xmin><ymin>2</ymin><xmax>15</xmax>
            <ymax>8</ymax></bndbox></object></annotation>""".encode()

    return {f"Annotations/{n}.xml": xml(n) for n in (1, 2, 3)} | pictures("JPEGImages/{}.png")


def is_cut_voc(files: Files) -> bool:
    return files["Annotations/2.xml"] == voc(is_broken=True)["Annotations/2.xml"]


def mended_voc(files: Files) -> None:
    files["Annotations/2.xml"] = files["Annotations/2.xml"].replace(b"nine", b"9")


CASES = {
    "coco": (coco, is_cut_coco, mended_coco, 2),
    "json lines": (json_lines, is_cut_json_lines, mended_json_lines, 1),
    "csv": (boxes, is_cut_boxes, mended_boxes, 1),
    "yolo": (yolo, is_cut_yolo, mended_yolo, 1),
    "label studio": (label_studio, is_cut_label_studio, mended_label_studio, 1),
    "voc": (voc, is_cut_voc, mended_voc, 1),
    "cvat": (*of_text("cvat", r"\.xml$", b"deep/2.png", b'left="4"', b'left="x"'), 1),
    "datumaro": (*of_text("datumaro", r"\.json$", b"deep/1.png", b"T35c00000000Ta0", b"#"), 1),
}


@pytest.mark.parametrize("case", CASES)
def test_mended_row_comes_in_alone(world: World, manager: Api, case: str) -> None:
    dataset, is_cut, mend, count = CASES[case]
    first = start(manager, send(world, packed(dataset(is_broken=True))))
    before = there()

    files = refused(manager, first["id"])
    unmended = start(manager, send(world, packed(files)))
    unchanged = there()
    mend(files)
    came = brought(manager, world, packed(files))

    after = there()
    assert first["problems_count"] == unmended["problems_count"] == count
    assert unchanged == before
    assert is_cut(files) or is_cut(refused(manager, first["id"]))
    assert came.get("masks", 0) + came.get("boxes", 0) == count
    assert len(after) == len(before) + count
    assert set(before) < set(after)
    assert {each for each in files if each.endswith(".png")} < set(dataset(is_broken=True))
    assert [row["what is here"] for row in table(files)] == [
        table(files)[0]["what is here"]
    ] * count
    assert brought(manager, world, packed(dataset(is_broken=False))) == {}
    assert there() == after


@pytest.mark.parametrize("name", WHOLE)
def test_files_that_nothing_is_cut_out_of_come_whole(world: World, manager: Api, name: str) -> None:
    data = zipped(name, cell(1), cell(2, is_broken=True), cell(3))
    first = start(manager, send(world, data))

    files = refused(manager, first["id"])

    whole = unpacked(data)
    assert first["problems_count"] > 0
    assert "problems.csv" in files
    assert {each: whole.get(each) for each in files if each != "problems.csv"}.items() <= (
        whole.items()
    )


def test_rows_can_be_had_before_anything_has_come_in(world: World, manager: Api) -> None:
    import_id = send(world, packed(coco(is_broken=True)))
    files = refused(manager, import_id)
    mended_coco(files)

    came = brought(manager, world, packed(files))

    assert came["masks"] == 2
    assert manager.delete(f"dataset-imports/{import_id}").status_code == 204
    assert not storage.exists(storage.refused_key(import_id))


def test_rows_without_their_images_come_to_those_that_are_there(world: World, manager: Api) -> None:
    start(manager, send(world, packed(coco(is_broken=False))))
    images = Image.objects.count()
    broken = coco(is_broken=True)
    content = json.loads(broken["set/a.json"])
    content["annotations"][3]["segmentation"] = {"size": list(SIZE_HW), "counts": "broken"}
    first = start(manager, send(world, json.dumps(content).encode(), "a.json"))

    files = refused(manager, first["id"])
    files["a.json"] = json.dumps(
        {**json.loads(files["a.json"]), "annotations": [
            {"id": 1, "image_id": 2, "category_id": 1, "segmentation": square(20, 15)}
        ]}
    ).encode()  # fmt: skip
    came = brought(manager, world, packed(files))

    assert files.keys() == {"a.json", "problems.csv"}
    assert came == {"masks": 1}
    assert Image.objects.count() == images


def test_problems_beyond_those_that_are_kept_are_told(
    world: World, manager: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_runs, "MAX_PROBLEMS", 1)
    first = start(manager, send(world, packed(coco(is_broken=True))))

    files = refused(manager, first["id"])

    last = table(files)[-1]
    assert [each["id"] for each in json.loads(files["set/a.json"])["annotations"]] == [20]
    assert last["what is wrong"] == "and 1 more problems, of which the places were not kept"
    assert first["problems_count"] == 2


def test_nothing_to_mend_is_told_and_so_are_rows_that_are_gone(world: World, manager: Api) -> None:
    sound = start(manager, send(world, packed(coco(is_broken=False))))["id"]
    broken = start(manager, send(world, packed(coco(is_broken=True))))["id"]
    storage.delete(storage.refused_key(broken))

    nothing = manager.get(f"dataset-imports/{sound}/refused")
    gone = manager.get(f"dataset-imports/{broken}/refused")

    assert (nothing.status_code, nothing.json()["code"]) == (409, "nothing_refused")
    assert (gone.status_code, gone.json()["code"]) == (410, "refused_rows_gone")
    assert "kept for 30 days" in gone.json()["detail"]
    assert Api(world.annotator).get(f"dataset-imports/{broken}/refused").status_code == 403
    assert Api(world.stranger).get(f"dataset-imports/{broken}/refused").status_code == 404


def test_rows_are_kept_no_longer_than_what_is_in_the_trash(world: World, manager: Api) -> None:
    old, new = (start(manager, send(world, packed(coco(is_broken=True))))["id"] for _ in "ab")
    long_ago = timezone.now() - timedelta(days=31)
    job = DatasetImport.objects.get(pk=old).job
    assert job is not None
    type(job).objects.filter(pk=job.pk).update(created_at=long_ago)

    empty_trash()

    assert not storage.exists(storage.refused_key(old))
    assert storage.exists(storage.refused_key(new))


def test_rows_of_a_folder_that_a_command_imported_can_be_had(
    world: World, manager: Api, tmp_path: Path
) -> None:
    with zipfile.ZipFile(io.BytesIO(packed(coco(is_broken=True)))) as archive:
        archive.extractall(tmp_path / "cells")

    call_command("import_dataset", world.project.name, str(tmp_path / "cells"), stdout=StringIO())

    files = refused(manager, str(DatasetImport.objects.get().pk))
    mended_coco(files)
    assert brought(manager, world, packed(files))["masks"] == 2


def test_hostile_names_come_as_text_alone(world: World, manager: Api) -> None:
    content = json.loads(coco(is_broken=True)["set/a.json"])
    content["images"][1]["file_name"] = "../../=cmd.png"
    data = packed({"=1+1.json": json.dumps(content).encode()})

    files = refused(manager, send(world, data, "../../=evil.zip"))

    assert files.keys() == {"=1+1.json", "problems.csv"}
    assert {row["file"][:2] for row in table(files)} <= {"'="}
