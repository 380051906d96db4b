"""What a format is: how it is read and written, and which traits of a dataset it keeps.

Much of what a format keeps may stand in fields or files of ours, which its specification does not
know. Our reader finds that again, while other tools pass it over: to them it is lost.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from engine.datasets.choosing import Choice, chosen
from engine.datasets.files import Out, Source, Within
from engine.datasets.formats.border import Read, Report, sound
from engine.datasets.sample import UNLABELLED, Dataset, Sample
from engine.datasets.traits import Losses, Trait, count_traits, kept

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


def _nothing_to_note(splits: Collection[str]) -> str:
    del splits  # of no format but YOLO's does it matter which there are
    return ""


@dataclass(frozen=True, slots=True)
class Format:
    """One way in which datasets are kept in files, read and written."""

    name: str  # in addresses and commands
    title: str  # for people
    keeps: frozenset[Trait]
    own: frozenset[Trait]  # of these, what another tool does not find, or not all of it
    write: Callable[[Dataset, Out], None]
    read: Read
    is_in: Callable[[Source], bool]  # tells by names and first bytes, so that it is quick
    tells_splits: bool = False  # to whoever reads it, by folders, lists or fields of its own
    # What people should know of an export of these splits; "" where that is nothing.
    note: Callable[[Collection[str]], str] = _nothing_to_note
    # For how many objects of a class, by its number from 1, the maps of an image have numbers: more
    # have that of their class alone. None: for all, or there are no maps that number objects.
    room: Callable[[int], int] | None = None

    def __post_init__(self) -> None:
        """Let nothing out of the reading that is not sound."""
        object.__setattr__(self, "read", sound(self.read))

    @property
    def reader(self) -> Reader:
        """The half of it that imports need."""
        return Reader(self.name, self.title, self.read, self.is_in)


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of an export, counted by the same rules: see engine.datasets.traits."""

    losses: Losses = field(default_factory=Losses)  # what the format could not hold
    own: Losses = field(default_factory=Losses)  # what it holds where only our reader looks


def export(dataset: Dataset, form: Format, out: Out) -> Told:
    """Write a dataset and return what the format could not hold of it, and what only we find."""
    told = Told()
    numbers = {name: number for number, name in enumerate(dataset.classes(), start=1)}

    def samples() -> Iterator[Sample]:
        told.losses.clear()  # a format may go through the images more than once
        told.own.clear()
        for sample in dataset.samples():
            held, lost = kept(sample, form.keeps)
            told.losses.update(lost)
            told.own.update(count_traits(sample, form.own))
            if held is not None:
                if form.room is not None:
                    told.own.update(_without_numbers(held, numbers, form.room))
                yield held

    form.write(replace(dataset, samples=samples), out)
    return told


def _without_numbers(
    sample: Sample, numbers: Mapping[str, int], room: Callable[[int], int]
) -> Losses:
    """Count the objects that only our reader tells apart, as maps have no numbers for them."""
    labels = Counter(each.label or UNLABELLED for each in sample.annotations if not each.is_crowd)
    count = sum(max(0, there - room(numbers[label])) for label, there in labels.items())
    return Losses({Trait.INSTANCES: count}) if count else Losses()


def export_apart(dataset: Dataset, form: Format, out: Out, splits: Sequence[str]) -> Told:
    """Write a dataset, its splits in folders of their own unless the format tells them apart.

    So nobody trains on a holdout that lies among the rest.
    """
    if not has_folders(form, splits):
        return export(dataset, form, out)
    told = Told()
    for split in splits:
        part = chosen(dataset, Choice(frozenset({split}), has_images=True))
        of_part = export(part, form, Within(out, split))
        told.losses.update(of_part.losses)
        told.own.update(of_part.own)
    del told.own[Trait.SPLITS]  # the folders tell them to anybody
    return told


def has_folders(form: Format, splits: Collection[str]) -> bool:
    """Tell whether splits are written in folders of their own."""
    return not form.tells_splits and len(splits) > 1
