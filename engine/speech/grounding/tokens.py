"""A transcript's words as grammar sees them: without punctuation, compounds joined again."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from engine.speech.punctuation import parted
from engine.speech.transcript import Word

_POSSESSIVE: Final = re.compile(r"['\u2019]s$|s['\u2019]$")
_STOPS: Final = ".!?\u2026"


@dataclass(frozen=True, slots=True)
class Token:
    """One or more words of the transcript, `first` up to but not including `end`."""

    first: int
    end: int
    text: str  # without punctuation
    tail: str  # the punctuation after it

    @property
    def key(self) -> str:
        return self.text.casefold()

    @property
    def is_possessive(self) -> bool:
        return bool(_POSSESSIVE.search(self.text))

    @property
    def ends_sentence(self) -> bool:
        return any(mark in self.tail for mark in _STOPS)


def tokens_of(words: Sequence[Word]) -> list[Token]:
    """Return the tokens in order. Words of punctuation alone close the token before them."""
    tokens: list[Token] = []
    for at, word in enumerate(words):
        _, text, tail = parted(word.text.strip())
        if not text:
            if tokens:
                tokens[-1] = replace(tokens[-1], tail=tokens[-1].tail + word.text.strip())
        elif tokens and word.text.strip().startswith("-") and not tokens[-1].tail:
            # Whisper cuts compounds before the hyphen.
            tokens[-1] = replace(
                tokens[-1], end=at + 1, text=f"{tokens[-1].text}-{text}", tail=tail
            )
        else:
            # s' loses its mark to the tail.
            owner = text.endswith("s") and tail[:1] in ("'", "\u2019")
            tokens.append(Token(at, at + 1, text + tail[0] if owner else text, tail[owner:]))
    return tokens


def sentences_of(tokens: Sequence[Token]) -> list[list[Token]]:
    """Split tokens after full stops, question and exclamation marks."""
    sentences: list[list[Token]] = [[]]
    for token in tokens:
        sentences[-1].append(token)
        if token.ends_sentence:
            sentences.append([])
    return [sentence for sentence in sentences if sentence]
