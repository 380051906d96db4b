"""Write a Hugging Face dataset: Parquet files, and the card that says how to load them.

Card: https://huggingface.co/docs/hub/en/datasets-cards. It names no licence, as none is known.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Final

import yaml

from engine.datasets.files import Out
from engine.datasets.formats.huggingface_features import as_card, features_of
from engine.datasets.formats.parquet_write import FOLDER, WrittenFile, write_files
from engine.datasets.sample import Dataset

CARD: Final = "README.md"
_SIZES: Final = ("1K", "10K", "100K", "1M", "10M", "100M", "1B")  # of images, as the hub sorts
_TEXT: Final = """
# {name}

{images} images with masks and captions, exported by Anneal{version}.

```python
from datasets import load_dataset
from pycocotools import mask

dataset = load_dataset("PATH OF THIS FOLDER")
for split, rows in dataset.items():
    for row in rows:
        masks = [mask.decode(each["segmentation"]) for each in row["masks"] if each["segmentation"]]
```

A mask is a COCO RLE (`segmentation`), and `label` the number of its class. Where `segmentation` is
null, `bbox` (x, y, width, height) is all that is known. `parent` is the `id` of the object that it
is a part of; `attributes` and `extra` (who made it, and when) are JSON. Recordings of voices are
not in here.
"""


def write(dataset: Dataset, out: Out) -> None:
    """Write `data/SPLIT-00000-of-0000N.parquet` and so on, and `README.md`."""
    files = write_files(dataset, out)
    with out.file(CARD) as file:
        told = yaml.safe_dump(_told(dataset, files), sort_keys=False, allow_unicode=True)
        file.write(f"---\n{told}---\n{_text(dataset, files)}".encode())


def _told(dataset: Dataset, files: Sequence[WrittenFile]) -> dict[str, object]:
    images, sizes = _totals(files)
    listed = [{"split": split, "path": f"{FOLDER}/{split}-*"} for split in images]
    return {
        **({"pretty_name": dataset.name} if dataset.name else {}),
        "task_categories": ["image-segmentation"],
        "size_categories": [_size_category(images.total())],
        **({"configs": [{"config_name": "default", "data_files": listed}]} if listed else {}),
        "dataset_info": {
            "features": as_card(features_of(dataset.classes())),
            "splits": [
                {"name": split, "num_bytes": sizes[split], "num_examples": images[split]}
                for split in images
            ],
            "download_size": sum(each.size_bytes for each in files),
            "dataset_size": sizes.total(),
        },
    }


def _totals(files: Sequence[WrittenFile]) -> tuple[Counter[str], Counter[str]]:
    """Count images and bytes of each split."""
    images: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    for each in files:
        images[each.split] += each.images
        sizes[each.split] += each.arrow_bytes
    return images, sizes


def _size_category(images: int) -> str:
    bounds = [1_000 * 10**power for power in range(len(_SIZES))]
    place = sum(images >= bound for bound in bounds)
    if place == 0:
        return f"n<{_SIZES[0]}"
    return f"{_SIZES[place - 1]}<n<{_SIZES[place]}" if place < len(_SIZES) else f"n>{_SIZES[-1]}"


def _text(dataset: Dataset, files: Sequence[WrittenFile]) -> str:
    version = f" of version `{dataset.version}`" if dataset.version else ""
    images = sum(each.images for each in files)
    return _TEXT.format(name=dataset.name or "Dataset", images=images, version=version)
