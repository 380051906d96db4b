"""The noun phrases of a transcript that speak of things one could mask.

They keep the indices of their words, and so their times. "A group of people" is one phrase, "the
dog's tail" two. Places ("the left side"), the picture itself and the like are left out, unless a
label has that name.
"""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final

from engine.speech.grounding.names import forms, is_irregular_plural, normal_name
from engine.speech.grounding.tokens import Token, sentences_of, tokens_of
from engine.speech.transcript import Word

# Gives each word of a sentence the letter of its kind, as `tag_english` does.
Tagger = Callable[[Sequence[str]], str]

# What leads to no noun is matched as well, and without a way back: no part of it leads to one
# either, and to look at each of its parts would take time by the square of its length.
_PHRASE: Final = re.compile(
    r"D*+(?:R(?=[RJC])|C|JA(?=J)|J|(?<=[DCJR])V(?=[JCVNS]))*+(?P<nouns>[NS]*+)"
)
_BREAKS: Final = re.compile(r"[,;:\u2014-]")
_GROUPS: Final = frozenset((
    "group", "pair", "couple", "bunch", "lot", "lots", "number", "row", "set", "stack", "pile",
    "piece", "pieces", "slice", "slices", "kind", "sort", "type", "herd", "flock", "crowd", "line",
    "plenty", "variety",
))  # fmt: skip
_NO_THINGS: Final = frozenset((
    "side", "left", "right", "top", "bottom", "middle", "center", "centre", "background",
    "foreground", "front", "back", "corner", "edge", "end", "image", "picture", "photo",
    "photograph", "scene", "view", "shot", "kind", "sort", "type", "lot", "bit", "couple",
    "color", "colour", "shape", "size", "way", "time", "day", "thing", "something", "anything",
    "nothing", "everything", "someone", "anyone", "everyone", "part", "area", "distance",
    "position", "direction", "style", "mood", "question", "word", "number", "half", "third",
    "quarter", "rest", "detail", "air", "place", "display", "sight", "closeup", "close-up",
    "material", "texture", "pattern", "camera", "viewer", "case", "fact", "inside", "outside",
    "ok", "okay", "um", "uh", "hm", "yes", "no", "please", "thank", "thanks",
))  # fmt: skip
_COUNTS: Final = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "dozen": 12,
}  # fmt: skip
_MOST_COUNTED: Final = 1000
_DEFINITE: Final = frozenset(
    ("the", "this", "that", "these", "those", "its", "his", "her", "their")
)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A noun phrase: the transcript's words `first` up to but not including `end`."""

    first: int
    end: int
    text: str
    noun: str  # what it names, as said: "red buckets" names "buckets", "traffic light" itself
    count: int | None  # as said in numbers
    is_plural: bool
    is_definite: bool  # "the bucket" may be one that was named before


def noun_phrases(words: Sequence[Word], names: Collection[str], tag: Tagger) -> list[Phrase]:
    """Return the phrases in order; no word is in two of them.

    Args:
        words: the transcript.
        names: the project's label names; their words are nouns, whatever grammar says.
        tag: gives each word of a sentence its letter.

    """
    known = frozenset(form for name in names for form in forms(name))
    found: list[Phrase] = []
    for sentence in sentences_of(tokens_of(words)):
        letters = _letters(sentence, known, tag)
        phrases: list[Phrase] = []
        for start, end in _clauses(sentence, letters):
            phrases += [
                _phrase(sentence, letters, start + match.start(), start + match.end(), known)
                for match in _PHRASE.finditer(letters[start:end])
                if match["nouns"]
            ]
        found += _joined_groups(phrases, sentence)
    return [phrase for phrase in found if _is_thing(phrase, known)]


def _letters(sentence: Sequence[Token], known: frozenset[str], tag: Tagger) -> str:
    letters = tag([token.text for token in sentence])
    return "".join(
        _letter(_bare(token), letter, known)
        for token, letter in zip(sentence, letters, strict=True)
    )


def _letter(word: str, letter: str, known: frozenset[str]) -> str:
    if letter in "XVR" and forms(word) & known:
        return "S" if len(forms(word)) > 1 else "N"
    return "S" if letter == "N" and is_irregular_plural(word) else letter


def _clauses(sentence: Sequence[Token], letters: str) -> list[tuple[int, int]]:
    """Cut where a speaker pauses or an owner ends; "a big, red bucket" stays whole."""
    cuts = [0]
    for at, token in enumerate(sentence[:-1]):
        is_listing = token.tail == "," and letters[at] == "J" and letters[at + 1] == "J"
        if token.is_possessive or (_BREAKS.search(token.tail) and not is_listing):
            cuts.append(at + 1)
    return list(zip(cuts, [*cuts[1:], len(sentence)], strict=True))


def _phrase(
    sentence: Sequence[Token], letters: str, start: int, end: int, known: frozenset[str]
) -> Phrase:
    tokens = sentence[start:end]
    keys = [_bare(token) for token in tokens]
    nouns = len(keys) - len(letters[start:end].rstrip("NS"))
    counts = [
        _count(key) for key, kind in zip(keys, letters[start:end], strict=True) if kind == "C"
    ]
    return Phrase(
        first=tokens[0].first,
        end=tokens[-1].end,
        text=" ".join([*(token.text for token in tokens[:-1]), _without_owner(tokens[-1])]),
        noun=_noun(keys, nouns, known),
        count=counts[0] if len(counts) == 1 else None,
        is_plural=letters[end - 1] == "S",
        is_definite=keys[0] in _DEFINITE,
    )


def _noun(keys: Sequence[str], nouns: int, known: frozenset[str]) -> str:
    """Return the longest ending that a label names, else the last noun."""
    longest = max((name.count(" ") + 1 for name in known), default=0)  # words; a key has one
    for length in range(min(len(keys), longest), 0, -1):
        ending = " ".join(keys[-length:])
        if forms(ending) & known:
            return ending
    return keys[-min(nouns, 1)]


def _joined_groups(phrases: Sequence[Phrase], sentence: Sequence[Token]) -> list[Phrase]:
    """Make one phrase of "a pair of shoes": it names shoes, two of them."""
    links = {token.first for token in sentence if token.key == "of"}
    joined: list[Phrase] = []
    for phrase in phrases:
        before = joined[-1] if joined else None
        if (
            before is not None
            and before.noun in _GROUPS
            and before.end in links
            and before.end + 1 == phrase.first
        ):
            joined[-1] = replace(
                phrase,
                first=before.first,
                text=f"{before.text} of {phrase.text}",
                count=2 if before.noun == "pair" else phrase.count,
                is_definite=before.is_definite,
            )
        else:
            joined.append(phrase)
    return joined


def _is_thing(phrase: Phrase, known: frozenset[str]) -> bool:
    named = forms(phrase.noun)
    return bool(named & known) or not named & _NO_THINGS


def _count(key: str) -> int | None:
    if key.isascii() and key.isdigit():
        return int(key) if int(key[:5]) <= _MOST_COUNTED else None
    return _COUNTS.get(key)


def _bare(token: Token) -> str:
    return normal_name(_without_owner(token))


def _without_owner(token: Token) -> str:
    return re.sub(r"['\u2019]s?$", "", token.text) if token.is_possessive else token.text
