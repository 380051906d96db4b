"""One module for each format in which datasets come and go."""

from collections.abc import Mapping
from typing import Final

from engine.datasets.formats.ade import ADE
from engine.datasets.formats.camvid import CAMVID
from engine.datasets.formats.cityscapes import CITYSCAPES
from engine.datasets.formats.coco import COCO
from engine.datasets.formats.coco_captions import COCO_CAPTIONS
from engine.datasets.formats.coco_keypoints import COCO_KEYPOINTS
from engine.datasets.formats.coco_panoptic import COCO_PANOPTIC
from engine.datasets.formats.coco_results import COCO_RESULTS
from engine.datasets.formats.coco_stuff import COCO_STUFF
from engine.datasets.formats.createml import CREATEML
from engine.datasets.formats.croissant import CROISSANT
from engine.datasets.formats.csv_boxes import CSV_BOXES
from engine.datasets.formats.cvat import CVAT
from engine.datasets.formats.datumaro import DATUMARO
from engine.datasets.formats.described import LOCALIZED_NARRATIVES, PIXMO_CAPTIONS
from engine.datasets.formats.dota import DOTA
from engine.datasets.formats.fiftyone import FIFTYONE
from engine.datasets.formats.format import (
    Format,
    Reader,
    Told,
    export,
    export_apart,
    has_folders,
)
from engine.datasets.formats.huggingface import HUGGINGFACE
from engine.datasets.formats.huggingface_disk import HUGGINGFACE_DISK
from engine.datasets.formats.images_alone import IMAGES_ALONE
from engine.datasets.formats.kitti import KITTI
from engine.datasets.formats.kitti_instances import KITTI_INSTANCES
from engine.datasets.formats.label_studio import LABEL_STUDIO
from engine.datasets.formats.label_studio_min import LABEL_STUDIO_MIN
from engine.datasets.formats.labelme import LABELME
from engine.datasets.formats.labelme_xml import LABELME_XML
from engine.datasets.formats.lvis import LVIS
from engine.datasets.formats.mask_pngs import MASK_FILES, MASK_MAPS
from engine.datasets.formats.mots import MOTS
from engine.datasets.formats.mots_txt import MOTS_TXT
from engine.datasets.formats.open_images import OPEN_IMAGES
from engine.datasets.formats.roboflow_masks import ROBOFLOW_MASKS
from engine.datasets.formats.sa1b import SA1B
from engine.datasets.formats.sample_lines import SAMPLE_LINES
from engine.datasets.formats.supervisely import SUPERVISELY
from engine.datasets.formats.voc import VOC
from engine.datasets.formats.vott import VOTT
from engine.datasets.formats.webdataset import WEBDATASET
from engine.datasets.formats.yolo import YOLO_DETECTION, YOLO_SEGMENTATION

__all__ = [
    "FORMATS",
    "READERS",
    "Format",
    "Reader",
    "Told",
    "export",
    "export_apart",
    "has_folders",
]

FORMATS: Final[Mapping[str, Format]] = {
    each.name: each
    for each in (
        COCO,
        YOLO_SEGMENTATION,
        YOLO_DETECTION,
        VOC,
        MASK_MAPS,
        MASK_FILES,
        COCO_PANOPTIC,
        COCO_STUFF,
        COCO_KEYPOINTS,
        COCO_CAPTIONS,
        CITYSCAPES,
        ADE,
        CVAT,
        LABELME,
        LABEL_STUDIO,
        SUPERVISELY,
        DATUMARO,
        SA1B,
        LVIS,
        FIFTYONE,
        WEBDATASET,
        HUGGINGFACE,
        CROISSANT,
        SAMPLE_LINES,
    )
}

# What an import tells apart and reads: all that is written, and strangers' formats.
READERS: Final[Mapping[str, Reader]] = {
    each.name: each
    for each in (
        *(form.reader for form in FORMATS.values()),
        COCO_RESULTS,
        KITTI,
        KITTI_INSTANCES,
        CAMVID,
        ROBOFLOW_MASKS,
        MOTS,
        MOTS_TXT,
        OPEN_IMAGES,
        VOTT,
        CREATEML,
        CSV_BOXES,
        LABELME_XML,
        LABEL_STUDIO_MIN,
        DOTA,
        LOCALIZED_NARRATIVES,
        PIXMO_CAPTIONS,
        HUGGINGFACE_DISK,
        IMAGES_ALONE,
    )
}
