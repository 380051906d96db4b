"""Hugging Face's datasets: the folder as `load_dataset` takes it, features and all."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

from pycocotools import mask as masks

from tests.strangers.readers.said import Images, boxed, masked, say


def huggingface(folder: Path) -> Images:
    os.environ["HF_HUB_OFFLINE"] = "1"  # before it is imported
    import datasets  # noqa: PLC0415  # as above

    images: Images = {}
    with TemporaryDirectory() as cache:
        for rows in datasets.load_dataset(str(folder), cache_dir=cache).values():
            names = rows.features["masks"].feature["label"].names
            for row in rows:
                assert row["image"].size == (row["width"], row["height"])  # it decodes
                images[row["file_name"]] = [
                    masked(names[each["label"]], masks.decode(each["segmentation"]))
                    if each["segmentation"]
                    else boxed(names[each["label"]], *each["bbox"])
                    for each in row["masks"]
                ]
    return images


if __name__ == "__main__":
    say("datasets", {"huggingface": huggingface})
