"""Texts on the disk are grouped as a dict groups them, and take no memory."""

import subprocess
import sys
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.datasets.texts_on_disk import TextsOnDisk

ROOT = Path(__file__).parents[2]
KEYS = st.sampled_from(["", "a", "A", "a\0", "a\0b", "ä", "1", "01"]) | st.text()


@settings(max_examples=50)
@given(st.lists(st.tuples(KEYS, st.text())))
def test_texts_are_grouped_as_a_dict_groups_them(pairs: list[tuple[str, str]]) -> None:
    expected: dict[str, list[str]] = {}
    on_disk = TextsOnDisk()

    for key, text in pairs:
        expected.setdefault(key, []).append(text)
        on_disk.add(key, text)

    assert list(on_disk) == list(expected.items())
    assert all(on_disk.of(key) == texts for key, texts in expected.items())
    assert on_disk.of("no key \0") == []


def test_texts_can_be_gone_through_twice_at_once_and_asked_for_meanwhile() -> None:
    on_disk = TextsOnDisk()
    for number in range(10):
        on_disk.add(str(number % 3), str(number))

    found = [(key, other, on_disk.of(other)) for key, _ in on_disk for other, _ in on_disk]

    assert [(key, other) for key, other, _ in found] == [(a, b) for a in "012" for b in "012"]
    assert found[-1][2] == ["2", "5", "8"]


MEASURE = """
import sys
from pathlib import Path
from engine.datasets.texts_on_disk import TextsOnDisk

def peak_kib():
    [line] = [each for each in Path("/proc/self/status").read_text().splitlines()
              if each.startswith("VmHWM")]
    return int(line.split()[1])

before, on_disk = peak_kib(), TextsOnDisk()
for number in range(int(sys.argv[1])):
    on_disk.add(str(number * 7919 % 10_007), f"{number:01000}")
count = sum(len(texts) for _, texts in on_disk)
print(count, peak_kib() - before)
"""


def test_sixty_megabytes_of_texts_take_no_more_memory_than_the_cache() -> None:
    run = subprocess.run(
        [sys.executable, "-c", MEASURE, "60000"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    count, grown_kib = map(int, run.stdout.split())
    assert count == 60_000
    assert grown_kib < 30 * 2**10
