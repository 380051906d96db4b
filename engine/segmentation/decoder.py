"""SAM's prompt encoder and mask decoder as one network that trains and exports.

The classes are Meta's (Kirillov et al. 2023, arXiv:2304.02643, appendix A); only the wiring is
ours, so that all four mask tokens come out and work shared by the prompts of an image is done once.
"""

import math
from pathlib import Path
from typing import NamedTuple, cast

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from segment_anything.modeling import MaskDecoder, PromptEncoder, TwoWayTransformer
from segment_anything.modeling.transformer import Attention, TwoWayAttentionBlock
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  # as everyone calls it

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
        """Compute Meta's predict_masks in another order: same weights, less than half the time.

        Nothing is repeated for every prompt that prompts share: while none has a mask, they look
        at one image.
        """
        return self.answer(self.look(embedding, dense), sparse)

    def look(self, embedding: Tensor, dense: Tensor) -> "Look":
        """Do what does not depend on points.

        Shapes:
            embedding: (1 or B, C, S, S); dense: the mask prompt embedded, or no_mask_embed.
        """
        image = (embedding + dense.to(embedding.dtype)).flatten(2).transpose(1, 2)
        read = self.mask_decoder.transformer.layers[0].cross_attn_token_to_image
        key = by_head(read, read.k_proj(image + self.position(image.dtype)))
        return Look(image, key.transpose(2, 3), by_head(read, read.v_proj(image)))

    def answer(self, look: "Look", sparse: Tensor) -> tuple[Tensor, Tensor]:
        """Answer prompts (B, N, C) on what `look` saw."""
        decoder = self.mask_decoder
        position = self.position(look.image.dtype)
        tokens, image = two_way(decoder.transformer, self.tokens_of(sparse), look, position)
        return upscale(decoder, image, self.heads(tokens)), self.iou(tokens)

    def tokens_of(self, sparse: Tensor) -> Tensor:
        """Put the output tokens, one for the IoU and four for the masks, before the prompts'."""
        decoder = self.mask_decoder
        output = torch.cat([decoder.iou_token.weight, decoder.mask_tokens.weight])
        output = output.unsqueeze(0).expand(sparse.shape[0], -1, -1)
        return torch.cat([output, sparse], dim=1)  # (B, 5 + N, C)

    def heads(self, tokens: Tensor) -> Tensor:
        """Turn the tokens of the masks into their heads, (B, 4, C/8)."""
        networks = enumerate(self.mask_decoder.output_hypernetworks_mlps)
        return torch.stack([head(tokens[:, 1 + index, :]) for index, head in networks], dim=1)

    def iou(self, tokens: Tensor) -> Tensor:
        """Predict the IoU of the four masks, (B, 4)."""
        predicted: Tensor = self.mask_decoder.iou_prediction_head(tokens[:, 0, :])
        return predicted

    def position(self, dtype: torch.dtype) -> Tensor:
        """Return the image tokens' positional encoding, (1, S*S, C), computed in float32."""
        with torch.autocast(self.mask_decoder.iou_token.weight.device.type, enabled=False):
            position = self.prompt_encoder.get_dense_pe()  # (1, C, S, S)
        flat: Tensor = position.flatten(2).transpose(1, 2)
        return flat.to(dtype)


class Look(NamedTuple):
    """What the decoder sees of an image before any point; M = 1 where all prompts share it."""

    image: Tensor  # (M, L, C) tokens of the image, L = S * S
    key: Tensor  # (M, heads, D, L), what the first layer's points attend by
    value: Tensor  # (M, heads, L, D), what they get


def two_way(
    transformer: TwoWayTransformer, prompt: Tensor, look: Look, position: Tensor
) -> tuple[Tensor, Tensor]:
    """Run Meta's TwoWayTransformer with less work on the S x S image tokens.

    Only the first layer sees an image that prompts may share, so only its reading of it is
    projected beforehand. All other projections are folded into each prompt's few tokens: see
    `read_image` and `writing`.

    Shapes:
        prompt: (B, T, C); position: (1, L, C).
        returns: tokens (B, T, C) and image (B, L, C).
    """
    tokens, image = prompt, look.image
    for number, layer in enumerate(transformer.layers):
        known = look if number == 0 else None
        tokens = advance(layer, tokens, prompt, image, position, known)
        write = layer.cross_attn_image_to_token
        weights, value = writing(write, image + position, tokens + prompt, tokens)
        image = layer.norm4(image + weights @ value)
    read = transformer.final_attn_token_to_image
    answer = read_image(read, tokens + prompt, image, position)
    return transformer.norm_final_attn(tokens + answer), image


def advance(
    layer: TwoWayAttentionBlock,
    tokens: Tensor,
    prompt: Tensor,
    image: Tensor,
    position: Tensor,
    known: Look | None,
) -> Tensor:
    """Let the tokens (B, T, C) look at each other and at the image; the latter stays.

    Shapes:
        prompt: (B, T, C); image: (B, L, C); position: (1, L, C).
        known: the image projected for this layer's reading, in place of the two.
    """
    if layer.skip_first_layer_pe:
        tokens = layer.norm1(layer.self_attn(q=tokens, k=tokens, v=tokens))
    else:
        at = tokens + prompt
        tokens = layer.norm1(tokens + layer.self_attn(q=at, k=at, v=tokens))
    read = layer.cross_attn_token_to_image
    if known is not None:
        answer = attend(read, tokens + prompt, known)
    else:
        answer = read_image(read, tokens + prompt, image, position)
    tokens = layer.norm2(tokens + answer)
    advanced: Tensor = layer.norm3(tokens + layer.mlp(tokens))
    return advanced


def read_image(attention: Attention, tokens: Tensor, image: Tensor, position: Tensor) -> Tensor:
    """Attend from T tokens to L image tokens without projecting those: T is far below L.

    q . (W k) = (q W) . k, and the mean of W v is W times the mean of v. The bias of the keys adds
    the same to every score of a query, which the softmax takes out again.

    Shapes:
        tokens: (B, T, C); image: (B, L, C); position: (1, L, C).
        returns: (B, T, C).
    """
    query = by_head(attention, attention.q_proj(tokens))  # (B, heads, T, D)
    width = query.shape[-1]
    key = attention.k_proj.weight.reshape(attention.num_heads, width, -1).to(query.dtype)
    rows = (query / math.sqrt(width) @ key).flatten(1, 2)  # (B, heads * T, C)
    scores = (image + position) @ rows.transpose(1, 2)  # (B, L, heads * T)
    seen = scores.transpose(1, 2).softmax(dim=-1).to(image.dtype) @ image
    seen = seen.unflatten(1, (attention.num_heads, -1))  # (B, heads, T, C)
    value = attention.v_proj.weight.reshape(attention.num_heads, width, -1).transpose(1, 2)
    answer = (seen @ value.to(seen.dtype)).transpose(1, 2).flatten(2) + attention.v_proj.bias
    out: Tensor = attention.out_proj(answer)
    return out


def writing(
    attention: Attention, placed: Tensor, key: Tensor, value: Tensor
) -> tuple[Tensor, Tensor]:
    """Attend from L image tokens to T tokens, likewise; the output's projection is folded too.

    Shapes:
        placed: (1 or B, L, C), image tokens with their position; key, value: (B, T, C).
        returns: weights (B, L, heads * T), and what is written (B, heads * T, C): the image is
            given their product.
    """
    heads = attention.num_heads
    key = by_head(attention, attention.k_proj(key))  # (B, heads, T, D)
    width = key.shape[-1]
    key = key / math.sqrt(width)
    query = attention.q_proj.weight.reshape(heads, width, -1).to(key.dtype)
    offset = attention.q_proj.bias.reshape(heads, width, 1).to(key.dtype)
    scores = placed @ (key @ query).flatten(1, 2).transpose(1, 2)  # (B, L, heads * T)
    scores = scores + (key @ offset).flatten(1).unsqueeze(1)
    weights = scores.unflatten(2, (heads, -1)).softmax(dim=-1).flatten(2)
    value = by_head(attention, attention.v_proj(value))
    out_proj = attention.out_proj.weight.reshape(-1, heads, width).permute(1, 2, 0)
    # Each head's weights add up to 1, so that its share of the bias may come with its values.
    bias = (attention.out_proj.bias / heads).to(value.dtype)
    value = (value @ out_proj.to(value.dtype) + bias).flatten(1, 2)  # (B, heads * T, C)
    return weights.to(value.dtype), value


def by_head(attention: Attention, x: Tensor) -> Tensor:
    """Split (B, T, heads * D) into (B, heads, T, D)."""
    return x.reshape(*x.shape[:2], attention.num_heads, -1).transpose(1, 2)


def attend(attention: Attention, tokens: Tensor, look: Look) -> Tensor:
    """Attend from tokens (B, T, C) to an image that is projected already; gives (B, T, C)."""
    query = by_head(attention, attention.q_proj(tokens))  # (B, heads, T, D)
    weights = query / math.sqrt(query.shape[-1]) @ look.key
    answer = weights.softmax(dim=-1).to(look.value.dtype) @ look.value
    out: Tensor = attention.out_proj(answer.transpose(1, 2).flatten(2))
    return out


def upscale(decoder: MaskDecoder, image: Tensor, heads: Tensor) -> Tensor:
    """Run Meta's output_upscaling and the product with the mask heads.

    Kernels as large as their stride never overlap, so each transposed convolution is a matrix
    product per token; only the finished masks are put in the order of pixels.

    Shapes:
        image: (B, S*S, C); heads: (B, 4, C/8).
        returns: (B, 4, 4S, 4S).
    """
    first, norm, gelu, second, gelu_2 = decoder.output_upscaling
    x = unstrided(first, image)  # (B, S*S, 4, C/4)
    x = unstrided(
        second, gelu(F.layer_norm(x, norm.weight.shape, norm.weight, norm.bias, norm.eps))
    )
    return masks_of(heads, gelu_2(x))


def masks_of(heads: Tensor, pixels: Tensor) -> Tensor:
    """Give each pixel its logits.

    Shapes:
        heads: (B, 4, C/8); pixels: (B, S*S, 4, ...), C/8 channels of each token's sixteen pixels.
        returns: (B, 4, 4S, 4S).
    """
    side = math.isqrt(pixels.shape[1])
    pixels = pixels.reshape(pixels.shape[0], -1, heads.shape[-1])
    masks: Tensor = heads @ pixels.transpose(1, 2)  # (B, 4, S*S*4*4)
    masks = masks.reshape(-1, 4, side, side, 2, 2, 2, 2).permute(0, 1, 2, 4, 6, 3, 5, 7)
    return masks.reshape(-1, 4, 4 * side, 4 * side)


def unstrided(convolution: nn.ConvTranspose2d, x: Tensor) -> Tensor:
    """Apply a 2 x 2, stride 2 transposed convolution to tokens: (..., C) to (..., 4, C')."""
    x = F.linear(x, *as_product(convolution))
    return x.reshape(*x.shape[:-1], 4, -1)


def as_product(convolution: nn.ConvTranspose2d) -> tuple[Tensor, Tensor]:
    """Return such a convolution's weight (4 * C', C) and bias (4 * C',) for F.linear."""
    weight = convolution.weight.permute(2, 3, 1, 0).flatten(0, 2)
    return weight, torch.cat([cast("Tensor", convolution.bias)] * 4)


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
    """Load a decoder of any width; raise ValueError if a name or a shape does not fit."""
    tensors = load_file(path)
    decoder = build_like(tensors, path)
    load_weights(decoder, tensors, path)
    return decoder


def build_like(tensors: dict[str, Tensor], path: Path) -> SamDecoder:
    """Build a decoder of the width of some named tensors, which `path` held."""
    try:
        dim = tensors["mask_decoder.iou_token.weight"].shape[1]
        mlp_dim = tensors["mask_decoder.transformer.layers.0.mlp.lin1.weight"].shape[0]
    except KeyError as error:
        raise ValueError(f"{path} does not hold a SAM decoder: it has no {error}") from error
    return build_decoder(dim=dim, mlp_dim=mlp_dim)


def load_weights(decoder: SamDecoder, tensors: dict[str, Tensor], path: Path) -> None:
    """Put named tensors in the network, all of them and no other."""
    try:
        decoder.load_state_dict(tensors)
    except RuntimeError as error:
        raise ValueError(f"{path} does not hold a SAM decoder of this size: {error}") from error


def save_decoder(decoder: SamDecoder, path: Path) -> None:
    """Write prompt encoder and mask decoder under Meta's names, float32."""
    save_file(named_weights(decoder), path)


def named_weights(decoder: SamDecoder) -> dict[str, Tensor]:
    """Return the weights under Meta's names, float32; ValueError where one is not finite."""
    tensors = {
        name: tensor.detach().float().contiguous() for name, tensor in decoder.state_dict().items()
    }
    bad = sorted(name for name, tensor in tensors.items() if not np.isfinite(tensor.numpy()).all())
    if bad:
        raise ValueError(f"not written, these tensors are not finite: {', '.join(bad)}")
    return tensors
