"""What a format is: how it is read and written, and which traits of a dataset it keeps."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from engine.datasets.choosing import Choice, chosen
from engine.datasets.files import Out, Source, Within
from engine.datasets.formats.border import Read, Report, sound
from engine.datasets.sample import Dataset, Sample
from engine.datasets.traits import Losses, Trait, kept

__all__ = ["Format", "Reader", "Report", "export", "export_apart"]


@dataclass(frozen=True, slots=True)
class Reader:
    """One way in which datasets come in. Of strangers' formats some are read and never written."""

    name: str  # in commands
    title: str  # for people
    read: Read
    is_in: Callable[[Source], bool]  # tells by names and first bytes, so that it is quick

    def __post_init__(self) -> None:
        """Let nothing out of the reading that is not sound."""
        object.__setattr__(self, "read", sound(self.read))


@dataclass(frozen=True, slots=True)
class Format:
    """One way in which datasets are kept in files, read and written."""

    name: str  # in addresses and commands
    title: str  # for people
    keeps: frozenset[Trait]
    write: Callable[[Dataset, Out], None]
    read: Read
    is_in: Callable[[Source], bool]  # tells by names and first bytes, so that it is quick
    tells_splits: bool = False  # to whoever reads it, by folders, lists or fields of its own

    def __post_init__(self) -> None:
        """Let nothing out of the reading that is not sound."""
        object.__setattr__(self, "read", sound(self.read))

    @property
    def reader(self) -> Reader:
        """The half of it that imports need."""
        return Reader(self.name, self.title, self.read, self.is_in)


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


def export_apart(dataset: Dataset, form: Format, out: Out, splits: Sequence[str]) -> Losses:
    """Write a dataset, its splits in folders of their own unless the format tells them apart.

    So nobody trains on a holdout that lies among the rest.
    """
    if form.tells_splits or len(splits) <= 1:
        return export(dataset, form, out)
    losses = Losses()
    for split in splits:
        part = chosen(dataset, Choice(frozenset({split}), has_images=True))
        losses.update(export(part, form, Within(out, split)))
    return losses
