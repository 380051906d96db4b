"""The trainer's state on disk, exact to the bit."""

from dataclasses import dataclass, field
from pathlib import Path

from torch import Tensor, nn
from torch.optim import Optimizer

from engine.checkpoints import load_checkpoint, save_checkpoint, tensors_under

# AdamW counts steps by parameter: one that a step did not use is behind.
_MOMENTS = ("exp_avg", "exp_avg_sq", "step")


@dataclass(slots=True)
class TrainerState:
    """Everything that a step changes. Randomness is a function of seed and step, so not here."""

    model: nn.Module
    average: dict[str, Tensor]  # EMA of the parameters
    optimizer: Optimizer
    precision: str  # kept, because another machine or another load may choose otherwise
    step: int = 0
    losses: list[float] = field(default_factory=list)  # of the steps so far


def save_state(state: TrainerState, folder: Path, fingerprint: str) -> None:
    """Write a checkpoint, then drop all others."""
    names = [name for name, _ in state.model.named_parameters()]
    tensors = {f"model.{name}": value for name, value in state.model.state_dict().items()}
    tensors |= {f"average.{name}": value for name, value in state.average.items()}
    moments = state.optimizer.state_dict()["state"]
    for index, name in enumerate(names):
        for moment in _MOMENTS:
            if index in moments:
                tensors[f"{moment}.{name}"] = moments[index][moment]
    record = {"precision": state.precision, "fingerprint": fingerprint, "losses": state.losses}
    save_checkpoint(folder, state.step, tensors, record)


def load_state(state: TrainerState, folder: Path, fingerprint: str) -> bool:
    """Restore the newest state of the same run; False where there is none."""
    found = load_checkpoint(folder, fingerprint)
    if found is None:
        return False
    state.step, state.precision = found.step, found.record["precision"]
    state.losses = found.record["losses"]
    state.model.load_state_dict(tensors_under(found.tensors, "model"))
    for name, value in tensors_under(found.tensors, "average").items():
        state.average[name].copy_(value)
    _load_moments(state, found.tensors)
    return True


def _load_moments(state: TrainerState, tensors: dict[str, Tensor]) -> None:
    moments = {moment: tensors_under(tensors, moment) for moment in _MOMENTS}
    saved = state.optimizer.state_dict()
    saved["state"] = {
        index: {moment: moments[moment][name] for moment in _MOMENTS}
        for index, (name, _) in enumerate(state.model.named_parameters())
        if name in moments["step"]
    }
    state.optimizer.load_state_dict(saved)
