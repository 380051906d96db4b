"""Hugging Face's datasets: the folder as `load_dataset` takes it, features and all."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pycocotools import mask as masks

from tests.strangers.readers.said import Images, boxed, captioned, labelled, masked, say


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


def narratives(folder: Path) -> Images:
    """Tell of each image what was said, which words when of which masks, and where one pointed."""
    said: Images = {}
    for row in _rows("json", folder / "localized_narratives.jsonl"):
        spoken = [
            f"{each['utterance']} {_told(each['start_time'], each['end_time'])}"
            f" {each.get('masks') or []}"
            for each in row["timed_caption"]
        ]
        points = [_told(p["t"], p["x"], p["y"]) for stroke in row["traces"] for p in stroke]
        told = [row["caption"], row["voice_recording"], *spoken, *points]
        said.setdefault(row["image_id"], []).extend(captioned(each) for each in told)
    return said


def _told(*numbers: float) -> str:
    """Tell numbers as they were written: its parser of JSON is off by their last binary digit."""
    return " ".join(str(round(float(each), 6)) for each in numbers)


def descriptions(folder: Path) -> Images:
    """Tell of each image, by its address, what PixMo-Cap tells, and of each take its raw text."""
    return {
        row["image_url"]: [
            captioned(each)
            for each in (
                row["caption"],
                *row["transcripts"],
                *(take["raw"]["text"] for take in row["takes"] if take["raw"]),
            )
        ]
        for row in _rows("json", folder / "descriptions.jsonl")
    }


def manifest(folder: Path) -> Images:
    """Tell of each image its split, its masks by label, and its captions."""
    return {
        row["file_name"]: [
            captioned(row["split"]),
            *(labelled(each["label_name"]) for each in row["masks"]),
            *(captioned(each["text"]) for each in row["captions"]),
        ]
        for row in _rows("parquet", folder / "manifest.parquet")
    }


def _rows(kind: str, file: Path) -> Iterator[dict[str, Any]]:
    os.environ["HF_HUB_OFFLINE"] = "1"  # before it is imported
    import datasets  # noqa: PLC0415  # as above

    with TemporaryDirectory() as cache:
        yield from datasets.load_dataset(kind, data_files=str(file), cache_dir=cache)["train"]


if __name__ == "__main__":
    say(
        "datasets",
        {
            "huggingface": huggingface,
            "voices": voices,
            "narratives": narratives,
            "descriptions": descriptions,
            "manifest": manifest,
        },
    )
