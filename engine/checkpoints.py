"""A training's checkpoints on disk: each complete or absent, whatever is trained."""

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

_TENSORS: Final = "state.safetensors"
_RECORD: Final = "state.json"
_SHA256: Final = "sha256"  # in the record: of the tensors' file
_MB: Final = 10**6


class CheckpointNotWrittenError(OSError):
    """There is no room for a checkpoint, say. Nothing of it is left, and the last one is whole."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Tensors by name, and what else a training needs to go on."""

    step: int
    tensors: dict[str, Tensor]
    record: dict[str, Any]  # JSON


def save_checkpoint(
    folder: Path, step: int, tensors: Mapping[str, Tensor], record: Mapping[str, object]
) -> None:
    """Write `step-N`, then drop all others; a crash leaves the last complete one.

    The record's "fingerprint" says which training it is of. States of other trainings go too,
    however far they had come. The same step of the same training is not written again.

    Raises:
        CheckpointNotWrittenError: see there.

    """
    target = folder / f"step-{step:06d}"
    _clear(folder)
    if not _is_of(target, record["fingerprint"]):
        _write(target, tensors, {"step": step, **record})
    for other in folder.glob("step-*"):
        if other != target:
            _drop(other)


def load_checkpoint(folder: Path, fingerprint: str) -> Checkpoint | None:
    """Read the newest checkpoint of the same training; None where there is none.

    One whose bytes have changed since is no checkpoint, and goes: the training would go on to
    other weights without anybody seeing it.
    """
    for path in reversed(saved_states(folder)):
        record = _record_of(path)
        if record is None or record["fingerprint"] != fingerprint:
            continue
        if record.get(_SHA256) in (None, _digest(path / _TENSORS)):  # older ones tell none
            return Checkpoint(int(record["step"]), load_file(path / _TENSORS), record)
        _drop(path)
    return None


def saved_states(folder: Path) -> list[Path]:
    """Complete states, the oldest first."""
    return sorted(filter(_is_whole, folder.glob("step-*")))


def tensors_under(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """Return the tensors named "prefix.NAME" by NAME."""
    return {
        name.removeprefix(f"{prefix}."): value
        for name, value in tensors.items()
        if name.startswith(f"{prefix}.")
    }


def _is_whole(path: Path) -> bool:
    return (path / _TENSORS).is_file() and (path / _RECORD).is_file()


def _is_of(path: Path, fingerprint: object) -> bool:
    """Tell whether a complete state is there, of this training."""
    record = _record_of(path)
    return record is not None and bool(record["fingerprint"] == fingerprint)


def _record_of(path: Path) -> dict[str, Any] | None:
    """Read a complete state's record; None: it is not whole, or no longer readable."""
    if not _is_whole(path):
        return None
    try:
        record: dict[str, Any] = json.loads((path / _RECORD).read_bytes())
    except ValueError:
        return None
    return record


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(target: Path, tensors: Mapping[str, Tensor], record: Mapping[str, object]) -> None:
    folder, scratch = target.parent, target.with_name(f".writing-{target.name}")
    folder.mkdir(parents=True, exist_ok=True)
    try:
        scratch.mkdir()
        save_file(
            {name: value.detach().cpu().contiguous() for name, value in tensors.items()},
            scratch / _TENSORS,
        )
        proven = {**record, _SHA256: _digest(scratch / _TENSORS)}
        (scratch / _RECORD).write_text(json.dumps(proven))
        for path in scratch.iterdir():
            _flush(path)
    except (OSError, SafetensorError) as error:  # the latter where the tensors found no room
        shutil.rmtree(scratch, ignore_errors=True)
        needed = sum(value.nbytes for value in tensors.values()) / _MB
        free = shutil.disk_usage(folder).free / _MB
        raise CheckpointNotWrittenError(
            f"The checkpoint of step {record['step']} could not be written ({error}). It takes "
            f"{needed:.0f} MB; the disk of {folder} has {free:.0f} MB left."
        ) from error
    _drop(target)  # of another training
    scratch.replace(target)
    _flush(folder)


def _drop(path: Path) -> None:
    """Delete a state, which is no longer found from the first moment on."""
    if path.exists():
        dropped = path.replace(path.with_name(f".dropped-{path.name}"))
        shutil.rmtree(dropped, ignore_errors=True)


def _clear(folder: Path) -> None:
    """Delete what killed writers left: it takes room."""
    for kind in ("writing", "dropped"):
        for path in folder.glob(f".{kind}-*"):
            shutil.rmtree(path, ignore_errors=True)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
