"""The decoder as its ONNX graph has it: the same answers with a fifth fewer multiplications.

Upscaling begins with a matrix product over the tokens of the image, a third of a click. The layers
before it add a little to an image that is known beforehand, and normalise it. So the product is
made of the image once, when it is looked at, and of what a click writes to it: few tokens, again.

That is for browsers, where a look is kept for all clicks on an image. Workers look anew at each
prompt: one by itself takes them 8 % longer than SamDecoder's order would, sixteen at once as long.
Training keeps to SamDecoder.answer, which has no folded weights to be differentiated.
"""

import copy
from typing import NamedTuple

import torch
from segment_anything.modeling import MaskDecoder
from torch import Tensor, nn

from engine.segmentation.decoder import (
    Look,
    SamDecoder,
    advance,
    as_product,
    masks_of,
    read_image,
    writing,
)
from engine.segmentation.onnx_kernels import TanhGelu, centred_norm, norm_and_scale


class GraphLook(NamedTuple):
    """SamDecoder's Look, and what the upscaling will make of the image."""

    image: Tensor
    key: Tensor
    value: Tensor
    upscaled: Tensor  # (M, L, C)


class Looking(nn.Module):
    """SamDecoder.look with `has_mask_input` in place of None."""

    def __init__(self, decoder: SamDecoder) -> None:
        super().__init__()
        self.decoder = decoder
        self.product = fold(decoder.mask_decoder).products[0]

    def forward(
        self, image_embeddings: Tensor, mask_input: Tensor, has_mask_input: Tensor
    ) -> GraphLook:
        encoder = self.decoder.prompt_encoder
        no_mask = encoder.no_mask_embed.weight.reshape(1, -1, 1, 1)
        dense = has_mask_input * encoder.mask_downscaling(mask_input)
        look = self.decoder.look(image_embeddings, dense + (1 - has_mask_input) * no_mask)
        return GraphLook(*look, look.image @ self.product)


class Answering(nn.Module):
    """SamDecoder.answer, from points and a GraphLook."""

    def __init__(self, decoder: SamDecoder) -> None:
        super().__init__()
        self.decoder = copy.deepcopy(decoder)
        layers = self.decoder.mask_decoder.output_upscaling
        for index, layer in enumerate(layers):
            if isinstance(layer, nn.GELU):
                layers[index] = TanhGelu()
        self.folded = fold(decoder.mask_decoder)

    def forward(
        self,
        image: Tensor,
        key: Tensor,
        value: Tensor,
        upscaled: Tensor,
        points: Tensor,
        labels: Tensor,
    ) -> tuple[Tensor, Tensor]:
        decoder = self.decoder
        transformer = decoder.mask_decoder.transformer
        position = decoder.position(image.dtype)
        prompt = decoder.tokens_of(decoder.embed_points(points, labels))
        tokens, known = prompt, Look(image, key, value)
        scales, weights, values = [], [], []
        for number, layer in enumerate(transformer.layers):
            looked = known if number == 0 else None
            tokens = advance(layer, tokens, prompt, image, position, looked)
            write = layer.cross_attn_image_to_token
            weight, written = writing(write, image + position, tokens + prompt, tokens)
            image, scale = norm_and_scale(image + weight @ written, layer.norm4)
            scales.append(scale)
            weights.append(weight)
            # Each head's weights add up to 1: its share of an offset may come with its values.
            offset = self.folded.before[number] / write.num_heads
            values.append(written @ self.folded.products[number] + offset)
        first = self._first(upscaled, scales, weights, values)

        asked = 1 + decoder.mask_decoder.num_mask_tokens  # the prompts' own tokens say nothing
        tokens, prompt = tokens[:, :asked], prompt[:, :asked]
        read = transformer.final_attn_token_to_image
        answer = read_image(read, tokens + prompt, image, position)
        tokens = transformer.norm_final_attn(tokens + answer)
        return self._upscale(first, decoder.heads(tokens)), decoder.iou(tokens)

    def _first(
        self, upscaled: Tensor, scales: list[Tensor], weights: list[Tensor], values: list[Tensor]
    ) -> Tensor:
        """Make the upscaling's first product, (B, L, C), of one sum: see `fold`."""
        share = torch.ones_like(scales[-1])
        parts, made = [share], [self.folded.after.expand(share.shape[0], 1, -1)]
        for scale, weight, value in zip(scales[::-1], weights[::-1], values[::-1], strict=True):
            share = share * scale
            parts.append(share * weight)
            made.append(value)
        return share * upscaled + torch.cat(parts, dim=2) @ torch.cat(made, dim=1)

    def _upscale(self, first: Tensor, heads: Tensor) -> Tensor:
        """SamDecoder's upscale from its first product on."""
        _, norm, gelu, second, gelu_2 = self.decoder.mask_decoder.output_upscaling
        x = gelu(centred_norm(first.reshape(*first.shape[:2], 4, -1), norm))
        weight, offset = as_product(second)
        # The bias comes right before the activation: onnxruntime makes one kernel of the two.
        x = gelu_2(x @ weight.T + offset)
        return masks_of(heads, x)


class Folded(NamedTuple):
    """The upscaling's first product with the norms before it: see `fold`."""

    products: list[Tensor]  # (C, C) of each layer
    before: list[Tensor]  # (C,), what a layer's image brings along; 0 for the first
    after: Tensor  # (C,), what the last layer's norm and the product's own bias add


def fold(decoder: MaskDecoder) -> Folded:
    """Fold each layer's norm of the image into the upscaling's first product.

    A layer makes of an image x its norm, r (y - mean(y)) g + b, of y = x + w v, with r = 1 / std(y)
    of each token. The product of that with W is r (x V + w (v V)) + b W, where V is g W less the
    mean of its rows: as good as to take the mean out of y. V is to the layer before what W is here.
    """
    weight, bias = as_product(decoder.output_upscaling[0])
    # The norm after the product takes each pixel's mean over its channels out: so may its weights.
    product = less_mean(weight.T.double().reshape(weight.shape[1], 4, -1), 2).flatten(1)
    offset = less_mean(bias.double().reshape(4, -1), 1).flatten()
    products: list[Tensor] = []
    offsets: list[Tensor] = []
    for layer in reversed(decoder.transformer.layers):
        norm = layer.norm4
        offsets.insert(0, offset + norm.bias.double() @ product)
        product = less_mean(norm.weight.double()[:, None] * product, 0)
        products.insert(0, product)
        offset = torch.zeros_like(offset)
    *between, after = [each.detach().float() for each in offsets]
    before = [torch.zeros_like(after), *between]
    return Folded([each.detach().float() for each in products], before, after)


def less_mean(x: Tensor, dim: int) -> Tensor:
    return x - x.mean(dim=dim, keepdim=True)
