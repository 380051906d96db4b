"""A bundle is whole, finite and proven, or it is refused."""

import hashlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from engine.bundle import BundleError, read_bundle, write_bundle

ROOT = Path(__file__).parents[2]


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    parts = tmp_path / "parts"
    parts.mkdir()
    save_file({"mask_decoder.w": np.ones((3, 2), np.float32), "n": np.arange(3)}, parts / "weights")
    (parts / "onnx").write_bytes(b"graph")
    (parts / "card").write_text("A card.")
    return {
        "decoder.safetensors": parts / "weights",
        "decoder.onnx": parts / "onnx",
        "model_card.md": parts / "card",
    }


def write(folder: Path, files: dict[str, Path], **changes: Any) -> Any:
    facts: dict[str, Any] = {
        "encoder_digest": "e" * 64,
        "thresholds": {"predicted_iou_min": 0.8},
        "dataset_version": None,
        "parent": None,
        "metrics": {"miou_1": 0.5, "by_size": {"small": [1, 2]}},
        "code_version": "0.1.0",
    }
    return write_bundle(folder, files=files, **{**facts, **changes})


def test_bundle_reads_back_as_written(tmp_path: Path, files: dict[str, Path]) -> None:
    written = write(tmp_path / "bundles" / "a", files, parent="p" * 64)

    assert read_bundle(tmp_path / "bundles" / "a") == written
    data = (tmp_path / "bundles" / "a" / "manifest.json").read_bytes()
    assert written.id == hashlib.sha256(data).hexdigest()
    assert written.files["decoder.onnx"] == hashlib.sha256(b"graph").hexdigest()
    assert [path.name for path in (tmp_path / "bundles").iterdir()] == ["a"]


def test_what_it_was_made_by_is_in_the_manifest_if_it_is_known(
    tmp_path: Path, files: dict[str, Path]
) -> None:
    recipe = {"masks": {"seed": 3, "lr": 4e-4}}

    plain, known = write(tmp_path / "a", files), write(tmp_path / "b", files, recipe=recipe)

    assert (plain.recipe, known.recipe) == ({}, recipe)
    assert read_bundle(tmp_path / "b") == known
    assert "recipe" not in (tmp_path / "a" / "manifest.json").read_text()  # as old ones are
    assert read_bundle(tmp_path / "a") == plain


def test_bundle_is_never_overwritten(tmp_path: Path, files: dict[str, Path]) -> None:
    first = write(tmp_path / "a", files)

    with pytest.raises(BundleError, match="never overwritten"):
        write(tmp_path / "a", files)

    assert read_bundle(tmp_path / "a") == first


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_weights_that_are_not_finite_are_refused(
    tmp_path: Path, files: dict[str, Path], value: float, dtype: Any
) -> None:
    tensor = np.ones(1000, dtype)
    tensor[77] = value
    save_file({"good": np.ones(2, dtype), "bad": tensor}, files["decoder.safetensors"])

    with pytest.raises(BundleError, match="not finite in bad"):
        write(tmp_path / "a", files)

    assert not list(tmp_path.glob("*a*/manifest.json"))
    assert [path.name for path in tmp_path.iterdir()] == ["parts"]


@pytest.mark.parametrize("content", [b"", b"garbage", b"\x10\0\0\0\0\0\0\0{}"])
def test_weights_that_are_no_safetensors_are_refused(
    tmp_path: Path, files: dict[str, Path], content: bytes
) -> None:
    files["decoder.safetensors"].write_bytes(content)

    with pytest.raises(BundleError, match=r"decoder\.safetensors"):
        write(tmp_path / "a", files)


def test_metrics_and_thresholds_must_be_finite(tmp_path: Path, files: dict[str, Path]) -> None:
    with pytest.raises(BundleError, match="not finite"):
        write(tmp_path / "a", files, metrics={"miou_1": float("nan")})
    with pytest.raises(BundleError, match="not finite"):
        write(tmp_path / "a", files, thresholds={"x": float("inf")})


@pytest.mark.parametrize("name", ["../x", "a/b", "manifest.json", ".hidden", "", "x" * 101])
def test_file_name_that_leads_astray_is_refused(
    tmp_path: Path, files: dict[str, Path], name: str
) -> None:
    with pytest.raises(BundleError, match="cannot be called"):
        write(tmp_path / "a", {**files, name: files["decoder.onnx"]})


def test_missing_file_is_refused(tmp_path: Path, files: dict[str, Path]) -> None:
    with pytest.raises(BundleError, match=r"needs decoder\.onnx"):
        write(tmp_path / "a", {n: p for n, p in files.items() if n != "decoder.onnx"})
    with pytest.raises(BundleError, match="is missing"):
        write(tmp_path / "a", {**files, "extra.bin": tmp_path / "nowhere"})


def test_change_of_one_byte_anywhere_is_noticed(tmp_path: Path, files: dict[str, Path]) -> None:
    write(tmp_path / "a", files)

    for path in (tmp_path / "a").iterdir():
        whole = path.read_bytes()
        for at in (0, len(whole) // 2, len(whole) - 1):
            path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
            try:
                changed = read_bundle(tmp_path / "a")
            except BundleError:
                continue
            # A manifest that still reads is another bundle, never this one.
            assert path.name == "manifest.json"
            assert changed.id == hashlib.sha256(path.read_bytes()).hexdigest()
        path.write_bytes(whole)


@pytest.mark.parametrize("name", ["manifest.json", "decoder.onnx", "model_card.md"])
def test_half_written_bundle_is_refused(tmp_path: Path, files: dict[str, Path], name: str) -> None:
    write(tmp_path / "a", files)
    (tmp_path / "a" / name).unlink()

    with pytest.raises(BundleError, match=r"half-written|lacks"):
        read_bundle(tmp_path / "a")


def test_consistent_bundle_with_poisoned_weights_is_refused_on_reading(
    tmp_path: Path, files: dict[str, Path]
) -> None:
    write(tmp_path / "a", files)
    weights = tmp_path / "a" / "decoder.safetensors"
    save_file({"w": np.array([np.nan])}, weights)
    manifest = json.loads((tmp_path / "a" / "manifest.json").read_bytes())
    manifest["files"]["decoder.safetensors"] = hashlib.sha256(weights.read_bytes()).hexdigest()
    text = json.dumps(manifest, sort_keys=True, separators=(",", ":"))
    (tmp_path / "a" / "manifest.json").write_text(text)

    with pytest.raises(BundleError, match="not finite"):
        read_bundle(tmp_path / "a")


@pytest.mark.parametrize(
    "change",
    [
        {"files": {}}, {"files": {"../x": "0" * 64}}, {"thresholds": {"a": "b"}}, {"metrics": []},
        {"encoder_digest": None}, {"parent": 3}, {"extra": 1}, {"format": "other/1"},
    ],
)  # fmt: skip
def test_manifest_of_another_shape_is_refused(
    tmp_path: Path, files: dict[str, Path], change: dict[str, Any]
) -> None:
    write(tmp_path / "a", files)
    path = tmp_path / "a" / "manifest.json"
    changed = {**json.loads(path.read_bytes()), **change}
    path.write_text(json.dumps(changed, sort_keys=True, separators=(",", ":")))

    with pytest.raises(BundleError):
        read_bundle(tmp_path / "a")


WRITE_FOR_EVER = """
import sys
from pathlib import Path
from engine.bundle import write_bundle
root = Path(sys.argv[1])
names = ("decoder.safetensors", "decoder.onnx", "model_card.md")
files = {name: root / "parts" / name for name in names}
for n in range(10**6):
    write_bundle(root / "out" / str(n), files=files, encoder_digest="e", thresholds={},
                 dataset_version=None, parent=None, metrics={}, code_version="1")
    print(n, flush=True)
"""


def test_kill_at_any_moment_leaves_only_whole_bundles(
    tmp_path: Path, files: dict[str, Path]
) -> None:
    save_file({"w": np.ones(200_000, np.float32)}, files["decoder.safetensors"])
    for name, path in files.items():
        path.rename(path.with_name(name))
    written = 0

    for attempt in range(6):
        (tmp_path / "out").mkdir(exist_ok=True)
        process = subprocess.Popen(
            [sys.executable, "-c", WRITE_FOR_EVER, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        for _ in range(1 + attempt):
            process.stdout.readline()  # the next one is being written now
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        for folder in (tmp_path / "out").glob("[0-9]*"):
            read_bundle(folder)
            written += 1
        (tmp_path / "out").rename(tmp_path / f"done{attempt}")

    assert written >= 6


def test_full_disk_is_loud_and_leaves_nothing(tmp_path: Path, files: dict[str, Path]) -> None:
    code = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from engine.bundle import write_bundle\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))\n"
        "root = Path(sys.argv[1])\n"
        "names = {'decoder.safetensors': 'weights', 'decoder.onnx': 'onnx'}\n"
        "names['model_card.md'] = 'card'\n"
        "try:\n"
        "    write_bundle(root / 'a', files={n: root / 'parts' / p for n, p in names.items()},\n"
        "        encoder_digest='e', thresholds={}, dataset_version=None, parent=None,\n"
        "        metrics={}, code_version='1')\n"
        "except OSError as error:\n"
        "    print(error.errno)\n"
    )

    run = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, capture_output=True, check=True
    )

    assert run.stdout.strip() == b"27"  # EFBIG, as a quota gives
    assert [path.name for path in tmp_path.iterdir()] == ["parts"]
