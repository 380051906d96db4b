"""Images of nuclei whose masks are known, encoded; and a finder that others of them have taught."""

from collections.abc import Sequence
from pathlib import Path

from engine.media.images import decode_image
from engine.segmentation.encoder import Encoder, Pixels
from engine.segmentation.items import AnnotatedImage
from engine.segmentation.object_finder import ObjectFinder
from engine.segmentation.prompt_head import export_prompt_head
from engine.segmentation.prompt_head_training import PromptHeadConfig, train_prompt_head
from tests.bench.captions.sources import DATA
from workers.simulation.pictures import Picture, read_pictures, split_by_group

NUCLEI = DATA / "nuclei_dsb2018"


def shuffled_pictures(count: int) -> list[Picture]:
    """Return the first images of a shuffle, the same ones every time."""
    pictures = read_pictures(NUCLEI / "images", NUCLEI / "instances.json")
    shuffled, _ = split_by_group(pictures, holdout=0.0, seed=0)
    return shuffled[:count]


def encoded_images(encoder: Encoder, count: int) -> list[AnnotatedImage]:
    """Encode these images: a second each."""
    return [_encoded(picture, encoder) for picture in shuffled_pictures(count)]


def finder_taught_by(images: Sequence[AnnotatedImage], path: Path) -> ObjectFinder:
    """Train a prompt head as a round does, and write it: some two minutes on two cores."""
    head = train_prompt_head(
        images,
        config=PromptHeadConfig(),
        on_step=lambda *_: None,
        should_stop=lambda: False,
    )
    export_prompt_head(head, path)
    return ObjectFinder(path)


def _encoded(picture: Picture, encoder: Encoder) -> AnnotatedImage:
    def pixels() -> Pixels:
        return decode_image(picture.path.read_bytes()).pixels

    embedding = encoder.encode(pixels())
    masks = [mask.rle for mask in picture.truth]
    return AnnotatedImage(
        picture.file_name, lambda: embedding, masks, picture.size_hw, load_pixels=pixels
    )
