"""Where the text and the masks do not agree: how many there are, and which lies where."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

import numpy as np

from engine.speech.grounding.links import Link
from engine.speech.grounding.names import is_same_name, may_name
from engine.speech.grounding.phrases import Phrase
from engine.speech.grounding.scene import Floats, Scene
from engine.speech.grounding.tokens import Token, tokens_of
from engine.speech.transcript import Word

Kind = Literal["count", "left of", "right of", "above", "below"]

_RELATIONS: Final[tuple[tuple[Kind, re.Pattern[str]], ...]] = (
    ("left of", re.compile(r"\bleft(?: hand)?(?: side)? of\b")),
    ("right of", re.compile(r"\bright(?: hand)?(?: side)? of\b")),
    ("above", re.compile(r"\babove\b")),
    ("below", re.compile(r"\b(?:below|beneath|underneath)\b")),
)
# Between two things that a relation joins, no more is said than this.
_BETWEEN: Final = re.compile(
    r"(?:(?:is|are|was|were|that|which|and|just|right|directly|slightly|a|bit|little|far|sits?|"
    r"sitting|stands?|standing|lies|lying|hangs?|hanging|placed|located|positioned|there|to|on|at|"
    r"the|hand|side|left|right|above|below|beneath|underneath|of|over)\b ?)*"
)
_MARGIN: Final = 0.02  # of the image's side: closer centres are neither left nor right


@dataclass(frozen=True, slots=True)
class Contradiction:
    """What was said, by the phrases' numbers, and the masks that do not bear it out."""

    kind: Kind
    phrases: tuple[int, ...]
    masks: tuple[str, ...]
    said: str
    seen: str


def contradictions(
    phrases: Sequence[Phrase], links: Sequence[Link], words: Sequence[Word], scene: Scene
) -> list[Contradiction]:
    """List what cannot be true of both text and masks. A person decides which of them errs."""
    return _wrong_counts(phrases, scene) + _wrong_places(phrases, links, words, scene)


def _wrong_counts(phrases: Sequence[Phrase], scene: Scene) -> list[Contradiction]:
    """Compare numbers with the masks of that label; "two cups and another one" may add up."""
    found = []
    for at, phrase in enumerate(phrases):
        if phrase.count is None or (phrase.count == 1 and not phrase.is_plural):
            continue  # "one cup" says of which, not how many there are
        named = [
            mask.id
            for mask in scene.masks
            if mask.label is not None and may_name(phrase.noun, mask.label)
        ]
        counts = [
            other.count or 1
            for other in phrases
            if is_same_name(other.noun, phrase.noun)
            and not other.is_definite
            and (other.count or not other.is_plural)
        ]
        if named and len(named) not in (phrase.count, sum(counts)):
            seen = "1 mask" if len(named) == 1 else f"{len(named)} masks"
            found.append(Contradiction("count", (at,), tuple(named), phrase.text, seen))
    return found


def _wrong_places(
    phrases: Sequence[Phrase], links: Sequence[Link], words: Sequence[Word], scene: Scene
) -> list[Contradiction]:
    tokens = tokens_of(words)
    found = []
    for at, (one, other) in enumerate(pairwise(phrases)):
        kind = _relation(tokens, one, other)
        first, second = links[at].masks, links[at + 1].masks
        if kind is None or not first or not second or set(first) & set(second):
            continue
        if _is_opposite(kind, scene.union_box(first), scene.union_box(second), scene):
            said = " ".join(word.text.strip() for word in words[one.first : other.end])
            found.append(Contradiction(kind, (at, at + 1), first + second, said, f"not {kind}"))
    return found


def _relation(tokens: Sequence[Token], one: Phrase, other: Phrase) -> Kind | None:
    """Return what is said to lie where, if two phrases are joined by nothing else."""
    start, end = (bisect_left(tokens, at, key=_first) for at in (one.end, other.first))
    between = tokens[start:end]
    if any(token.ends_sentence for token in tokens[start - 1 : end]):
        return None
    text = " ".join(token.key for token in between)
    if not _BETWEEN.fullmatch(text + " " if text else ""):
        return None
    kinds = [kind for kind, pattern in _RELATIONS if pattern.search(text)]
    return kinds[0] if len(kinds) == 1 else None


def _first(token: Token) -> int:
    return token.first


def _is_opposite(kind: Kind, one: Floats, other: Floats, scene: Scene) -> bool:
    """Tell whether the first box's centre lies clearly on the wrong side of the second's."""
    height, width = scene.masks[0].rle["size"]
    centre_one, centre_other = (one[:2] + one[2:]) / 2, (other[:2] + other[2:]) / 2
    right, down = (centre_one - centre_other) / np.array([width, height])
    wrong = {"left of": right, "right of": -right, "above": down, "below": -down}[kind]
    return bool(wrong > _MARGIN)
