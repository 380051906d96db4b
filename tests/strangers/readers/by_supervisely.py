"""supervisely: its SDK's reader of projects."""

from pathlib import Path

import numpy as np
import supervisely as sly

from tests.strangers.readers.said import Images, boxed, masked, say


def project(folder: Path) -> Images:
    read = sly.Project(str(folder), sly.OpenMode.READ)
    images: Images = {}
    for dataset in read.datasets:
        for name in dataset:
            annotation = dataset.get_ann(name, read.meta)
            found = images[f"{dataset.name}/{name}"] = []
            for label in annotation.labels:
                title = label.obj_class.name
                if isinstance(label.geometry, sly.Bitmap):
                    canvas = np.zeros(annotation.img_size, np.uint8)
                    label.geometry.draw(canvas, 1)
                    found.append(masked(title, canvas))
                else:
                    box = label.geometry.to_bbox()
                    found.append(boxed(title, box.left, box.top, box.width, box.height))
    return images


if __name__ == "__main__":
    say("supervisely", {"supervisely": project})
