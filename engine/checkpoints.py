"""A training's checkpoints on disk: each complete or absent, whatever is trained."""

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors.torch import load_file, save_file
from torch import Tensor


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Tensors by name, and what else a training needs to go on."""

    step: int
    tensors: dict[str, Tensor]
    record: dict[str, Any]  # JSON


def save_checkpoint(
    folder: Path, step: int, tensors: Mapping[str, Tensor], record: Mapping[str, object]
) -> None:
    """Write `step-N`, then drop older ones; a crash leaves the last complete one.

    The record's "fingerprint" says which training it is of.
    """
    target = folder / f"step-{step:06d}"
    scratch = folder / f".writing-{step:06d}"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    save_file(
        {name: value.detach().cpu().contiguous() for name, value in tensors.items()},
        scratch / "state.safetensors",
    )
    (scratch / "state.json").write_text(json.dumps({"step": step, **record}))
    for path in scratch.iterdir():
        _flush(path)
    shutil.rmtree(target, ignore_errors=True)
    scratch.replace(target)
    _flush(folder)
    for old in saved_states(folder)[:-1]:
        shutil.rmtree(old)


def load_checkpoint(folder: Path, fingerprint: str) -> Checkpoint | None:
    """Read the newest checkpoint of the same training; None where there is none."""
    for path in reversed(saved_states(folder)):
        record = json.loads((path / "state.json").read_text())
        if record["fingerprint"] == fingerprint:
            tensors = load_file(path / "state.safetensors")
            return Checkpoint(int(record["step"]), tensors, record)
    return None


def saved_states(folder: Path) -> list[Path]:
    """Complete states, the oldest first."""
    return sorted(folder.glob("step-*"))


def tensors_under(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """Return the tensors named "prefix.NAME" by NAME."""
    return {
        name.removeprefix(f"{prefix}."): value
        for name, value in tensors.items()
        if name.startswith(f"{prefix}.")
    }


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
