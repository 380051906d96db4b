"""The pretrained bundle again, with something of it changed: another grid, more files."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.bundle import read_bundle, write_bundle
from engine.weights.paths import ModelPaths
from tests.stack import ROOT

POINTS_PER_SIDE = 4


def make_quick_bundle(folder: Path) -> Path:
    """Write one with a coarser grid: the same weights, proposals in a second an image."""
    source = ModelPaths(ROOT / "var" / "models").pretrained
    metrics = read_bundle(source).metrics
    return write_again(folder, source, points_per_side=POINTS_PER_SIDE, metrics=metrics)


def write_again(
    folder: Path,
    source: Path,
    *,
    files: Mapping[str, Path] | None = None,
    points_per_side: int | None = None,
    **told: Any,
) -> Path:
    """Write a bundle of another's files and more at a folder that is not there, and return it.

    `told` is what its manifest tells else; nobody trained it from a version unless that says so.
    """
    pretrained = read_bundle(source)
    grid = {} if points_per_side is None else {"points_per_side": points_per_side}
    write_bundle(
        folder,
        files={**{name: source / name for name in pretrained.files}, **(files or {})},
        encoder_digest=pretrained.encoder_digest,
        thresholds=pretrained.thresholds | grid,
        code_version=pretrained.code_version,
        **{"dataset_version": None, "parent": None, "metrics": {}, **told},
    )
    return folder
