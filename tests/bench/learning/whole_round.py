"""A whole round of 60 images, in the processes that a round really takes.

What the simulated loop does beside, its people's work and rehearsals, does not count.
"""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tests.bench.learning.nuclei import NUCLEI
from tests.bench.rows import Row
from tests.stack import ROOT

IMAGES: Final = 60
HOLDOUT: Final = 0.35
STAGES: Final = {0: ("prepare", "evaluate"), 1: ("round", "prepare", "evaluate")}  # of each report
MOST_S: Final = 20 * 60.0
MOST_MIB: Final = 4 * 1024.0


def measure_round() -> list[Row]:
    with TemporaryDirectory(prefix="anneal-bench-") as folder:
        out = Path(folder) / "rounds.json"
        command = [sys.executable, "manage.py", "with-services", "simulate_rounds"]
        options = {
            "--images": NUCLEI / "images",
            "--coco": NUCLEI / "instances.json",
            "--rounds": 1,
            "--per-round": IMAGES,
            "--holdout": HOLDOUT,
            "--json": out,
        }
        words = [str(word) for option in options.items() for word in option]
        environment = {**os.environ, "ANNEAL_DATA": str(Path(folder) / "data")}
        subprocess.run([*command, *words], cwd=ROOT, env=environment, check=True)
        reports = json.loads(out.read_text())["rounds"]
    seconds = {
        f"{stage}_{number}": reports[number]["seconds"].get(stage, 0.0)
        for number, stages in STAGES.items()
        for stage in stages
    }
    whole_s = sum(seconds.values())
    peak_mib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return [
        Row(
            f"a round of {IMAGES} images: embedding, proposals, training, evaluation",
            {"seconds": round(whole_s), **seconds, "peak_mib": round(peak_mib, 1)},
            f"{MOST_S:.0f} s, {MOST_MIB:.0f} MiB",
            whole_s <= MOST_S and peak_mib <= MOST_MIB,
        )
    ]
