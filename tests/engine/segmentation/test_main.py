"""The command line runs a bundle on a folder of images, without the web."""

import json
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from engine.datasets.coco import read_coco
from engine.masks.rle import encode
from engine.segmentation import photos
from engine.segmentation.__main__ import main
from engine.segmentation.encoder import load_encoder
from engine.segmentation.photos import load_photos
from engine.weights.paths import ModelPaths

pytestmark = pytest.mark.slow


@pytest.fixture
def images(tmp_path: Path, coins_image: NDArray[np.uint8]) -> Path:
    folder = tmp_path / "images"
    folder.mkdir()
    Image.fromarray(coins_image).save(folder / "coins.png")
    return folder


def test_evaluate_prints_and_writes_figures(
    models: ModelPaths, images: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mask = np.zeros((303, 384), bool)
    mask[16:72, 22:72] = True  # about the first coin
    truth = {
        "images": [{"id": 1, "file_name": "images/coins.png", "height": 303, "width": 384}],
        "categories": [{"id": 1, "name": "coin"}],
        "annotations": [
            {"id": 1, "image_id": 1, "category_id": 1, "segmentation": encode(mask), "iscrowd": 0}
        ],
    }
    (tmp_path / "truth.json").write_text(json.dumps(truth))

    code = main(
        f"evaluate {models.pretrained} --coco {tmp_path}/truth.json --images {images} "
        f"--json {tmp_path}/out.json --max-clicks 2".split()
    )

    figures = json.loads((tmp_path / "out.json").read_text())
    assert code == 0
    assert figures["overall"]["objects"] == 1
    assert 0 < figures["overall"]["miou_1"] <= 1
    assert "miou_1" in capsys.readouterr().out


def test_propose_writes_coco_that_reads_back_and_skips_a_bad_file(
    models: ModelPaths, images: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (images / "bad.png").write_bytes(b"no image")

    code = main(
        f"propose {models.pretrained} --images {images} --out {tmp_path}/out.json "
        "--points-per-side 4".split()
    )

    found = read_coco(tmp_path / "out.json")
    assert code == 0
    assert [image.file_name for image in found.images.values()] == ["coins.png"]
    assert len(found.annotations) >= 3
    assert "bad.png" in capsys.readouterr().err


def test_a_folder_that_is_no_bundle_is_a_message_and_a_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["propose", str(tmp_path), "--images", str(tmp_path), "--out", "x.json"])

    assert code == 1
    assert "manifest.json" in capsys.readouterr().err


def test_as_many_photos_as_wanted_are_seen_once_and_read_from_the_cache_after(
    models: ModelPaths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photos, "PHOTOS", ("coins", "cat"))
    monkeypatch.setattr(photos, "WINDOWS", 1)
    encoder = load_encoder(models.encoder)

    [made] = load_photos(tmp_path, encoder, count=1)
    blind = Mock(digest=encoder.digest, encode=Mock(side_effect=OSError))
    [read] = load_photos(tmp_path, blind, count=1)

    seen = read.seen_by(encoder.encode)
    assert (made.key, len(made.looks())) == ("photo/coins", 2)
    for first, again, anew in zip(made.looks(), read.looks(), seen.looks(), strict=True):
        assert first().shape == (256, 64, 64)
        np.testing.assert_array_equal(again(), first())
        np.testing.assert_array_equal(anew(), first())
