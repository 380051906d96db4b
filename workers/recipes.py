"""What a part of a bundle was made by: with the version and bundle that it names, all that decides.

A bundle's manifest keeps it as JSON, so that it can be made again: see workers/rebuilding.py.
"""

import hashlib
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields, is_dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, TypeVar, cast, get_args, get_origin, get_type_hints

import structlog
import torch

import engine
from annotation.models import Bundle
from engine.canonical import canonical_json
from engine.segmentation.prompt_head_training import PromptHeadConfig
from engine.segmentation.trainer import TrainConfig
from engine.whole_file import whole_file

T = TypeVar("T")
_LIBRARIES: Final = (
    "torch",
    "onnxruntime",
    "onnx",
    "numpy",
    "scikit-learn",
    "rlemasklib",
    "pillow",
)
_CPU: Final = Path("/proc/cpuinfo")
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class MaskRecipe:
    """How a round makes its part of masks."""

    dataset_version: str
    parent: str  # the bundle whose decoder it begins from, by its id
    decoder: TrainConfig  # its precision is no "auto"
    head: PromptHeadConfig
    turns: bool  # images are shown to the encoder turned
    learns_encoder: bool
    photos: int  # that images are told apart from
    threads: int  # of torch, onnxruntime and numpy's BLAS: with another number sums are others
    made_by: dict[str, str]  # see `made_by`


@dataclass(frozen=True, slots=True)
class LabelRecipe:
    """How a round makes its part of labels."""

    dataset_version: str
    threads: int  # of torch, which looks at masks
    made_by: dict[str, str]  # see `made_by`


def recipes_of(bundle: Bundle) -> dict[str, dict[str, Any]]:
    """Return how each part was made. Labels that are told no recipe of came with their masks."""
    recipes = dict(bundle.recipes)
    masks = recipes.get(Bundle.Part.MASKS)
    if masks and Bundle.Part.LABELS not in recipes and bundle.digests_of(Bundle.Part.LABELS):
        names = {each.name for each in fields(LabelRecipe)} & masks.keys()
        recipes[Bundle.Part.LABELS] = {name: masks[name] for name in names}
    return recipes


def made_by() -> dict[str, str]:
    """Name the code, the libraries and the machine; where one is another, bytes may be others."""
    is_cuda = torch.cuda.is_available()
    return {
        "code": _code_digest(),
        **{name: version(name) for name in _LIBRARIES},
        "device": torch.cuda.get_device_name() if is_cuda else "cpu",
        "cpu": f"{_cpu_name()}, {torch.backends.cpu.get_cpu_capability()}",
    }


def kept_recipe(path: Path, kind: type[T], make: Callable[[], T], made: Sequence[str]) -> T:
    """Return the recipe that a training began by, whatever the settings are by now.

    One of other code, which an upgrade left, cannot be gone on with: the training begins anew.

    Args:
        made: what the training leaves beside the recipe, as patterns for its folder. It is deleted
            where a new recipe takes the place of an old one.

    """
    if path.is_file():
        try:
            return read_recipe(kind, json.loads(path.read_bytes()))
        except ValueError as error:
            log.warning("training_begins_anew", recipe=path.name, reason=str(error))
            for each in [each for pattern in made for each in path.parent.glob(pattern)]:
                shutil.rmtree(each) if each.is_dir() else each.unlink()
    with whole_file(path) as scratch:  # the last, so that a kill before it leaves the old one
        scratch.write_bytes(canonical_json(asdict(cast("Any", make()))))
    return read_recipe(kind, json.loads(path.read_bytes()))


def read_recipe(kind: type[T], value: object) -> T:
    """Read what `asdict` made of a dataclass.

    Raises:
        ValueError: it is of code whose recipes had other fields.

    """
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        names = {each.name for each in fields(kind)}
        told = value if isinstance(value, dict) else {}
        if other := sorted(names ^ told.keys()):
            raise ValueError(f"a recipe of other code, as to {kind.__name__}'s {', '.join(other)}")
        return kind(**{name: read_recipe(hints[name], told[name]) for name in names})
    if get_origin(kind) is tuple:
        return cast("T", tuple(read_recipe(get_args(kind)[0], each) for each in cast("Any", value)))
    return cast("T", value)


def _code_digest() -> str:
    """Hash the engine and the workers as they run here."""
    root = Path(engine.__file__).parent.parent
    sha256 = hashlib.sha256()
    for path in sorted([*(root / "engine").rglob("*.py"), *(root / "workers").rglob("*.py")]):
        sha256.update(f"{path.relative_to(root)}\n".encode() + path.read_bytes())
    return sha256.hexdigest()


def _cpu_name() -> str:
    lines = _CPU.read_text().splitlines() if _CPU.is_file() else []
    return next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")), ""
    )
