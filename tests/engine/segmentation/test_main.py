"""The command line runs a bundle on a folder of images, without the web."""

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from engine.datasets.coco import read_coco
from engine.masks.rle import encode
from engine.segmentation import replay
from engine.segmentation.__main__ import main
from engine.segmentation.encoder import load_encoder
from engine.segmentation.replay import load_replay
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


def test_as_many_replay_photos_as_wanted_are_made_once_and_read_from_the_cache_after(
    models: ModelPaths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay, "PHOTOS", ("coins", "cat"))
    monkeypatch.setattr(replay, "CROPS", 1)
    encoder, decoder = load_encoder(models.encoder), models.pretrained / "decoder.onnx"

    made = load_replay(tmp_path, encoder, decoder, photos=1)
    monkeypatch.setattr(replay, "PHOTOS", ())
    read = load_replay(tmp_path, encoder, decoder, photos=1)

    assert [image.key for image in made] == ["replay/coins", "replay/coins-0"]
    assert all(image.masks for image in made)
    assert made[0].load_embedding().shape == (256, 64, 64)
    assert [(image.key, image.masks) for image in read] == [(i.key, i.masks) for i in made]
