"""Croissant metadata tells of every file and column; where it points there is what it says."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet

from engine.datasets.files import FolderOut, open_source
from engine.datasets.formats import export
from engine.datasets.formats.croissant import CROISSANT
from engine.datasets.formats.huggingface import HUGGINGFACE
from engine.datasets.sample import Dataset
from tests.engine.datasets_corpus import corpus, dataset_of
from tests.engine.datasets_odd import read_all


def metadata(folder: Path, dataset: Dataset | None = None) -> dict[str, Any]:
    export(dataset or dataset_of(corpus()), CROISSANT, FolderOut(folder))
    told: dict[str, Any] = json.loads((folder / "metadata.json").read_text())
    return told


def by_id(nodes: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {each["@id"]: each for each in nodes}


def test_every_file_is_told_with_its_digest_and_size(tmp_path: Path) -> None:
    files = by_id(metadata(tmp_path)["distribution"])

    names = [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.parquet")]
    assert sorted(files) == sorted([*names, "files"])
    assert sorted(
        path.relative_to(tmp_path).as_posix() for path in tmp_path.glob(files["files"]["includes"])
    ) == sorted(names)
    for name in names:
        data = (tmp_path / name).read_bytes()
        assert files[name]["contentUrl"] == name
        assert files[name]["sha256"] == hashlib.sha256(data).hexdigest()
        assert files[name]["contentSize"] == f"{len(data)} B"


def test_every_field_is_in_the_column_and_path_that_it_names(tmp_path: Path) -> None:
    fields = by_id(by_id(metadata(tmp_path)["recordSet"])["images"]["field"])

    [row] = parquet.read_table(tmp_path / "data/holdout-00000-of-00001.parquet").to_pylist()
    assert {each.removeprefix("images/") for each in fields} == set(row)
    leaves = by_id(fields["images/masks"]["subField"])
    mask = row["masks"][0]
    flat = {**mask, **mask["segmentation"]}
    del flat["segmentation"]
    assert {each.removeprefix("images/masks/") for each in leaves} == set(flat)
    for name, leaf in leaves.items():
        found: Any = mask
        for step in leaf["source"]["transform"]["jsonPath"].split("."):
            found = found[step]
        assert leaf["source"]["extract"] == {"column": "masks"}
        assert found == flat[name.removeprefix("images/masks/")]
    assert leaves["images/masks/bbox"]["repeated"] is True


def test_splits_and_labels_are_enumerated(tmp_path: Path) -> None:
    sets = by_id(metadata(tmp_path)["recordSet"])

    assert sets["splits"]["data"] == [{"splits/name": "holdout"}, {"splits/name": "train"}]
    names = [each["labels/name"] for each in sets["labels"]["data"]]
    assert names == list(dataset_of([]).classes())
    split = by_id(sets["images"]["field"])["images/split"]
    assert split["references"] == {"field": {"@id": "splits/name"}}


def test_what_is_not_known_is_not_told(tmp_path: Path) -> None:
    bare = replace(corpus()[0], split=None)
    told = metadata(tmp_path / "a", replace(dataset_of([bare]), version=""))
    dated = metadata(tmp_path / "b", replace(dataset_of([bare]), date="2026-01-31"))

    assert "splits" not in by_id(told["recordSet"])
    assert "references" not in json.dumps(told["recordSet"])
    assert "datePublished" not in told
    assert (told["version"], told["license"]) == ("1.0.0", "unknown")
    assert dated["version"] == f"1.0.0+{'f' * 64}"
    assert dated["datePublished"] == "2026-01-31"


def test_it_is_told_from_a_hugging_face_folder_and_read_as_one(tmp_path: Path) -> None:
    metadata(tmp_path / "croissant")
    export(dataset_of(corpus()), HUGGINGFACE, FolderOut(tmp_path / "huggingface"))

    assert CROISSANT.is_in(open_source(tmp_path / "croissant"))
    assert not CROISSANT.is_in(open_source(tmp_path / "huggingface"))
    found = [read_all(tmp_path / name, CROISSANT) for name in ("croissant", "huggingface")]
    assert found[0] == found[1]
    assert {each.file_name for each in found[0][0]} == {each.file_name for each in corpus()}


@pytest.mark.parametrize("text", ["{", "[]", '{"conformsTo": 5}', '{"conformsTo": "http://x"}'])
def test_other_metadata_beside_parquet_is_no_croissant(tmp_path: Path, text: str) -> None:
    metadata(tmp_path)
    (tmp_path / "metadata.json").write_text(text)

    assert not CROISSANT.is_in(open_source(tmp_path))
    assert HUGGINGFACE.is_in(open_source(tmp_path))
