"""Sets that are evaluated after every round and never trained on (`--also NAME=DIR:FILE`)."""

import hashlib
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from annotation import storage
from annotation.models import Bundle
from engine.media.images import decode_image
from engine.segmentation.items import AnnotatedImage
from workers.embeddings import load_embedding, store_embedding
from workers.networks import sight_of
from workers.simulation.pictures import read_pictures
from workers.watch import Show

MOST_IMAGES: Final = 100


@dataclass(frozen=True, slots=True)
class ExtraSet:
    """A name, a folder of images and their COCO file."""

    name: str
    images: Path
    coco: Path


def parse_extra_set(text: str) -> ExtraSet:
    """Read NAME=DIR:FILE.

    Raises:
        ValueError: it is not of that form, or a path is not there.

    """
    name, equals, paths = text.partition("=")
    folder, colon, file = paths.rpartition(":")
    if not (name and equals and folder and colon and file):
        raise ValueError(f"{text!r} is not NAME=DIR:FILE")
    if not Path(folder).is_dir() or not Path(file).is_file():
        raise ValueError(f"{text!r}: {folder} must be a folder and {file} a file")
    return ExtraSet(name, Path(folder), Path(file))


def embedded_images(extra: ExtraSet, bundle: Bundle, show: Show) -> list[AnnotatedImage]:
    """Embed the first hundred images, those that have no embedding yet, and return them."""
    pictures = read_pictures(extra.images, extra.coco)[:MOST_IMAGES]
    sight = sight_of(bundle)
    digest = sight.encoder_digest
    images = []
    for done, picture in enumerate(pictures, start=1):
        data = picture.path.read_bytes()
        sha256 = hashlib.sha256(data).hexdigest()
        if not storage.exists(storage.embedding_key(digest, sha256)):
            embedding = sight.load_encoder().encode(decode_image(data).pixels)
            store_embedding(sha256, digest, embedding)
        images.append(
            AnnotatedImage(
                key=sha256,
                load_embedding=partial(load_embedding, sha256, digest),
                masks=[mask.rle for mask in picture.truth],
                size_hw=picture.size_hw,
            )
        )
        show(done, len(pictures), f"Embedding {extra.name}")
    return images
