"""The folders of the captioner's weights say whether they are whole."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest
import torch

from engine.segmentation.encoder import file_digest
from engine.weights.captioning import RECORD, SMOLLM, is_whole, renamed
from engine.weights.fetch import WeightsError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    files = {"model.safetensors": file_digest(tmp_path / "model.safetensors")}
    (tmp_path / RECORD).write_text(json.dumps({**asdict(SMOLLM), "files": files}))
    return tmp_path


def test_a_folder_is_whole_while_its_record_and_every_file_are(folder: Path) -> None:
    assert is_whole(folder, SMOLLM)

    (folder / "model.safetensors").write_bytes(b"wei")
    assert not is_whole(folder, SMOLLM)


@pytest.mark.parametrize("name", [RECORD, "model.safetensors"])
def test_a_folder_that_lacks_a_file_is_made_again(folder: Path, name: str) -> None:
    (folder / name).unlink()

    assert not is_whole(folder, SMOLLM)


def test_tensors_are_renamed_in_order_and_another_network_is_refused() -> None:
    ours = {"conv.weight": torch.zeros(2, 3), "conv.bias": torch.zeros(2)}
    theirs = {"stem.0.w": torch.ones(2, 3), "stem.0.b": torch.ones(2)}

    assert {name: value.sum() for name, value in renamed(theirs, ours).items()} == {
        "conv.weight": 6,
        "conv.bias": 2,
    }
    with pytest.raises(WeightsError, match="other tensors"):
        renamed({"stem.0.b": torch.ones(2)}, ours)
