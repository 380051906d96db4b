"""The most memory that Python holds while a dataset is read, in a process of its own."""

import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT = Path(__file__).parents[2]
_MEASURE: Final = """
import sys, tracemalloc
from pathlib import Path
from engine.datasets.files import open_source
from engine.datasets.formats import READERS

def fail(problem):
    raise problem

tracemalloc.start()
samples = READERS[sys.argv[1]].read(open_source(Path(sys.argv[2])), fail).samples()
print(sum(1 for _ in samples), tracemalloc.get_traced_memory()[1])
"""


def images_and_peak_bytes(reader: str, folder: Path) -> tuple[int, int]:
    """Read all of a folder and keep nothing.

    What others have imported does not count there: a table of all names that Python knows grows by
    megabytes at once.
    """
    run = subprocess.run(
        [sys.executable, "-c", _MEASURE, reader, str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    images, peak = map(int, run.stdout.split())
    return images, peak
