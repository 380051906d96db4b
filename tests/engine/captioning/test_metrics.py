"""CIDEr-D and F1 by hand-computed values."""

import math
import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine.captioning.metrics import Cider, content_f1, content_words, mean_cider, mean_f1

ROOT = Path(__file__).parents[3]
CORPUS = [["red bus"], ["blue bus"]]


def test_a_caption_equal_to_its_only_reference_has_the_highest_score() -> None:
    cider = Cider([["a brown dog runs"], ["two men sit"]])

    assert cider.score("A brown dog runs!", ["a brown dog runs"]) == pytest.approx(10)


def test_lengths_of_ngrams_that_a_short_text_lacks_count_as_unlike() -> None:
    cider = Cider([["brown dog"], ["two men"]])

    assert cider.score("brown dog", ["brown dog"]) == pytest.approx(5)  # two lengths of four


def test_words_of_every_image_count_nothing_and_others_by_their_rarity() -> None:
    # "bus" is in both images. Unigrams: red of (red, car) against red of (red), a cosine of
    # 1 / sqrt(2); no bigram is shared.
    score = Cider(CORPUS).score("red car", ["red bus"])

    assert score == pytest.approx(10 / 4 / math.sqrt(2))


def test_saying_a_word_twice_gains_nothing() -> None:
    # Clipped: ln2 * ln2 over 2 ln2 * ln2.
    assert Cider(CORPUS).score("red red", ["red bus"]) == pytest.approx(10 / 4 / 2)


def test_another_length_costs_by_a_gaussian_of_six_words() -> None:
    alone, longer = Cider(CORPUS).score("red", ["red"]), Cider(CORPUS).score("red bus bus", ["red"])

    assert alone == pytest.approx(10 / 4)
    assert longer == pytest.approx(10 / 4 * math.exp(-(2**2) / (2 * 6**2)))


def test_several_references_count_by_their_mean() -> None:
    cider = Cider(CORPUS)

    both = cider.score("red", ["red", "blue"])

    assert both == pytest.approx((cider.score("red", ["red"]) + 0) / 2)


def test_a_score_is_the_same_to_the_bit_in_every_process() -> None:
    """As sums of sets' words would not be: their order follows from a seed of the process."""
    texts = ["a long road near a red bus", "long red car near a bus of old men by a road"]
    others = ["the old men sit", "a wet road", "two men sit by the sea", "a car"]
    script = (
        "from engine.captioning.metrics import Cider\n"
        f"cider = Cider({[[text] for text in texts + others]!r})\n"
        f"print(cider.score(*{(texts[0], texts[1:])!r}).hex())"
    )

    said = {
        subprocess.check_output(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
            cwd=ROOT,
        )
        for seed in range(6)
    }

    assert len(said) == 1


def test_the_mean_over_images_weighs_ngrams_by_the_references_given() -> None:
    captions, references = ["red bus", "green car"], [["red bus"], ["blue bus"]]

    # First: "bus" counts nothing, "red" and the bigram all. Second: nothing is shared.
    assert mean_cider(captions, references) == pytest.approx((10 * 2 / 4 + 0) / 2)


def test_content_words_leave_out_grammar_and_case_and_plural() -> None:
    assert content_words("The two DOGS are on a bus, grass.") == {"two", "dog", "bus", "grass"}


def test_f1_is_that_of_the_sets_of_content_words_averaged_over_references() -> None:
    # {dog, grass} against {two, dog, run} and against {dog, grass}.
    score = content_f1("A dog on the grass", ["two dogs run", "grass with a dog"])

    assert score == pytest.approx((2 * 1 / 5 + 1) / 2)
    assert mean_f1(["a dog"], [["the dog"]]) == 1
    assert content_f1("", ["a dog"]) == 0


def test_nothing_to_measure_against_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one reference"):
        content_f1("a dog", [])
    with pytest.raises(ValueError, match="at least one image"):
        Cider([])
