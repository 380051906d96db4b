"""Image encoders: pixels in, a 256 x 64 x 64 embedding out. Each is known by its file's digest."""

import hashlib
from functools import partial
from pathlib import Path
from typing import Protocol, TypeAlias

import numpy as np
import onnxruntime as ort
import torch
from numpy.typing import NDArray
from PIL import Image
from segment_anything.modeling import ImageEncoderViT

from engine.segmentation.frame import SIDE, scaled_size

MEAN = np.array([123.675, 116.28, 103.53], np.float32)  # SAM's, RGB, of 255
STD = np.array([58.395, 57.12, 57.375], np.float32)

Embedding: TypeAlias = NDArray[np.float16]
Pixels: TypeAlias = NDArray[np.uint8]


class Encoder(Protocol):
    """What embeds an image; two encoders of one digest give the same embeddings."""

    digest: str

    def encode(self, pixels: Pixels) -> Embedding:
        """Embed (H, W, 3) RGB as (256, 64, 64)."""
        ...


class OnnxEncoder:
    """An encoder exported to ONNX: `input` (1, 3, 1024, 1024) to `output` (1, 256, 64, 64)."""

    def __init__(self, path: Path, threads: int = 2) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        self.digest = file_digest(path)
        self._session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        self._input = self._session.get_inputs()[0].name

    def encode(self, pixels: Pixels) -> Embedding:
        (embedding,) = self._session.run(None, {self._input: preprocess(pixels)})
        return np.asarray(embedding[0], np.float16)


class SamEncoder:
    """The ViT of one of Meta's checkpoints (sam_vit_b, l or h), told apart by its width."""

    def __init__(self, path: Path, device: str | None = None) -> None:
        self.digest = file_digest(path)
        self._device = device or ("cuda" if torch.cuda.is_available() else "cpu")
        tensors = torch.load(path, map_location="cpu", weights_only=True)
        prefix = "image_encoder."
        weights = {
            name.removeprefix(prefix): tensor
            for name, tensor in tensors.items()
            if name.startswith(prefix)
        }
        if "pos_embed" not in weights:
            raise ValueError(f"{path} is not a SAM checkpoint: it has no image encoder")
        vit = build_vit(weights["pos_embed"].shape[-1])
        vit.load_state_dict(weights)
        self._vit = vit.eval().to(self._device)

    @torch.inference_mode()
    def encode(self, pixels: Pixels) -> Embedding:
        embedding = self._vit(torch.from_numpy(preprocess(pixels)).to(self._device))
        return np.asarray(embedding[0].float().cpu().numpy(), np.float16)


# Width: (depth, heads, layers with global attention), of segment_anything's build_sam.
_VITS = {
    768: (12, 12, (2, 5, 8, 11)),
    1024: (24, 16, (5, 11, 17, 23)),
    1280: (32, 16, (7, 15, 23, 31)),
}


def build_vit(width: int) -> ImageEncoderViT:
    """Build Meta's image encoder of a known width, with random weights."""
    if width not in _VITS:
        raise ValueError(f"no SAM encoder is {width} wide; known: {sorted(_VITS)}")
    depth, heads, global_layers = _VITS[width]
    return ImageEncoderViT(
        depth=depth,
        embed_dim=width,
        img_size=SIDE,
        mlp_ratio=4,
        norm_layer=partial(torch.nn.LayerNorm, eps=1e-6),
        num_heads=heads,
        patch_size=16,
        qkv_bias=True,
        use_rel_pos=True,
        global_attn_indexes=global_layers,
        window_size=14,
        out_chans=256,
    )


def load_encoder(path: str | Path, threads: int = 2) -> Encoder:
    """Load an encoder by its suffix: `.onnx`, or a checkpoint of Meta's as `.pth`."""
    path = Path(path)
    if not path.is_file():
        raise ValueError(f"no encoder at {path}; `python -m engine.weights` makes the default one")
    if path.suffix == ".onnx":
        return OnnxEncoder(path, threads)
    if path.suffix in {".pth", ".pt"}:
        return SamEncoder(path)
    raise ValueError(f"encoder {path.name} is neither .onnx nor .pth")


def preprocess(pixels: Pixels) -> NDArray[np.float32]:
    """Scale the longest side to 1024, normalise, pad at the bottom and right: (1, 3, 1024, 1024).

    Pillow's antialiased bilinear resize, as SAM's ResizeLongestSide.
    """
    height, width = scaled_size((pixels.shape[0], pixels.shape[1]))
    image = Image.fromarray(pixels).resize((width, height), Image.Resampling.BILINEAR)
    out = np.zeros((1, 3, SIDE, SIDE), np.float32)
    out[0, :, :height, :width] = ((np.asarray(image, np.float32) - MEAN) / STD).transpose(2, 0, 1)
    return out


def file_digest(path: Path) -> str:
    """sha256 of a file, hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
