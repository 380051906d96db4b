"""Where Pascal VOC has what of an image, which splits it lists, and how its classes are painted."""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

import numpy as np

from engine.datasets.errors import DatasetError
from engine.datasets.files import Source
from engine.datasets.formats.maps import palette
from engine.datasets.formats.pictures import SPLITS, is_image, split_in
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
    """Where what is known of one image lies; its stem names it, in its kit if there are several."""

    stem: str
    kit: str  # the folder that the kit lies in, as its XML's name or else another's begins
    xml: str | None
    objects: str | None
    classes: str | None
    image: str | None


def files_of(source: Source) -> list[Files]:
    """Group files by the name of their image, in the order of names.

    Downloads may have images and annotations in folders of their own. Only where an image's name is
    in several kits, as of splits or years, are its files those of one kit.
    """
    places = {name: place_of(name) for name in source.names}
    is_kit = any(folder for _, folder, _ in places.values())
    kits = Counter((folder, stem) for _, folder, stem in set(places.values()))
    repeated = {stem for (folder, stem), count in kits.items() if folder and count > 1}
    groups: dict[tuple[str, str], dict[str, str]] = {}
    for name, (kit, folder, stem) in places.items():
        kind = folder if is_kit else _folder_beside(name)
        if kind:
            key = (stem, kit if stem in repeated else "")
            groups.setdefault(key, {}).setdefault(kind, name)
    return [_files(stem, group) for (stem, _), group in sorted(groups.items())]


def _folder_beside(name: str) -> str:
    """Return where a kit would have a file that lies beside others."""
    return "Annotations" if name.endswith(".xml") else "JPEGImages" * is_image(name)


def _files(stem: str, group: dict[str, str]) -> Files:
    names = [group.get(folder) for folder in _FOLDERS]
    kit = next(place_of(name)[0] for name in names if name)
    return Files(stem, kit, *names)


def place_of(name: str) -> tuple[str, str, str]:
    """Return where a kit lies, its folder that a file is in, and the name there without ending.

    The first two are empty where it is in none.
    """
    parts = PurePosixPath(name).parts
    at = next((place for place, part in enumerate(parts[:-1]) if part in _FOLDERS), None)
    if at is None:
        return "", "", name.rpartition(".")[0]
    return "/".join(parts[:at]), parts[at], "/".join(parts[at + 1 :]).rpartition(".")[0]


def is_map(name: str) -> bool:
    """Tell the kit's maps, and those that tools put in folders called after them."""
    _, folder, _ = place_of(name)
    parts = () if folder else PurePosixPath(name).parts[:-1]
    return folder in MAPS or any(part.startswith(MAPS) for part in parts)


def split_beside(files: Files) -> str | None:
    """Take the folder of an XML that lies beside its image as a split, as Roboflow has it."""
    parts = PurePosixPath(files.xml or "").parts
    return parts[-2] if len(parts) > 1 and parts[-2] in SPLITS else None


def splits_of(source: Source, files: list[Files]) -> dict[Files, str]:
    """Read the lists, or take what the folder of a kit is called.

    Lists of one class have a flag in each line, so that no line is a name. Of a name in several
    kits the list of each tells.
    """
    known: defaultdict[str, list[Files]] = defaultdict(list)
    for each in files:
        known[each.stem].append(each)
    splits: dict[Files, str] = {}
    for name in source.names:
        path = PurePosixPath(name)
        if "ImageSets" in path.parts and path.suffix == ".txt":
            kit = "/".join(path.parts[: path.parts.index("ImageSets")])
            lines = source.read(name).decode("utf-8-sig", errors="replace").splitlines()
            for stem in known.keys() & {line.strip() for line in lines}:
                for each in known[stem]:
                    is_listed = len(known[stem]) == 1 or each.kit == kit
                    if is_listed and splits.get(each, _BOTH) == _BOTH:
                        splits[each] = path.stem
    named = {each: split for each in files if (split := split_in(each.kit))}
    return named | splits


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
