"""What two versions of very many masks cost to compare: time, and whether memory grows."""

import hashlib
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from engine.datasets.diff import diff_manifests, with_ious
from engine.datasets.diff_totals import totals_of
from engine.datasets.manifest import ManifestMask, ManifestRow, write_manifest
from engine.datasets.manifest_lines import find_row
from engine.masks.rle import RLE, decode, digest, encode
from tests.bench.datasets.discs import MASKS, SIZE_HW, discs
from tests.bench.memory import measured_alone
from tests.bench.rows import Row

MOST_S: Final = 30  # of CPU
FLAT: Final = 1.1  # of memory, with a hundred times the masks
SHARES: Final = (0.05, 1.0)  # of the images, on which every mask has another shape
FINDS: Final = 200
MOST_FIND_MS: Final = 5


def measure_comparing(sizes: Sequence[int]) -> list[Row]:
    rows = []
    for share in SHARES:
        least: float | None = None
        for masks in sizes:
            figures = measured_alone(compare, masks, share)
            peak = float(str(figures["peak_mib"]))
            least = least or peak
            is_within = (
                float(str(figures["diff_cpu_s"])) <= MOST_S
                and float(str(figures["find_ms"])) <= MOST_FIND_MS
                and peak <= FLAT * least
            )
            allowed = f"{MOST_S} s, {FLAT} x the memory of the least, {MOST_FIND_MS} ms to find one"
            rows.append(
                Row(f"diff, {masks} masks, {share:.0%} changed", figures, allowed, is_within)
            )
    return rows


def compare(masks: int, share: float) -> dict[str, object]:
    shapes = [encode(mask) for mask in discs(MASKS, SIZE_HW)]
    moved = [encode(np.roll(decode(rle), 4, axis=1)) for rle in shapes]
    by_digest = {digest(rle): rle for rle in (*shapes, *moved)}

    def find(_: Sequence[ManifestMask]) -> Mapping[str, RLE]:
        return by_digest

    images = max(1, masks // MASKS)
    old_digests, new_digests = ([digest(rle) for rle in rles] for rles in (shapes, moved))
    with tempfile.TemporaryDirectory() as folder:
        old, new = Path(folder) / "old.jsonl", Path(folder) / "new.jsonl"
        with old.open("wb") as file:
            write_manifest(file, {}, _rows(images, old_digests, old_digests, share))
        with new.open("wb") as file:
            write_manifest(file, {}, _rows(images, old_digests, new_digests, share))
        began = time.process_time()
        with old.open("rb") as a, new.open("rb") as b:
            totals = totals_of(with_ious(diff_manifests(a, b), find))
        spent = time.process_time() - began
        find_ms = _find_ms(new, images)
        size = new.stat().st_size
    return {
        "masks": masks,
        "manifest_mb": round(size / 1e6, 1),
        "changed": totals.masks["changed"],
        "measured": totals.ious.total(),
        "diff_cpu_s": round(spent, 2),
        "find_ms": round(find_ms, 2),
    }


def _find_ms(path: Path, images: int) -> float:
    """Return what it costs to find one image's row."""
    began = time.process_time()
    with path.open("rb") as file:
        for number in range(FINDS):
            assert find_row(file, _sha256(number * images // FINDS)) is not None
    return (time.process_time() - began) * 1000 / FINDS


def _rows(
    images: int, same: Sequence[str], changed: Sequence[str], share: float
) -> Iterator[ManifestRow]:
    for number in range(images):
        is_changed = number % 100 < 100 * share
        yield ManifestRow(
            image_sha256=_sha256(number),
            file_name=f"{number}.png",
            size_hw=[*SIZE_HW],
            group=None,
            split="train",
            masks=[
                ManifestMask(
                    mask=f"{number:08x}-0000-4000-8000-{place:012x}",
                    revision="1" if same is changed or not is_changed else "2",
                    label="1",
                    rle_digest=digests,
                    parent=None,
                )
                for place, digests in enumerate(changed if is_changed else same)
            ],
            transcripts=[],
            captions=[],
        )


def _sha256(number: int) -> str:
    """Return digests that are sorted as the numbers are, and look like any."""
    tail = hashlib.sha256(str(number).encode()).hexdigest()[8:]
    return f"{number:08x}{tail}"
