"""SAM's prompt encoder and mask decoder as one network that trains and exports.

The classes are Meta's (Kirillov et al. 2023, arXiv:2304.02643, appendix A); only the wiring is
ours, so that all four mask tokens come out and work shared by the prompts of an image is done once.
"""

from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from segment_anything.modeling import MaskDecoder, PromptEncoder, TwoWayTransformer
from torch import Tensor, nn

FRAME_SIDE = 1024  # px, side of the square frame that prompts are given in
PADDING_LABEL = -1  # a point that means "no further prompt"


class SamDecoder(nn.Module):
    """Decode prompts on one image, or one prompt on each of B images, into four masks each.

    Args:
        prompt_encoder: Meta's class, kept whole so that state dicts carry its names.
        mask_decoder: Meta's class, likewise.

    Shapes:
        embedding: (1 or B, C, S, S), S = 64.
        points: (B, N, 2), x and y in the 1024 frame. A box is two points.
        labels: (B, N); 1 object, 0 background, 2 and 3 a box's corners, -1 padding.
        mask_input: (1 or B, 1, 4S, 4S) logits of the previous answer, or None.
        returns: logits (B, 4, 4S, 4S) and predicted IoU (B, 4), which is a bare regression.
            Token 0 answers several prompts; 1 to 3 are the hypotheses for one ambiguous point.

    """

    def __init__(self, prompt_encoder: PromptEncoder, mask_decoder: MaskDecoder) -> None:
        super().__init__()
        self.prompt_encoder = prompt_encoder
        self.mask_decoder = mask_decoder

    def forward(
        self, embedding: Tensor, points: Tensor, labels: Tensor, mask_input: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        no_mask = self.prompt_encoder.no_mask_embed.weight.reshape(1, -1, 1, 1)
        dense = no_mask if mask_input is None else self.prompt_encoder.mask_downscaling(mask_input)
        return self.decode(embedding, self.embed_points(points, labels), dense)

    def embed_points(self, points: Tensor, labels: Tensor) -> Tensor:
        """Embed prompts, as Meta's SamOnnxModel does: no branch, so it can be traced.

        The position is a sine of frequencies up to tens of turns, so it stays in float32.
        """
        encoder = self.prompt_encoder
        with torch.autocast(points.device.type, enabled=False):
            at = (points.float() + 0.5) / encoder.input_image_size[0]
            position = encoder.pe_layer._pe_encoding(at)  # noqa: SLF001  # (B, N, C)
        label = labels.unsqueeze(-1)  # (B, N, 1)
        is_point = (label != PADDING_LABEL).to(position.dtype)
        sparse: Tensor = position * is_point + encoder.not_a_point_embed.weight * (1 - is_point)
        for index, kind in enumerate(encoder.point_embeddings):
            sparse = sparse + kind.weight * (label == index).to(position.dtype)
        return sparse

    def decode(self, embedding: Tensor, sparse: Tensor, dense: Tensor) -> tuple[Tensor, Tensor]:
        """Run Meta's predict_masks without repeating the image for every prompt.

        Attention broadcasts over the batch, so while no prompt has a mask the first layer's
        projections of the S x S image tokens are made once for all B prompts.
        """
        decoder = self.mask_decoder
        output = torch.cat([decoder.iou_token.weight, decoder.mask_tokens.weight])
        output = output.unsqueeze(0).expand(sparse.shape[0], -1, -1)
        tokens = torch.cat([output, sparse], dim=1)  # (B, 5 + N, C)
        with torch.autocast(tokens.device.type, enabled=False):
            image_pe = self.prompt_encoder.get_dense_pe()  # (1, C, S, S)
        side = image_pe.shape[-1]

        tokens, image = decoder.transformer(embedding + dense, image_pe, tokens)  # (B, S*S, C)
        image = image.transpose(1, 2).unflatten(2, (side, side))
        upscaled = decoder.output_upscaling(image).flatten(2)  # (B, C/8, 16*S*S)
        weights = [
            head(tokens[:, 1 + index, :])
            for index, head in enumerate(decoder.output_hypernetworks_mlps)
        ]
        masks = torch.stack(weights, dim=1) @ upscaled  # (B, 4, 16*S*S)
        masks = masks.unflatten(2, (4 * side, 4 * side))
        return masks, decoder.iou_prediction_head(tokens[:, 0, :])


def build_decoder(dim: int = 256, side: int = 64, mlp_dim: int = 2048) -> SamDecoder:
    """Build the network with random weights; the defaults are the released one's size."""
    prompt_encoder = PromptEncoder(
        embed_dim=dim,
        image_embedding_size=(side, side),
        input_image_size=(FRAME_SIDE, FRAME_SIDE),
        mask_in_chans=16,
    )
    transformer = TwoWayTransformer(depth=2, embedding_dim=dim, mlp_dim=mlp_dim, num_heads=8)
    mask_decoder = MaskDecoder(
        transformer_dim=dim,
        transformer=transformer,
        num_multimask_outputs=3,
        iou_head_depth=3,
        iou_head_hidden_dim=dim,
    )
    return SamDecoder(prompt_encoder, mask_decoder).eval()


def load_decoder(path: Path) -> SamDecoder:
    """Load a decoder of the released size; raise ValueError if names or shapes differ."""
    decoder = build_decoder()
    load_weights(decoder, load_file(path), path)
    return decoder


def load_weights(decoder: SamDecoder, tensors: dict[str, Tensor], path: Path) -> None:
    """Put named tensors in the network, all of them and no other."""
    try:
        decoder.load_state_dict(tensors)
    except RuntimeError as error:
        raise ValueError(f"{path} does not hold a SAM decoder of this size: {error}") from error


def save_decoder(decoder: SamDecoder, path: Path) -> None:
    """Write prompt encoder and mask decoder under Meta's names, float32."""
    tensors = {
        name: tensor.detach().float().contiguous() for name, tensor in decoder.state_dict().items()
    }
    bad = sorted(name for name, tensor in tensors.items() if not np.isfinite(tensor.numpy()).all())
    if bad:
        raise ValueError(f"not written, these tensors are not finite: {', '.join(bad)}")
    save_file(tensors, path)
