"""An export need not have unfinished images, if it has none of them; else nothing may lack."""

import json
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from engine.client.__main__ import main as anneal
from engine.datasets.__main__ import main
from engine.datasets.files import ZipOut
from engine.datasets.formats import FORMATS, export
from engine.datasets.proof_parts import Parts, lines_of_parts, parts_asked_for
from engine.datasets.sample import Annotation, Dataset, Sample, labels_of
from engine.masks.rle import digest, encode
from tests.engine.manifests import manifest, mask, row, sha

HEADER = {"project": "p", "labels": [{"id": 1, "name": "cell"}]}
SQUARE = encode(np.pad(np.ones((2, 2), bool), 4))
SPLITS = {"a": "train", "b": "train", "c": "holdout", "d": "unfinished", "e": "unfinished"}


@pytest.fixture
def told(tmp_path: Path) -> Path:
    """Return the manifest of a version of finished and unfinished images."""
    return written(tmp_path / "v.jsonl", SPLITS)


def written(path: Path, splits: dict[str, str]) -> Path:
    rows = [
        row(name, mask(name, label="1", rle_digest=digest(SQUARE)), size_hw=[10, 10], split=split)
        for name, split in splits.items()
    ]
    rows.sort(key=lambda each: each["image_sha256"])
    path.write_bytes(manifest(rows, HEADER).getvalue())
    return path


def exported(path: Path, names: Sequence[str], *beside: Path) -> Path:
    """Write these images as COCO, and files beside them."""
    samples = [
        Sample(
            f"{name}.png",
            (10, 10),
            (Annotation(SQUARE, "cell", id=name),),
            split=SPLITS[name],
            sha256=sha(name),
        )
        for name in names
    ]
    with zipfile.ZipFile(path, "w") as archive:
        dataset = Dataset(labels_of(["cell"]), lambda: iter(samples), has_images=False)
        export(dataset, FORMATS["coco"], ZipOut(archive))
        for each in beside:
            archive.write(each, "manifest.jsonl")
    return path


def lacking(capsys: pytest.CaptureFixture[str], *arguments: object) -> list[str]:
    """Prove an export by both commands, which agree, and return the images that are missing."""
    proof = ["verify", *map(str, arguments)]
    code = main(proof)
    lines = capsys.readouterr().out.splitlines()
    with pytest.raises(SystemExit) as ended:
        anneal([*proof, "--json"])
    faults: list[str] = json.loads(capsys.readouterr().out)["faults"]
    assert code == ended.value.code == int(bool(faults))
    assert lines[-1] == ("not proven" if faults else "proven")
    assert set(faults) <= set(lines)
    assert all(each.endswith(".png: missing") for each in faults)
    return sorted(each.partition(".")[0] for each in faults)


def test_what_is_exported_where_no_split_is_named_is_proved_where_none_is(
    told: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    finished = exported(tmp_path / "finished.zip", "abc")
    all_of_it = exported(tmp_path / "all.zip", "abcde")

    assert lacking(capsys, told, finished) == []
    assert lacking(capsys, told, all_of_it) == []
    assert lacking(capsys, told, finished, "--split", "all") == ["d", "e"]
    assert lacking(capsys, told, finished, "--split", "train", "--split", "holdout") == []


def test_what_was_compared_and_left_out_is_told_by_split(
    told: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    proof = ["verify", str(told), str(exported(tmp_path / "a.zip", "abc"))]
    main(proof)
    lines = capsys.readouterr().out.splitlines()
    with pytest.raises(SystemExit):
        anneal([*proof, "--json"])
    said = capsys.readouterr()
    answer = json.loads(said.out)

    both = [
        "images compared: 1 of holdout, 2 of train",
        "images left out: 2 of unfinished; --split all asks for them, too",
    ]
    assert set(both) <= set(lines)
    assert said.err.splitlines()[:2] == both
    assert answer["compared"] == {"train": 2, "holdout": 1}
    assert answer["left_out"] == {"unfinished": 2}


@pytest.mark.parametrize(
    ("there", "missing"),
    [
        ("c", ["a", "b"]),  # a split is not there
        ("ab", ["c"]),
        ("de", ["a", "b", "c"]),
        ("abcd", ["e"]),  # of unfinished images some
        ("bcde", ["a"]),
    ],
)
def test_no_other_split_may_lack_nor_some_of_the_unfinished_images(
    told: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], there: str, missing: list[str]
) -> None:
    assert lacking(capsys, told, exported(tmp_path / "a.zip", there)) == missing


def test_an_export_that_brings_the_manifest_is_of_all_images(
    told: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert lacking(capsys, told, exported(tmp_path / "a.zip", "abc", told)) == ["d", "e"]


def test_where_nothing_is_finished_unfinished_images_must_be_there() -> None:
    assert parts_asked_for((), {"unfinished": 2}).may_lack == frozenset()
    assert parts_asked_for((), {"train": 0, "unfinished": 2}).may_lack == frozenset()
    assert parts_asked_for((), {"test": 1, "unfinished": 2}).may_lack == {"unfinished"}
    assert parts_asked_for(["all"], {"train": 1, "unfinished": 2}).may_lack == frozenset()


def test_an_export_of_nothing_proves_nothing(told: Path, tmp_path: Path) -> None:
    assert main(["verify", str(told), str(exported(tmp_path / "a.zip", ""))]) == 1


def test_a_split_of_any_name_moves_no_cursor() -> None:
    parts = Parts()
    parts.compared["\x1b[2J"] += 1200

    assert list(lines_of_parts(parts)) == [r"images compared: 1,200 of '\x1b[2J'"]
