"""Others' own readers find in what we write what we wrote: masks bit for bit, boxes, labels."""

from pathlib import Path

import pytest

from tests.strangers.environment import ask, skip_or_fail_without
from tests.strangers.pairs import PAIRS, Pair
from tests.strangers.readers.said import Images
from tests.strangers.table import PAGE, lines

pytestmark = [pytest.mark.slow, pytest.mark.strangers, pytest.mark.timeout(900)]


def ordered(images: Images) -> dict[str, list[str]]:
    """Sort what is told of each image: some readers give objects in an order of their own."""
    return {name: sorted(map(str, images[name])) for name in sorted(images)}


@pytest.mark.parametrize("pair", PAIRS, ids=str)
def test_stranger_finds_what_we_wrote(pair: Pair) -> None:
    skip_or_fail_without(pair.reader)

    found = ask(pair.reader, pair.form, is_flat=pair.is_flat, has_captions=pair.has_captions)

    assert ordered(found.images) == ordered(pair.expected())


def test_the_page_of_strangers_says_what_they_found() -> None:
    for pair in PAIRS:
        skip_or_fail_without(pair.reader)

    assert Path(PAGE).read_text() == "\n".join(lines()) + "\n"
