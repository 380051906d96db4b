"""What masks are called: a round learns it, is measured by it, and names what it proposes.

Light where there is nothing to tell apart: the network that looks at masks is loaded when needed.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import structlog

from annotation import caption_models
from annotation.models import Bundle, DatasetVersion, Label
from annotation.selectors.version_dataset import label_names
from annotation.selectors.versions import frozen_rows, version_header
from engine.bootstrap import bootstrap_mean
from engine.masks.rle import RLE, area
from engine.verification.label_head import Guess, LabelHead, save_label_head, train_label_head
from engine.verification.mask_features import Eye, Floats, features_digest, mask_features
from engine.whole_file import whole_file
from workers.embeddings import load_pixels
from workers.networks import label_head_of, load_backbone
from workers.version_lines import images_in, open_version
from workers.watch import Watch

MOST_EXAMPLES: Final = 10_000  # some 30 ms each
NOT_LEARNED: Final = f"Labels were not learned: {caption_models.MISSING}."

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Namer:
    """A label head with the network that it was trained on; a head of one label needs none."""

    head: LabelHead
    eye: Eye | None

    def guess(self, image_sha256: str, masks: Sequence[RLE]) -> list[Guess]:
        """Name an image's masks."""
        return self.head.guess(_features(self.eye, image_sha256, masks)) if masks else []

    def labels(self, image_sha256: str, masks: Sequence[RLE]) -> list[int | None]:
        """Return the ids of the masks' labels; None where it is not sure enough."""
        guesses = self.guess(image_sha256, masks)
        return [int(guess.label) if guess.is_sure else None for guess in guesses]


def namer_of(bundle: Bundle) -> Namer | None:
    """Return what names a bundle's masks; None where it learned no labels, or cannot look here.

    What was learned where one label was in use tells nothing apart: it names only as long as the
    project has no other.
    """
    head = label_head_of(bundle)
    if head is None:
        return None
    if not head.needs_features:
        return Namer(head, None) if _is_all_there_is(int(head.labels[0])) else None
    eye = _load_eye()
    if eye is None or features_digest(eye) != head.features:
        reason = caption_models.MISSING if eye is None else "their models are others now"
        log.warning("labels_left_out", bundle=bundle.pk, reason=reason)
        return None
    return Namer(head, eye)


def _is_all_there_is(label_id: int) -> bool:
    """Tell whether people have no other label to choose, now."""
    choice = Label.objects.filter(project__labels=label_id, deleted_at=None)
    return list(choice.values_list("pk", flat=True)) == [label_id]


def learn_labels(watch: Watch, version: DatasetVersion, path: Path) -> bool:
    """Train a label head and write it at `path`, whole or not at all.

    False where nobody has given a label, or nothing is here to tell several apart with.
    """
    given = _labels_given(version, "train")
    if not given:
        return False
    is_one = len(given) == 1
    eye = None if is_one else _load_eye()
    if eye is None and not is_one:
        return False
    rows: list[Floats] = []
    labels: list[str] = []
    images: list[str] = []
    for image, masks in _labelled(version, "train"):
        if len(labels) >= MOST_EXAMPLES:  # images come in the order of their digests: a fair draw
            break
        watch.report(len(labels), min(given.total(), MOST_EXAMPLES), "Learning the labels")
        rows.append(_features(eye, image, [rle for rle, _ in masks]))
        labels += [label for _, label in masks]
        images += [image] * len(masks)
    if not labels:
        return False
    made_by = features_digest(eye) if eye else ""
    head = train_label_head(np.concatenate(rows), labels, images, made_by)
    with whole_file(path) as scratch:
        save_label_head(head, scratch)
    return True


def labels_left_out(version: DatasetVersion) -> bool:
    """Whether a round had labels to learn, and could not."""
    return len(_labels_given(version, "train")) > 1 and not caption_models.eye_is_installed()


@dataclass(slots=True)
class Naming:
    """What a label head calls the holdout's labelled masks, in all and image by image."""

    tells_apart: bool  # several labels: one alone is always right
    masks: int = 0
    right: int = 0
    named: int = 0
    named_right: int = 0
    by_image: dict[str, tuple[int, int]] = field(
        default_factory=dict
    )  # named rightly less named wrongly, and masks

    def add(self, image: str, guesses: Sequence[Guess], labels: Sequence[str]) -> None:
        """Count the masks of an image."""
        worth = 0
        for guess, label in zip(guesses, labels, strict=True):
            is_right = guess.label == label
            self.masks, self.right = self.masks + 1, self.right + is_right
            if guess.is_sure:
                self.named, self.named_right = self.named + 1, self.named_right + is_right
                worth += 1 if is_right else -1
        self.by_image[image] = worth, len(labels)


def measure_labels(watch: Watch, version: DatasetVersion, bundle: Bundle) -> Naming | None:
    """Name the holdout's labelled masks; None where that cannot be, or there are none."""
    namer = namer_of(bundle)
    if namer is None:
        return None
    naming = Naming(tells_apart=namer.head.needs_features)
    all_masks = _labels_given(version, "holdout").total()
    for image, labelled in _labelled(version, "holdout"):
        watch.report(naming.masks, all_masks, "Evaluating labels")
        guesses = namer.guess(image, [rle for rle, _ in labelled])
        naming.add(image, guesses, [label for _, label in labelled])
    return naming if naming.masks else None


def label_figures(naming: Naming | None) -> dict[str, Any]:
    """Return them as `Round.metrics` has them: {"labels": counts}; nothing where there are none."""
    if naming is None:
        return {}
    counted = ("masks", "right", "named", "named_right")
    return {"labels": {name: getattr(naming, name) for name in counted}}


def naming_difference(before: Naming | None, after: Naming | None) -> dict[str, Any]:
    """Compare what two call the same masks: {"labels": right less wrong ones, a mask, on "images"}.

    Who names nothing is never right nor wrong. Nothing where there is nothing to tell apart.
    """
    if after is None or not after.tells_apart:
        return {}
    known = before.by_image if before else {}
    worth = [own - known.get(image, (0, 0))[0] for image, (own, _) in after.by_image.items()]
    masks = [count for _, count in after.by_image.values()]
    difference = bootstrap_mean(worth, masks, seed=0).as_json()
    return {"labels": {**difference, "images": len(worth)}}


def _labels_given(version: DatasetVersion, split: str) -> Counter[str]:
    """Count the masks of a split that have a label, by that."""
    rows = (row for row in frozen_rows(version) if row["split"] == split)
    return Counter(
        mask["label"] for row in rows for mask in row["masks"] if mask["label"] is not None
    )


def _labelled(version: DatasetVersion, split: str) -> Iterator[tuple[str, list[tuple[RLE, str]]]]:
    """Yield each image that has labelled masks, by its sha256, with these."""
    opened = open_version(version, split)
    if opened is None:
        return
    ids = {name: label for label, name in label_names(version_header(version)).items()}
    for _, sha256, sample in images_in(opened):
        masks = [
            (each.rle, ids[each.label])
            for each in sample.annotations
            if each.rle and each.label is not None and area(each.rle)
        ]
        if masks:
            yield sha256, masks


def _load_eye() -> Eye | None:
    if not caption_models.eye_is_installed():
        return None
    return load_backbone(caption_models.backbone_folder())


def _features(eye: Eye | None, image_sha256: str, masks: Sequence[RLE]) -> Floats:
    if eye is None:
        return np.zeros((len(masks), 0), np.float32)
    pixels = load_pixels(image_sha256)
    return np.stack([mask_features(pixels, rle, eye) for rle in masks])
