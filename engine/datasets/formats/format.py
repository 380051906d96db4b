"""What a format is: how it is read and written, and which traits of a dataset it keeps."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

from engine.datasets.errors import DatasetError
from engine.datasets.files import Out, Source
from engine.datasets.sample import Dataset, Sample
from engine.datasets.traits import Losses, Trait, kept

Report: TypeAlias = Callable[[DatasetError], None]  # of what cannot be used and is left out


@dataclass(frozen=True, slots=True)
class Format:
    """One way in which datasets are kept in files."""

    name: str  # in addresses and commands
    title: str  # for people
    keeps: frozenset[Trait]
    write: Callable[[Dataset, Out], None]
    read: Callable[[Source, Report], Dataset]
    is_in: Callable[[Source], bool]  # tells by names and first bytes, so that it is quick


def export(dataset: Dataset, form: Format, out: Out) -> Losses:
    """Write a dataset and return what the format could not hold of it."""
    losses = Losses()

    def samples() -> Iterator[Sample]:
        losses.clear()  # a format may go through the images more than once
        for sample in dataset.samples():
            held, lost = kept(sample, form.keeps)
            losses.update(lost)
            if held is not None:
                yield held

    form.write(replace(dataset, samples=samples), out)
    return losses
