"""How near a caption is to what people wrote: CIDEr-D and content-word F1. Light.

Figures of a small holdout are not those of COCO's server: n-grams are weighed by the images that
are given.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

_LONGEST_NGRAM: Final = 4
_SIGMA_WORDS: Final = 6.0  # of the penalty on a difference in length
_SCALE: Final = 10.0
_KEPT: Final = 1024  # texts
_WORD: Final = re.compile(r"[^\W_]+(?:['\u2019-][^\W_]+)*")
_SHORTEST_PLURAL: Final = 4  # letters; "bus" and "gas" are none
_EMPTY: Final = frozenset((
    "a", "an", "the", "this", "that", "these", "those", "some", "any", "each", "every", "other",
    "another", "its", "it", "their", "his", "her", "they", "he", "she", "we", "you", "i", "who",
    "which", "there", "here", "and", "or", "but", "while", "as", "of", "in", "on", "at", "by",
    "to", "from", "with", "into", "onto", "over", "for", "near", "next", "up", "down", "out",
    "off", "is", "are", "was", "were", "be", "been", "being", "has", "have", "having", "had",
    "do", "does", "can", "very", "so", "not", "no",
))  # fmt: skip

Ngram: TypeAlias = tuple[str, ...]


def words_of(text: str) -> list[str]:
    """Return the words in lower case, without punctuation."""
    return [word.replace("\u2019", "'") for word in _WORD.findall(text.casefold())]


def content_words(text: str) -> frozenset[str]:
    """Return the words that carry meaning, plurals in "s" as their singular."""
    return frozenset(_singular(word) for word in words_of(text) if word not in _EMPTY)


def content_f1(caption: str, references: Sequence[str]) -> float:
    """Return the mean, over the references, of the F1 of the two sets of content words."""
    _require(references)
    said = content_words(caption)
    return sum(_f1(said, content_words(text)) for text in references) / len(references)


class Cider:
    """CIDEr-D (Vedantam et al. 2015, arXiv:1411.5726, sections 4 and 7), without stemming.

    Args:
        corpus: the references of each image; an n-gram counts for less, the more images have it.

    """

    def __init__(self, corpus: Iterable[Sequence[str]]) -> None:
        self._images_with: Counter[Ngram] = Counter()
        images = 0
        for references in corpus:
            images += 1
            self._images_with.update({gram for text in references for gram in _ngrams(text)})
        if not images:
            raise ValueError("CIDEr needs the references of at least one image")
        self._log_images = math.log(images)
        # The same references are weighed against many captions.
        self._weighed = lru_cache(maxsize=_KEPT)(self._weigh)

    def score(self, caption: str, references: Sequence[str]) -> float:
        """Return the caption's score, 0 to 10; a person's is about 1 on COCO."""
        _require(references)
        said = self._weighed(caption)
        similar = [_similarity(said, self._weighed(text)) for text in references]
        return _SCALE * sum(similar) / len(references)

    def _weigh(self, text: str) -> "_Weighed":
        by_length: list[dict[Ngram, float]] = [{} for _ in range(_LONGEST_NGRAM)]
        for gram, count in _ngrams(text).items():
            rarity = self._log_images - math.log(max(1, self._images_with[gram]))
            by_length[len(gram) - 1][gram] = count * rarity
        norms = [math.sqrt(sum(w * w for w in weights.values())) for weights in by_length]
        return _Weighed(by_length, norms, len(words_of(text)))


@dataclass(frozen=True, slots=True)
class ImageScores:
    """Figures of captions, image by image, for paired comparisons."""

    cider: list[float]
    f1: list[float]


def score_images(captions: Sequence[str], references: Sequence[Sequence[str]]) -> ImageScores:
    """Score a caption of each image, n-grams weighed by these images' own references."""
    cider = Cider(references)
    pairs = list(zip(captions, references, strict=True))
    return ImageScores(
        [cider.score(*pair) for pair in pairs], [content_f1(*pair) for pair in pairs]
    )


def mean_cider(captions: Sequence[str], references: Sequence[Sequence[str]]) -> float:
    """Return the mean over images, n-grams weighed by these images' own references."""
    return _mean(score_images(captions, references).cider)


def mean_f1(captions: Sequence[str], references: Sequence[Sequence[str]]) -> float:
    """Return the mean content-word F1 over images."""
    return _mean([content_f1(*pair) for pair in zip(captions, references, strict=True)])


@dataclass(frozen=True, slots=True)
class _Weighed:
    """A text as a vector of TF-IDF for each length of n-gram."""

    by_length: list[dict[Ngram, float]]
    norms: list[float]
    words: int


def _similarity(said: _Weighed, reference: _Weighed) -> float:
    """Mean of clipped cosines over the lengths of n-grams, less for another length of text."""
    total = 0.0
    for mine, theirs, norm, other_norm in zip(
        said.by_length, reference.by_length, said.norms, reference.norms, strict=True
    ):
        if norm and other_norm:
            # Clipped, so that saying a word thrice gains nothing.
            shared = (gram for gram in mine if gram in theirs)  # in order: a set's is by chance
            dot = sum(min(mine[gram], theirs[gram]) * theirs[gram] for gram in shared)
            total += dot / (norm * other_norm)
    difference = said.words - reference.words
    penalty = math.exp(-(difference**2) / (2 * _SIGMA_WORDS**2))
    return penalty * total / _LONGEST_NGRAM


def _ngrams(text: str) -> Counter[Ngram]:
    words = words_of(text)
    return Counter(
        tuple(words[start : start + length])
        for length in range(1, _LONGEST_NGRAM + 1)
        for start in range(len(words) - length + 1)
    )


def _singular(word: str) -> str:
    if len(word) < _SHORTEST_PLURAL or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    return word[:-1]


def _f1(said: frozenset[str], reference: frozenset[str]) -> float:
    if not said or not reference:
        return float(said == reference)
    return 2 * len(said & reference) / (len(said) + len(reference))


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _require(references: Sequence[str]) -> None:
    if not references:
        raise ValueError("a caption is measured against at least one reference")
