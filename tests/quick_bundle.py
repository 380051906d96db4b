"""The pretrained bundle with a coarser grid: the same weights, proposals in a second an image."""

from pathlib import Path

from engine.bundle import read_bundle, write_bundle
from engine.weights.paths import ModelPaths
from tests.stack import ROOT

POINTS_PER_SIDE = 4


def make_quick_bundle(folder: Path) -> Path:
    source = ModelPaths(ROOT / "var" / "models").pretrained
    pretrained = read_bundle(source)
    write_bundle(
        folder,
        files={name: source / name for name in pretrained.files},
        encoder_digest=pretrained.encoder_digest,
        thresholds=pretrained.thresholds | {"points_per_side": POINTS_PER_SIDE},
        dataset_version=None,
        parent=None,
        metrics=pretrained.metrics,
        code_version=pretrained.code_version,
    )
    return folder
