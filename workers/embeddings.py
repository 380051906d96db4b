"""Embeddings in the object store: made once for each image, encoder and window, then read.

Every image is embedded whole before anybody opens it; windows of it only where objects are small.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from annotation import storage
from annotation.models import Embedding, Image
from engine.acquisition.spread import pooled
from engine.media.images import decode_image
from engine.segmentation.encoder import Encoder, Pixels
from engine.segmentation.items import Embedding as EmbeddingArray
from engine.segmentation.items import LoadEmbedding, SeenImage
from engine.segmentation.windows import Window, windows_of

SHAPE: Final = (256, 64, 64)
BATCH: Final = 1000

Closer: TypeAlias = Mapping[Window, LoadEmbedding]
LoadEncoder: TypeAlias = Callable[[], Encoder]
OnStored: TypeAlias = Callable[[], None]
Pooled: TypeAlias = NDArray[np.float16]


def nobody_hears() -> None:
    """Stand for who counts what was stored, where nobody does."""


class Sight(NamedTuple):
    """What sees images: an encoder, loaded only where something is still to be seen."""

    encoder_digest: str
    load_encoder: LoadEncoder
    on_stored: OnStored = nobody_hears  # called after each look that was not in the store before


def load_embedding(
    image_sha256: str, encoder_digest: str, window: Window | None = None
) -> EmbeddingArray:
    """Fetch one embedding, of the whole image or of a window: (256, 64, 64) float16."""
    data = storage.get_bytes(storage.embedding_key(encoder_digest, image_sha256, _name(window)))
    return np.frombuffer(data, "<f2").reshape(SHAPE)


def save_embedding(
    image_sha256: str,
    encoder_digest: str,
    embedding: EmbeddingArray,
    window: Window | None = None,
) -> None:
    """Store an embedding: bytes first, row last. Safe to repeat."""
    store_embedding(image_sha256, encoder_digest, embedding, window)
    Embedding.objects.get_or_create(
        image_sha256=image_sha256, encoder_digest=encoder_digest, window=_name(window)
    )


def store_embedding(
    image_sha256: str,
    encoder_digest: str,
    embedding: EmbeddingArray,
    window: Window | None = None,
) -> None:
    """Put an embedding in the store.

    Raises:
        ValueError: it is not finite.

    """
    if not np.isfinite(embedding).all():
        raise ValueError(f"the embedding of image {image_sha256[:12]} is not finite")
    key = storage.embedding_key(encoder_digest, image_sha256, _name(window))
    storage.put_bytes(key, embedding.astype("<f2").tobytes())


def save_pooled(image: Image, encoder_digest: str, embedding: EmbeddingArray) -> Pooled:
    """Keep the mean of an image's embedding in its row, so that it need not be read again."""
    found = pooled(embedding, image.size_hw)
    Embedding.objects.filter(
        image_sha256=image.sha256, encoder_digest=encoder_digest, window=""
    ).update(pooled=found.astype("<f2").tobytes())
    return found


def pooled_embeddings(images: Sequence[Image], encoder_digest: str) -> Iterator[Pooled]:
    """Yield each image's embedding `pooled`, (256,); an old one is read whole once, and kept."""
    for start in range(0, len(images), BATCH):
        part = images[start : start + BATCH]
        rows = Embedding.objects.filter(
            encoder_digest=encoder_digest,
            image_sha256__in=[image.sha256 for image in part],
            window="",
        )
        known = {sha256: row for sha256, row in rows.values_list("image_sha256", "pooled") if row}
        for image in part:
            if image.sha256 in known:
                yield np.frombuffer(known[image.sha256], "<f2")
                continue
            embedding = load_embedding(image.sha256, encoder_digest)
            yield save_pooled(image, encoder_digest, embedding)


def embedded_images(images: Sequence[str], encoder_digest: str) -> set[str]:
    """Tell which images, given by their sha256, have an embedding of the whole."""
    found: set[str] = set()
    for start in range(0, len(images), BATCH):
        part = images[start : start + BATCH]
        rows = Embedding.objects.filter(
            encoder_digest=encoder_digest, image_sha256__in=part, window=""
        )
        found.update(rows.values_list("image_sha256", flat=True))
    return found


def closer_looks(images: Sequence[str], encoder_digest: str) -> Mapping[str, Closer]:
    """Return by image, given by their sha256, the windows that have an embedding."""
    found: dict[str, dict[Window, LoadEmbedding]] = defaultdict(dict)
    for start in range(0, len(images), BATCH):
        rows = Embedding.objects.filter(
            encoder_digest=encoder_digest, image_sha256__in=images[start : start + BATCH]
        ).exclude(window="")
        for sha256, name in rows.order_by("pk").values_list("image_sha256", "window"):
            window = Window.named(name)
            found[sha256][window] = partial(load_embedding, sha256, encoder_digest, window)
    return found


def seen_image(image_sha256: str, size_hw: tuple[int, int], encoder_digest: str) -> SeenImage:
    """Return an image as an encoder saw it, windows and all."""
    closer = closer_looks([image_sha256], encoder_digest).get(image_sha256, {})
    return SeenImage(size_hw, load_embedding(image_sha256, encoder_digest), closer)


def looked_at_closer(image_sha256: str, size_hw: tuple[int, int], sight: Sight) -> SeenImage:
    """Return an image with all of its windows: what nobody has seen of it is embedded when asked.

    Not for threads: what was embedded gets a row in the database.
    """
    digest = sight.encoder_digest
    known = closer_looks([image_sha256], digest).get(image_sha256, {})
    pixels = cache(partial(load_pixels, image_sha256))

    def embed(window: Window) -> EmbeddingArray:
        embedding = sight.load_encoder().encode(window.crop(pixels()))
        save_embedding(image_sha256, digest, embedding, window)
        sight.on_stored()
        return embedding

    closer = {each: known.get(each) or partial(embed, each) for each in windows_of(size_hw)}
    return SeenImage(size_hw, load_embedding(image_sha256, digest), closer)


def load_pixels(image_sha256: str) -> Pixels:
    """Fetch and decode an image: (H, W, 3) RGB, upright."""
    data = storage.get_bytes(storage.original_key(image_sha256))
    return decode_image(data, max_pixels=settings.MAX_IMAGE_PIXELS).pixels


def _name(window: Window | None) -> str:
    return window.name if window else ""
