"""Copies of datasets in the cache: bounded, the longest unused dropped first, none that is open."""

import gc
import math
import os
import pickle
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from engine.datasets import copies
from engine.datasets.copies import ABOUT, drop_copies, hold
from engine.datasets.errors import DatasetError
from engine.datasets.line_copies import Lines, lines_of
from tests.engine.datasets_corpus import corpus
from tests.engine.test_datasets_torch import written


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def dataset(tmp_path: Path, name: str) -> Path:
    return written(tmp_path / name, "coco", corpus()[:1])


def aged(lines: Lines, days: int) -> Path:
    """Say that a copy was used so long ago; return its folder."""
    at = time.time() - days * 24 * 3600
    os.utime(lines.folder / ABOUT, (at, at))
    return lines.folder


def sizes(cache: Path) -> int:
    return sum(path.stat().st_size for path in cache.rglob("*") if path.is_file())


def test_the_copy_that_was_used_longest_ago_goes_first(tmp_path: Path, cache: Path) -> None:
    old = aged(lines_of(dataset(tmp_path, "old"), cache=cache), 9)
    older = aged(lines_of(dataset(tmp_path, "older"), cache=cache), 10)
    two = sizes(cache)

    lines_of(dataset(tmp_path, "new"), cache=cache, limit_bytes=two)

    assert (old.exists(), older.exists()) == (True, False)
    assert sizes(cache) <= two


def test_opening_a_copy_is_using_it(tmp_path: Path, cache: Path) -> None:
    first, second = dataset(tmp_path, "first"), dataset(tmp_path, "second")
    one = aged(lines_of(first, cache=cache), 10)
    other = aged(lines_of(second, cache=cache), 9)

    lines_of(first, cache=cache)
    lines_of(dataset(tmp_path, "new"), cache=cache, limit_bytes=sizes(cache))

    assert (one.exists(), other.exists()) == (True, False)


def test_what_nobody_has_used_for_long_goes_even_where_there_is_room(
    tmp_path: Path, cache: Path
) -> None:
    old = aged(lines_of(dataset(tmp_path, "old"), cache=cache), 8)
    in_use = lines_of(dataset(tmp_path, "in use"), cache=cache)
    aged(in_use, 9)
    newer = aged(lines_of(dataset(tmp_path, "newer"), cache=cache), 6)

    dropped = drop_copies(cache, math.inf, kept_s=7 * 24 * 3600)

    assert (dropped, old.exists()) == (1, False)
    assert (in_use.folder.exists(), newer.exists()) == (True, True)


def test_a_copy_that_is_open_stays_and_so_does_the_new_one(tmp_path: Path, cache: Path) -> None:
    in_use = lines_of(dataset(tmp_path, "old"), cache=cache)
    aged(in_use, 10)

    new = lines_of(dataset(tmp_path, "new"), cache=cache, limit_bytes=0)

    assert (in_use.folder.exists(), new.folder.exists()) == (True, True)
    del in_use
    gc.collect()
    assert drop_copies(cache, 0) == 1
    assert new.folder.exists()


def test_a_copy_is_held_by_what_was_pickled_as_well(tmp_path: Path, cache: Path) -> None:
    lines = lines_of(dataset(tmp_path, "one"), cache=cache)

    sent: Lines = pickle.loads(pickle.dumps(lines))  # noqa: S301  # as a loader's workers get it
    del lines
    gc.collect()

    assert drop_copies(cache, 0) == 0
    assert sent.folder.is_dir()


def test_a_copy_that_another_process_uses_stays_until_that_has_ended(
    tmp_path: Path, cache: Path
) -> None:
    path = dataset(tmp_path, "one")
    use = (
        "import sys; from pathlib import Path; from engine.datasets.line_copies import lines_of\n"
        "held = lines_of(Path(sys.argv[1]), cache=Path(sys.argv[2])); print('open', flush=True)\n"
        "sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", use, path, cache], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"open\n"
        while_open = drop_copies(cache, 0)
        process.communicate()

    assert (while_open, drop_copies(cache, 0)) == (0, 1)


def test_a_copy_that_was_dropped_is_made_again(tmp_path: Path, cache: Path) -> None:
    path = dataset(tmp_path, "one")
    folder = lines_of(path, cache=cache).folder
    gc.collect()
    drop_copies(cache, 0)
    assert hold(folder) is None

    assert (lines_of(path, cache=cache).folder / ABOUT).is_file()


def test_what_is_no_copy_stays_and_what_was_left_unfinished_goes(
    tmp_path: Path, cache: Path
) -> None:
    (cache / "mine").mkdir(parents=True)
    (cache / "notes.txt").write_text("kept")
    for name in (".making-left", ".making-now", ".dropped-left"):
        (cache / name).mkdir()
    long_ago = time.time() - 2 * 24 * 3600
    for name in (".making-left", ".dropped-left"):
        os.utime(cache / name, (long_ago, long_ago))

    drop_copies(cache, 0)

    assert sorted(path.name for path in cache.iterdir()) == [".making-now", "mine", "notes.txt"]


def test_the_environment_says_how_much_is_kept(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = aged(lines_of(dataset(tmp_path, "old"), cache=cache), 10)
    lines_of(dataset(tmp_path, "newer"), cache=cache)
    kept_by_default = old.exists()

    monkeypatch.setenv(copies.LIMIT, "0.0000001")
    lines_of(dataset(tmp_path, "newest"), cache=cache)

    assert (kept_by_default, old.exists()) == (True, False)


def test_a_copy_goes_while_an_earlier_one_of_its_name_is_half_deleted(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = dataset(tmp_path, "one")
    lines_of(path, cache=cache)
    gc.collect()
    with monkeypatch.context() as killed:
        killed.setattr(shutil, "rmtree", lambda *_, **__: None)
        first = drop_copies(cache, 0)
    lines_of(path, cache=cache)
    gc.collect()
    left = list(cache.glob(".dropped-*"))

    second = drop_copies(cache, 0)

    assert (first, second) == (1, 1)
    assert list(cache.iterdir()) == left  # for a day: somebody may be deleting it


@pytest.mark.parametrize("limit", ["much", "-1", "nan"])
def test_a_limit_that_is_none_is_told(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setenv(copies.LIMIT, limit)

    with pytest.raises(DatasetError, match=f"ANNEAL_DATASET_CACHE_GB .* '{limit}'"):
        lines_of(dataset(tmp_path, "one"), cache=cache)


def test_of_many_that_open_one_dataset_each_gets_a_whole_copy_while_copies_are_dropped(
    tmp_path: Path, cache: Path
) -> None:
    """Each round one thread makes, holds and lets go of what another wants to drop."""
    path = dataset(tmp_path, "one")

    def use() -> bool:
        lines = lines_of(path, cache=cache, limit_bytes=0)
        return (lines.folder / ABOUT).is_file() and any(lines.folder.glob("*.jsonl"))

    def use_and_drop(number: int) -> bool:
        drop_copies(cache, 0) if number % 2 else None
        return use()

    use()
    with ThreadPoolExecutor(4) as pool:
        seen = list(pool.map(use_and_drop, range(40)))

    assert seen == [True] * 40
    assert list(cache.glob(".*")) == []
