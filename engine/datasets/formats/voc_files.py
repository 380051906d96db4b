"""Where Pascal VOC has what of an image, which splits it lists, and how its classes are painted."""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

import numpy as np

from engine.datasets.errors import DatasetError
from engine.datasets.files import Source
from engine.datasets.formats.maps import palette
from engine.datasets.formats.pictures import SPLITS, is_image
from engine.media.label_maps import Numbers

KIT_CLASSES: Final = (
    "background", "aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair",
    "cow", "diningtable", "dog", "horse", "motorbike", "person", "pottedplant", "sheep", "sofa",
    "train", "tvmonitor",
)  # fmt: skip
KIT_COLOURS: Final = np.frombuffer(palette(), np.uint8).reshape(-1, 3).astype(np.int64)
_BOTH: Final = "trainval"  # lists what lies in one of the two as well
MAPS: Final = ("SegmentationObject", "SegmentationClass")
_FOLDERS: Final = ("Annotations", *MAPS, "JPEGImages")


@dataclass(frozen=True, slots=True)
class Files:
    """Where what is known of one image lies; its stem names it."""

    stem: str
    xml: str | None
    objects: str | None
    classes: str | None
    image: str | None


def files_of(source: Source) -> list[Files]:
    """Group files by the name of their image, in the order of names."""
    groups: dict[str, dict[str, str]] = {}
    is_kit = any(place_of(name)[0] for name in source.names)
    for name in source.names:
        folder, stem = place_of(name)
        if not is_kit:
            folder = "Annotations" if name.endswith(".xml") else "JPEGImages" * is_image(name)
        if folder:
            groups.setdefault(stem, {}).setdefault(folder, name)
    return [
        Files(stem, *(group.get(folder) for folder in _FOLDERS))
        for stem, group in sorted(groups.items())
    ]


def place_of(name: str) -> tuple[str, str]:
    """Return the kit's folder that a file lies in, if any, and its name there without ending."""
    parts = PurePosixPath(name).parts
    at = next((place for place, part in enumerate(parts[:-1]) if part in _FOLDERS), None)
    rest = "/".join(parts if at is None else parts[at + 1 :])
    return "" if at is None else parts[at], rest.rpartition(".")[0]


def is_map(name: str) -> bool:
    """Tell the kit's maps, and those that tools put in folders called after them."""
    folder = place_of(name)[0]
    parts = () if folder else PurePosixPath(name).parts[:-1]
    return folder in MAPS or any(part.startswith(MAPS) for part in parts)


def split_beside(files: Files) -> str | None:
    """Take the folder of an XML that lies beside its image as a split, as Roboflow has it."""
    parts = PurePosixPath(files.xml or "").parts
    return parts[-2] if len(parts) > 1 and parts[-2] in SPLITS else None


def splits_of(source: Source, files: list[Files]) -> dict[str, str]:
    """Read the lists. Those of one class have a flag in each line, so that no line is a name."""
    known = {each.stem for each in files}
    splits: dict[str, str] = {}
    for name in source.names:
        path = PurePosixPath(name)
        if "ImageSets" in path.parts and path.suffix == ".txt":
            lines = source.read(name).decode("utf-8-sig", errors="replace").splitlines()
            for stem in known.intersection(line.strip() for line in lines):
                if splits.get(stem, _BOTH) == _BOTH:
                    splits[stem] = path.stem
    return splits


def label_map(source: Source) -> tuple[tuple[str, ...], Numbers] | None:
    """Read `labelmap.txt`: NAME:R,G,B:parts:actions, in the order of the numbers."""
    name = next((n for n in source.names if PurePosixPath(n).name == "labelmap.txt"), None)
    if name is None:
        return None
    names: list[str] = []
    colours: list[list[int]] = []
    for line in source.read(name).decode("utf-8-sig", errors="replace").splitlines():
        label, *rest = line.rsplit(":", 3)
        if label and rest and not label.startswith("#"):
            rgb = [int(each) for each in re.findall(r"[0-9]{1,3}", rest[0])]
            names.append(label)
            colours.append(
                rgb if len(rgb) == len("RGB") else KIT_COLOURS[len(colours) % 256].tolist()
            )
    if not names:
        raise DatasetError("must list classes as NAME:R,G,B::", file=name)
    return tuple(names), packed(np.array(colours, np.int64))


def packed(colours: Numbers) -> Numbers:
    numbers: Numbers = colours @ np.array([1, 1 << 8, 1 << 16])
    return numbers
