"""How each format's files are cut down, and which of them say what the others mean."""

import re
from collections.abc import Mapping
from functools import partial
from pathlib import PurePosixPath
from typing import Final

from engine.datasets.formats.pictures import is_image
from engine.datasets.refused.json_entries import COCO_LISTS, cut_list, cut_lists, take_if_met
from engine.datasets.refused.lines import cut_frames, cut_json_lines, cut_lines, cut_table
from engine.datasets.refused.wanted import Cut, bare
from engine.datasets.refused.xml_images import cut_images

_COCO: Final = partial(cut_lists, COCO_LISTS)
_JSON: Final[Mapping[str, Cut]] = {
    "coco": _COCO,
    "coco_stuff": _COCO,
    "coco_keypoints": _COCO,
    "coco_captions": _COCO,
    "coco_panoptic": _COCO,
    "lvis": _COCO,
    "datumaro": partial(cut_lists, {"items"}),
    "fiftyone": partial(cut_lists, {"samples"}),
    "label_studio": cut_list,
    "label_studio_min": cut_list,
    "createml": cut_list,
    # A file of one image that need not be called as the image is.
    "labelme": take_if_met,
    "sa1b": take_if_met,
    "vott": take_if_met,
}
_OF_LINES: Final[Mapping[str, Cut]] = {
    "yolo": cut_lines,
    "yolo_detection": cut_lines,
    "kitti": cut_lines,
    "dota": cut_lines,
    "mots_txt": cut_frames,
}
_RESULTS: Final = "coco_results"  # they tell nothing without the list of images beside them
# Lists of classes, and what projects tell of themselves.
_COMPANIONS: Final = re.compile(
    r"data\.ya?ml|obj\.(names|data)|_?classes\.(txt|csv)|labels\.(txt|json)|labelmap\.txt"
    r"|label_colors\.txt|meta\.json|project\.json|metadata\.json|state\.json|dataset_info\.json"
    r"|dataset_dict\.json|objectinfo\w*\.(txt|csv)|class-descriptions[\w-]*\.csv",
    re.IGNORECASE,
)
# What files of one image have behind the name that they share.
_ENDS: Final = re.compile(
    r"_(leftImg8bit|gt(Fine|Coarse)\w*|seg|parts_\d+|mask(_\d+)?|scribble_\d+)$"
)


def cut_of(form: str, name: str) -> Cut | None:
    """Return what cuts a file of a format down; None where it is taken as a whole."""
    match PurePosixPath(name).suffix.lower():
        case ".json":
            return _JSON.get(form)
        case ".jsonl" | ".ndjson":
            return cut_json_lines
        case ".csv":
            return cut_table
        case ".txt":
            return _OF_LINES.get(form)
        case ".xml" if form == "cvat":
            return cut_images
    return None


def lists_images(form: str, name: str) -> bool:
    """Tell a file of many images, whose entries tell of which they are."""
    return cut_of(form, name) not in {None, cut_lines}


def is_of_one_image(form: str, name: str) -> bool:
    """Tell a file of one image, which need not be called as that is."""
    return cut_of(form, name) is take_if_met


def is_companion(form: str, name: str) -> bool:
    """Tell a file without which the others are not read, or not as they were."""
    if form in _JSON and name.lower().endswith(".json"):
        return False
    is_list = form == _RESULTS and name.lower().endswith(".json")
    return is_list or _COMPANIONS.fullmatch(bare(name)) is not None


def stem_of(form: str, name: str) -> str | None:
    """Return what files of one image are called alike by; None of files of many."""
    if lists_images(form, name) or is_companion(form, name):
        return None
    stem = _without_ending(bare(name))
    return _ENDS.sub("", _without_ending(stem) if is_image(stem) else stem)


def _without_ending(name: str) -> str:
    return name.rpartition(".")[0] or name
