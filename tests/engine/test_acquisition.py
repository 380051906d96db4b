"""Which images come next: unlike what is finished, where the model errs, and some by chance."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.acquisition.order import with_chosen
from engine.acquisition.spread import farthest_first, nearest, pooled, standardised
from engine.acquisition.uncertainty import Signal, disagreement, expected_errors, uncertainty
from engine.masks.rle import RLE, encode

WHOLE = st.integers(-9, 9).map(float)  # with whole numbers distances are exact
POINTS = arrays(np.float32, st.tuples(st.integers(1, 12), st.just(3)), elements=WHOLE)


def weights_for(points: np.ndarray) -> np.ndarray:
    return np.random.default_rng(0).uniform(1, 2, len(points))


def square(at: int) -> RLE:
    mask = np.zeros((10, 40), bool)
    mask[:, at : at + 10] = True
    return encode(mask)


@given(POINTS, POINTS, st.integers(0, 15))
def test_every_point_is_chosen_once_at_most_and_the_same_every_time(
    points: Any, centres: Any, count: int
) -> None:
    weights = weights_for(points)

    chosen = farthest_first(points, centres, weights, count)

    assert len(chosen) == len(set(chosen)) == min(count, len(points))
    assert chosen == farthest_first(points, centres, weights, count)
    assert chosen == farthest_first(points, centres, weights, len(points))[:count]


@given(POINTS, POINTS, st.data())
def test_copies_of_what_is_chosen_or_finished_come_after_all_that_is_new(
    points: Any, centres: Any, data: st.DataObject
) -> None:
    copies = data.draw(st.lists(st.sampled_from([*points, *centres]), max_size=9))
    crowd = np.array(data.draw(st.permutations([*points, *copies])))

    chosen = farthest_first(crowd, centres, weights_for(crowd), len(crowd))

    finished = {tuple(each) for each in centres}
    new = {tuple(each) for each in crowd} - finished
    first = [tuple(crowd[at]) for at in chosen[: len(new)]]
    assert set(first) == new


@given(POINTS, POINTS)
def test_each_choice_is_the_farthest_there_is(points: Any, centres: Any) -> None:
    first, *_ = farthest_first(points, centres, np.ones(len(points)), 1)

    assert nearest(points, centres)[first] == max(
        min(float(np.linalg.norm(each - centre)) for centre in centres) for each in points
    )


def test_of_images_equally_new_the_uncertain_one_comes_first() -> None:
    points = np.array([[0, 3], [3, 0], [0, -3]], np.float32)

    chosen = farthest_first(points, np.zeros((1, 2), np.float32), np.array([1, 1, 1.1]), 1)

    assert chosen == [2]


def test_an_image_is_described_by_what_is_inside_the_frame() -> None:
    embedding = np.zeros((2, 64, 64), np.float32)
    embedding[:, :32] = np.array([[[1]], [[2]]])  # the rest is padding

    assert pooled(embedding, (100, 200)).tolist() == [1, 2]
    assert pooled(embedding, (1, 5000)).tolist() == [1, 2]
    assert pooled(embedding, (200, 200)).tolist() == [0.5, 1]


def test_no_channel_counts_for_more_than_another() -> None:
    points = np.array([[1, 1000, 5], [2, 3000, 5], [3, 2000, 5]], np.float16)

    even = standardised(points)

    assert even.std(axis=0) == pytest.approx([1, 1, 0])
    assert even.mean(axis=0) == pytest.approx([0, 0, 0], abs=1e-6)


def test_many_objects_are_no_reason_for_uncertainty() -> None:
    assert expected_errors([0.9] * 100) == pytest.approx(0.1)
    assert expected_errors([0.9, 0.1]) == pytest.approx(0.5)
    assert expected_errors([]) is None


def test_bundles_that_see_the_same_agree_and_those_that_see_nothing_alike_do_not() -> None:
    assert disagreement([square(0), square(20)], [square(20), square(0)]) == pytest.approx(0)
    assert disagreement([square(0)], [square(30)]) == 1
    assert disagreement([square(0)], [square(0), square(20)]) == pytest.approx(0.25)
    assert (disagreement([], []), disagreement([square(0)], [])) == (0, 1)


def clusters(*centres: float) -> np.ndarray:
    """Ten images around each of some places on a line."""
    return np.array([[at + 0.1 * n] for at in centres for n in range(10)], np.float32)


def test_uncertainty_is_of_the_kind_of_image_that_the_model_does_badly() -> None:
    points = np.concatenate([clusters(0, 50), [[0.05], [50.05]]])  # nothing is known of two
    known = np.arange(20)

    found = uncertainty(points, [Signal(known, np.where(known < 10, 0.1, 0.8))])

    assert set(found[[*range(10), 20]]) == {0}
    assert found[[*range(10, 20), 21]].min() > 0.5


@given(st.floats(0, 1))
def test_an_image_is_judged_by_others_so_that_its_own_proposals_do_not_matter(own: float) -> None:
    points = np.append(clusters(0, 50), [[20]], axis=0)  # the last is nobody's neighbour
    values = np.repeat([0.1, 0.8, own], [10, 10, 1])

    found = uncertainty(points, [Signal(np.arange(21), values)])

    assert found.tolist() == uncertainty(points, [Signal(np.arange(20), values[:20])]).tolist()


def test_without_anything_known_there_is_no_uncertainty() -> None:
    nothing = Signal(np.array([], np.intp), np.array([]))
    of_one = Signal(np.array([3]), np.array([0.9]))

    assert not uncertainty(clusters(0), [nothing, of_one]).any()


@given(st.sets(st.integers(0, 30)), st.data())
def test_the_order_holds_each_image_once_and_chance_keeps_its_places(
    images: set[int], data: st.DataObject
) -> None:
    by_chance = data.draw(st.permutations(sorted(images)))
    kept = data.draw(st.sets(st.sampled_from(by_chance))) if by_chance else set()
    free = [each for each in by_chance if each not in kept]
    chosen = data.draw(st.permutations(free))[: data.draw(st.integers(0, 30))]

    order = with_chosen(by_chance, kept, chosen)

    assert sorted(order) == sorted(by_chance)
    assert all(order[at] == each for at, each in enumerate(by_chance) if each in kept)
    others = [each for each in order if each not in kept]
    assert others[: len(chosen)] == chosen
    assert others[len(chosen) :] == [each for each in free if each not in chosen]
