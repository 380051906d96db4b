"""`python -m tests.strangers.table`: what strangers find in what we write, as a table.

Each row is of a dataset that was written here and read by them. It is written to
engine/datasets/STRANGERS.md.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final, TypeAlias

from engine.datasets.formats import FORMATS
from tests.strangers.environment import ask
from tests.strangers.pairs import PAIRS, Pair
from tests.strangers.readers.said import Images

Objects: TypeAlias = Counter[tuple[str, str | None, str, str]]  # image, label, key, value
TOLD_BY: Final = ("mask", "box_xywh", "caption")
PAGE: Final = "engine/datasets/STRANGERS.md"
HEAD: Final = """# Strangers

What other tools' own readers find in a dataset that is written here: with holes, detached parts,
overlaps, parts of parts, one pixel, a whole image, a crowd, boxes alone, objects without label,
Unicode in names, and an image without objects. A mask is found if every bit and its label are.
What a format itself cannot hold (FORMATS.md) is not asked for, and captions only of who reads them.

`make strangers` installs the readers in `.venv-strangers`, reads and makes this page.
"""
WORDS: Final = (
    "What people said is read as tables by `datasets`: voices, narratives with their times, masks",
    "and traces, descriptions by PixMo-Cap's columns; so is the manifest in Parquet.",
)


def lines() -> Iterator[str]:
    yield HEAD
    yield "| reader | format | images | masks | boxes | captions | |"
    yield "|---|---|---|---|---|---|---|"
    yield from map(_row, PAIRS)
    unread = [f"`{name}`" for name in FORMATS if name not in {pair.form for pair in PAIRS}]
    yield ""
    yield f"None of these reads {', '.join(unread)}."
    yield ""
    yield from WORDS


def _row(pair: Pair) -> str:
    answer = ask(pair.reader, pair.form, is_flat=pair.is_flat, has_captions=pair.has_captions)
    expected = pair.expected()
    images = f"{len(expected.keys() & answer.images.keys())} of {len(expected)}"
    wanted, found = _counted(expected), _counted(answer.images)
    cells = [
        f"{_name(pair)} {answer.version}",
        f"`{pair.form}`",
        images,
        *(_share(wanted, found, key) for key in TOLD_BY),
        pair.note,
    ]
    return f"| {' | '.join(cells)} |"


def _name(pair: Pair) -> str:
    return pair.reader.replace("_", "-")


def _counted(images: Images) -> Objects:
    """Count objects by image, label, and what tells them."""
    return Counter(
        (name, each["label"], key, str(each[key]))
        for name, objects in images.items()
        for each in objects
        for key in TOLD_BY
        if each[key] is not None
    )


def _share(
    wanted: Objects,
    found: Objects,
    key: str,
) -> str:
    total = sum(count for each, count in wanted.items() if each[2] == key)
    equal = sum(count for each, count in (wanted & found).items() if each[2] == key)
    return f"{equal} of {total}" if total else ""


def main() -> None:
    """Write the page."""
    Path(PAGE).write_text("\n".join(lines()) + "\n")


if __name__ == "__main__":
    main()
