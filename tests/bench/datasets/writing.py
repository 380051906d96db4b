"""How many masks a second go out in each format, and whether memory grows with their number."""

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from engine.datasets.files import FolderOut
from engine.datasets.formats import FORMATS, export
from tests.bench.datasets.discs import MASKS
from tests.bench.datasets.generated import generated
from tests.bench.memory import measured_alone
from tests.bench.rows import Row

COCO_PER_S: Final = 3300
MOST_MIB: Final = 500
FLAT: Final = 1.1  # of memory, with a hundred times the masks
OTHERS: Final = 10**4  # masks that the other formats write


def measure_writing(sizes: Sequence[int]) -> list[Row]:
    """Write COCO with each number of masks, the other formats with the least of them."""
    rows = []
    least: float | None = None
    for masks in sizes:
        figures = measured_alone(write, "coco", masks)
        peak = float(str(figures["peak_mib"]))
        least = least or peak
        is_within = (
            float(str(figures["masks_per_cpu_s"])) >= COCO_PER_S
            and peak <= MOST_MIB
            and peak <= FLAT * least
        )
        allowed = f"{COCO_PER_S} masks/s, {MOST_MIB} MiB, {FLAT} x that of the least"
        rows.append(Row(f"write coco, {masks} masks", figures, allowed, is_within))
    for name in [each for each in FORMATS if each != "coco"]:
        figures = measured_alone(write, name, min(OTHERS, sizes[0]))
        is_small = float(str(figures["peak_mib"])) <= MOST_MIB
        rows.append(Row(f"write {name}", figures, f"{MOST_MIB} MiB", is_small))
    return rows


def write(name: str, masks: int) -> dict[str, object]:
    dataset = generated(max(1, masks // MASKS))
    with tempfile.TemporaryDirectory() as folder:
        began = time.process_time()
        export(dataset, FORMATS[name], FolderOut(Path(folder)))
        spent = time.process_time() - began
    return {"masks": masks, "masks_per_cpu_s": round(masks / spent)}
