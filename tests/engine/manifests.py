"""Manifests that tests write by hand."""

import hashlib
import io
from typing import Any, cast

from engine.datasets.manifest import ManifestRow, build_manifest

HEADER = {"project": "p", "labels": {"1": "cell"}, "created_at": "2026-01-01T00:00:00Z"}


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def mask(name: str, revision: str = "r1", **changes: Any) -> Any:
    return {"mask": name, "revision": revision, "label": "cell", "rle_digest": sha(name + revision),
            "parent": None, **changes}  # fmt: skip


def row(name: str, *masks: Any, **changes: Any) -> ManifestRow:
    facts: Any = {"image_sha256": sha(name), "file_name": f"{name}.png", "size_hw": [4, 5],
                  "group": None, "split": "train", "masks": list(masks),
                  "transcripts": [{"raw": "um a cell"}], "captions": [], **changes}  # fmt: skip
    return cast(ManifestRow, facts)


def rows(*names: str) -> list[ManifestRow]:
    return sorted((row(name, mask(name + "1")) for name in names), key=lambda r: r["image_sha256"])


def manifest(content: list[ManifestRow], header: Any = HEADER) -> io.BytesIO:
    return io.BytesIO(b"".join(build_manifest(header, content)))
