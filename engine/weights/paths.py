"""Where converted weights lie; light, so that the web side may ask too."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ModelPaths:
    """The files below one model folder, `var/models` by default."""

    root: Path

    @property
    def encoder(self) -> Path:
        """The image encoder, (1, 3, 1024, 1024) -> (1, 256, 64, 64)."""
        return self.root / "encoder.onnx"

    @property
    def pretrained(self) -> Path:
        """The bundle of round 0."""
        return self.root / "pretrained"

    @property
    def whisper(self) -> Path:
        """A checkpoint for `whisper.load_model`."""
        return self.root / "whisper-tiny.en.pt"

    @property
    def language_model(self) -> Path:
        """A folder for transformers: SmolLM2-135M-Instruct and its tokenizer."""
        return self.root / "smollm2-135m-instruct"

    @property
    def image_backbone(self) -> Path:
        """A folder with EfficientNet-lite0, see engine.captioning.backbone."""
        return self.root / "efficientnet-lite0"

    @property
    def sources(self) -> Path:
        """What was fetched and made; written last, so its presence says the rest is whole."""
        return self.root / "SOURCES.json"

    @property
    def samples(self) -> Path:
        """An annotated image for the demonstration."""
        return self.root / "samples"
