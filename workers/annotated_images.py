"""A version's images with their masks, as the decoder learns from them and is measured on them."""

from functools import partial

from annotation.models import DatasetVersion
from annotation.selectors.versions import frozen_images
from engine.segmentation.items import AnnotatedImage
from workers.networks import load_embedding


def annotated_images(
    version: DatasetVersion, split: str, encoder_digest: str
) -> list[AnnotatedImage]:
    """Return the finished images of a split that have masks, in the order of their digests."""
    return [
        AnnotatedImage(
            key=image.row["image_sha256"],
            load_embedding=partial(load_embedding, image.row["image_sha256"], encoder_digest),
            masks=[mask.rle for mask in image.masks],
            size_hw=(image.row["size_hw"][0], image.row["size_hw"][1]),
        )
        for image in frozen_images(version, split)
        if image.masks
    ]
