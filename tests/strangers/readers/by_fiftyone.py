"""FiftyOne: its importers of COCO and of its own datasets, where these want no database."""

from pathlib import Path
from typing import Any, Final

import numpy as np
from fiftyone.utils.coco import COCODetectionDatasetImporter
from fiftyone.utils.data.importers import LegacyFiftyOneDatasetImporter

from tests.strangers.readers.said import Images, Object, boxed, labelled, masked, say

_OBJECT: Final = 255


def samples(folder: Path) -> Images:
    images: Images = {}
    with LegacyFiftyOneDatasetImporter(str(folder)) as importer:
        for sample in importer:
            sample.compute_metadata(overwrite=True)  # its own reading of the image
            width, height = sample.metadata.width, sample.metadata.height
            name = Path(sample.filepath).relative_to(folder / "data").as_posix()
            detections = sample["ground_truth"].detections
            images[name] = [of_detection(each, width, height) for each in detections]
    return images


def coco(folder: Path) -> Images:
    """Read COCO's file, objects with masks alone, and all their fields that COCO does not know."""
    images: Images = {}
    with COCODetectionDatasetImporter(
        data_path=str(folder / "images"),
        labels_path=str(folder / "annotations.json"),
        label_types="segmentations",
    ) as importer:
        for path, metadata, labels in importer:
            size = metadata.width, metadata.height
            detections = labels.detections if labels else ()
            name = Path(path).relative_to(folder / "images").as_posix()
            images[name] = [of_detection(each, *size) for each in detections]
    return images


def counted(file: Path) -> Images:
    """Tell the labels of somebody else's file of COCO, whose images lie beside it, or below."""
    images: Images = {}
    with COCODetectionDatasetImporter(
        data_path=str(_images_of(file)), labels_path=str(file), label_types="detections"
    ) as importer:
        for path, _, labels in importer:
            images[path] = [labelled(each.label) for each in (labels.detections if labels else ())]
    return images


def _images_of(file: Path) -> Path:
    """As COCO has them: `annotations/instances_train.json` is of `images/train`."""
    if file.parent.name != "annotations":
        return file.parent
    return file.parent.parent / "images" / file.stem.rpartition("_")[2]


def of_detection(each: Any, width: int, height: int) -> Object:
    if each.mask is None:
        x, y, w, h = each.bounding_box
        return boxed(each.label, x * width, y * height, w * width, h * height)
    drawn = each.to_segmentation(frame_size=(width, height), target=_OBJECT)
    return masked(each.label, np.asarray(drawn.mask) == _OBJECT)


if __name__ == "__main__":
    say("fiftyone", {"coco": coco, "fiftyone": samples, "counted_coco": counted})
