"""What of a version a format's maps have no numbers for, told before it is written."""

from bisect import bisect_right
from collections import Counter
from typing import Final

from annotation.models import DatasetVersion
from annotation.selectors.version_labels import frozen_labels, masks_by_name
from engine.datasets.choosing import Choice
from engine.datasets.formats import Format
from engine.datasets.sample import UNLABELLED

ALONE: Final = (
    "objects have the number of their label alone in maps of instances, as crowds have; the "
    "polygons tell them apart."
)


def notes_of_numbers(version: DatasetVersion, form: Format, choice: Choice) -> list[str]:
    """Tell of labels and of images that have more objects than numbers, if there can be some.

    Both are of the whole version, as they were counted at the cut; what goes out is counted once it
    is written.
    """
    if form.room is None:
        return []
    masks = _masks_by_class(version, choice)
    rooms = {name: form.room(number) for number, name in enumerate(masks, start=1)}
    notes = []
    without = [name for name, room in rooms.items() if room == 0]
    if count := sum(masks[name] for name in without):
        first = len(masks) - len(without) + 1
        there = "1 mask" if count == 1 else f"{count:,} masks"
        notes.append(
            f"From the {first}th label on {ALONE} The version has {there} of these labels."
        )
    room = min((each for name, each in rooms.items() if each and masks[name] > each), default=0)
    if room and (found := _crowded(version, room)):
        notes.append(f"{found}. Beyond {room:,} of a label on an image {ALONE}")
    return notes


def _masks_by_class(version: DatasetVersion, choice: Choice) -> Counter[str]:
    """Return how many masks each class has at most, in the order in which classes are numbered."""
    counts = masks_by_name(version)
    most = version.counts["masks"]
    masks: Counter[str] = Counter()
    for label in frozen_labels(version):
        name = choice.labels.get(label.name, label.name)
        if name is not None:
            masks[name] += most if label.masks is None else label.masks
    masks[UNLABELLED] = most if counts is None else counts.get(None, 0)
    return masks


def _crowded(version: DatasetVersion, room: int) -> str:
    """Say how many images could have more masks than that of a label, "" where none can."""
    if version.distributions is None:
        return "Images may have very many masks of a label"
    bins = version.distributions["masks_per_image"]
    first = bisect_right(bins["edges"], room)
    images = sum(bins["counts"][first:])
    edge = bins["edges"][first - 1]
    there = "1 image has" if images == 1 else f"{images:,} images have"
    return f"{there} {edge:,} masks or more" if images else ""
