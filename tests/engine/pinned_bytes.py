"""`python -m tests.engine.pinned_bytes`: which bytes a fixed dataset has in each format, by digest.

An export has the same bytes for ever, after an upgrade too: a test holds what is written to what
lies in pinned_bytes.json. Images are bytes of no library, and copied as they are.
"""

import hashlib
import io
import json
import platform
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Final

from PIL import features

from engine.datasets.files import ZipOut
from engine.datasets.formats import FORMATS, export
from engine.datasets.sample import DECLARED_SINCE, EDITION, Dataset, Label
from tests.engine.datasets_broken import MemoryOut
from tests.engine.datasets_corpus import LABELS, corpus, dataset_of

FILE: Final = Path(__file__).with_name("pinned_bytes.json")
ZIP: Final = "coco as a zip"
# Of each kind one, and one that CVAT has no spelling for.
DECLARED: Final = {
    "attributes": [
        {"name": "colour", "kind": "choice", "choices": ["red", "blue"], "default": "blue"},
        {"name": "size", "kind": "number", "min": 0.0, "max": 9.5, "default": None},
        {"name": "note", "kind": "text", "default": None},
        {"name": "odd", "kind": "choice", "choices": ["two\nlines"], "default": None},
    ]
}
EDITIONS: Final = range(1, EDITION + 1)
PILLOW: Final = frozenset({"Pillow", "zlib in Pillow"})
ZLIB: Final = frozenset({"zlib"})
# The libraries that pack what a format holds, each in its own way; of other formats none does.
HANGS_ON: Final[Mapping[str, frozenset[str]]] = {
    **dict.fromkeys(("ade", "cityscapes", "coco_panoptic", "labelme"), PILLOW),
    **dict.fromkeys(("mask_files", "mask_maps", "voc"), PILLOW),
    **dict.fromkeys(("huggingface", "croissant"), frozenset({"pyarrow"})),
    "fiftyone": ZLIB | {"numpy"},
    "supervisely": PILLOW | ZLIB,
    ZIP: ZLIB,
}


def libraries() -> dict[str, str]:
    """Return the versions on which bytes hang; zlib is built anew for each kind of processor."""
    return {
        "Pillow": version("Pillow"),
        "zlib in Pillow": str(features.version("zlib")),
        "machine": platform.machine(),
        "numpy": version("numpy"),
        "pyarrow": version("pyarrow"),
        "zlib": zlib.ZLIB_RUNTIME_VERSION,
    }


def fixed(edition: int) -> Dataset:
    """Return the dataset; where files tell addresses, one of its images is left behind."""
    samples = [replace(each, load_bytes=lambda: b"an image") for each in corpus()]
    if edition < DECLARED_SINCE:
        return replace(dataset_of(samples), edition=edition)
    addressed = [replace(each, address=f"s3://images/{n}") for n, each in enumerate(samples)]
    addressed[0] = replace(addressed[0], load_bytes=None)
    return replace(dataset_of(addressed, declaring()), edition=edition)


def declaring() -> tuple[Label, ...]:
    """Return the labels with attributes."""
    return tuple(replace(each, extra=DECLARED) for each in LABELS)


def digest_of(name: str, dataset: Dataset) -> str:
    """Hash the names and bytes of what is written."""
    if name == ZIP:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            export(dataset, FORMATS["coco"], ZipOut(archive))
        return hashlib.sha256(packed.getvalue()).hexdigest()
    out = MemoryOut()
    export(dataset, FORMATS[name], out)
    digest = hashlib.sha256()
    for file, data in sorted(out.files.items()):
        digest.update(f"{file} {len(data)}\n".encode() + data)
    return digest.hexdigest()


def digests() -> dict[str, dict[str, str]]:
    """Return what is written, by edition and format."""
    names = (*FORMATS, ZIP)
    return {str(each): {name: digest_of(name, fixed(each)) for name in names} for each in EDITIONS}


if __name__ == "__main__":
    told = {"digests": digests(), "libraries": libraries()}
    FILE.write_text(json.dumps(told, indent=1, sort_keys=True) + "\n")
