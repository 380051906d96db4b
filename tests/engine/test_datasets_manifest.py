"""A dataset version's manifest: same content, same bytes; proven and compared offline."""

import hashlib
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.datasets.__main__ import main
from engine.datasets.coco import write_coco
from engine.datasets.manifest import (
    DatasetError,
    build_manifest,
    read_manifest,
    verify_manifest,
    write_manifest,
)
from engine.masks.rle import digest, encode
from tests.engine.manifests import HEADER, manifest, mask, row, rows


def test_manifest_reads_back_and_its_id_is_the_sha256_of_its_bytes() -> None:
    out = io.BytesIO()

    manifest_id = write_manifest(out, HEADER, iter(rows("a", "b")))

    assert manifest_id == hashlib.sha256(out.getvalue()).hexdigest()
    out.seek(0)
    header, read = read_manifest(out)
    assert header == {**HEADER, "format": "anneal.dataset/1"}
    assert list(read) == rows("a", "b")
    out.seek(0)
    summary = verify_manifest(out, manifest_id)
    assert (summary.id, summary.images, summary.masks, summary.transcripts) == (
        manifest_id,
        2,
        2,
        2,
    )
    assert summary.splits == {"train": 2}


@given(st.permutations(["m1", "m2", "m3", "m4"]), st.randoms())
def test_same_content_gives_the_same_bytes_whatever_its_order(
    names: list[str], random: Any
) -> None:
    shuffled: Any = list(row("a").items())
    random.shuffle(shuffled)
    again: Any = {**dict(shuffled), "masks": [mask(name) for name in names]}

    expected = manifest([row("a", *map(mask, sorted(names)))])
    assert manifest([again]).getvalue() == expected.getvalue()


@given(st.text(), st.dictionaries(st.text(), st.floats(allow_nan=False, allow_infinity=False)))
def test_any_text_and_number_survives(text: str, numbers: dict[str, float]) -> None:
    try:
        text.encode()
        json.dumps(numbers, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return
    content = row("a", captions=[{"text": text, "numbers": numbers}])

    assert list(read_manifest(manifest([content]))[1]) == [content]


def test_rows_stream_one_at_a_time() -> None:
    taken = []

    def endless() -> Any:
        for item in rows("a", "b", "c"):
            taken.append(item)
            yield item

    lines = build_manifest(HEADER, endless())
    next(lines)
    next(lines)

    assert len(taken) == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"image_sha256": "x"}, "image_sha256 must"), ({"file_name": ""}, "file_name must"),
        ({"split": None}, "split must"), ({"group": 3}, "group must"),
        ({"size_hw": [4]}, "size_hw must"), ({"size_hw": [4, 0]}, "size_hw must"),
        ({"size_hw": [4.0, 5]}, "size_hw must"), ({"captions": ["x"]}, "captions must"),
        ({"extra": 1}, "the row must have"),
        ({"masks": [mask("a"), mask("a")]}, "mask a is not after"),
        ({"masks": [mask("a", rle_digest="0")]}, "mask a has wrong"),
        ({"masks": [mask("a", parent=3)]}, "mask a has wrong"),
        ({"masks": [mask("a", more=3)]}, "mask a has wrong"),
        ({"captions": [{"x": float("nan")}]}, "cannot be written"),
        ({"captions": [{"x": "\ud800"}]}, "cannot be written"),
    ],
)  # fmt: skip
def test_wrong_row_is_refused_by_its_line(change: dict[str, Any], message: str) -> None:
    bad: Any = {**row("b"), **change}

    with pytest.raises(DatasetError, match=f"line 1: {message}"):
        manifest([bad])


def test_attributes_are_frozen_with_their_mask() -> None:
    [read] = read_manifest(manifest([row("a", mask("m", attributes={"x": "red", "y": 2.5}))]))[1]

    assert read["masks"][0]["attributes"] == {"x": "red", "y": 2.5}


@pytest.mark.parametrize("attributes", [{}, [], None, {"x": None}, {"x": True}, {"x": []}])
def test_attributes_that_are_no_texts_or_numbers_are_refused(attributes: object) -> None:
    with pytest.raises(DatasetError, match="mask m has wrong fields"):
        manifest([row("a", mask("m", attributes=attributes))])


def test_a_place_above_others_is_frozen_with_its_mask() -> None:
    [read] = read_manifest(manifest([row("a", mask("m", z=-2))]))[1]

    assert read["masks"][0]["z"] == -2


@pytest.mark.parametrize("z", [0, 1.0, "1", True, None])  # 0 is told by saying nothing
def test_a_place_that_is_no_whole_number_but_zero_is_refused(z: object) -> None:
    with pytest.raises(DatasetError, match="mask m has wrong fields"):
        manifest([row("a", mask("m", z=z))])


def test_a_caption_of_a_mask_is_frozen_with_it_and_an_empty_one_refused() -> None:
    [read] = read_manifest(manifest([row("a", mask("m", caption="a red cup"))]))[1]

    assert read["masks"][0]["caption"] == "a red cup"
    with pytest.raises(DatasetError, match="mask m has wrong fields"):
        manifest([row("a", mask("m", caption=""))])


def test_rows_out_of_order_or_twice_are_refused() -> None:
    ordered = rows("a", "b")

    with pytest.raises(DatasetError, match="line 2: image_sha256 is not after"):
        manifest(ordered[::-1])
    with pytest.raises(DatasetError, match="line 2"):
        manifest([ordered[0], ordered[0]])


def test_any_changed_byte_is_noticed() -> None:
    data = manifest(rows("a", "b")).getvalue()
    manifest_id = hashlib.sha256(data).hexdigest()

    for at in range(0, len(data), 7):
        changed = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        with pytest.raises(DatasetError):
            verify_manifest(io.BytesIO(changed), manifest_id)


@pytest.mark.parametrize(
    "data",
    [b"", b"\n", b"{}\n", b'{"format":"anneal.dataset/1"}', b'{"format": "anneal.dataset/1"}\n',
     b'{"format":"anneal.dataset/1"}\n{', b'{"format":"anneal.dataset/1"}\n[]\n', b"\xff\n",
     b'{"format":"anneal.dataset/1"}\n' + b"[" * 200_000 + b"\n"],
)  # fmt: skip
def test_what_is_no_manifest_is_refused(data: bytes) -> None:
    with pytest.raises(DatasetError):
        verify_manifest(io.BytesIO(data))


@pytest.fixture
def version(tmp_path: Path) -> Path:
    """A manifest, its images and its COCO export in one folder."""
    rle = encode(np.eye(4, 5, dtype=bool))
    (tmp_path / "a.png").write_bytes(b"a")
    content = row("a", mask("m", rle_digest=digest(rle)))
    with (tmp_path / "v.jsonl").open("wb") as file:
        write_manifest(file, HEADER, [content])
    with (tmp_path / "coco.json").open("wb") as file:
        write_coco(
            file, info={}, categories=[{"id": 1, "name": "cell"}],
            images=[{"id": 1, "file_name": "a.png", "height": 4, "width": 5}],
            annotations=[{"id": 1, "image_id": 1, "category_id": 1, "segmentation": rle}],
        )  # fmt: skip
    return tmp_path


def test_command_proves_images_and_masks(version: Path, capsys: pytest.CaptureFixture[str]) -> None:
    proof = ["--images", str(version), "--coco", str(version / "coco.json")]

    assert main(["verify", str(version / "v.jsonl"), *proof]) == 0

    assert capsys.readouterr().out.splitlines()[1:] == [
        "images       1", "masks        1", "transcripts  1", "captions     0",
        "split        train: 1 images",
        "not told by images alone, so not proved: ids, labels, revisions, splits, transcripts",
        "proven",
    ]  # fmt: skip


def test_command_names_what_is_not_proven(
    version: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (version / "a.png").write_bytes(b"b")
    path = version / "coco.json"
    other = json.dumps(encode(np.ones((4, 5), bool)))
    text = path.read_text()
    start = text.index('"segmentation":') + len('"segmentation":')
    path.write_text(text[:start] + other + "}]}")

    code = main(["verify", str(version / "v.jsonl"), "--images", str(version), "--coco", str(path)])

    lines = capsys.readouterr().out.splitlines()
    assert code == 1
    assert "a.png: not the image of the manifest" in lines
    assert "a.png: 1 of 1 masks missing or changed" in lines
    assert lines[-1] == "not proven"


def test_command_fails_on_another_id_and_on_no_file(
    version: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (version / "v.jsonl").rename(version / f"{'0' * 64}.jsonl")

    assert main(["verify", str(version / f"{'0' * 64}.jsonl")]) == 1
    assert "not 000000" in capsys.readouterr().err
    assert main(["verify", str(version / "none.jsonl")]) == 1
    assert "No such file" in capsys.readouterr().err
