"""The command line: from COCO files and photographs to a table."""

import json
from pathlib import Path

import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from engine.captioning.__main__ import main
from engine.captioning.backbone import WEIGHTS, build_backbone
from engine.captioning.experiment import split
from engine.weights.paths import ModelPaths
from tests.engine.captioning.tiny import SENTENCES, picture, pictures


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four photographs with captions and masks, and a backbone with random weights."""
    images = [
        {"id": n, "file_name": f"images/{n}.png", "height": 60, "width": 100} for n in range(4)
    ]
    (tmp_path / "images").mkdir()
    captions: list[dict[str, object]] = []
    masks: list[dict[str, object]] = []
    for number, one in enumerate(pictures()):
        Image.fromarray(one.load_pixels()).save(tmp_path / "images" / f"{number}.png")
        for caption in one.captions:
            row = {"id": len(captions), "image_id": number, "caption": caption.text}
            captions.append(row)
        masks.append({
            "id": number, "image_id": number, "category_id": 1 + number % 2, "iscrowd": 0,
            "segmentation": one.masks[0].rle,
        })  # fmt: skip
    names = [{"id": 1, "name": "dog"}, {"id": 2, "name": "bus"}]
    for name, annotations in (("captions", captions), ("masks", masks)):
        content = {"images": images, "categories": names, "annotations": annotations}
        (tmp_path / f"{name}.json").write_text(json.dumps(content))
    backbone = ModelPaths(tmp_path).image_backbone
    backbone.mkdir()
    torch.manual_seed(0)
    save_file(build_backbone().state_dict(), backbone / WEIGHTS)
    return tmp_path


def test_baselines_and_rows_are_printed_as_json(
    folder: Path, base: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main([
        *f"--images {folder}/images --captions {folder}/captions.json".split(),
        *f"--masks {folder}/masks.json --models {folder} --base {base}".split(),
        "--holdout", "1", "--steps", "1", "--samples", "1", "--show",
        "--rows", "labels", "--without", "labels",
    ])  # fmt: skip

    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert code == 0
    assert [row["row"] for row in rows] == [
        "one person", "nearest image", "consensus of five",
        "labels", "labels; by consensus of 1", "labels; without labels",
    ]  # fmt: skip
    assert all(row["cider"] >= 0 and 0 <= row["f1"] <= 1 for row in rows)
    assert rows[1]["captions"].popitem()[1] in SENTENCES
    assert rows[3]["proposal_s"] > 0


def test_a_file_that_is_missing_is_a_message_and_a_code(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(f"--images {folder} --captions {folder}/none.json --models {folder}".split())

    assert code == 1
    assert "none.json" in capsys.readouterr().err


def test_what_is_held_out_is_drawn_by_hash_and_shares_nothing_with_the_rest() -> None:
    images = [*pictures(), picture(5, ["no masks"]), picture(7)]

    one, again = split(images, 2, seed=0), split(list(reversed(images)), 2, seed=0)

    held = {image.key for image in one.holdout}
    assert held == {image.key for image in again.holdout}
    assert all(image.masks for image in one.holdout)
    assert {image.key for image in one.train_images} == {
        f"picture-{n}" for n in (0, 1, 2, 3, 5)
    } - held
    with pytest.raises(ValueError, match="cannot hold out 5 of 4 images with masks"):
        split(images, 5, seed=0)
