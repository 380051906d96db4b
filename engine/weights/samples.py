"""The demonstration's nuclei: an annotated image that a package carries, and its source."""

import json
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from types import MappingProxyType
from typing import Final

from engine.weights.fetch import Source, check_digest, extract, fetch
from engine.weights.paths import ModelPaths

STARDIST: Final = Source(
    name="stardist",
    version="0.9.2",
    registry="pypi",
    sha256="2316c0feb7bd5621e7a277cb3868df475c338943c591925c420ee3622c42f023",
    licence="BSD-3-Clause (the package); the image and its masks are CC0",
    origin="Data Science Bowl 2018 (Caicedo et al. 2019, Nature Methods 16.12; BBBC038)",
    # Only its data is used, so any machine fetches the same wheel.
    platform="manylinux_2_28_x86_64",
)
DATA: Final = "stardist/data/images"
FILES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "nuclei.tif": (
            f"{DATA}/img2d.tif",
            "f9ccc1571b92c861ff87e28463068b43f61bd47357ed0503f711e5cd1eb97750",
        ),
        "nuclei_masks.tif": (
            f"{DATA}/mask2d.tif",
            "59ad5e820b7982ca9d13e946fa6e7f64e2714899e00a2ae6c69aa79aad53d46f",
        ),
    }
)  # what we call it: the wheel's member and its sha256
LICENCE: Final = "stardist-0.9.2.dist-info/licenses/LICENSE.txt"


def install_samples(root: Path, say: Callable[[str], None]) -> bool:
    """Fill `samples/` of the model folder unless it is whole; return whether anything was made."""
    folder = ModelPaths(root).samples
    if (folder / "SOURCE.json").is_file():
        return False
    say(f"samples: fetching {STARDIST.name} {STARDIST.version} (an image of 125 nuclei, 3 MB)")
    root.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".making-", dir=root) as scratch:
        archive = fetch(STARDIST, Path(scratch) / "pypi")
        made = Path(scratch) / "samples"
        made.mkdir()
        for name, (member, sha256) in FILES.items():
            extract(archive, member, made / name)
            check_digest(made / name, sha256)
        extract(archive, LICENCE, made / "LICENCE.txt")
        (made / "SOURCE.json").write_text(json.dumps(asdict(STARDIST), indent=2) + "\n")
        shutil.rmtree(folder, ignore_errors=True)
        made.replace(folder)
    return True
