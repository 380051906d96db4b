"""The split drawn by hash: shares of labels are kept, and what was drawn stays where it is."""

from collections import Counter
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from engine.datasets.val_split import (
    Unit,
    corrected_draws,
    draws,
    is_drawn_for_val,
    most_strayed,
)

LABELS = st.frozensets(st.integers(1, 6), max_size=4)
SHARES = st.floats(0.01, 0.99)
UNITS = st.lists(LABELS, max_size=120).map(
    lambda found: [Unit(f"image {number}", labels) for number, labels in enumerate(found)]
)


def sides(units: list[Unit], share: float) -> dict[str, bool]:
    corrections = corrected_draws(units, share)
    return {
        each.key: corrections.get(each.key, is_drawn_for_val(each.key, share)) for each in units
    }


@given(UNITS, UNITS, SHARES)
def test_what_comes_later_moves_nothing_that_was_drawn(
    units: list[Unit], more: list[Unit], share: float
) -> None:
    later = [Unit(f"later {each.key}", each.labels) for each in more]

    before, after = sides(units, share), sides([*units, *later], share)

    assert {key: after[key] for key in before} == before


def test_a_unit_is_drawn_before_the_next_is_known() -> None:
    seen: list[int] = []

    def units() -> Iterator[Unit]:
        for number in range(3):
            seen.append(number)
            yield Unit(str(number), frozenset({1}))

    next(draws(units(), 0.5))

    assert seen == [0]


@given(st.lists(st.integers(0, 3), max_size=200), SHARES)
def test_each_label_has_its_share_within_a_group_or_a_standard_deviation(
    labels: list[int], share: float
) -> None:
    units = [Unit(str(number), frozenset({each} - {0})) for number, each in enumerate(labels)]

    found = sides(units, share)

    for label, count in Counter(labels).items():
        keys = [unit.key for unit, each in zip(units, labels, strict=True) if each == label]
        strayed = sum(found[key] for key in keys) - share * count
        assert abs(strayed) <= most_strayed(count, share) + 1e-9


def test_a_rare_label_among_common_ones_is_on_both_sides() -> None:
    rare = {number for number in range(400) if number % 50 == 7}
    units = [
        Unit(str(number), frozenset({1, 2} if number in rare else {1})) for number in range(400)
    ]

    found = sides(units, 0.2)

    assert 0 < sum(found[str(number)] for number in rare) < len(rare)


def test_chance_decides_nearly_always_where_there_are_many() -> None:
    units = [Unit(str(number), frozenset({1})) for number in range(2000)]

    corrections = corrected_draws(units, 0.2)

    assert len(corrections) < 60
    assert abs(sum(sides(units, 0.2).values()) - 400) <= most_strayed(2000, 0.2)
