"""Where strangers live, and how they are asked.

`make strangers` makes the environments. FiftyOne has one of its own: see fiftyone.txt.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from engine.datasets.files import FolderOut
from engine.datasets.formats import FORMATS, export
from tests.strangers.hard import hard
from tests.strangers.readers.said import Images

ROOT: Final = Path(__file__).resolve().parents[2]
ENVIRONMENT: Final = ROOT / ".venv-strangers"
READERS: Final = "tests.strangers.readers"
REQUIRED: Final = "ANNEAL_STRANGERS"  # set to "required" where their absence is an error
_LIMIT_S: Final = 600  # an import is a minute where everything is cold


@dataclass(frozen=True, slots=True)
class Answer:
    """What a stranger says, and which one."""

    version: str
    images: Images


def python_of(reader: str) -> Path:
    """Return the interpreter that has a reader. Torchvision is ours."""
    if reader == "torchvision":
        return Path(sys.executable)
    folder = ENVIRONMENT / "fiftyone" if reader == "fiftyone" else ENVIRONMENT
    return folder / "bin" / "python"


def skip_or_fail_without(reader: str) -> None:
    """Skip a test whose stranger is not installed, unless strangers are required."""
    if not python_of(reader).exists():
        fault = f"{python_of(reader)} is not there: `make strangers` installs it"
        if os.environ.get(REQUIRED) == "required":
            pytest.fail(fault)
        pytest.skip(fault)


@cache
def ask(reader: str, form: str, *, is_flat: bool = False, has_captions: bool = False) -> Answer:
    """Write the hard dataset in a format and let a stranger read it, from another folder.

    Raises:
        ValueError: it could not; with the end of what it said.

    """
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        dataset = hard(is_flat=is_flat, has_captions=has_captions)
        export(dataset, FORMATS[form], FolderOut(folder))
        return ask_about(folder, reader, form)


def ask_about(folder: Path, reader: str, form: str) -> Answer:
    """Let a stranger read what lies in a folder, from another one.

    Raises:
        ValueError: it could not; with the end of what it said.

    """
    return ask_about_all(reader, [(form, folder)])[0]


def ask_about_all(reader: str, asked: Sequence[tuple[str, Path]]) -> list[Answer]:
    """Let a stranger read folders, or files, each as a format, without being started for each.

    Raises:
        ValueError: it could not read one of them; with the end of what it said.

    """
    words = [str(word) for pair in asked for word in pair]
    with tempfile.TemporaryDirectory() as home:
        done = subprocess.run(
            [python_of(reader), "-m", f"{READERS}.by_{reader}", *words],
            cwd=home,
            env=_environment(Path(home)),
            capture_output=True,
            text=True,
            timeout=_LIMIT_S,
            check=False,
        )
    if done.returncode:
        forms = ", ".join(form for form, _ in asked)
        raise ValueError(f"{reader} does not read {forms}: {done.stderr[-2000:]}")
    said = json.loads(done.stdout.splitlines()[-1])
    version = said["version"].partition("+")[0]
    return [Answer(version, images) for images in said["told"]]


def _environment(home: Path) -> dict[str, str]:
    """Let no stranger read or write settings of whoever runs it, nor ask the network."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "PYTHONPATH": str(ROOT),
        "YOLO_CONFIG_DIR": str(home),
        "YOLO_OFFLINE": "true",
        "FIFTYONE_DO_NOT_TRACK": "true",
        "MPLBACKEND": "Agg",
        "OMP_NUM_THREADS": "1",
        "PYTHONUTF8": "1",
        "PYTHONWARNINGS": "ignore",
    }
