"""Refused rows are cut out of a dataset's files, with what they need to be read."""

import csv
import io
import json
import zipfile
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.datasets.errors import DatasetError
from engine.datasets.files import FolderSource, ZipOut
from engine.datasets.formats import FORMATS, READERS
from engine.datasets.refused import kinds
from engine.datasets.refused import written as writing
from engine.datasets.refused.writing import write_refused
from tests.engine.datasets_broken import MemoryOut, MemorySource, broken, small_sample, written
from tests.engine.datasets_corpus import with_picture

THREE = [replace(with_picture(small_sample()), file_name=f"deep/{n}.png") for n in (1, 2, 3)]


def cut(
    folder: Path, form: str, *problems: DatasetError, total: int | None = None
) -> dict[str, bytes]:
    """Return the files that come of a folder."""
    out = io.BytesIO()
    told = len(problems) if total is None else total
    with zipfile.ZipFile(out, "w") as archive:
        write_refused(FolderSource(folder), form, problems, total=told, out=ZipOut(archive))
    with zipfile.ZipFile(out) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def told(files: dict[str, bytes], name: str = "problems.csv") -> list[list[str]]:
    """Return the rows of the table, without the head and without what is wrong."""
    rows = list(csv.reader(io.StringIO(files[name].decode())))[1:]
    return [[*row[:3], row[4]] for row in rows]


def write(folder: Path, **files: str | bytes) -> None:
    for name, text in files.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())


def coco(*parents: str) -> dict[str, Any]:
    """Two images with two annotations each; the first of each has this parent, if it is any."""
    images = [{"id": n, "file_name": f"{n}.png", "height": 4, "width": 4} for n in (1, 2)]
    annotations = [
        {"id": 10 * n + k, "image_id": n, **({"parent": parent} if parent and not k else {})}
        for n, parent in zip((1, 2), parents or ("", ""), strict=True)
        for k in (0, 1)
    ]
    return {"annotations": annotations, "images": images, "licenses": [], "info": {"a": 1.5}}


def ids(content: dict[str, Any], key: str) -> list[int]:
    return [each["id"] for each in content[key]]


def test_annotation_comes_with_its_image_though_that_stands_behind_it(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(coco()))
    problem = DatasetError("wrong", file="a.json", field="annotations", index=3)

    files = cut(tmp_path, "coco", problem)

    content = json.loads(files["a.json"])
    assert (ids(content, "annotations"), ids(content, "images")) == ([21], [2])
    assert content["info"] == {"a": 1.5}
    assert told(files) == [["a.json", "annotations[3]", "annotations[0]", "the row"]]


def test_part_of_another_mask_comes_with_all_of_its_image(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(coco("x", "x")))
    problem = DatasetError("wrong", file="a.json", field="annotations", index=2)

    content = json.loads(cut(tmp_path, "coco", problem)["a.json"])

    assert (ids(content, "annotations"), ids(content, "images")) == ([20, 21], [2])


@pytest.mark.parametrize("own", ["mask_id", "mask"])
@pytest.mark.parametrize("place", [0, 1])
def test_whole_comes_with_all_of_its_image_where_another_is_a_part_of_it(
    tmp_path: Path, own: str, place: int
) -> None:
    content = coco()
    for image in (0, 2):  # of two images the masks may have the same ids
        content["annotations"][image + place][own] = "x"
    content["annotations"][3 - place]["parent"] = "x"
    (tmp_path / "a.json").write_text(json.dumps(content))
    problems = [
        DatasetError("wrong", file="a.json", field="annotations", index=image + place)
        for image in (0, 2)
    ]

    found = json.loads(cut(tmp_path, "coco", *problems)["a.json"])

    assert (ids(found, "annotations"), ids(found, "images")) == ([10 + place, 20, 21], [1, 2])


@pytest.mark.parametrize(
    "name", ["ade", "cityscapes", "labelme", "mask_files", "sa1b", "supervisely", "voc", "yolo"]
)
@settings(max_examples=25)
@given(data=st.data())
def test_what_was_refused_is_refused_again_of_what_was_cut_out(
    name: str, data: st.DataObject
) -> None:
    files = data.draw(broken(written(FORMATS[name], THREE)))

    problems = problems_in(name, files)
    out = MemoryOut()
    write_refused(MemorySource(files), name, problems, total=len(problems), out=out)

    left = Counter(each.fault for each in problems_in(name, out.files))
    assert Counter(each.fault for each in problems) <= left
    assert {each: files.get(each) for each in out.files}.keys() - files.keys() == {"problems.csv"}


def problems_in(name: str, files: dict[str, bytes]) -> list[DatasetError]:
    """Return what is refused of files; where nothing can be read, nothing."""
    problems: list[DatasetError] = []
    try:
        for sample in READERS[name].read(MemorySource(files), problems.append).samples():
            if sample.load_bytes is not None:
                sample.load_bytes()
    except DatasetError:
        return []
    return problems


@pytest.mark.parametrize(
    ("name", "files"), [("narratives.jsonl", [1, 3]), ("0002.txt", [1, 2])], ids=["lines", "frames"]
)
def test_image_that_is_refused_is_found_by_its_number(
    tmp_path: Path, name: str, files: list[int]
) -> None:
    form = "localized_narratives" if name.endswith("jsonl") else "mots_txt"
    lines = (
        [f'{{"image_id": "{number}"}}' for number in (7, 8, 7)]
        if form == "localized_narratives"
        else [f"{number} 1 1 4 4 x" for number in (7, 7, 8)]
    )
    (tmp_path / name).write_text("\n".join(lines))
    (tmp_path / "000007.png").write_bytes(b"no image")

    found = cut(tmp_path, form, DatasetError("not an image", file="000007.png"))

    assert found[name].decode().splitlines() == [lines[number - 1] for number in files]
    assert told(found) == [["000007.png", "", "", "all that is told of the image"]]


@pytest.mark.parametrize(
    ("name", "read"), [("2.json", ["2.json"]), ("9.json", ["1.json", "9.json"])]
)
def test_no_more_files_of_images_are_looked_through_than_need_be(
    name: str, read: list[str]
) -> None:
    files = {"1.json": b'{"imagePath": "1.png"}', name: b'{"imagePath": "2.png"}', "a.json": b"{}"}
    looked_at: list[str] = []

    class Watched(MemorySource):
        def read(self, name: str, limit_bytes: int = 2**26) -> bytes:
            looked_at.append(name)
            return super().read(name, limit_bytes)

    out = MemoryOut()
    problem = DatasetError("not an image", file="2.png")
    write_refused(Watched(files), "labelme", [problem], total=1, out=out)

    assert out.files.keys() == {name, "problems.csv"}
    assert list(dict.fromkeys(looked_at)) == read


def test_files_of_two_images_of_one_name_come_both(tmp_path: Path) -> None:
    files = {f"{split}/2.json": b'{"imagePath": "2.png"}' for split in ("train", "val")}
    write(tmp_path, **files)

    found = cut(tmp_path, "labelme", DatasetError("not an image", file="val/2.png"))

    assert found.keys() == {*files, "problems.csv"}


def test_annotation_that_names_no_image_comes_with_all_to_choose_from(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(coco()))
    (tmp_path / "1.png").write_bytes(b"picture")
    fault = "image_id 9 names no image"

    files = cut(tmp_path, "coco", DatasetError(fault, file="a.json", field="annotations", index=1))

    content = json.loads(files["a.json"])
    assert (ids(content, "annotations"), ids(content, "images")) == ([11], [1, 2])
    assert "1.png" not in files


def test_parts_that_name_no_image_come_with_all_to_choose_from(tmp_path: Path) -> None:
    content = coco()
    whole, part, *_ = content["annotations"]
    whole |= {"image_id": 9, "mask_id": "whole"}
    part |= {"image_id": 9, "parent": "whole"}
    (tmp_path / "a.json").write_text(json.dumps(content))

    files = cut(
        tmp_path,
        "coco",
        *(
            DatasetError("image_id 9 names no image", file="a.json", field="annotations", index=at)
            for at in range(2)
        ),
    )

    found = json.loads(files["a.json"])
    assert (ids(found, "annotations"), ids(found, "images")) == ([10, 11], [1, 2])


@pytest.mark.parametrize("file", ["deep/1.png", ""])
def test_image_that_is_refused_comes_with_its_annotations(tmp_path: Path, file: str) -> None:
    (tmp_path / "a.json").write_text(json.dumps(coco()))
    problem = (
        DatasetError("several images have this name", file=file)
        if file
        else DatasetError("height must be", file="a.json", field="images", index=0)
    )

    content = json.loads(cut(tmp_path, "coco", problem)["a.json"])

    assert (ids(content, "annotations"), ids(content, "images")) == ([10, 11], [1])


def test_numbers_and_texts_come_as_they_were(tmp_path: Path) -> None:
    numbers = "[1e999, 12345678901234567890]"
    odd = f'[{{"data": {{"image": "a.png"}}, "x": {numbers}, "y": "Infinity \\ud800ü"}}]'
    (tmp_path / "a.json").write_text(odd)
    problem = DatasetError("wrong", file="a.json", field="task", index=0)

    files = cut(tmp_path, "label_studio", problem)

    assert json.loads(files["a.json"]) == json.loads(odd)


@pytest.mark.parametrize("depth", [30, 600, 900])
def test_entry_that_nests_deeply_ends_nothing(tmp_path: Path, depth: int) -> None:
    deep = '[{"data": ' + "[" * depth + '"b.png"' + "]" * depth + "}]"
    (tmp_path / "a.json").write_text(deep)
    problems = [
        DatasetError("wrong", file="a.json", field="task", index=0),
        DatasetError("not an image", file="b.png"),
    ]

    files = cut(tmp_path, "label_studio", *problems)

    assert json.loads(files["a.json"]) == json.loads(deep)


def test_name_that_is_no_text_is_told(tmp_path: Path) -> None:
    name = "\udcff.xml"
    try:
        (tmp_path / name).write_text("<a/>")
    except OSError:
        pytest.skip("this file system has names of text alone")

    files = cut(tmp_path, "voc", DatasetError("wrong", file=name))

    assert files.keys() == {"problems.csv"}
    assert told(files)[0][3].startswith("not here: it cannot be read")


def test_row_over_several_lines_comes_whole_under_the_head(tmp_path: Path) -> None:
    lines = ["image,xmin,label", '1.png,1,"a\r\nb"', '2.png,x,"c\r\nd"', "3.png,3,e"]
    (tmp_path / "a.csv").write_bytes("\r\n".join(lines).encode())

    files = cut(tmp_path, "csv_boxes", DatasetError("wrong", file="a.csv", index=5))

    assert files["a.csv"] == "\r\n".join([lines[0], lines[2], ""]).encode()
    assert told(files) == [["a.csv", "line 5", "line 3", "the row"]]


def test_all_rows_of_an_image_come_that_is_not_there(tmp_path: Path) -> None:
    lines = ["image,xmin", "1.png,1", "2.png,2", "1.png,3"]
    (tmp_path / "a.csv").write_text("\n".join(lines))
    fault = "the image is not there, which tells its size"

    files = cut(tmp_path, "csv_boxes", DatasetError(fault, file="a.csv", index=2))

    assert files["a.csv"].decode().split() == [lines[0], lines[1], lines[3]]


def test_lines_of_a_text_stay_byte_for_byte(tmp_path: Path) -> None:
    write(tmp_path, labels__1_txt=b"0 1\n\xff 2\n0 3", **{"data.yaml": "names: [a]"})
    (tmp_path / "labels" / "1_txt").rename(tmp_path / "labels" / "1.txt")
    (tmp_path / "1.png").write_bytes(b"picture")
    problems = [DatasetError("wrong", file="labels/1.txt", index=n) for n in (2, 3)]

    files = cut(tmp_path, "yolo", *problems)

    assert files["labels/1.txt"] == b"\xff 2\n0 3\n"
    assert files.keys() == {"labels/1.txt", "data.yaml", "1.png", "problems.csv"}


@pytest.mark.parametrize("name", ["deep/a.jsonl", "a.jsonl"])
def test_lines_that_are_read_no_further_come_whole(tmp_path: Path, name: str) -> None:
    write(tmp_path, deep__a="{}")
    (tmp_path / "deep" / "a.jsonl").write_text("{}\n{\n{}\n")

    files = cut(tmp_path, "localized_narratives", DatasetError("not JSON: x", file=name, index=2))

    assert files["deep/a.jsonl"] == b"{}\n{\n{}\n"
    assert told(files) == [[name, "line 2", "", "the file as a whole"]]


def test_file_that_breaks_off_comes_whole(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('[{"data": 1}, {"da')
    problem = DatasetError("wrong", file="a.json", field="task", index=0)

    files = cut(tmp_path, "label_studio", problem)

    assert files["a.json"] == b'[{"data": 1}, {"da'
    assert told(files)[0][3] == "the file as a whole"


def test_images_of_one_name_in_two_tasks_stay_apart(tmp_path: Path) -> None:
    images = [f'<image id="{n}" name="{name}"><box/></image>' for n, name in enumerate("aba")]
    text = f'<annotations v="&quot;"><version>1.1</version>{"".join(images)}<track/></annotations>'
    (tmp_path / "a.xml").write_text(text)
    problem = DatasetError("wrong", file="a.xml", field="image[2].box", index=0)

    files = cut(tmp_path, "cvat", problem)

    there = files["a.xml"].decode()
    assert [number for number in "012" if f'id="{number}"' in there] == ["0", "2"]
    assert "<version>1.1</version>" in there
    assert "track" not in there
    assert told(files) == [["a.xml", "image[2].box[0]", "image[1].box[0]", "the row"]]


def test_large_file_is_named_and_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "MAX_FILE_BYTES", 10)
    (tmp_path / "a.parquet").write_bytes(b"x" * 11)
    problem = DatasetError("wrong", file="a.parquet", field="row", index=7)

    files = cut(tmp_path, "huggingface", problem)

    assert files.keys() == {"problems.csv"}
    assert told(files)[0][3] == "not here: it is too large, so mend it in your own file"


def test_file_of_voices_is_never_taken_though_its_images_are(tmp_path: Path) -> None:
    for folder in ("data", "voices"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.parquet").write_bytes(b"x")
    problems = [
        DatasetError("wrong", file=f"{folder}/a.parquet", field="row", index=7)
        for folder in ("data", "voices")
    ]

    files = cut(tmp_path, "huggingface", *problems)

    assert files.keys() == {"problems.csv", "data/a.parquet"}
    assert told(files)[1][3] == "not here: it holds voices, so mend it in your own file"


def test_zip_that_is_full_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "MAX_BYTES", 15)
    write(tmp_path, **{"a.xml": "x" * 10, "b.xml": "y" * 10})

    files = cut(tmp_path, "voc", *(DatasetError("wrong", file=f"{n}.xml") for n in "ab"))

    assert files.keys() == {"a.xml", "problems.csv"}
    assert [row[3] for row in told(files)] == [
        "the file as a whole",
        "not here: the zip is full, so send this and come again",
    ]


def test_no_name_leads_anywhere_else_and_no_cell_is_a_formula(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    write(inside, **{"a.json": json.dumps(coco()), "problems.csv": "theirs"})
    (tmp_path / "secret.json").write_text("{}")
    names = ["../secret.json", "/etc/passwd", "=HYPERLINK(1)", "inside/../../secret.json", ""]

    files = cut(inside, "coco", *(DatasetError("=1+1", file=name) for name in names))

    assert files.keys() == {"problems-2.csv"}
    assert all(b"\n=" not in data and b",=" not in data for data in files.values())
    assert {row[3] for row in told(files, "problems-2.csv")} == {
        "nothing: it could not be told which row this is"
    }


def test_problems_that_are_only_counted_are_told(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text("<a/>")

    files = cut(tmp_path, "voc", DatasetError("wrong", file="a.xml"), total=12)

    assert b"and 11 more problems, of which the places were not kept" in files["problems.csv"]


def test_formats_that_are_cut_down_are_known() -> None:
    known = kinds._JSON.keys() | kinds._OF_LINES.keys() | {kinds._RESULTS, "cvat"}  # noqa: SLF001  # a misspelt one would be cut down no more

    assert known <= READERS.keys()
