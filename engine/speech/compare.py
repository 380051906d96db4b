"""What cleaning changed: every content word that a clean text adds or drops. Light.

Whoever wrote the clean text, a rule, a model or a person, is held to the same comparison.
"""

import re
from collections import Counter
from dataclasses import dataclass
from typing import Final, Literal

from engine.speech.alignment import same_words

_WORD: Final = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")

# Words that carry grammar and hesitation, and say nothing of an image. Numbers, negations and
# places ("under", "left") are none of them.
FUNCTION_WORDS: Final = frozenset((
    "a", "an", "the", "and", "or", "but", "so", "then", "than", "as", "if", "that", "this", "these",
    "those", "there", "here", "it", "its", "it's", "i", "i'm", "i've", "i'd", "i'll", "we", "we're",
    "you", "you're", "he", "she", "they", "they're", "them", "their", "his", "her", "him", "my",
    "our", "your", "me", "us", "who", "which", "what", "is", "isn't", "are", "was", "were", "be",
    "been", "being", "am", "has", "have", "had", "do", "does", "did", "can", "could", "will",
    "would", "shall", "should", "may", "might", "must", "of", "to", "in", "on", "at", "by", "for",
    "from", "with", "into", "onto", "there's", "that's", "what's", "here's", "let's", "um", "umm",
    "uh", "uhh", "uhm", "erm", "er", "eh", "ah", "ahh", "oh", "hm", "hmm", "mm", "mmm", "mhm",
    "okay", "ok", "alright", "yeah", "well", "like", "just", "also", "too", "very", "really",
    "quite", "actually", "basically", "kind", "sort",
))  # fmt: skip

Kind = Literal["same", "added", "dropped"]


@dataclass(frozen=True, slots=True)
class Part:
    """Words of one text or both, in reading order."""

    kind: Kind
    text: str
    is_content: bool  # it holds a word that says something


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a clean text differs from the raw one."""

    parts: list[Part]
    added: list[str]  # content words, as often as they come more often than before
    dropped: list[str]


def compare(raw: str, clean: str) -> Comparison:
    """Compare word by word, without case and punctuation. A word that only moved is neither."""
    before, after = raw.split(), clean.split()
    keys_before, keys_after = [_key(word) for word in before], [_key(word) for word in after]
    parts: list[Part] = []
    i = j = 0
    for i0, j0, length in [
        *same_words(keys_before, keys_after),
        (len(before), len(after), 0),
    ]:
        if i0 > i:
            parts.append(_part("dropped", before[i:i0]))
        if j0 > j:
            parts.append(_part("added", after[j:j0]))
        i, j = i0 + length, j0 + length
        if length:
            parts.append(_part("same", after[j0:j]))
    had, has = _content(raw), _content(clean)
    return Comparison(parts, _more(clean, has - had), _more(raw, had - has))


def content_words(text: str) -> list[str]:
    """Return the words that say something, in order, in lower case."""
    return [word for word in _words(text) if word not in FUNCTION_WORDS]


def _words(text: str) -> list[str]:
    return [word.casefold().replace("\u2019", "'") for word in _WORD.findall(text)]


def _key(token: str) -> str:
    return " ".join(_words(token)) or token


def _content(text: str) -> Counter[str]:
    return Counter(content_words(text))


def _more(text: str, more: Counter[str]) -> list[str]:
    """List what is left over in the order of the text."""
    found: list[str] = []
    for word in content_words(text):
        if more[word] > 0:
            more[word] -= 1
            found.append(word)
    return found


def _part(kind: Kind, tokens: list[str]) -> Part:
    text = " ".join(tokens)
    return Part(kind, text, bool(content_words(text)))
