"""A bundle of random weights: it asks on four points of an image, and keeps whatever it finds."""

from pathlib import Path

from engine.bundle import write_bundle
from engine.segmentation.decoder import SamDecoder, save_decoder
from engine.segmentation.onnx_export import export_decoder


def write_random_bundle(
    folder: Path, decoder: SamDecoder, encoder_digest: str, **thresholds: float
) -> Path:
    """Write a bundle of a decoder, and return its folder within another."""
    save_decoder(decoder, folder / "decoder.safetensors")
    export_decoder(decoder, folder / "decoder.onnx")
    (folder / "model_card.md").write_text("Random weights.")
    names = ("decoder.safetensors", "decoder.onnx", "model_card.md")
    write_bundle(
        folder / "bundle",
        files={name: folder / name for name in names},
        encoder_digest=encoder_digest,
        thresholds={
            "points_per_side": 2,
            "predicted_iou_min": -1e9,
            "stability_min": 0,
            "max_share": 1,
            "min_area_px": 1,
            **thresholds,
        },
        dataset_version=None,
        parent=None,
        metrics={},
        code_version="test",
    )
    return folder / "bundle"
