"""Files of a bundle as workers and browsers get them: those of its manifest, or none."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from time import time
from unittest.mock import Mock

import numpy as np
import pytest
from django.conf import LazySettings
from safetensors.numpy import save_file

from annotation import local_copies, storage
from annotation.local_copies import ObjectAlteredError, copies_of
from annotation.models import Bundle
from annotation.services.bundles import ensure_pretrained, fetch_bundle
from engine.bundle import read_bundle, write_bundle
from engine.canonical import sha256_of_path
from tests.altered import alter_file, alter_object
from tests.annotation.world import Api, World

DECODER = b"a graph" * 1000
FILES = ("decoder.onnx", "decoder.safetensors", "manifest.json", "model_card.md")


@pytest.fixture
def folder(settings: LazySettings, tmp_path: Path) -> Path:
    """The bundle as it was written, before anybody fetched it."""
    parts = tmp_path / "parts"
    parts.mkdir()
    save_file({"weight": np.ones(1, np.float32)}, parts / "decoder.safetensors")
    (parts / "decoder.onnx").write_bytes(DECODER)
    (parts / "model_card.md").write_text("A card.")
    settings.PRETRAINED_BUNDLE = tmp_path / "pretrained"
    write_bundle(
        settings.PRETRAINED_BUNDLE,
        files={path.name: path for path in parts.iterdir()},
        encoder_digest="e" * 64,
        thresholds={},
        dataset_version=None,
        parent=None,
        metrics={"of": str(tmp_path)},  # a bundle of its own for each test
        code_version="test",
    )
    return tmp_path / "pretrained"


@pytest.fixture
def bundle(world: World, folder: Path) -> Bundle:
    return ensure_pretrained(project=world.project)


@pytest.fixture
def address(bundle: Bundle) -> str:
    return f"bundles/{bundle.pk}/decoder.onnx"


@pytest.fixture
def served(bundle: Bundle, tmp_path: Path) -> Path:
    """Where the web process keeps what it serves."""
    return tmp_path / "scratch" / "decoders" / f"{bundle.pk}.onnx"


def body(answer: object) -> bytes:
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]  # of a file's response


def test_a_decoder_altered_on_disk_is_fetched_anew(
    annotator: Api, address: str, served: Path
) -> None:
    assert body(annotator.get(address)) == DECODER
    alter_file(served)

    answer = annotator.get(address)

    assert body(answer) == DECODER
    assert "immutable" in answer["Cache-Control"]
    assert [path.name for path in served.parent.iterdir()] == [served.name]


def test_copies_that_nobody_used_for_a_week_make_room_for_those_that_come(
    annotator: Api, bundle: Bundle, address: str, served: Path
) -> None:
    used, unused = fetch_bundle(bundle), copies_of("versions") / "0.jsonl"
    in_use = used / "decoder.onnx"
    unused.parent.mkdir(parents=True, exist_ok=True)
    unused.write_bytes(b"{}")
    eight_days_ago = time() - timedelta(days=8).total_seconds()
    for path in (*used.iterdir(), unused):
        os.utime(path, (eight_days_ago, eight_days_ago))
    fetch_bundle(bundle)  # of which nothing is fetched again

    body(annotator.get(address))

    assert served.exists()
    assert not unused.exists()
    assert in_use.stat().st_mtime == pytest.approx(eight_days_ago)
    for path in used.iterdir():
        os.utime(path, (eight_days_ago, eight_days_ago))
    served.unlink()
    body(annotator.get(address))
    assert not used.exists()


def test_a_decoder_altered_before_the_process_began_is_fetched_anew(
    annotator: Api, bundle: Bundle, address: str, served: Path
) -> None:
    storage.get_file(storage.bundle_key(bundle.pk, "decoder.onnx"), served)
    alter_file(served)

    assert body(annotator.get(address)) == DECODER


@pytest.mark.parametrize("is_on_disk", [True, False])
def test_a_decoder_altered_in_the_store_is_refused_until_it_is_restored(
    annotator: Api, bundle: Bundle, address: str, served: Path, folder: Path, *, is_on_disk: bool
) -> None:
    key = storage.bundle_key(bundle.pk, "decoder.onnx")
    if is_on_disk:
        storage.get_file(key, served)
        alter_file(served)
    alter_object(key)

    refused = annotator.get(address)

    assert (refused.status_code, refused["Content-Type"]) == (503, "application/problem+json")
    assert "immutable" not in refused.get("Cache-Control", "")
    assert refused.json()["code"] == "object_altered"
    assert f"{key} in the object store" in refused.json()["detail"]
    assert "Restore it from a backup" in refused.json()["detail"]
    storage.put_file(key, folder / "decoder.onnx")
    assert body(annotator.get(address)) == DECODER


def test_a_decoder_is_hashed_when_it_is_first_served_and_not_with_each_request(
    annotator: Api, bundle: Bundle, address: str, served: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage.get_file(storage.bundle_key(bundle.pk, "decoder.onnx"), served)
    hashing = Mock(wraps=sha256_of_path)
    monkeypatch.setattr(local_copies, "sha256_of_path", hashing)

    for _ in range(3):
        assert body(annotator.get(address)) == DECODER

    hashing.assert_called_once_with(served)


@pytest.mark.parametrize(
    ("name", "damage"), [*((name, alter_file) for name in FILES), ("decoder.onnx", Path.unlink)]
)
def test_a_file_altered_or_lost_on_disk_is_fetched_anew(
    bundle: Bundle, folder: Path, name: str, damage: Callable[[Path], object]
) -> None:
    copy = fetch_bundle(bundle)
    damage(copy / name)

    assert fetch_bundle(bundle) == copy

    assert read_bundle(copy) == read_bundle(folder)


@pytest.mark.parametrize("name", FILES)
def test_a_bundle_altered_in_the_store_is_refused_with_what_to_do_until_it_is_restored(
    bundle: Bundle, folder: Path, name: str
) -> None:
    copy, key = fetch_bundle(bundle), storage.bundle_key(bundle.pk, name)
    alter_file(copy / name)
    alter_object(key)

    with pytest.raises(ObjectAlteredError, match=rf"{key} in the object store .* Restore it from"):
        fetch_bundle(bundle)

    storage.put_file(key, folder / name)
    assert read_bundle(fetch_bundle(bundle)) == read_bundle(folder)


@pytest.mark.parametrize("is_altered", [True, False])
def test_workers_that_fetch_one_bundle_at_once_all_find_it_whole(
    bundle: Bundle, folder: Path, *, is_altered: bool
) -> None:
    if is_altered:
        copy = fetch_bundle(bundle)
        for name in FILES:
            alter_file(copy / name)
    at_once = Barrier(4)

    def fetch(_: int) -> object:
        at_once.wait()
        return read_bundle(fetch_bundle(bundle))

    with ThreadPoolExecutor(4) as workers:
        found = list(workers.map(fetch, range(4)))

    assert found == [read_bundle(folder)] * 4
