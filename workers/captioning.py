"""The captioner as workers see it: whether it can run here, and the images that it reads.

Light where there is no captioner: its libraries are imported once something is to be read.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
import structlog
from django.conf import settings

from annotation import caption_models, storage
from annotation.models import Bundle, DatasetVersion, Embedding, Image, Mask, Proposal
from annotation.selectors.frozen_descriptions import frozen_descriptions
from annotation.selectors.versions import version_header
from annotation.services.bundles import fetch_bundle
from engine.bundle import CAPTIONER_FILES
from engine.captioning.items import DescribedImage, LabelledMask, Look
from engine.datasets.header_labels import header_labels
from engine.datasets.sample import Annotation
from engine.datasets.stored_objects import StoredObjects
from engine.masks.rle import RLE
from workers.embeddings import load_pixels, store_embedding
from workers.networks import load_backbone, load_captioner
from workers.version_lines import images_in, open_version, reader_of
from workers.watch import Watch

if TYPE_CHECKING:
    from engine.captioning.stored import StoredCaptioner

log = structlog.get_logger(__name__)


def captioner_of(bundle: Bundle) -> "StoredCaptioner | None":
    """Return the bundle's captioner; None where it has none, or its base model is not here."""
    if not has_captioner(bundle) or not caption_models.are_installed():
        return None
    try:
        return load_captioner(fetch_bundle(bundle), Path(settings.CAPTION_BASE))
    except ValueError as error:  # CAPTION_BASE was set to another model meanwhile
        log.warning("captioner_left_out", bundle=bundle.pk, reason=str(error))
        return None


def has_captioner(bundle: Bundle) -> bool:
    files: Mapping[str, str] = bundle.manifest["files"]
    return files.keys() >= set(CAPTIONER_FILES)


def described_image(image: Image) -> DescribedImage:
    """Return what a captioner reads of an image: its masks, else its pending proposals.

    Its captions are left out. Map and pixels are read when they are asked for.
    """
    return DescribedImage(
        key=image.sha256,
        size_hw=image.size_hw,
        look=partial(load_look, image.sha256),
        load_pixels=partial(load_pixels, image.sha256),
        masks=_masks_of(image) or _proposals_for(image),
    )


def described_images(version: DatasetVersion, split: str) -> list[DescribedImage]:
    """Return the images of a split that people have described, with their texts.

    Their masks stay on the disk until they are asked for.
    """
    opened = open_version(version, split)
    if opened is None:
        return []
    texts = {each.sha256: each.texts for each in frozen_descriptions(version, split)}
    read = reader_of(opened)
    labels = header_labels(version_header(version))
    names = {each.name: str(each.extra.get("name", each.name)) for each in labels}
    return [
        DescribedImage(
            key=key,
            size_hw=sample.size_hw,
            look=partial(load_look, key),
            load_pixels=partial(load_pixels, key),
            masks=StoredObjects(read, number, partial(_labelled, names)),
            captions=texts[key],
        )
        for number, key, sample in images_in(opened)
        if key in texts
    ]


def _labelled(names: Mapping[str, str], each: Annotation) -> LabelledMask | None:
    """Return a mask under the name that people see: two labels may have it, one of them deleted."""
    if each.rle is None:
        return None
    return LabelledMask(each.rle, None if each.label is None else names[each.label])


def look_at(watch: Watch, images: Sequence[DescribedImage]) -> None:
    """Have the maps of all images computed that nobody has asked for yet."""
    digest = load_backbone(caption_models.backbone_folder()).digest
    for done, image in enumerate(images):
        watch.report(done, len(images), "Looking at images")
        if not storage.exists(storage.embedding_key(digest, image.key)):
            image.look()
            watch.count_anew()


def load_look(image_sha256: str) -> Look:
    """Return the backbone's map of an image, (1280, 9, 9) float16, computed once and kept.

    Its row comes first: with it the trash finds what the store holds.
    """
    backbone = load_backbone(caption_models.backbone_folder())
    key = storage.embedding_key(backbone.digest, image_sha256)
    try:
        seen = np.frombuffer(storage.get_bytes(key), "<f2").reshape(-1, *backbone.map_hw)
        return backbone.look(seen)
    except storage.ObjectMissingError:
        seen = backbone.encode(load_pixels(image_sha256))
    Embedding.objects.get_or_create(image_sha256=image_sha256, encoder_digest=backbone.digest)
    store_embedding(image_sha256, backbone.digest, seen)
    return backbone.look(seen)


def _masks_of(image: Image) -> list[LabelledMask]:
    drawn = Mask.objects.filter(image=image, is_aside=False, head__rle__isnull=False)
    found = drawn.order_by("pk").values_list("head__rle", "head__label__name")
    return [LabelledMask(cast("RLE", rle), label) for rle, label in found]


def _proposals_for(image: Image) -> list[LabelledMask]:
    pending = Proposal.objects.filter(image=image, state=Proposal.State.PENDING)
    return [LabelledMask(rle, None) for rle in pending.values_list("rle", flat=True)]
