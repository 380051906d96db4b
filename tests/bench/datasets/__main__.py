"""`make bench-datasets [ARGS="writing --masks 10000 1000000"]`: one line of JSON."""

import argparse
import json
import os
import sys
from collections.abc import Callable
from functools import partial
from typing import Final

from tests.bench.datasets.coding import measure_coding
from tests.bench.datasets.comparing import measure_comparing
from tests.bench.datasets.cutting import measure_cutting
from tests.bench.datasets.first_batch import measure_first_batch
from tests.bench.datasets.importing import measure_importing
from tests.bench.datasets.peers import measure_peers
from tests.bench.datasets.writing import measure_writing
from tests.bench.rows import Row, in_one_line

NAMES: Final = ("coding", "writing", "peers", "first_batch", "diff", "cut", "import")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.datasets", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--masks", nargs="+", type=int, default=[10**4, 10**6])
    options = parser.parse_args()
    if unknown := set(options.names) - set(NAMES):
        parser.error(f"no bench {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    benches: dict[str, Callable[[], list[Row]]] = {
        "coding": measure_coding,
        "writing": partial(measure_writing, options.masks),
        "peers": measure_peers,
        "first_batch": partial(measure_first_batch, options.masks),
        "diff": partial(measure_comparing, options.masks),
        "cut": partial(measure_cutting, options.masks),
        "import": measure_importing,
    }
    load_before = os.getloadavg()[0]
    rows: list[dict[str, object]] = []
    for name in options.names or NAMES:
        measured = [row.as_json() for row in benches[name]()]
        rows += measured
        print(name, json.dumps(measured), file=sys.stderr)  # what is there, early
    print(in_one_line(rows, load_before=load_before))


if __name__ == "__main__":
    main()
