"""Export the mask decoder to the ONNX graph that workers and browsers run."""

import warnings
from pathlib import Path

import torch
from torch import Tensor, nn

from engine.segmentation.decoder import SamDecoder

OPSET = 17
INPUTS = ("image_embeddings", "point_coords", "point_labels", "mask_input", "has_mask_input")
OUTPUTS = ("low_res_masks", "iou_predictions")


class _Exported(nn.Module):
    """The decoder with `has_mask_input` in place of None."""

    def __init__(self, decoder: SamDecoder) -> None:
        super().__init__()
        self.decoder = decoder

    def forward(
        self,
        image_embeddings: Tensor,
        point_coords: Tensor,
        point_labels: Tensor,
        mask_input: Tensor,
        has_mask_input: Tensor,
    ) -> tuple[Tensor, Tensor]:
        encoder = self.decoder.prompt_encoder
        no_mask = encoder.no_mask_embed.weight.reshape(1, -1, 1, 1)
        dense = has_mask_input * encoder.mask_downscaling(mask_input)
        dense = dense + (1 - has_mask_input) * no_mask
        sparse = self.decoder.embed_points(point_coords, point_labels)
        return self.decoder.decode(image_embeddings, sparse, dense)


def export_decoder(decoder: SamDecoder, path: Path) -> None:
    """Write the graph; nothing is upscaled in it, so a prompt costs the same on any image.

    Shapes, all float32:
        image_embeddings: (1, 256, 64, 64).
        point_coords: (B, N, 2) in the 1024 frame; point_labels: (B, N).
        mask_input: (M, 1, 256, 256), M = B, or M = 1 where has_mask_input is 0: then the first
            layer's work on the image is shared by the B prompts.
        has_mask_input: (1,), 0 or 1.
        low_res_masks: (B, 4, 256, 256) logits; iou_predictions: (B, 4).
    """
    dim, side = decoder.mask_decoder.transformer_dim, decoder.prompt_encoder.image_embedding_size[0]
    example = (
        torch.zeros(1, dim, side, side),
        torch.full((2, 3, 2), 512.0),
        torch.ones(2, 3),
        torch.zeros(2, 1, 4 * side, 4 * side),
        torch.ones(1),
    )
    with warnings.catch_warnings():
        # The tracing exporter is marked as old; its successor needs one package more, onnxscript.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            _Exported(decoder).eval(),
            example,
            str(path),
            dynamo=False,
            opset_version=OPSET,
            input_names=list(INPUTS),
            output_names=list(OUTPUTS),
            dynamic_axes={
                "point_coords": {0: "prompts", 1: "points"},
                "point_labels": {0: "prompts", 1: "points"},
                "mask_input": {0: "masks"},
                "low_res_masks": {0: "prompts"},
                "iou_predictions": {0: "prompts"},
            },
        )
