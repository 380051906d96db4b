"""Which part of a dataset goes out, and under which names."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from engine.datasets.errors import DatasetError
from engine.datasets.sample import UNLABELLED, Dataset, Label, Sample


@dataclass(frozen=True, slots=True)
class Choice:
    """What goes out. Labels that are not named keep their name; those of None are left out."""

    splits: frozenset[str] = frozenset()  # none: all of them
    labels: Mapping[str, str | None] = field(default_factory=dict)  # new names, by name
    has_images: bool = False  # their bytes too; else they are named alone
    has_addresses: bool = False  # where they lie, in a list and where formats have a field for it

    @property
    def left_out(self) -> frozenset[str]:
        """The labels whose masks stay behind."""
        return frozenset(name for name, new in self.labels.items() if new is None)

    def takes_split(self, split: str | None) -> bool:
        """Tell whether images of a split go out."""
        return not self.splits or split in self.splits


EVERYTHING: Final = Choice()


def chosen(dataset: Dataset, choice: Choice) -> Dataset:
    """Return the chosen part of a dataset.

    Raises:
        DatasetError: a label is renamed that the dataset does not have.

    """
    known = {label.name for label in dataset.labels}
    if UNLABELLED in choice.labels.values():
        raise DatasetError(f"no label can be called {UNLABELLED!r}: masks without one are")
    if unknown := sorted(choice.labels.keys() - known):
        raise DatasetError(f"there is no label {unknown[0]!r} to rename or leave out")

    def samples() -> Iterator[Sample]:
        for sample in dataset.samples():
            if choice.takes_split(sample.split):
                yield _chosen(sample, choice)

    return replace(
        dataset,
        labels=_renamed(dataset.labels, choice),
        samples=samples,
        has_images=dataset.has_images and choice.has_images,
    )


def renaming_of(text: str) -> tuple[str, str | None]:
    """Read OLD=NEW, or OLD= for a label that is left out, as commands take it.

    Raises:
        DatasetError: it is neither.

    """
    old, sign, new = text.partition("=")
    if not sign or not old:
        raise DatasetError(f"{text!r} is not OLD=NEW or OLD=")
    return old, new or None


def _renamed(labels: tuple[Label, ...], choice: Choice) -> tuple[Label, ...]:
    """Rename labels; those that share a name become one, numbered as the first of them."""
    first: dict[str, Label] = {}
    for label in labels:
        name = choice.labels.get(label.name, label.name)
        if name is not None:
            extra = {key: value for key, value in label.extra.items() if key != "name"}
            first.setdefault(name, replace(label, name=name, extra=extra))
    return tuple(first.values())


def _chosen(sample: Sample, choice: Choice) -> Sample:
    annotations = sample.annotations
    if choice.labels:
        annotations = tuple(
            replace(each, label=choice.labels.get(each.label, each.label)) if each.label else each
            for each in annotations
            if each.label not in choice.left_out
        )
        ids = {each.id for each in annotations}
        annotations = tuple(
            each if each.parent in ids else replace(each, parent=None) for each in annotations
        )
    load_bytes = sample.load_bytes if choice.has_images else None
    return replace(sample, annotations=annotations, load_bytes=load_bytes)
