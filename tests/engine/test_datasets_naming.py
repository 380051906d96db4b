"""Names that meet in a layout are told apart, in little memory."""

import tracemalloc

from engine.datasets.naming import FreeNames


def test_a_name_that_is_taken_but_for_its_ending_or_capitals_gets_the_next_number() -> None:
    free = FreeNames()

    found = [free.take(name) for name in ("a/1.png", "a/1.jpg", "A/1.png", "b/1.png", "a/1-2.png")]

    assert found == ["a/1.png", "a/1-2.jpg", "A/1-3.png", "b/1.png", "a/1-2-2.png"]


def test_names_take_the_same_memory_however_long_they_are() -> None:
    free, folder = FreeNames(), "folder" * 40
    tracemalloc.start()

    for number in range(10_000):
        free.take(f"{folder}/{number}.png")

    held_bytes, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held_bytes < 10_000 * 120
