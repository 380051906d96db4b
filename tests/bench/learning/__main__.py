"""`make bench-learning [ARGS="step verdicts"]`: measure each row and print one line of JSON.

Without names all is measured but the round, which takes half an hour.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from tests.bench.captions.sources import MODELS
from tests.bench.learning.flat_memory import measure_memory
from tests.bench.learning.proposing import measure_proposing
from tests.bench.learning.steps import measure_steps
from tests.bench.learning.verdicts import measure_verdicts
from tests.bench.learning.whole_round import measure_round
from tests.bench.rows import Row, in_one_line

USUAL: Final = ("step", "proposals", "verdicts", "memory")
NAMES: Final = (*USUAL, "round")


def main() -> None:
    options = _options()
    benches: dict[str, Callable[[], list[Row]]] = {
        "step": partial(measure_steps, options.models, options.threads),
        "proposals": partial(measure_proposing, options.models, options.threads),
        "verdicts": measure_verdicts,
        "memory": measure_memory,
        "round": measure_round,
    }
    load_before = os.getloadavg()[0]
    rows: list[dict[str, object]] = []
    for name in options.names or USUAL:
        load = os.getloadavg()[0]
        measured = [{**row.as_json(), "load": round(load, 1)} for row in benches[name]()]
        rows += measured
        print(name, json.dumps(measured), file=sys.stderr)  # what is there, early
    print(in_one_line(rows, load_before=load_before))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.learning",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--models", type=Path, default=MODELS.root, help="of `engine.weights`")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    if unknown := set(options.names) - set(NAMES):
        parser.error(f"no bench {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    return options


if __name__ == "__main__":
    main()
