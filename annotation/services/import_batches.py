"""Images of a dataset on their way in, some at a time, and what each brings."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final

from annotation.services.images import StoredFile
from annotation.services.imported_takes import BroughtTakes, Sounds
from annotation.services.labels import MAX_NAME
from annotation.services.outside_proposals import Proposed
from annotation.services.seeds import Seeded
from engine.datasets.errors import DatasetError
from engine.datasets.naming import safe_name
from engine.datasets.sample import Sample, unique_ids

MAX_FILE_NAME: Final = 500
# About what one takes to come in, as parts of a batch that takes a quarter of a second.
BATCH: Final = 2500
PER_MASK: Final = 1
PER_IMAGE: Final = 10
PER_FILE: Final = 250  # decoding and storing it
_NO_TEXT: Final = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Coming:
    """One image of a dataset on its way in, as the database can hold it."""

    sample: Sample
    file: StoredFile | None = None  # its own, which lies in the store
    problem: DatasetError | None = None  # of its file
    sounds: Sounds = field(default_factory=dict)  # of its takes, which lie in the store
    unheard: Sequence[DatasetError] = ()  # takes whose sound is none


@dataclass(slots=True)
class Brought:
    """What one image of a dataset brought."""

    image_id: int | None = None
    is_new: bool = False  # the project had not this image
    seeded: Seeded = field(default_factory=Seeded)
    described: Seeded = field(default_factory=Seeded)  # captions
    proposed: Proposed = field(default_factory=Proposed)
    discussed: Seeded = field(default_factory=Seeded)  # comments
    boxed: Seeded = field(default_factory=Seeded)  # boxes of objects without a mask
    takes: BroughtTakes = field(default_factory=BroughtTakes)
    counts: Counter[str] = field(default_factory=Counter)  # in people's words
    problems: list[DatasetError] = field(default_factory=list)

    @property
    def has_masks(self) -> bool:
        return bool(self.seeded.brought or self.seeded.met)

    def ids(self) -> Iterator[list[str]]:
        """Yield the masks that came and those that were there, by their ids.

        Then the captions, the proposals, the comments, the boxes and the takes.
        """
        kinds = self.seeded, self.described, self.proposed, self.discussed, self.boxed, self.takes
        for each in kinds:
            for ids in (each.brought, each.met):
                yield [str(row_id) for row_id in ids]


def refused(problem: DatasetError) -> Brought:
    return Brought(counts=Counter({"images refused": 1}), problems=[problem])


def batches(samples: Iterable[Sample], most: int = BATCH) -> Iterator[list[Sample]]:
    """Yield some images at a time. None is read before those that came before have been used."""
    batch: list[Sample] = []
    weight = 0
    for sample in samples:
        batch.append(sample)
        predicted = sum(len(each.annotations) for each in sample.predictions)
        weight += PER_IMAGE + PER_MASK * (len(sample.annotations) + predicted)
        weight += 0 if sample.load_bytes is None else PER_FILE
        weight += PER_FILE * len(sample.voices)
        if weight >= most:
            yield batch
            batch, weight = [], 0
    if batch:
        yield batch


def plain_sample(sample: Sample) -> Sample:
    """Return it with names that a database holds, and ids that are each of one object."""
    return replace(
        sample,
        file_name=safe_name(sample.file_name),
        group=plain(sample.group or ""),
        sha256=plain(sample.sha256 or ""),
        other_names=tuple(map(plain, sample.other_names)),
        annotations=unique_ids(sample.annotations),
    )


@lru_cache(maxsize=1000)
def label_name(name: str) -> str:
    """Return a label's name as the project has it."""
    return " ".join(plain(name).split())[:MAX_NAME]


def plain(text: str) -> str:
    """Leave out what no database holds: NUL, and halves of pairs of UTF-16."""
    return _NO_TEXT.sub("", text)
