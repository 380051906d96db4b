"""Others' own readers count in their tools' files what comes in here, or a difference is told."""

from functools import cache

import pytest

from tests.engine.third_party_readers import COUNTINGS, Counting
from tests.engine.third_party_table import DATA, Counted, theirs
from tests.strangers.environment import ask_about_all, skip_or_fail_without
from tests.strangers.readers.said import Images

pytestmark = [
    pytest.mark.slow,
    pytest.mark.strangers,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not DATA.exists(), reason="needs the shared data"),
]


@cache
def said_by(reader: str) -> dict[str, Images]:
    """Return what a reader says of all that it is asked for, at once."""
    asked = [each for each in COUNTINGS if each.reader == reader]
    answers = ask_about_all(reader, [(f"counted_{each.of}", DATA / each.path) for each in asked])
    return {str(each): answer.images for each, answer in zip(asked, answers, strict=True)}


def counted(images: Images) -> Counted:
    found = Counted(len(images))
    for each in (one for objects in images.values() for one in objects):
        found.add(each["label"], is_caption=each["caption"] is not None)
    return found


@pytest.mark.parametrize("counting", COUNTINGS, ids=str)
def test_the_files_own_reader_counts_what_comes_in(counting: Counting) -> None:
    """By label; what it counts more or less is on the page, to the object."""
    skip_or_fail_without(counting.reader)

    found = counted(said_by(counting.reader)[str(counting)])

    assert found == theirs(counting)
