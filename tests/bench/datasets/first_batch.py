"""How long `engine.datasets.open` takes to its first batch, images and masks decoded."""

import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from torch.utils.data import DataLoader

import engine.datasets
from engine.datasets.files import FolderOut
from engine.datasets.formats import FORMATS, export
from engine.datasets.sample import Dataset, Sample
from engine.datasets.torch_dataset import collate
from tests.bench.datasets.discs import MASKS, SIZE_HW
from tests.bench.datasets.generated import generated
from tests.bench.memory import measured_alone
from tests.bench.rows import Row
from tests.engine.datasets_corpus import picture

MOST_S: Final = 2
BATCH: Final = 8
OTHER: Final = "coco"  # of which a copy is made
OTHERS: Final = 10**4  # masks of it


def measure_first_batch(sizes: Sequence[int]) -> list[Row]:
    """Open JSON lines of the most masks, and COCO, when it was never opened and once it was."""
    rows = []
    for name, masks in (("jsonl", max(sizes)), (OTHER, min(OTHERS, *sizes))):
        with tempfile.TemporaryDirectory() as folder:
            dataset = _with_images(generated(max(1, masks // MASKS)))
            export(dataset, FORMATS[name], FolderOut(Path(folder, "all")))
            _forget_pages(Path(folder))
            for when in ("first time", "again"):
                figures = measured_alone(first_batch, folder)
                is_copied = name == OTHER and when == "first time"
                is_within = is_copied or float(str(figures["first_batch_s"])) <= MOST_S
                allowed = "all is read once" if is_copied else f"{MOST_S} s"
                rows.append(
                    Row(f"first batch {name}, {masks} masks, {when}", figures, allowed, is_within)
                )
    return rows


def first_batch(folder: str) -> dict[str, object]:
    """Open a dataset and decode a batch drawn at random."""
    began, began_cpu = time.perf_counter(), time.process_time()
    dataset = engine.datasets.open(Path(folder, "all"), cache=Path(folder, "copies"))
    opened = time.perf_counter()
    batch = next(iter(DataLoader(dataset, BATCH, shuffle=True, collate_fn=collate)))
    masks = sum(len(each.decode()) for each in batch["masks"])
    ended = time.perf_counter()
    return {
        "open_s": round(opened - began, 2),
        "first_batch_s": round(ended - began, 2),
        "cpu_s": round(time.process_time() - began_cpu, 2),
        "masks_of_batch": masks,
    }


def _with_images(dataset: Dataset) -> Dataset:
    data = picture(SIZE_HW)

    def samples() -> Iterator[Sample]:
        return (replace(each, load_bytes=lambda: data) for each in dataset.samples())

    return replace(dataset, samples=samples, has_images=True)


def _forget_pages(folder: Path) -> None:
    """Let the system drop what it holds of files, as if they had just been brought here."""
    os.sync()
    for path in filter(Path.is_file, folder.rglob("*")):
        with path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
