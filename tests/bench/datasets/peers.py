"""What others take for the same, where `make strangers` has installed them."""

import json
import os
import subprocess
from typing import Final

from tests.bench.rows import Row
from tests.strangers.environment import ROOT, python_of

MASKS: Final = 10**4
_LIMIT_S: Final = 600


def measure_peers() -> list[Row]:
    """Let Datumaro write COCO with as many masks as we do at least; no row where it is not."""
    python = python_of("datumaro")
    if not python.exists():
        return []
    done = subprocess.run(
        [python, "-m", "tests.bench.datasets.by_datumaro", str(MASKS)],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=_LIMIT_S,
        check=True,
    )
    figures = json.loads(done.stdout.splitlines()[-1])
    return [Row(f"Datumaro writes coco, {MASKS} masks", figures, "a peer: no goal", is_within=True)]
