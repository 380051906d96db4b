"""Parts of speech, offline, for as much grammar as noun phrases need.

HanTa does the tagging (Wartena 2019, "A Probabilistic Morphology Model for German Lemmatization",
KONVENS; the English model follows it): a hidden Markov model in pure Python, 1.7 MB, which lies in
its wheel, loads in 0.2 s and reads 8,000 words a second. Of what PyPI has it is the one that is
kept, small and whole: spaCy's models are not there under their own names, those of NLTK and
TextBlob are fetched at run time, the others were left years ago.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from HanTa.HanoverTagger import HanoverTagger

# CLAWS5, the tags of the British National Corpus, which the English model was trained on.
_BY_TAG: Final = {
    "AT0": "D", "DT0": "D", "DPS": "D", "CRD": "C", "AJ0": "J", "AJC": "J", "AJS": "J", "ORD": "J",
    "VVN": "V", "VVG": "V", "AV0": "R", "NN0": "N", "NN1": "N", "NP0": "N", "UNC": "N", "NN2": "S",
}  # fmt: skip
# Closed classes, in which a list is surer than a model.
_BY_WORD: Final = (
    dict.fromkeys((
        "a", "an", "the", "this", "that", "these", "those", "some", "any", "each", "every", "no",
        "another", "both", "all", "my", "your", "his", "her", "its", "our", "their", "several",
        "many", "few", "most", "more",
    ), "D")
    | dict.fromkeys((
        "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
        "twelve", "dozen",
    ), "C")
    | dict.fromkeys((
        "is", "are", "was", "were", "be", "been", "being", "has", "have", "had", "there", "here",
        "it", "he", "she", "they", "them", "him", "i", "you", "we", "me", "us", "who", "which",
        "what", "where", "when", "and/or", "or", "but", "if", "as", "because", "while", "with",
        "without", "in", "on", "at", "by", "to", "from", "into", "onto", "near", "behind", "above",
        "below", "under", "over", "between", "beside", "next", "around", "along", "against",
        "through", "across", "inside", "outside", "towards", "beneath", "underneath", "can", "see",
        "looks", "seems", "maybe", "probably", "also", "not", "stands", "sits", "lies", "wears",
        "holds", "hangs", "shows", "contains", "appears", "um", "uh", "okay", "yeah",
    ), "X")
    | dict.fromkeys((
        "red", "green", "blue", "yellow", "white", "black", "brown", "grey", "gray", "pink",
        "purple", "wooden", "big", "small", "large", "little", "tall", "round", "square", "other",
        "same",
    ), "J")
    | {"and": "A", "of": "O"}
)  # fmt: skip
# A word takes time by the square of its length, and none is as long as a transcript may have it.
_LONGEST_WORD: Final = 40
_STAND_IN: Final = "thing"


def tag_english(words: Sequence[str]) -> str:
    """Return one letter for each word of a sentence, given without punctuation.

    D determiner, C number, J adjective, V participle, R adverb, A and, N noun, S noun in plural,
    O "of", X all else.
    """
    if not words:
        return ""
    tagged = _english().tag_sent(
        [word if len(word) <= _LONGEST_WORD else _STAND_IN for word in words]
    )
    return "".join(
        _BY_WORD.get(word.casefold()) or _BY_TAG.get(tag, "C" if word.isdigit() else "X")
        for word, (_, _, tag) in zip(words, tagged, strict=True)
    )


@lru_cache(maxsize=1)
def _english() -> HanoverTagger:
    return HanoverTagger("morphmodel_en.pgz")
