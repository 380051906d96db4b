"""The trainer's state on disk: complete or absent, and exact to the bit."""

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.optim import Optimizer

# AdamW counts steps by parameter: one that a step did not use is behind.
_MOMENTS = ("exp_avg", "exp_avg_sq", "step")


@dataclass(slots=True)
class TrainerState:
    """Everything that a step changes. Randomness is a function of seed and step, so not here."""

    model: nn.Module
    average: dict[str, Tensor]  # EMA of the run's parameters
    mean: dict[str, Tensor]  # of the finished runs' averages
    optimizer: Optimizer
    precision: str  # kept, because another machine or another load may choose otherwise
    step: int = 0


def save_state(state: TrainerState, folder: Path, fingerprint: str) -> None:
    """Write `step-N`, then drop older ones; a crash leaves the last complete one."""
    names = [name for name, _ in state.model.named_parameters()]
    tensors = {f"model.{name}": value for name, value in state.model.state_dict().items()}
    tensors |= {f"average.{name}": value for name, value in state.average.items()}
    tensors |= {f"mean.{name}": value for name, value in state.mean.items()}
    moments = state.optimizer.state_dict()["state"]
    for index, name in enumerate(names):
        for moment in _MOMENTS:
            if index in moments:
                tensors[f"{moment}.{name}"] = moments[index][moment]

    target = folder / f"step-{state.step:06d}"
    scratch = folder / f".writing-{state.step:06d}"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    save_file(
        {name: value.detach().cpu().contiguous() for name, value in tensors.items()},
        scratch / "state.safetensors",
    )
    record = {"step": state.step, "precision": state.precision, "fingerprint": fingerprint}
    (scratch / "state.json").write_text(json.dumps(record))
    for path in scratch.iterdir():
        _flush(path)
    shutil.rmtree(target, ignore_errors=True)
    scratch.replace(target)
    _flush(folder)
    for old in saved_states(folder)[:-1]:
        shutil.rmtree(old)


def load_state(state: TrainerState, folder: Path, fingerprint: str) -> bool:
    """Restore the newest state of the same run; False where there is none."""
    for path in reversed(saved_states(folder)):
        record = json.loads((path / "state.json").read_text())
        if record["fingerprint"] != fingerprint:
            continue
        tensors = load_file(path / "state.safetensors")
        state.step, state.precision = record["step"], record["precision"]
        state.model.load_state_dict(_under(tensors, "model"))
        for name, value in _under(tensors, "average").items():
            state.average[name].copy_(value)
        for name, value in _under(tensors, "mean").items():
            state.mean[name].copy_(value)
        _load_moments(state, tensors)
        return True
    return False


def saved_states(folder: Path) -> list[Path]:
    """Complete states, the oldest first."""
    return sorted(folder.glob("step-*"))


def _load_moments(state: TrainerState, tensors: dict[str, Tensor]) -> None:
    moments = {moment: _under(tensors, moment) for moment in _MOMENTS}
    saved = state.optimizer.state_dict()
    saved["state"] = {
        index: {moment: moments[moment][name] for moment in _MOMENTS}
        for index, (name, _) in enumerate(state.model.named_parameters())
        if name in moments["step"]
    }
    state.optimizer.load_state_dict(saved)


def _under(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
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
