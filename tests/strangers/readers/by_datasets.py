"""Hugging Face's datasets: the folder as `load_dataset` takes it, features and all."""

import hashlib
import os
from pathlib import Path
from tempfile import TemporaryDirectory

from pycocotools import mask as masks

from tests.strangers.readers.said import Images, boxed, captioned, masked, say


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


def voices(folder: Path) -> Images:
    """Tell each take by its id: its words, and of its sound the file's name and digest."""
    os.environ["HF_HUB_OFFLINE"] = "1"  # as above
    import datasets  # noqa: PLC0415

    takes: Images = {}
    with TemporaryDirectory() as cache:
        for rows in datasets.load_dataset(str(folder), "voices", cache_dir=cache).values():
            assert isinstance(rows.features["audio"], datasets.Audio)
            # Undecoded: torchcodec, which would, is not worth a gigabyte here.
            for row in rows.cast_column("audio", datasets.Audio(decode=False)):
                said = [" ".join(each["text"] for each in row["utterances"]), row["image_sha256"]]
                if sound := row["audio"]:
                    said += [sound["path"], hashlib.sha256(sound["bytes"]).hexdigest()]
                takes[row["recording"]] = [captioned(each) for each in said]
    return takes


if __name__ == "__main__":
    say("datasets", {"huggingface": huggingface, "voices": voices})
