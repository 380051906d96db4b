"""What a bundle fails on, to look at: the worst of each kind, at most one an image. Light."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import itemgetter
from typing import Final, Literal, Protocol, TypeVar

from engine.masks.rle import RLE, area, iou_matrix
from engine.segmentation.precision import THRESHOLDS, ScoredImage, size_of_mask

FOUND_IOU: Final = float(THRESHOLDS[0])  # what AP50 asks of a proposal
LONGEST: Final = 10_000  # characters of an RLE; a smooth object 4,000 px wide takes 8,000

Kind = Literal["click", "missed", "false"]


@dataclass(frozen=True, slots=True)
class Failure:
    """An object or a proposal, and what is nearest to it on the other side, if anything is."""

    key: str  # image
    kind: Kind
    iou: float  # of the two
    size: str  # of frame.SIZES: of the object, or of a false proposal
    truth: RLE | None
    answer: RLE | None  # the bundle's

    @property
    def is_short(self) -> bool:
        """Whether its masks are small enough to be kept beside many others."""
        masks = (self.truth, self.answer)
        return all(mask is None or len(mask["counts"]) <= LONGEST for mask in masks)


class _OfImage(Protocol):
    @property
    def key(self) -> str: ...


Found = TypeVar("Found", bound=_OfImage)


def one_an_image(found: Iterable[Found]) -> Iterator[Found]:
    """Pass on the first of each image."""
    seen = set()
    for one in found:
        if one.key not in seen:
            seen.add(one.key)
            yield one


def worst(failures: Iterable[Failure], most: int) -> list[Failure]:
    """Keep the first few, each of another image, that are short."""
    return list(islice(one_an_image(each for each in failures if each.is_short), most))


def missed_objects(images: Mapping[str, ScoredImage], most: int) -> list[Failure]:
    """Choose objects that no proposal finds: the least overlapped first, of these the largest."""
    missed = [
        ((iou, -area(truth)), Failure(key, "missed", iou, size_of_mask(truth), truth, nearest))
        for key, image in images.items()
        for truth, iou, nearest in _paired(image.truth, image.proposals)
        if iou < FOUND_IOU and area(truth)
    ]
    return worst((each for _, each in sorted(missed, key=itemgetter(0))), most)


def false_proposals(images: Mapping[str, ScoredImage], most: int) -> list[Failure]:
    """Choose proposals that find no object, the surest first."""
    false = [
        (score, Failure(key, "false", iou, size_of_mask(proposal), nearest, proposal))
        for key, image in images.items()
        for score, (proposal, iou, nearest) in zip(
            image.scores, _paired(image.proposals, image.truth), strict=True
        )
        if iou < FOUND_IOU
    ]
    return worst((each for _, each in sorted(false, key=itemgetter(0), reverse=True)), most)


def _paired(masks: Sequence[RLE], others: Sequence[RLE]) -> Iterator[tuple[RLE, float, RLE | None]]:
    """Yield each mask, its IoU with the other that overlaps it most, and that one, if any does."""
    for mask, ious in zip(masks, iou_matrix(masks, others), strict=True):
        iou = float(ious.max(initial=0))
        yield mask, iou, others[int(ious.argmax())] if iou else None
