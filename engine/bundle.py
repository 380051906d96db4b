"""The checkpoint bundle: a folder of files and the manifest that proves them, whole or not at all.

A bundle is immutable; its id is the sha256 of its manifest's bytes. The manifest is written last,
in a folder beside the final one, which then takes its name in one step: who finds a bundle finds
a complete one.
"""

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeGuard

import numpy as np
from safetensors import SafetensorError, safe_open

from engine.canonical import canonical_json, parse_canonical, sha256_of_path

MANIFEST: Final = "manifest.json"
DECODER_FILES: Final = ("decoder.safetensors", "decoder.onnx")
ENCODER: Final = "encoder.onnx"  # where a round has taught one; else all share the installed one
PROMPT_HEAD: Final = "prompt_head.onnx"  # where a round has trained one
LABEL_HEAD: Final = "label_head.safetensors"  # where people have given labels
VERIFIER: Final = "verifier.safetensors"  # where people's verdicts have taught one
VERDICTS: Final = "verdicts.json"  # those that it was to learn from, as they were then
CAPTIONER_FILES: Final = ("captioner.safetensors", "captioner.json")  # where a bundle has one
MODEL_CARD: Final = "model_card.md"
REQUIRED_FILES: Final = (*DECODER_FILES, MODEL_CARD)
_FORMAT: Final = "anneal.bundle/1"
_MANIFEST_BYTES: Final = 16 * 2**20
_FILE_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


class BundleError(ValueError):
    """A bundle that is not whole, not finite or not what its manifest says."""


@dataclass(frozen=True, slots=True)
class BundleManifest:
    """What a bundle is. All but `id` is in manifest.json."""

    id: str  # sha256 of manifest.json
    encoder_digest: str  # of the encoder whose embeddings the decoder reads
    files: dict[str, str]  # name -> sha256
    thresholds: dict[str, float]
    dataset_version: str | None  # trained on; None for pretrained weights
    code_version: str
    parent: str | None  # id of the bundle that training started from
    metrics: dict[str, object]
    created_at: str  # ISO 8601, UTC
    # By part, what it was made by; nothing of parts that came ready or before this was kept.
    recipe: dict[str, object] = field(default_factory=dict)


def write_bundle(  # noqa: PLR0913  # what a manifest tells
    folder: Path,
    *,
    files: Mapping[str, Path],
    encoder_digest: str,
    thresholds: Mapping[str, float],
    dataset_version: str | None,
    parent: str | None,
    metrics: Mapping[str, object],
    code_version: str,
    recipe: Mapping[str, object] | None = None,
) -> BundleManifest:
    """Make a bundle at `folder`, which must not exist, from files under their names in it.

    Raise BundleError on a missing file, a tensor that is not finite or a folder already there;
    OSError (a full disk) leaves nothing behind either.
    """
    if folder.exists():
        raise BundleError(f"{folder} exists: a bundle is never overwritten")
    _check_names(files)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _folder_beside(folder) as draft:
        digests = {name: _copy(path, draft / name) for name, path in sorted(files.items())}
        content = {
            "format": _FORMAT,
            "encoder_digest": encoder_digest,
            "files": digests,
            "thresholds": {name: float(value) for name, value in thresholds.items()},
            "dataset_version": dataset_version,
            "code_version": code_version,
            "parent": parent,
            "metrics": dict(metrics),
            "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
            **({"recipe": dict(recipe)} if recipe else {}),
        }
        try:
            data = canonical_json(content)
        except ValueError as error:
            raise BundleError(f"thresholds, metrics or recipe are not finite: {error}") from None
        manifest = _parse_manifest(data)
        _write_synced(draft / MANIFEST, data)
        _sync_folder(draft)
        try:
            draft.rename(folder)
        except OSError:
            if folder.exists():
                raise BundleError(f"{folder} exists: a bundle is never overwritten") from None
            raise
        _sync_folder(folder.parent)
    return manifest


def read_bundle(folder: Path) -> BundleManifest:
    """Check every file against the manifest, and every tensor to be finite, and return it."""
    path = folder / MANIFEST
    try:
        with path.open("rb") as file:
            data = file.read(_MANIFEST_BYTES + 1)
    except FileNotFoundError:
        raise BundleError(f"{folder} has no {MANIFEST}: it is no bundle or half-written") from None
    manifest = _parse_manifest(data)
    for name, digest in manifest.files.items():
        try:
            found = sha256_of_path(folder / name)
        except FileNotFoundError:
            raise BundleError(f"{folder} lacks {name}") from None
        if found != digest:
            raise BundleError(f"{folder / name} is not the file of the manifest: {found}")
        _check_finite(folder / name)
    return manifest


def _parse_manifest(data: bytes) -> BundleManifest:
    try:
        content = parse_canonical(data)
    except ValueError as error:
        raise BundleError(f"{MANIFEST} is damaged: {error}") from None
    if not isinstance(content, dict) or content.pop("format", None) != _FORMAT:
        raise BundleError(f"{MANIFEST} is not of the format {_FORMAT}")
    fields = {name for name in BundleManifest.__dataclass_fields__ if name != "id"}
    content = {"recipe": {}, **content}
    if content.keys() != fields:
        raise BundleError(f"{MANIFEST} has other fields: {sorted(content.keys() ^ fields)}")
    files, thresholds, metrics = content["files"], content["thresholds"], content["metrics"]
    if not _is_text_map(files) or not all(map(_SHA256.fullmatch, files.values())):
        raise BundleError(f"{MANIFEST}: files must map names to sha256 digests")
    _check_names(files)
    if not isinstance(thresholds, dict) or not all(type(v) is float for v in thresholds.values()):
        raise BundleError(f"{MANIFEST}: thresholds must be numbers")
    if not isinstance(metrics, dict) or not isinstance(content["recipe"], dict):
        raise BundleError(f"{MANIFEST}: metrics and recipe must be objects")
    return BundleManifest(
        id=hashlib.sha256(data).hexdigest(),
        encoder_digest=_text(content, "encoder_digest"),
        files=files,
        thresholds=thresholds,
        dataset_version=_text_or_none(content, "dataset_version"),
        code_version=_text(content, "code_version"),
        parent=_text_or_none(content, "parent"),
        metrics=metrics,
        created_at=_text(content, "created_at"),
        recipe=content["recipe"],
    )


def _is_text_map(value: object) -> TypeGuard[dict[str, str]]:
    return isinstance(value, dict) and all(isinstance(text, str) for text in value.values())


def _text(content: Mapping[str, object], field: str) -> str:
    value = content[field]
    if not isinstance(value, str) or not value:
        raise BundleError(f"{MANIFEST}: {field} must be text")
    return value


def _text_or_none(content: Mapping[str, object], field: str) -> str | None:
    return None if content[field] is None else _text(content, field)


def _check_names(files: Mapping[str, object]) -> None:
    missing = set(REQUIRED_FILES) - files.keys()
    if missing:
        raise BundleError(f"a bundle needs {', '.join(sorted(missing))}")
    for name in files:
        if not _FILE_NAME.fullmatch(name) or name == MANIFEST:
            raise BundleError(f"a bundle's file cannot be called {name[:100]!r}")


def _copy(source: Path, target: Path) -> str:
    """Copy to stable storage; check and hash the copy, since that is what will be served."""
    if not source.is_file():
        raise BundleError(f"{source} is missing")
    shutil.copyfile(source, target)
    with target.open("rb") as file:
        os.fsync(file.fileno())
    _check_finite(target)
    return sha256_of_path(target)


def _check_finite(path: Path) -> None:
    if path.suffix != ".safetensors":
        return
    try:
        with safe_open(path, framework="numpy") as tensors:
            names = list(tensors.keys())
            is_bad = [name for name in names if not np.isfinite(tensors.get_tensor(name)).all()]
    except (SafetensorError, OSError, TypeError, ValueError) as error:
        raise BundleError(f"{path.name} cannot be read as safetensors: {error}") from None
    if is_bad:
        raise BundleError(f"{path.name} has values that are not finite in {', '.join(is_bad[:3])}")
    if not names:
        raise BundleError(f"{path.name} holds no tensor")


@contextmanager
def _folder_beside(folder: Path) -> Iterator[Path]:
    """Give a hidden folder on the same file system; remove it unless it was renamed."""
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        draft.chmod(0o755)
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _write_synced(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
