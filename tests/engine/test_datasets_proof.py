"""An export is proved against its manifest offline, and what is wrong is named."""

import hashlib
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from engine.datasets.__main__ import main
from engine.datasets.errors import DatasetError
from engine.datasets.files import ZipOut
from engine.datasets.formats import FORMATS, export
from engine.datasets.manifest import write_manifest
from engine.datasets.naming import safe_name
from engine.datasets.proof import manifest_of, unproven, unproven_images
from engine.datasets.sample import Annotation, Dataset, Sample, labels_of
from engine.masks.rle import RLE, digest, encode
from tests.engine.manifests import HEADER, manifest, mask, row

SIZE_HW = (16, 20)


def picture(seed: int) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 256, (*SIZE_HW, 3), np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()


def square(x: int, side: int = 6) -> RLE:
    pixels = np.zeros(SIZE_HW, bool)
    pixels[2 : 2 + side, x : x + side] = True
    return encode(pixels)


def sha256_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


FILES = {f"{seed}.png": picture(seed) for seed in range(3)}
MASKS = {"0.png": [square(1), square(4)], "1.png": [square(9)], "2.png": []}
ROWS = sorted(
    (
        {
            **row(name, *(mask(str(at), rle_digest=digest(rle)) for at, rle in enumerate(rles))),
            "file_name": name,
            "image_sha256": sha256_of(FILES[name]),
            "size_hw": list(SIZE_HW),
        }
        for name, rles in MASKS.items()
    ),
    key=lambda each: str(each["image_sha256"]),
)


def exported(
    path: Path, form: str = "coco", *, files: Any = FILES, masks: Any = MASKS, told: bool = True
) -> Path:
    """Write images and masks as a zip, by default those of the manifest."""

    def load(name: str) -> Callable[[], bytes] | None:
        return (lambda: files[name]) if name in files else None

    samples = [
        Sample(
            name,
            SIZE_HW,
            tuple(Annotation(rle, "cell", id=str(at)) for at, rle in enumerate(rles)),
            split="train",
            sha256=sha256_of(FILES[name]) if told else None,
            load_bytes=load(name),
        )
        for name, rles in masks.items()
    ]
    dataset = Dataset(labels_of(["cell"]), lambda: iter(samples))
    with zipfile.ZipFile(path, "w") as archive:
        export(dataset, FORMATS[form], ZipOut(archive))
    return path


def faults(path: Path) -> list[str]:
    return list(unproven(manifest(ROWS), path))  # type: ignore[arg-type]  # rows as dicts


@pytest.mark.parametrize(
    "form",
    [name for name, form in FORMATS.items() if form.keeps >= {"masks", "overlaps", "instances"}],
)
def test_an_export_in_any_format_that_holds_masks_whole_is_proved(
    tmp_path: Path, form: str
) -> None:
    assert faults(exported(tmp_path / "a.zip", form)) == []


def test_a_folder_is_proved_as_a_zip_is_and_without_images_its_masks(tmp_path: Path) -> None:
    with zipfile.ZipFile(exported(tmp_path / "a.zip")) as archive:
        archive.extractall(tmp_path / "folder")

    assert faults(tmp_path / "folder") == []
    assert faults(exported(tmp_path / "b.zip", files={})) == []


@pytest.mark.parametrize("form", ["coco", "jsonl", "webdataset", "huggingface"])
def test_an_image_that_is_lost_is_named_where_others_are_there(tmp_path: Path, form: str) -> None:
    left = {name: FILES[name] for name in ("0.png", "2.png")}
    unproved: dict[str, str] = {}

    path = exported(tmp_path / "a.zip", form, files=left)
    found = list(unproven(manifest(ROWS), path, unproved=unproved))  # type: ignore[arg-type]  # rows as dicts

    assert found == ["1.png: its image is missing, while those of 2 are there"]
    assert "images" not in unproved


def test_an_export_without_images_tells_that_none_was_proved(tmp_path: Path) -> None:
    unproved: dict[str, str] = {}

    path = exported(tmp_path / "a.zip", files={})
    found = list(unproven(manifest(ROWS), path, unproved=unproved))  # type: ignore[arg-type]  # rows as dicts

    assert found == []
    assert unproved["images"] == "their bytes are not in the export"


def test_what_is_wrong_is_named_by_image(tmp_path: Path) -> None:
    other = {**FILES, "1.png": picture(9)}
    moved = {**MASKS, "0.png": [square(1), square(5), square(6)]}
    del moved["2.png"]
    foreign = {**moved, "3.png": []}

    found = faults(exported(tmp_path / "a.zip", files=other, masks=moved))

    assert sorted(found) == [
        "0.png: 1 masks that the manifest does not have: 2",
        "0.png: 1 of 2 masks missing or changed: 1",
        "1.png: not the image of the manifest",
        "2.png: missing",
    ]
    FILES["3.png"] = picture(3)
    try:
        assert "3.png: not in the manifest" in faults(exported(tmp_path / "b.zip", masks=foreign))
    finally:
        del FILES["3.png"]


@pytest.mark.parametrize("name", ["../0.png", "a\0.png", "C:\\0.png", f"{'long' * 100}.png"])
def test_an_image_whose_name_no_system_takes_is_found_by_a_safe_one_or_missing(
    tmp_path: Path, name: str
) -> None:
    named = [{**ROWS[0], "file_name": name}]
    data = next(data for data in FILES.values() if sha256_of(data) == ROWS[0]["image_sha256"])
    (tmp_path / "images").mkdir()
    (tmp_path / "0.png").write_bytes(data)

    without = list(unproven_images(manifest(named), tmp_path / "images"))  # type: ignore[arg-type]  # rows as dicts
    place = tmp_path / "images" / safe_name(name)
    place.parent.mkdir(exist_ok=True)
    place.write_bytes(data)
    found = list(unproven_images(manifest(named), tmp_path / "images"))  # type: ignore[arg-type]  # rows as dicts

    assert without == [f"{name}: missing"]
    assert found == []


def test_an_image_that_got_a_number_in_a_layout_is_proved(tmp_path: Path) -> None:
    names = {"0.png": "images/a.png", "1.png": "images_/a.png"}
    rows = [
        {**each, "file_name": names[name]}
        for each in ROWS
        if (name := str(each["file_name"])) in names
    ]
    path = exported(
        tmp_path / "a.zip",
        "yolo",
        files={new: FILES[old] for old, new in names.items()},
        masks={new: MASKS[old] for old, new in names.items()},
        told=False,
    )

    assert list(unproven(manifest(rows), path)) == []  # type: ignore[arg-type]  # rows as dicts


def test_an_odd_entry_of_an_archive_is_named(tmp_path: Path) -> None:
    path = exported(tmp_path / "a.zip")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("notes.zip", "x")

    assert faults(path) == [
        "notes.zip: It is an archive inside the archive: unpack it first.",
    ]


def test_images_are_told_by_their_bytes_where_no_digest_is_told(tmp_path: Path) -> None:
    assert faults(exported(tmp_path / "a.zip", told=False)) == []


def test_formats_that_draw_masks_anew_prove_nothing(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="VOC, not pixel for pixel"):
        faults(exported(tmp_path / "a.zip", "voc"))
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("a.txt", "a")
    with pytest.raises(DatasetError, match="no format that is known"):
        faults(tmp_path / "b.zip")


def test_the_command_proves_an_export_and_names_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "v.jsonl"
    with path.open("wb") as file:
        write_manifest(file, HEADER, ROWS)  # type: ignore[arg-type]  # rows as dicts
    right = exported(tmp_path / "a.zip")
    wrong = exported(tmp_path / "b.zip", masks={**MASKS, "1.png": [square(8)]})
    (tmp_path / "c.zip").write_bytes(right.read_bytes()[:-40])

    codes = [main(["verify", str(path), str(each)]) for each in (right, wrong)]
    broken = main(["verify", str(path), str(tmp_path / "c.zip")])

    out, err = capsys.readouterr()
    assert (codes, broken) == ([0, 1], 1)
    assert "1.png: 1 of 1 masks missing or changed: 0" in out.splitlines()
    assert err.startswith("error: ")


def test_the_manifest_in_an_export_of_a_whole_version_is_found(tmp_path: Path) -> None:
    path = exported(tmp_path / "a.zip")
    with pytest.raises(DatasetError, match=r"holds no manifest.jsonl"):
        manifest_of(path)
    data = manifest(ROWS).getvalue()  # type: ignore[arg-type]  # rows as dicts
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("manifest.jsonl", data)

    assert manifest_of(path) == data
    assert faults(path) == []
