"""When a round pays: examples by hand, and what must hold of all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.ratios import Estimate
from engine.returns import Judged, expected_saving, gain_per_doubling, pays

IMAGES = st.integers(1, 10**6)
MASKS = st.floats(0, 10**8)
SECONDS = st.floats(0, 10**4)
PRICES = st.floats(0, 10**4)


def judged(images: int, seconds: float, bundle: str = "", variance: float = 1) -> Judged:
    return Judged(images, bundle or f"of {images}", Estimate(seconds, variance, 9))


def test_two_doublings_that_saved_six_seconds_saved_three_each() -> None:
    gain = gain_per_doubling(judged(10, 20), judged(40, 14))

    assert (gain.value, gain.variance) == (3, 0.5)  # variances add up, a quarter of that for half
    assert gain.freedom == pytest.approx(18)


def test_half_a_doubling_saves_half_of_that_on_each_mask_to_come() -> None:
    saving = expected_saving(Estimate(3, 0.5, 18), learned=100, finished=200, masks_left=800)

    assert saving == Estimate(2400, 0.5 * 800**2, 18)
    half = expected_saving(Estimate(3, 0.5, 18), learned=100, finished=141, masks_left=800)
    assert half.value == pytest.approx(1200, rel=0.01)


def test_forty_minutes_of_people_pay_for_fourteen_of_the_machine_unless_it_is_dear() -> None:
    assert pays(saving_s=2400, round_s=840, price=60)
    assert not pays(saving_s=2400, round_s=840, price=180)
    assert not pays(saving_s=0, round_s=0, price=60)


def test_a_round_that_was_refused_saved_nothing() -> None:
    gain = gain_per_doubling(judged(10, 20, "same"), judged(40, 20, "same"))

    assert (gain.value, gain.interval()) == (0, (0, 0))


def test_a_gain_of_which_no_spread_is_known_has_no_interval() -> None:
    one = Judged(10, "a", Estimate(20, None, 0))

    assert gain_per_doubling(one, judged(20, 15)).interval() is None


@pytest.mark.parametrize(("first", "last"), [(10, 10), (20, 10), (0, 10)])
def test_rounds_that_learn_from_no_more_images_tell_of_no_gain(first: int, last: int) -> None:
    with pytest.raises(ValueError, match=f"{last} images after {first}"):
        gain_per_doubling(judged(first, 20), judged(last, 10))


@given(SECONDS, SECONDS, IMAGES, IMAGES, MASKS, MASKS, SECONDS, PRICES)
def test_more_masks_to_come_never_make_a_round_less_likely(
    before: float,
    after: float,
    learned: int,
    finished: int,
    masks: float,
    more: float,
    round_s: float,
    price: float,
) -> None:
    gain = gain_per_doubling(judged(8, before), judged(16, after))
    few, many = (
        expected_saving(gain, learned=learned, finished=finished, masks_left=left).value
        for left in (masks, masks + more)
    )

    if pays(saving_s=few, round_s=round_s, price=price):
        assert pays(saving_s=many, round_s=round_s, price=price)


@given(SECONDS, IMAGES, IMAGES, IMAGES, MASKS)
def test_more_finished_images_never_save_less(
    gain: float, learned: int, finished: int, more: int, masks: float
) -> None:
    few, many = (
        expected_saving(Estimate(gain, None, 0), learned=learned, finished=total, masks_left=masks)
        for total in (finished, finished + more)
    )

    assert 0 <= few.value <= many.value


@given(SECONDS, SECONDS, PRICES, PRICES)
def test_a_dearer_machine_never_makes_a_round_pay(
    saving_s: float, round_s: float, price: float, dearer: float
) -> None:
    if pays(saving_s=saving_s, round_s=round_s, price=price + dearer):
        assert pays(saving_s=saving_s, round_s=round_s, price=price)
