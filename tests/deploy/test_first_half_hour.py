"""`deploy/first-half-hour.md`, pasted: each command ends well and prints what the page shows."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from deploy.embedded.cli import free_ports
from deploy.embedded.config import env_file
from deploy.embedded.launch import spawn
from tests.deploy.exports import NUCLEI, nuclei, write_cvat, write_label_studio
from tests.deploy.processes import wait_for
from tests.processes import wait_or_kill
from tests.quick_bundle import make_quick_bundle
from tests.stack import ROOT, Stack, outside

PAGE: Final = ROOT / "deploy" / "first-half-hour.md"
ADDRESS: Final = "http://127.0.0.1:8000"
STARTS: Final = "TRAIN_STEPS=20 TRAIN_HEAD_STEPS=40 make up"
# Pasted with fewer steps, of images as they lie: what a round learns is not what is tested. And
# without `install`, which `up` asks for: it would compare what is here with the locks, and fetch.
STARTS_HERE: Final = "TRAIN_STEPS=2 TRAIN_HEAD_STEPS=2 make --old-file=install up"
SETTINGS: Final = {"TRAIN_PHOTOS": "1", "TRAIN_TURNS": "no"}
STARTS_WITHIN_S: Final = 180
ANSI: Final = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not NUCLEI.is_dir(), reason="the images of nuclei are not here"),
]


@dataclass(frozen=True, slots=True)
class Command:
    """What is pasted, and the lines that the page shows below it."""

    text: str
    shown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Printed:
    code: int
    lines: tuple[str, ...]
    errors: str


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    """One that is not started: the page does that."""
    data = tmp_path / "data"
    data.mkdir()
    bundle = make_quick_bundle(tmp_path / "bundle")
    return Stack(data, free_ports(), {"PRETRAINED_BUNDLE": str(bundle), **SETTINGS})


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A folder in which the page's commands find what they name, and may leave files."""
    clone = tmp_path / "clone"
    clone.mkdir()
    (clone / ".venv").symlink_to(sys.prefix)
    for name in ("Makefile", "manage.py"):
        (clone / name).symlink_to(ROOT / name)
    samples = nuclei()
    write_cvat(clone / "cells-cvat.zip", samples)
    write_label_studio(clone / "from-label-studio", samples)
    return clone


def commands_on(page: str) -> list[Command]:
    """Return the commands of all console blocks, in their order."""
    found: list[Command] = []
    for block in re.findall(r"^```console\n(.*?)^```$", page, re.DOTALL | re.MULTILINE):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            first, *rest = part.splitlines()
            more = [line[2:] for line in rest if line.startswith("> ")]
            shown = [line for line in rest if not line.startswith("> ")]
            found.append(Command("\n".join([first, *more]), tuple(shown)))
    return found


@contextmanager
def in_a_terminal_of_its_own(command: Command, folder: Path, stack: Stack) -> Iterator[None]:
    """Paste a command that goes on until Ctrl-C, and wait until it has printed what is shown."""
    made = {"MAKEFLAGS", "MFLAGS", "MAKELEVEL"}  # of the `make` that runs the tests
    env = {name: value for name, value in stack.env.items() if name not in made}
    env |= {"PORT": str(stack.port), "ANNEAL_DATA": str(stack.data)}
    with (stack.data / "terminal.log").open("wb") as log:
        process = spawn(["bash", "-c", command.text], env=env, cwd=folder, stdout=log.fileno())

    def is_ready() -> bool:
        printed = tuple(" ".join(line.split()) for line in stack.log().splitlines())
        assert process.poll() is None, stack.log()
        return not not_printed(command.shown, Printed(0, printed, ""))

    try:
        assert wait_for(is_ready, STARTS_WITHIN_S), stack.log()
        yield
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)
            wait_or_kill(process, within_s=60)


def paste(text: str, folder: Path, env: dict[str, str]) -> Printed:
    """Run a command as a terminal does: tables have heads there, and none in a pipe."""
    errors = folder.parent / "errors.txt"
    terminal, end = os.openpty()
    with errors.open("wb") as err:
        process = subprocess.Popen(
            ["bash", "-o", "pipefail", "-c", text],
            cwd=folder,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=end,
            stderr=err,
        )
    os.close(end)
    printed = b"".join(_all_of(terminal))
    os.close(terminal)
    said = errors.read_text()
    lines = ANSI.sub("", f"{printed.decode()}\n{said}").splitlines()
    return Printed(process.wait(), tuple(" ".join(line.split()) for line in lines), said)


def _all_of(terminal: int) -> Iterator[bytes]:
    while True:
        try:
            piece = os.read(terminal, 2**16)
        except OSError:  # the last one who could write is gone
            return
        if not piece:
            return
        yield piece


def not_printed(shown: tuple[str, ...], printed: Printed) -> list[str]:
    """Return the lines of the page that were not printed; "..." stands for anything."""
    left = list(printed.lines)
    missing = []
    for line in shown:
        pattern = re.escape(" ".join(line.split())).replace(r"\.\.\.", ".*")
        found = next((each for each in left if re.fullmatch(pattern, each)), None)
        if found is None:
            missing.append(line)
        else:
            left.remove(found)
    return missing


def test_every_command_of_the_page_does_what_the_page_says(
    stack: Stack, clone: Path, tmp_path: Path
) -> None:
    page = PAGE.read_text().replace(ADDRESS, stack.url).replace(STARTS, STARTS_HERE)
    env = outside() | {
        "ANNEAL_ENV_FILE": str(env_file(stack.data)),
        "PYTHONPATH": str(ROOT),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "TERM": "xterm",
        "COLUMNS": "400",
    }
    first, *others = commands_on(page)
    assert first.text == STARTS_HERE

    with in_a_terminal_of_its_own(first, clone, stack):
        for command in others:
            printed = paste(command.text, clone, env)
            assert printed.code == 0, (command.text, printed)
            assert not_printed(command.shown, printed) == [], (command.text, printed)

    assert not (clone / "ada.txt").exists()


@pytest.mark.parametrize(
    ("shown", "missing"),
    [
        (("1 Cells",), []),
        (("... Cells",), []),
        (("1 Cells", "1 Cells"), ["1 Cells"]),
        (("2 Cells",), ["2 Cells"]),
    ],
)
def test_a_line_that_is_not_printed_is_missed(shown: tuple[str, ...], missing: list[str]) -> None:
    assert not_printed(shown, Printed(0, ("id name", "1 Cells"), "")) == missing
