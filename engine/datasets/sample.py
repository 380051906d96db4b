"""What every format is read into and written from: images with their masks, boxes and captions."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

from engine.datasets.voices import Voice
from engine.masks.rle import RLE

Box: TypeAlias = tuple[float, float, float, float]  # x, y, width, height in pixels
Value: TypeAlias = str | float | bool

# What exports are like; they stay as they were of versions that were cut before it was raised.
# From 2 on a mask's id is told so that FiftyOne reads it; from 3 on masks come as they are stacked;
# from 4 on CVAT's, Datumaro's and Parquet's files tell attributes, fields for addresses have those
# that are asked for, and labels of no use stay behind: see engine.datasets.header_labels.
EDITION: Final = 4
DECLARED_SINCE: Final = 4
ADDRESSED_SINCE: Final = 4
UNUSED_LEFT_OUT_SINCE: Final = 4
UNLABELLED: Final = "unlabelled"  # the class of a mask without label, where each must have one
TRAIN: Final = "train"
NO_SIZE: Final = (0, 0)  # of an image that is described alone, where nothing tells it


@dataclass(frozen=True, slots=True)
class Annotation:
    """One object: a mask, or a box of which no mask is known."""

    rle: RLE | None
    label: str | None = None
    box_xywh: Box | None = None  # where there is no mask; else the mask tells
    id: str = ""  # unique among those of its image; "": it has none
    parent: str | None = None  # id of what it is a part of
    z: int = 0  # above those that have less
    is_crowd: bool = False
    caption: str | None = None  # its own
    attributes: Mapping[str, Value] = field(default_factory=dict)
    predicted_iou: float | None = None  # the model's estimate, where a model made it
    stability_score: float | None = None
    extra: Mapping[str, object] = field(default_factory=dict)  # where it comes from; JSON


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a model found on an image: it waits for people's verdicts, and is no work of theirs."""

    model: str  # its name; "": nobody tells
    annotations: tuple[Annotation, ...] = ()


@dataclass(frozen=True, slots=True)
class Remark:
    """What somebody said about an image, to others who worked on it."""

    text: str
    by: str = ""  # as the tool names its people
    is_resolved: bool = False


@dataclass(frozen=True, slots=True)
class Sample:
    """One image with all that is known of it."""

    file_name: str  # relative, with "/" and without ".."
    size_hw: tuple[int, int]  # upright, as masks count it
    annotations: tuple[Annotation, ...] = ()
    captions: tuple[str, ...] = ()
    split: str | None = None
    group: str | None = None  # images of one group stay on one side of a split
    sha256: str | None = None
    load_bytes: Callable[[], bytes] | None = field(default=None, compare=False)  # of its file
    # Where that lies, for whoever may fetch it: written where a format has a field for it, and
    # never read, as nothing asks for what a stranger wrote there.
    address: str = field(default="", compare=False)
    predictions: tuple[Prediction, ...] = ()  # formats that are written have no place for these
    remarks: tuple[Remark, ...] = ()  # nor for these
    # What people said of it; an export brings these beside the images, as a table of their own.
    voices: tuple[Voice, ...] = field(default=(), compare=False)
    number: int | None = None  # by which the files call it, where they do not name it
    # What is told of it that has no place here, counted in people's words.
    left_out: Mapping[str, int] = field(default_factory=dict)
    # How else its image may be called where the file is not there, the surest first; or ends of it.
    other_names: tuple[str, ...] = field(default=(), compare=False)

    @property
    def stem(self) -> str:
        """The name without its ending, which names files beside it."""
        folder, slash, name = self.file_name.rpartition("/")
        return f"{folder}{slash}{name.rpartition('.')[0] or name}"


@dataclass(frozen=True, slots=True)
class Label:
    """A class of objects. Names are unique in a dataset; ids are ours or the file's, above zero."""

    name: str
    id: int
    extra: Mapping[str, object] = field(default_factory=dict)  # its attributes, its parent; JSON


@dataclass(frozen=True, slots=True)
class Dataset:
    """Labels, and images that may be read more than once; they need not fit in memory."""

    labels: tuple[Label, ...]
    samples: Callable[[], Iterator[Sample]]
    name: str = ""
    version: str = ""  # its id, if it is one of ours
    has_images: bool = True  # some of their bytes may be known
    date: str = ""  # of the version, as ISO 8601 has it
    numbers: tuple[int, ...] = ()  # of images that nothing in the files names
    edition: int = EDITION  # by whose rules it is written: a version keeps those that it began with

    def classes(self) -> tuple[str, ...]:
        """Return the names of all labels, and after them that of objects which have none."""
        return (*(each.name for each in self.labels if each.name != UNLABELLED), UNLABELLED)


def as_predictions(sample: Sample, model: str) -> Sample:
    """Take what carries a model's score for predictions of the model of this name.

    Predictions that are nobody's become its own, too.
    """
    scored = tuple(each for each in sample.annotations if each.predicted_iou is not None)
    rest = tuple(each for each in sample.annotations if each.predicted_iou is None)
    known = tuple(replace(each, model=each.model or model) for each in sample.predictions)
    own = (Prediction(model, scored),) if scored else ()
    return replace(sample, annotations=rest, predictions=(*known, *own))


def rounded_box(x: float, y: float, width: float, height: float) -> Box:
    """Undo what sums and shares of sides leave in the last digits: a ten-thousandth of a pixel."""
    return round(x, 4), round(y, 4), round(width, 4), round(height, 4)


def labels_of(names: Iterable[str]) -> tuple[Label, ...]:
    """Number labels that a format knows by name alone, without that of objects which have none."""
    unique = dict.fromkeys(name for name in names if name != UNLABELLED)
    return tuple(Label(name, number) for number, name in enumerate(unique, start=1))


def label_or_none(name: str) -> str | None:
    """Return what `classes` was written from."""
    return None if name == UNLABELLED else name


def unique_ids(annotations: Iterable[Annotation]) -> tuple[Annotation, ...]:
    """Take ids from objects that repeat another's: some tools number all with 0."""
    seen: set[str] = set()
    found = []
    for each in annotations:
        found.append(replace(each, id="") if each.id and each.id in seen else each)
        seen.add(each.id)
    return tuple(found)


def related(found: list[Annotation]) -> tuple[Annotation, ...]:
    """Take ids from objects that repeat another's, and parents that are not there."""
    ids = {each.id for each in found}
    return unique_ids(each if each.parent in ids else replace(each, parent=None) for each in found)
