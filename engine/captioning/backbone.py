"""EfficientNet-lite0 as a frozen eye: the feature map before its last layer."""

import hashlib
from pathlib import Path
from typing import Final, cast

import numpy as np
import timm
import torch
from numpy.typing import NDArray
from PIL import Image
from safetensors.torch import load_file
from timm.data import ImageNetInfo
from torch import Tensor, nn

from engine.canonical import sha256_of_path
from engine.captioning.items import FeatureMap, Look, Pixels

ARCHITECTURE: Final = "tf_efficientnet_lite0"
WEIGHTS: Final = "efficientnet_lite0.safetensors"
_CELL_PX: Final = 32
SIDE_PX: Final = 9 * _CELL_PX  # larger than the 224 of its training, for finer maps
_CENTRE: Final = 127.0  # of its training's normalisation, in 0-255
_SPREAD: Final = 128.0
_MOST_TAGS: Final = 5
_LEAST_PROBABILITY: Final = 0.02  # of a thousand classes; photos of many things reach no more


class Backbone:
    """Turns pixels into a map that covers the image from edge to edge (Tan & Le 2019, 2020).

    Its digest is of the weights and of the size that images are squeezed to: maps of another one
    are not the same.
    """

    map_hw: Final = (SIDE_PX // _CELL_PX, SIDE_PX // _CELL_PX)

    def __init__(self, folder: Path) -> None:
        seen = f"{sha256_of_path(folder / WEIGHTS)} {SIDE_PX}"
        self.digest = hashlib.sha256(seen.encode()).hexdigest()
        self._network = build_backbone()
        self._network.load_state_dict(load_file(folder / WEIGHTS))
        self._network.eval()
        self._names = ImageNetInfo()

    def encode(self, pixels: Pixels) -> FeatureMap:
        """Embed (H, W, 3) RGB as (1280, 9, 9) float16; 0.2 s on one core.

        The image is squeezed into a square, so that nothing is cut off and cells are shares.
        """
        image = Image.fromarray(pixels).resize((SIDE_PX, SIDE_PX), Image.Resampling.BICUBIC)
        return np.asarray(self.encode_square(np.asarray(image)), np.float16)

    @torch.inference_mode()
    def encode_square(self, square: Pixels) -> NDArray[np.float32]:
        """Embed (S, S, 3) RGB as it is as (1280, S / 32, S / 32); S is a multiple of 32."""
        scaled = (np.asarray(square, np.float32) - _CENTRE) / _SPREAD
        batch = torch.from_numpy(scaled).permute(2, 0, 1)[None]
        seen: Tensor = self._network.forward_features(batch)  # type: ignore[operator]  # timm's
        return np.asarray(seen[0].numpy(), np.float32)

    @torch.inference_mode()
    def look(self, seen: FeatureMap) -> Look:
        """Name what a map (1280, 9, 9) shows by the classes of ImageNet: its last layer."""
        whole = torch.from_numpy(np.asarray(seen, np.float32)).mean(dim=(1, 2))
        layer = cast("nn.Linear", self._network.get_submodule("classifier"))
        likely = torch.softmax(layer(whole), dim=0).topk(_MOST_TAGS)
        found = zip(likely.values.tolist(), likely.indices.tolist(), strict=True)
        tags = [self._names.index_to_description(i) for p, i in found if p >= _LEAST_PROBABILITY]
        return Look([seen], [tag.split(",")[0] for tag in tags])  # the first of its synonyms


def build_backbone() -> nn.Module:
    """Build the network with random weights."""
    network: nn.Module = timm.create_model(ARCHITECTURE, pretrained=False)
    return network
