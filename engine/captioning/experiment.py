"""How much each input of the captioner is worth: the same images, one input more or less."""

import hashlib
import resource
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

from engine.captioning.facts import Inputs
from engine.captioning.items import DescribedImage
from engine.captioning.metrics import mean_cider, mean_f1
from engine.captioning.proposals import propose_captions
from engine.captioning.reading import Reader
from engine.captioning.stored import StoredCaptioner, load_captioner
from engine.captioning.training import CaptionConfig, StepReport, train_captioner

NONE: Final = Inputs(
    image=False,
    mask_features=False,
    labels=False,
    places=False,
    tags=False,
    neighbours=0,
    agreement=False,
    length=True,
)
ROWS: Final[Mapping[str, Inputs]] = MappingProxyType({
    "image": replace(NONE, image=True),
    "labels": replace(NONE, labels=True),
    "labels, places": replace(NONE, labels=True, places=True),
    "masks": replace(NONE, labels=True, places=True, mask_features=True),
    "neighbours": replace(NONE, neighbours=3),
    "tags": replace(NONE, tags=True),
    "labels, tags": replace(NONE, labels=True, tags=True),
    "masks, tags": replace(NONE, labels=True, places=True, mask_features=True, tags=True),
    "image, labels": replace(NONE, image=True, labels=True),
    "image, masks": replace(Inputs(), tags=False, agreement=False),
    "image, masks, tags": replace(Inputs(), agreement=False),
    "image, masks, tags, neighbours": replace(Inputs(), neighbours=3, agreement=False),
    "image, masks, agreement": replace(Inputs(), tags=False),
    "image, masks, tags, agreement": Inputs(),
    "image, masks, tags, agreement, no length": replace(Inputs(), length=False),
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Score:
    """One row of the table."""

    row: str
    cider: float
    f1: float
    captions: Mapping[str, str]  # by the image's key
    proposal_s: float | None = None  # an image
    peak_mib: float | None = None  # of the process so far, its training included


@dataclass(frozen=True, slots=True)
class Experiment:
    """Images to learn from and images to be measured on, which share nothing."""

    train_images: Sequence[DescribedImage]
    holdout: Sequence[DescribedImage]

    @property
    def references(self) -> list[list[str]]:
        """What people wrote about the holdout."""
        return [[caption.text for caption in image.captions] for image in self.holdout]

    def score(self, row: str, captions: Sequence[str]) -> Score:
        """Measure captions of the holdout, in its order."""
        said = {image.key: text for image, text in zip(self.holdout, captions, strict=True)}
        references = self.references
        cider, f1 = mean_cider(captions, references), mean_f1(captions, references)
        return Score(row, cider, f1, said)

    def baselines(self) -> Iterator[Score]:
        """One person against the others; the captions of images alike."""
        references = [texts for texts in self.references if len(texts) > 1]
        people = [texts[0] for texts in references]
        others = [texts[1:] for texts in references]
        yield Score("one person", mean_cider(people, others), mean_f1(people, others), {})
        reader = Reader.of(self.train_images, grid_side=1, most_masks=0)
        yield self.score("nearest image", [reader.nearest(image) for image in self.holdout])
        yield self.score("consensus of five", [reader.consensus(image) for image in self.holdout])

    def train(
        self,
        row: str,
        *,
        base: Path,
        config: CaptionConfig,
        work: Path,
        on_step: Callable[[StepReport], None],
    ) -> StoredCaptioner:
        """Train with a row's inputs."""
        folder = train_captioner(
            self.train_images,
            base=base,
            config=replace(config, inputs=ROWS[row]),
            checkpoint_dir=work,
            on_step=on_step,
            should_stop=lambda: False,
        )
        return load_captioner(folder, base)

    def measure(
        self,
        row: str,
        captioner: StoredCaptioner,
        *,
        base: Path,
        samples: int = 0,
        without: Collection[str] = (),
    ) -> Score:
        """Propose for the holdout and score it."""
        started = time.monotonic()
        found = propose_captions(
            self.holdout, captioner=captioner, base=base, samples=samples, without=without
        )
        score = self.score(row, [proposal.text for proposal in found])
        return replace(
            score,
            proposal_s=(time.monotonic() - started) / len(self.holdout),
            peak_mib=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        )


def split(images: Sequence[DescribedImage], holdout: int, seed: int) -> Experiment:
    """Hold out images with masks and captions, drawn by hash; all other described ones train.

    Raises:
        ValueError: there are not enough.

    """
    described = [image for image in images if image.captions]
    known = sorted((image for image in described if image.masks), key=lambda i: _hash(i, seed))
    if not 0 < holdout <= len(known) or holdout == len(described):
        raise ValueError(
            f"cannot hold out {holdout} of {len(known)} images with masks and captions, "
            f"{len(described)} with captions"
        )
    kept = {image.key for image in known[:holdout]}
    return Experiment([image for image in described if image.key not in kept], known[:holdout])


def _hash(image: DescribedImage, seed: int) -> str:
    return hashlib.sha256(f"{seed} {image.key}".encode()).hexdigest()
