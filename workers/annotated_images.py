"""A version's images with their masks, as the decoder learns from them and is measured on them.

It learns through the windows that the true masks ask for, and is measured through those that it
asks for itself: people get no others, and true masks would lead it to what it has missed.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial

from annotation.models import Bundle, DatasetVersion
from annotation.selectors.versions import frozen_rows
from engine.datasets.stored_objects import stored_shapes
from engine.segmentation.items import AnnotatedImage
from engine.segmentation.object_finder import windows_asked
from engine.segmentation.windows import Window, windows_of_masks
from workers.embeddings import (
    Closer,
    Sight,
    closer_looks,
    embedded_images,
    load_embedding,
    load_pixels,
    looked_at_closer,
    save_embedding,
)
from workers.networks import finder_of, forget_networks, proposal_config_of, sight_of
from workers.version_lines import images_in, open_version, reader_of
from workers.watch import Show, Watch


def annotated_images(
    version: DatasetVersion, split: str, encoder_digest: str
) -> list[AnnotatedImage]:
    """Return the finished images of a split, in the order of their digests.

    Where people left no mask, there is nothing. But for what somebody described: that there was
    something to say, and no mask, tells that it was finished for the description alone.
    """
    opened = open_version(version, split)
    if opened is None:
        return []
    read = reader_of(opened)
    described = _described_alone(version)
    images = [
        AnnotatedImage(
            key=key,
            load_embedding=partial(load_embedding, key, encoder_digest),
            masks=stored_shapes(read, number),
            size_hw=sample.size_hw,
            load_pixels=partial(load_pixels, key),
        )
        for number, key, sample in images_in(opened)
        if key not in described
    ]
    return _with_windows(images, encoder_digest)


def _described_alone(version: DatasetVersion) -> set[str]:
    return {
        row["image_sha256"]
        for row in frozen_rows(version)
        if not row["masks"] and (row["captions"] or row["transcripts"])
    }


def embed_missing(show: Show, images: list[AnnotatedImage], sight: Sight) -> list[AnnotatedImage]:
    """Embed the windows that show the images' small objects, and return the images with them.

    Whole images, too, that were finished before they were prepared, drawn without a model.
    """
    _embed_wholes(show, images, sight)
    for done, image in enumerate(images):
        show(done, len(images), "Looking closer")
        wanted = windows_of_masks(image.masks, image.size_hw)
        missing = [each for each in wanted if each not in image.closer]
        if missing:
            seen = looked_at_closer(image.key, image.size_hw, sight)
            for window in missing:
                seen.through(window)
    forget_networks()
    return _with_windows(images, sight.encoder_digest)


def _embed_wholes(show: Show, images: Sequence[AnnotatedImage], sight: Sight) -> None:
    digest = sight.encoder_digest
    embedded = embedded_images([image.key for image in images], digest)
    missing = [image.key for image in images if image.key not in embedded]
    for done, key in enumerate(missing):
        show(done, len(missing), "Embedding images")
        save_embedding(key, digest, sight.load_encoder().encode(load_pixels(key)))
        sight.on_stored()


def _with_windows(images: list[AnnotatedImage], encoder_digest: str) -> list[AnnotatedImage]:
    """Add the windows that the masks ask for, and none that only a model asked for.

    So what is learned follows from the version alone.
    """
    wanted = {image.key: windows_of_masks(image.masks, image.size_hw) for image in images}
    return seen_through(images, wanted, encoder_digest)


def seen_through(
    images: Sequence[AnnotatedImage],
    windows: Mapping[str, Collection[Window]],
    encoder_digest: str,
) -> list[AnnotatedImage]:
    """Return images with windows, given by their keys, as far as these were embedded."""
    known = closer_looks([image.key for image in images], encoder_digest)

    def closer(image: AnnotatedImage) -> Closer:
        seen = known.get(image.key, {})
        return {each: seen[each] for each in windows.get(image.key, ()) if each in seen}

    return [replace(image, closer=closer(image)) for image in images]


def look_as_in_use(
    watch: Watch, images: Sequence[AnnotatedImage], bundle: Bundle
) -> list[AnnotatedImage]:
    """Return images as a bundle sees those of people, through the windows that its finder asks for.

    What is missing is embedded. Without a finder there are no windows.
    """
    sight = sight_of(bundle, watch.count_anew)
    finder, config = finder_of(bundle), proposal_config_of(bundle)
    _embed_wholes(watch.report, images, sight)

    def asked(image: AnnotatedImage) -> list[Window]:
        if finder is None:
            return []
        seen = looked_at_closer(image.key, image.size_hw, sight)
        return windows_asked(seen, finder, heat_min=config.heat_min, most=config.boxes_max)

    windows = {}
    for done, image in enumerate(images):
        watch.report(done, len(images), "Looking closer")
        windows[image.key] = asked(image)
    forget_networks()
    return seen_through(images, windows, bundle.encoder_digest)
