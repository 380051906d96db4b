"""Write a Hugging Face dataset: Parquet files, and the card that says how to load them.

Card: https://huggingface.co/docs/hub/en/datasets-cards. It names no licence, as none is known.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import yaml

from engine.datasets.files import Out
from engine.datasets.formats.huggingface_features import (
    VOICES,
    Feature,
    as_card,
    features_of,
    voice_features,
)
from engine.datasets.formats.huggingface_voices import write_voices
from engine.datasets.formats.parquet_table import WrittenFile
from engine.datasets.formats.parquet_write import FOLDER, write_files
from engine.datasets.sample import Dataset
from engine.datasets.voices import LARGEST_SOUND_BYTES, Voices

CARD: Final = "README.md"
_SIZES: Final = ("1K", "10K", "100K", "1M", "10M", "100M", "1B")  # of images, as the hub sorts
_NO_VOICES: Final = " Recordings of voices are\nnot in here."
_VOICES: Final = """

What people said of the images is a table of its own, a row for each of {takes} takes:

```python
voices = load_dataset("PATH OF THIS FOLDER", "voices")
```

`image_sha256` is the `sha256` of the image. `audio` is null where its speaker does not agree to
that, and of sounds of over {limit} MiB; what somebody took back is silence. `utterances` are the
words with their times and the `id` of the masks they speak of, `phrases` say which words together
speak of which, and `trace` is where the pointer was (seconds, shares of the image's width and
height). `mask` is what the take is about, where that is one object alone. Rows name who spoke
(`speaker_name`, `recorded_at`) and who corrected the text, or the model that heard it (`maker`)."""
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
is a part of; `attributes` and `extra` (who made it, and when) are JSON.{voices}
"""


def write(dataset: Dataset, out: Out, voices: Voices | None = None) -> None:
    """Write `data/SPLIT-00000-of-0000N.parquet` and so on, and `README.md`.

    What people said of the images, if it goes along, lies in `voices/`.
    """
    files = write_files(dataset, out)
    takes = None if voices is None else write_voices(voices, out)
    with out.file(CARD) as file:
        told = yaml.safe_dump(_told(dataset, files, takes), sort_keys=False, allow_unicode=True)
        file.write(f"---\n{told}---\n{_text(dataset, files, takes)}".encode())


def _told(
    dataset: Dataset, files: Sequence[WrittenFile], takes: Sequence[WrittenFile] | None
) -> dict[str, object]:
    images = _Table("default", FOLDER, features_of(dataset.classes()), files)
    voices = _Table(VOICES, VOICES, voice_features(), takes or ())
    configs = [each.listed() for each in (images, voices) if each.files]
    return {
        **({"pretty_name": dataset.name} if dataset.name else {}),
        "task_categories": ["image-segmentation"],
        "size_categories": [_size_category(sum(each.rows for each in files))],
        **({"configs": configs} if configs else {}),
        "dataset_info": images.told() if takes is None else [images.named(), voices.named()],
    }


@dataclass(frozen=True, slots=True)
class _Table:
    """Files of the same columns, of which `load_dataset` takes one or another by its name."""

    name: str
    folder: str
    features: Mapping[str, Feature]
    files: Sequence[WrittenFile]

    def listed(self) -> dict[str, object]:
        """Tell which files are of which split."""
        splits = dict.fromkeys(each.split for each in self.files)
        listed = [{"split": split, "path": f"{self.folder}/{split}-*"} for split in splits]
        return {"config_name": self.name, "data_files": listed}

    def told(self) -> dict[str, object]:
        """Tell of its columns, and how much there is of each split."""
        rows: Counter[str] = Counter()
        sizes: Counter[str] = Counter()
        for each in self.files:
            rows[each.split] += each.rows
            sizes[each.split] += each.arrow_bytes
        return {
            "features": as_card(self.features),
            "splits": [
                {"name": split, "num_bytes": sizes[split], "num_examples": rows[split]}
                for split in rows
            ],
            "download_size": sum(each.size_bytes for each in self.files),
            "dataset_size": sizes.total(),
        }

    def named(self) -> dict[str, object]:
        return {"config_name": self.name, **self.told()}


def _size_category(images: int) -> str:
    bounds = [1_000 * 10**power for power in range(len(_SIZES))]
    place = sum(images >= bound for bound in bounds)
    if place == 0:
        return f"n<{_SIZES[0]}"
    return f"{_SIZES[place - 1]}<n<{_SIZES[place]}" if place < len(_SIZES) else f"n>{_SIZES[-1]}"


def _text(
    dataset: Dataset, files: Sequence[WrittenFile], takes: Sequence[WrittenFile] | None
) -> str:
    version = f" of version `{dataset.version}`" if dataset.version else ""
    images = sum(each.rows for each in files)
    voices = _NO_VOICES
    if takes is not None:
        limit = LARGEST_SOUND_BYTES >> 20
        voices = _VOICES.format(takes=sum(each.rows for each in takes), limit=limit)
    return _TEXT.format(
        name=dataset.name or "Dataset", images=images, version=version, voices=voices
    )
