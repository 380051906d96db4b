"""`python -m tests.bench.datasets.by_datumaro MASKS`, where Datumaro is: it writes COCO with masks.

Run by `tests.bench.datasets.peers` in the environment that `make strangers` makes. Prints JSON.
"""

import json
import sys
import tempfile
import time
from importlib.metadata import version

import numpy as np
from datumaro import Dataset, DatasetItem, Image, Mask

from tests.bench.datasets.discs import LABELS, MASKS, SIZE_HW, discs


def main() -> None:
    images = int(sys.argv[1]) // MASKS
    masks = discs(MASKS, SIZE_HW)
    blank = Image.from_numpy(np.zeros((*SIZE_HW, 3), np.uint8), size=SIZE_HW)
    dataset = Dataset.from_iterable(
        (
            DatasetItem(str(number), subset="train", media=blank, annotations=_annotations(masks))
            for number in range(images)
        ),
        categories=list(LABELS),
    )
    assert len(dataset) == images  # it is read as it is counted
    with tempfile.TemporaryDirectory() as folder:
        began = time.process_time()
        dataset.export(folder, "coco_instances", save_media=False, segmentation_mode="mask")
        spent = time.process_time() - began
    figures = {
        "version": version("datumaro"),
        "masks": images * MASKS,
        "masks_per_cpu_s": round(images * MASKS / spent),
    }
    sys.stdout.write(json.dumps(figures) + "\n")


def _annotations(masks: list[np.ndarray]) -> list[Mask]:
    return [Mask(mask, label=place % len(LABELS)) for place, mask in enumerate(masks)]


main()
