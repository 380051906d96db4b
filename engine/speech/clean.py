"""Spoken words to a written caption, by rules alone: nothing is added, only noise is left out.

Fillers, words cut off, immediate repetitions and false starts go; sentences are capitalised and
closed. Light, and linear in the text's length.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from engine.speech.punctuation import parted

MAX_CHARACTERS: Final = 200_000  # two hours of fast speech are some 140,000
_LONGEST_REPEAT_WORDS: Final = 5
_REPAIR_REACH_WORDS: Final = 5
_PASSES: Final = 8  # leaving one thing out may bring two others together

_NOISE: Final = re.compile(
    r"[\[(](?:blank[_ ]audio|music|laugh(?:s|ter|ing)?|inaudible|silence|noise|applause|coughs?)"
    r"[\])]",
    re.IGNORECASE,
)
_FILLERS: Final = frozenset((
    "um", "umm", "uh", "uhh", "uhm", "erm", "er", "eh", "ah", "ahh", "oh", "hm", "hmm", "mm", "mmm",
    "mhm", "uh-huh", "mm-hmm",
))  # fmt: skip
_ASIDES: Final = (("you", "know"), ("i", "mean"), ("like",), ("let's", "see"), ("i", "guess"))
_REPAIRS: Final = (
    ("no", "wait"), ("i", "mean"), ("or", "rather"), ("no", "sorry"), ("sorry",), ("wait",),
    ("let", "me", "rephrase"),
)  # fmt: skip
_OPENERS: Final = frozenset(("okay", "ok", "alright", "yeah", "so", "well", "right", "now"))
_SURE_OPENERS: Final = frozenset(("okay", "ok", "alright", "yeah"))
_ARTICLES: Final = frozenset(("a", "an", "the"))
_MAY_REPEAT: Final = frozenset(("very", "really", "so", "far", "long", "many", "had", "that", "no"))
# After these a comma only marks the pause that a filler filled.
_LEADING_ON: Final = _ARTICLES | frozenset((
    "is", "are", "was", "were", "has", "and", "or", "with", "of", "on", "in", "at", "to", "next",
    "some", "this", "that", "very", "by", "from",
))  # fmt: skip
_PRONOUN: Final = re.compile(r"i(?:['\u2019](?:m|d|ll|ve))?")


@dataclass(frozen=True, slots=True)
class _Token:
    head: str  # punctuation before the word
    word: str
    tail: str  # punctuation after it

    @property
    def key(self) -> str:
        return self.word.casefold()

    @property
    def ends_sentence(self) -> bool:
        return any(mark in self.tail for mark in ".!?")

    @property
    def pauses(self) -> bool:
        return bool(self.tail)


_Tokens = list[_Token]


def clean_caption(text: str) -> str:
    """Return the caption, or "" when only noise was said. Cleaning it again changes nothing."""
    if len(text) > MAX_CHARACTERS:
        raise ValueError(f"a caption has at most {MAX_CHARACTERS} characters; got {len(text)}")
    tokens = [_Token(*parted(piece)) for piece in _NOISE.sub(" ", text).split()]
    for _ in range(_PASSES):
        before = tokens
        for rule in (
            _without_fillers, _without_cut_words, _without_repairs, _without_asides,
            _without_repeats, _without_double_articles, _without_openers,
        ):  # fmt: skip
            tokens = rule(tokens)
        if tokens == before:
            break
    return _written(tokens)


def _drop(kept: _Tokens, dropped: _Token) -> None:
    """Leave a token out, but not the end of the sentence that it closed."""
    if not kept or kept[-1].ends_sentence:
        return
    if dropped.ends_sentence:
        kept[-1] = replace(kept[-1], tail=dropped.tail)
    elif kept[-1].tail == "," and kept[-1].key in _LEADING_ON:
        kept[-1] = replace(kept[-1], tail="")


def _with_following(tokens: _Tokens) -> Iterator[tuple[_Token, _Token | None]]:
    return zip(tokens, [*tokens[1:], None], strict=False)  # no tokens give no pairs


def _without_fillers(tokens: _Tokens) -> _Tokens:
    kept: _Tokens = []
    for token in tokens:
        if token.key in _FILLERS or not (token.word or _is_mark(token)):
            _drop(kept, token)
        else:
            kept.append(token)
    return kept


def _is_mark(token: _Token) -> bool:
    """Tell a dash or ampersand that stands alone from stray commas and dots."""
    return bool(token.head.strip(".,;:!?\"'"))


def _without_cut_words(tokens: _Tokens) -> _Tokens:
    """Drop "wom-" in "a wom- a woman"; after a longer dash, only what begins the next word."""
    kept: _Tokens = []
    for token, following in _with_following(tokens):
        is_begun = following is not None and following.key.startswith(token.key)
        if token.word and (token.tail == "-" or (token.tail in ("--", "\u2014") and is_begun)):
            continue
        kept.append(token)
    return kept


def _without_repairs(tokens: _Tokens) -> _Tokens:
    """In "a red, I mean a blue car" keep what the speaker put right, if both begin alike."""
    kept: _Tokens = []
    at = 0
    while at < len(tokens):
        marker = _phrase_at(tokens, at, _REPAIRS) if kept and kept[-1].pauses else 0
        following = tokens[at + marker] if at + marker < len(tokens) else None
        start = _restart(kept, following) if marker and following else None
        if start is not None:
            del kept[start:]
            at += marker
        else:
            kept.append(tokens[at])
            at += 1
    return kept


def _restart(kept: _Tokens, following: _Token) -> int | None:
    """Find where, a few words back in the sentence, the speaker begins anew."""
    for back in range(1, min(_REPAIR_REACH_WORDS, len(kept)) + 1):
        token = kept[-back]
        if token.ends_sentence:
            return None
        if token.key == following.key or {token.key, following.key} <= _ARTICLES:
            return len(kept) - back
    return None


def _without_asides(tokens: _Tokens) -> _Tokens:
    """Drop "you know" and the like where commas set them off."""
    kept: _Tokens = []
    at = 0
    while at < len(tokens):
        length = _phrase_at(tokens, at, _ASIDES)
        is_set_off = length and tokens[at + length - 1].pauses and (not kept or kept[-1].pauses)
        if is_set_off:
            _drop(kept, tokens[at + length - 1])
        else:
            length = 1
            kept.append(tokens[at])
        at += length
    return kept


def _phrase_at(tokens: _Tokens, at: int, phrases: tuple[tuple[str, ...], ...]) -> int:
    """Return the length in words of the phrase that begins here, or 0."""
    for phrase in phrases:
        part = tokens[at : at + len(phrase)]
        if tuple(token.key for token in part) == phrase and not any(t.pauses for t in part[:-1]):
            return len(phrase)
    return 0


def _without_repeats(tokens: _Tokens) -> _Tokens:
    kept: _Tokens = []
    at = 0
    while at < len(tokens):
        length = _repeat_at(tokens, at)
        if not length:
            kept.append(tokens[at])
        at += length or 1
    return kept


def _repeat_at(tokens: _Tokens, at: int) -> int:
    """Return how many words here are said again right after, in the same sentence."""
    for length in range(_LONGEST_REPEAT_WORDS, 0, -1):
        first, second = tokens[at : at + length], tokens[at + length : at + 2 * length]
        if [token.key for token in first] != [token.key for token in second]:
            continue
        if any(token.ends_sentence or not token.word for token in first):
            continue
        if length == 1 and (first[0].key in _MAY_REPEAT or first[0].word[0].isdigit()):
            continue
        return length
    return 0


def _without_double_articles(tokens: _Tokens) -> _Tokens:
    pairs = _with_following(tokens)
    return [
        token
        for token, following in pairs
        if not (
            token.key in _ARTICLES
            and not token.ends_sentence
            and following is not None
            and following.key in _ARTICLES
        )
    ]


def _without_openers(tokens: _Tokens) -> _Tokens:
    """Drop "okay, so" at the beginning of a sentence."""
    kept: _Tokens = []
    is_led = False  # an opener was just dropped here
    for token, following in _with_following(tokens):
        is_first = not kept or kept[-1].ends_sentence
        leads_on = following is not None and (
            is_led
            or "," in token.tail
            or token.key in _SURE_OPENERS
            or (following.key in _OPENERS and "," in following.tail)
        )
        if is_first and token.key in _OPENERS and leads_on and not token.ends_sentence:
            is_led = True
            continue
        is_led = False
        kept.append(token)
    return kept


def _written(tokens: _Tokens) -> str:
    parts: list[str] = []
    is_first = True
    for token in tokens:
        word = token.word
        if _PRONOUN.fullmatch(word) or is_first:
            word = word[:1].upper() + word[1:]
        parts.append(token.head + word + token.tail)
        is_first = token.ends_sentence or (is_first and not word)
    text = " ".join(parts).strip().lstrip(",;:. ").rstrip(",;:- ")
    if not re.search(r"\w", text):
        return ""
    return text if re.search(r"[.!?][\"')\]\u201d\u2019]*$", text) else f"{text}."
