"""The client alone: what it loads, and the command that the package installs."""

import importlib
import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from engine.client.__main__ import main
from tests.annotation.world import png
from tests.engine.manifests import manifest, rows
from tests.stack import ROOT

HEAVY = {"django", "rest_framework", "celery", "boto3", "torch", "onnxruntime", "annotation"}


def test_the_client_and_its_commands_load_neither_web_nor_models(tmp_path: Path) -> None:
    program = "import engine.client.__main__, sys; print(*sys.modules)"

    loaded = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()

    assert HEAVY.isdisjoint(loaded)
    assert "engine.client.client" in loaded


def test_the_package_installs_the_command() -> None:
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]

    module, _, name = scripts["anneal"].partition(":")

    assert getattr(importlib.import_module(module), name) is main


def test_a_wheel_tells_type_checkers_that_the_package_is_typed(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "engine", tmp_path / "engine", ignore=shutil.ignore_patterns("*.pyc"))
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, tmp_path)

    build = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "."]
    subprocess.run(build, cwd=tmp_path, check=True, capture_output=True)

    [wheel] = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        assert "engine/py.typed" in archive.namelist()


def test_a_proof_of_a_hostile_archive_is_an_error_that_names_file_and_entry(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = tmp_path / "manifest.jsonl"
    told.write_bytes(manifest(rows("a")).getvalue())
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("../evil.json", "{}")

    with pytest.raises(SystemExit) as ended:
        main(["verify", str(told), str(tmp_path / "x.zip")])

    assert ended.value.code == 1
    assert capsys.readouterr().err == (
        "anneal: x.zip: ../evil.json: Its name points outside the zip: make it again.\n"
    )


def test_a_dry_run_tells_what_is_wrong_with_an_archive_and_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANNEAL_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("ANNEAL_TOKEN", "x")
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("../evil.json", "{}")

    with pytest.raises(SystemExit) as ended:
        main(["import", "1", str(tmp_path / "x.zip"), "--dry-run"])

    assert ended.value.code == 1
    assert "x.zip: ../evil.json: Its name points outside the zip" in capsys.readouterr().err


def test_a_dry_run_names_annotations_that_no_reader_knows_and_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANNEAL_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("ANNEAL_TOKEN", "x")
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("a.png", png(1))
        archive.writestr("a.txt", "0 0.5 0.5 0.1 0.1\n")

    with pytest.raises(SystemExit) as ended:
        main(["import", "1", str(tmp_path / "x.zip"), "--dry-run"])

    told = capsys.readouterr().err
    assert ended.value.code == 1
    assert f"{tmp_path / 'x.zip'}: Annotations in no known format: 1 file, a.txt. " in told
    assert "put data.yaml or classes.txt beside them" in told
