"""JSON lines: files of splits, their ends, and what becomes of strangers' lines."""

import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.datasets.errors import DatasetError
from engine.datasets.files import FolderOut, open_source
from engine.datasets.formats import export, sample_lines
from engine.datasets.formats.sample_lines import SAMPLE_LINES, name_of, split_of
from engine.datasets.sample import Sample, labels_of
from tests.engine.datasets_corpus import corpus, dataset_of, with_picture
from tests.engine.datasets_odd import (
    broken,
    odd_values,
    places,
    read_all,
    read_or_refuse,
    with_odd_value,
    written,
)

TRAIN = "samples-train-000000.jsonl"
splits = st.text(min_size=1, max_size=9)


@given(
    a=st.text(min_size=1, max_size=9), b=st.text(min_size=1, max_size=9), shard=st.integers(0, 9)
)
def test_every_split_has_files_of_its_own_that_tell_it(a: str, b: str, shard: int) -> None:
    assert split_of(name_of(a, shard)) == a
    assert (name_of(a, shard) == name_of(b, shard)) == (a == b)
    assert "/" not in name_of(a, shard)
    assert split_of(name_of(None, shard)) is None


def test_a_split_whose_name_no_file_can_have_is_refused(tmp_path: Path) -> None:
    odd = Sample("1.png", (2, 2), split="ä" * 100)

    assert split_of(name_of("ä" * 38)) == "ä" * 38
    with pytest.raises(DatasetError, match="the split's name is too long: ää"):
        export(dataset_of([odd]), SAMPLE_LINES, FolderOut(tmp_path))


def test_a_file_ends_before_it_is_more_than_is_read_from_a_zip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sample_lines, "SHARD_BYTES", 300)

    export(dataset_of(corpus()), SAMPLE_LINES, FolderOut(tmp_path))

    train = sorted(path.name for path in tmp_path.glob("samples-train-*"))
    assert train == [f"samples-train-{shard:06}.jsonl" for shard in range(len(train))]
    assert len(train) > 1
    found, problems = read_all(tmp_path, SAMPLE_LINES)
    assert not problems
    assert [each for each in found if each.split == "train"] == [
        each for each in corpus() if each.split == "train"
    ]


def test_what_is_wrong_is_told_by_file_line_and_object(tmp_path: Path) -> None:
    file = written(tmp_path, SAMPLE_LINES) / TRAIN
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    lines[0]["objects"][1]["label"] = "nobody's"
    lines[2]["height"] = 0
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))

    found, problems = read_all(tmp_path, SAMPLE_LINES)

    assert [str(each) for each in problems] == [
        f'{TRAIN}: line 1: objects[1]: label "nobody\'s" is not in labels.json',
        f"{TRAIN}: line 3: height and width must be whole numbers above zero",
    ]
    assert [each.id for each in found[1].annotations] == ["m1", "m3", "m4"]
    assert len(found) == len(corpus()) - 1


@settings(max_examples=60, deadline=None)
@given(place=places, odd=odd_values)
def test_odd_values_are_refused_or_read_and_nothing_else(place: int, odd: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = written(Path(folder), SAMPLE_LINES) / TRAIN
        lines = [json.loads(line) for line in file.read_text().splitlines()]
        changed = with_odd_value(lines, place, odd)
        file.write_text("".join(json.dumps(line) + "\n" for line in changed))

        read_or_refuse(Path(folder), SAMPLE_LINES)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_broken_bytes_are_refused_or_read_and_nothing_else(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = written(Path(folder), SAMPLE_LINES) / TRAIN
        file.write_bytes(data.draw(broken(file.read_bytes())))

        read_or_refuse(Path(folder), SAMPLE_LINES)


def test_exports_in_several_folders_are_read_whole(tmp_path: Path) -> None:
    """Each has labels of its own; the folder tells a split that no file's name does."""
    first, second = Sample("1.png", (2, 2)), Sample("1.png", (2, 2), split="holdout")
    first, second = with_picture(first), with_picture(second)
    export(dataset_of([first], labels_of(["cell"])), SAMPLE_LINES, FolderOut(tmp_path / "val"))
    export(
        dataset_of([second], labels_of(["dog", "cell"])), SAMPLE_LINES, FolderOut(tmp_path / "b")
    )

    dataset = SAMPLE_LINES.read(open_source(tmp_path), print)

    assert SAMPLE_LINES.is_in(open_source(tmp_path))
    assert [(each.name, each.id) for each in dataset.labels] == [("dog", 1), ("cell", 2)]
    found = list(dataset.samples())
    assert found == [second, replace(first, split="val")]
    assert all(each.load_bytes for each in found)


def test_lines_without_their_labels_are_no_dataset(tmp_path: Path) -> None:
    written(tmp_path, SAMPLE_LINES)
    (tmp_path / "labels.json").unlink()

    assert not SAMPLE_LINES.is_in(open_source(tmp_path))
    with pytest.raises(DatasetError, match=r"labels.json: is not there"):
        SAMPLE_LINES.read(open_source(tmp_path), print)
