"""`python -m engine.weights [--dir var/models] [--captions]`: fetch, convert and verify weights."""

import argparse
import sys
from pathlib import Path

from engine.weights.captioning import install_captioning
from engine.weights.fetch import WeightsError
from engine.weights.install import install
from engine.weights.samples import install_samples


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m engine.weights", description=__doc__)
    parser.add_argument("--dir", type=Path, default=Path("var/models"), help="folder to fill")
    parser.add_argument("--captions", action="store_true", help="the captioner's, too: 112 MB")
    arguments = parser.parse_args()
    try:
        install(arguments.dir, _say)
        install_samples(arguments.dir, _say)
        if arguments.captions:
            install_captioning(arguments.dir, _say)
    except WeightsError as error:
        print(f"weights: {error}", file=sys.stderr)
        return 1
    return 0


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
