"""Parquet files have typed columns and bounded groups of rows; strangers' are read or refused."""

import io
import json
import subprocess
import sys
import tracemalloc
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from engine.datasets.files import FolderOut, open_source
from engine.datasets.formats import export, parquet_file, parquet_table
from engine.datasets.formats.huggingface import HUGGINGFACE
from engine.datasets.formats.huggingface_features import features_of
from engine.datasets.sample import Sample
from engine.masks.rle import decode
from tests.engine.datasets_broken import MemorySource, check_reading, read_files, written
from tests.engine.datasets_corpus import LABELS, corpus, dataset_of, picture, with_picture
from tests.engine.datasets_odd import broken, read_all

FILES = written(HUGGINGFACE)
NAME = "data/train-00000-of-00001.parquet"
CAT_DOG = {"names": ["cat", "dog"], "_type": "ClassLabel"}
PNG = {"bytes": picture((3, 4)), "path": None}


def parquet_of(rows: list[dict[str, Any]], features: dict[str, Any] | None = None) -> bytes:
    """Write rows as a stranger would."""
    table = pa.Table.from_pylist(rows)
    if features:
        told = json.dumps({"info": {"features": features}})
        table = table.replace_schema_metadata({"huggingface": told})
    out = io.BytesIO()
    parquet.write_table(table, out)
    return out.getvalue()


def read(data: bytes, name: str = NAME) -> tuple[list[Sample], list[str]]:
    problems: list[str] = []
    dataset = HUGGINGFACE.read(MemorySource({name: data}), lambda each: problems.append(str(each)))
    samples = list(dataset.samples())
    labels = {each.label for sample in samples for each in sample.annotations} - {None}
    assert labels <= {each.name for each in dataset.labels}
    return samples, problems


def test_each_split_is_a_file_that_says_how_many_there_are(tmp_path: Path) -> None:
    export(dataset_of(corpus()), HUGGINGFACE, FolderOut(tmp_path))

    assert sorted(path.name for path in tmp_path.rglob("*.*")) == [
        "README.md",
        "holdout-00000-of-00001.parquet",
        "train-00000-of-00001.parquet",
    ]
    rows = parquet.read_table(tmp_path / "data/holdout-00000-of-00001.parquet").to_pylist()
    [row] = rows
    assert row["image"] == {"bytes": picture((7, 5)), "path": "whole.png"}
    assert (row["height"], row["width"], row["captions"]) == (7, 5, list(corpus()[1].captions))
    part = row["masks"][2]
    assert part["segmentation"] == corpus()[1].annotations[2].rle
    assert (part["label"], part["bbox"], part["area"]) == (2, [2.0, 2.0, 1.0, 2.0], 2)
    assert json.loads(part["attributes"]) == {"round": True, "size": 2.5, "kind": "größer"}


def test_columns_are_typed_as_datasets_knows_types(tmp_path: Path) -> None:
    export(dataset_of(corpus()), HUGGINGFACE, FolderOut(tmp_path))

    schema = parquet.read_schema(tmp_path / NAME)
    told = json.loads(schema.metadata[b"huggingface"])["info"]["features"]
    assert told == features_of(dataset_of([]).classes())
    assert told["image"] == {"_type": "Image"}
    assert told["masks"][0]["label"]["names"][-2:] == ["unused", "unlabelled"]
    assert set(told) == set(schema.names)


def test_the_card_tells_splits_types_and_sizes_and_no_licence(tmp_path: Path) -> None:
    export(dataset_of(corpus()), HUGGINGFACE, FolderOut(tmp_path))

    card = yaml.safe_load((tmp_path / "README.md").read_text().split("---\n")[1])
    info = card["dataset_info"]
    assert card["configs"][0]["data_files"][1] == {"split": "train", "path": "data/train-*"}
    assert [(each["name"], each["num_examples"]) for each in info["splits"]] == [
        ("holdout", 1),
        ("train", 4),
    ]
    sizes = [path.stat().st_size for path in tmp_path.rglob("*.parquet")]
    assert info["download_size"] == sum(sizes)
    assert [each["name"] for each in info["features"]] == list(features_of([]))
    assert card["size_categories"] == ["n<1K"]
    assert "license" not in card


@pytest.mark.parametrize(("limit", "value"), [("ROWS_OF_FILE", 2), ("FILE_BYTES", 200)])
def test_large_datasets_take_several_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: int
) -> None:
    monkeypatch.setattr(parquet_table, limit, value)
    many = [with_picture(Sample(f"{number}.png", (9, 9))) for number in range(5)]

    export(dataset_of(many), HUGGINGFACE, FolderOut(tmp_path))

    assert [path.name for path in sorted((tmp_path / "data").iterdir())] == [
        f"train-{number:05}-of-00003.parquet" for number in range(3)
    ]
    found, problems = read_all(tmp_path, HUGGINGFACE)
    assert problems == []
    assert [each.file_name for each in found] == [each.file_name for each in many]


def test_a_strangers_folder_of_voices_is_read_and_a_broken_file_in_it_told(tmp_path: Path) -> None:
    export(dataset_of([with_picture(Sample("1.png", (9, 9)))]), HUGGINGFACE, FolderOut(tmp_path))
    (tmp_path / "data").rename(tmp_path / "voices")
    (tmp_path / "voices" / "broken.parquet").write_bytes(b"PAR1 and no more")

    found, problems = read_all(tmp_path, HUGGINGFACE)

    assert [each.file_name for each in found] == ["1.png"]
    assert [problem.file for problem in problems] == ["voices/broken.parquet"]


def test_groups_of_rows_end_where_they_hold_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet_table, "GROUP_BYTES", 1)
    many = [with_picture(Sample(f"{number}.png", (9, 9 + number))) for number in range(3)]

    export(dataset_of(many), HUGGINGFACE, FolderOut(tmp_path))

    assert parquet.read_metadata(tmp_path / NAME).num_row_groups == 3
    found, _ = read_all(tmp_path, HUGGINGFACE)
    bytes_of = {each.file_name: each.load_bytes() for each in found[::-1] if each.load_bytes}
    assert bytes_of == {each.file_name: picture(each.size_hw) for each in many}


def test_images_may_be_left_out(tmp_path: Path) -> None:
    export(replace(dataset_of(corpus()), has_images=False), HUGGINGFACE, FolderOut(tmp_path))

    found, problems = read_all(tmp_path, HUGGINGFACE)

    assert problems == []
    assert {each.file_name for each in found} == {each.file_name for each in corpus()}
    assert not any(each.load_bytes for each in found)


@pytest.mark.parametrize("name", ["../../up", "a/b", "ä 1", ".", ""])
def test_split_that_names_no_file_comes_back(tmp_path: Path, name: str) -> None:
    odd = with_picture(Sample("1.png", (2, 2), split=name))

    export(dataset_of([odd]), HUGGINGFACE, FolderOut(tmp_path / "inside"))

    [sample], _ = read_all(tmp_path / "inside", HUGGINGFACE)
    assert sample.split == (name or None)
    assert [path.name for path in tmp_path.iterdir()] == ["inside"]


@pytest.mark.parametrize("is_list_of_objects", [True, False])
def test_objects_of_others_are_read(is_list_of_objects: bool) -> None:  # noqa: FBT001  # a case
    objects = [
        {"id": 7, "category": 1, "bbox": [0.0, 0.0, 2.0, 1.0]},
        {"id": 8, "category": -1, "bbox": [1.0, 1.0, 2.0, 2.0]},
    ]
    typed: Any = {"category": CAT_DOG}
    value: Any = objects
    if not is_list_of_objects:
        value = {key: [each[key] for each in objects] for key in objects[0]}
        typed = {"category": {"feature": CAT_DOG, "_type": "Sequence"}}
    features = {"image": {"_type": "Image"}, "objects": {"feature": typed, "_type": "List"}}

    [sample], problems = read(
        parquet_of([{"image": PNG, "objects": value}], features),
        "data/validation-00000-of-00001.parquet",
    )

    assert problems == []
    assert (sample.size_hw, sample.split) == ((3, 4), "validation")
    assert sample.file_name == "validation-00000-of-00001/000000.png"
    assert [(each.label, each.box_xywh, each.id) for each in sample.annotations] == [
        ("dog", (0, 0, 2, 1), "7"),
        (None, (1, 1, 2, 2), "8"),
    ]


def test_captions_and_labels_in_words_of_others_are_read() -> None:
    rows: list[dict[str, Any]] = [
        {"image": PNG | {"path": "a.png"}, "text": "A cat.", "masks": [
            {"label": "cat", "segmentation": {"size": [3, 4], "counts": "039"}, "note": "x"}]},
        {"image": PNG | {"path": "b.png"}, "text": "", "masks": []},
    ]  # fmt: skip

    first, second = read(parquet_of(rows))[0]

    assert (first.file_name, first.captions, second.captions) == ("a.png", ("A cat.",), ())
    [mask] = first.annotations
    assert mask.rle is not None
    assert decode(mask.rle)[:, 0].all()
    assert (mask.label, mask.extra) == ("cat", {"note": "x"})


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"image": None}, "row[0]: height and width must be"),
        ({"image": {"bytes": b"no picture", "path": None}}, "row[0]: "),
        ({"image": {"bytes": None, "path": "a.png"}}, "the image has no bytes"),
        ({"file_name": "a\0b"}, "row[0]: a label, a name or a caption must be text"),
        ({"masks": [{"label": 2, "bbox": [0, 0, 1, 1]}]}, "row[0]: objects[0]: label 2 is of no"),
        ({"masks": [{"label": 1, "bbox": [0, 0, 1]}]}, "objects[0]: a box must be four numbers"),
        ({"masks": [{"label": 1, "segmentation": {"size": [4, 3], "counts": "039"}}]}, "mask size"),
        ({"masks": [{"label": 1, "bbox": [0, 0, 1, 1], "extra": "{"}]}, "must be JSON"),
        ({"masks": [{"label": 1, "bbox": [0, 0, 1, 1], "extra": "[" * 10**5}]}, "must be JSON"),
    ],
)
def test_what_cannot_be_used_is_told_by_place_and_the_next_row_read(
    fields: dict[str, Any], message: str
) -> None:
    good: dict[str, Any] = {"image": PNG | {"path": "good.png"}, "masks": [], "file_name": None}
    features = {"masks": [{"label": CAT_DOG}]}

    samples, [problem] = read(parquet_of([good | fields, good], features))

    assert problem.startswith(NAME)
    assert message in problem
    assert samples[-1].file_name == "good.png"


def test_a_file_without_pictures_is_refused() -> None:
    assert read(parquet_of([{"text": "a"}])) == ([], [f"{NAME}: has no column image.bytes"])
    assert read(parquet_of([{"image": b"a"}])) == ([], [f"{NAME}: has no column image.bytes"])


@pytest.mark.parametrize(
    ("limit", "unit"), [("MAX_GROUP_BYTES", "bytes"), ("MAX_GROUP_VALUES", "values")]
)
def test_a_group_of_rows_that_says_it_is_huge_is_refused(
    monkeypatch: pytest.MonkeyPatch, limit: str, unit: str
) -> None:
    monkeypatch.setattr(parquet_file, limit, 7)

    samples, [problem] = read(FILES[NAME])

    assert samples == []
    assert problem == f"{NAME}: has a group of rows of over 7 {unit}"


def test_a_small_file_of_the_same_large_picture_again_and_again_stays_small() -> None:
    large = {"bytes": bytes(2**20), "path": "a.png"}
    data = parquet_of([{"image": large, "height": 9, "width": 9}] * 300)
    before = pa.total_allocated_bytes()

    samples, problems = read(data)

    assert problems == []
    loaded = samples[200].load_bytes
    assert loaded is not None
    assert loaded() == bytes(2**20)
    assert pa.total_allocated_bytes() - before < 2**25 < 300 * 2**20


def lists_of(value: Any, counts: list[int]) -> pa.ListArray:
    """Lists of the same value again and again, which is written once."""
    ends = pa.array([sum(counts[:place]) for place in range(len(counts) + 1)], pa.int32())
    same = pa.array([0] * sum(counts), pa.int32())
    values = pa.array([value]).take(same)
    if isinstance(value, str):
        values = pa.DictionaryArray.from_arrays(same, [value])
    return pa.ListArray.from_arrays(ends, values)


@pytest.mark.parametrize(
    ("captions", "masks"), [([50, 50, 800], [0, 0, 0]), ([50, 50, 1], [0, 0, 450_000])]
)
def test_a_row_that_grows_beyond_bounds_as_it_is_read_is_refused(
    captions: list[int], masks: list[int]
) -> None:
    object_of_many = {"label": "a", "id": 1, "extra": None, "track": 2}
    columns = {
        "image": pa.array([PNG] * 3),
        "captions": lists_of("x" * (2**20 - 8), captions),
        "masks": lists_of(object_of_many, masks),
    }
    out = io.BytesIO()
    parquet.write_table(pa.table(columns), out)
    assert len(out.getvalue()) < 100_000
    tracemalloc.start()

    samples, [problem] = read(out.getvalue())

    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert problem == f"{NAME}: row[2]: is over {2**27} bytes large without its file"
    assert [len(each.captions) for each in samples] == [50, 50]
    assert peak_bytes < 4 * 2**27


@settings(max_examples=60)
@given(data=st.data())
def test_broken_files_are_read_or_told(data: st.DataObject) -> None:
    check_reading(HUGGINGFACE, {NAME: data.draw(broken(FILES[NAME]))})


def test_what_files_tell_of_labels_names_none_of_them_and_adds_none() -> None:
    table = parquet.read_table(io.BytesIO(FILES[NAME]))
    told = {"cell": {"name": "unlabelled", "id": 9, "attributes": []}, "more": {}, "unused": 3}
    out = io.BytesIO()
    more = {b"anneal.labels": json.dumps(told).encode()}
    parquet.write_table(table.replace_schema_metadata({**table.schema.metadata, **more}), out)

    _, dataset, _ = read_files(HUGGINGFACE, {NAME: out.getvalue()})

    assert [(each.name, each.extra) for each in dataset.labels if each.name != "cell"] == [
        (each.name, {}) for each in LABELS if each.name != "cell"
    ]
    assert {each.name: each.extra for each in dataset.labels}["cell"] == {"attributes": []}


def test_who_knows_the_formats_and_writes_none_does_not_load_pyarrow() -> None:
    code = "import sys, engine.datasets.formats; print('pyarrow' in sys.modules)"

    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert ran.stdout == "False\n"


def test_a_dataset_without_an_image_is_a_card_alone(tmp_path: Path) -> None:
    export(dataset_of([]), HUGGINGFACE, FolderOut(tmp_path))

    [card] = tmp_path.iterdir()
    assert "configs" not in yaml.safe_load(card.read_text().split("---\n")[1])
    assert not HUGGINGFACE.is_in(open_source(tmp_path))
