"""What a description speaks of, by the lists in `aspects.json`, which the browser reads as well.

Word lists, and no model: they answer while somebody speaks, on any device, and can be read. Light.
"""

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, TypedDict

_WORD: Final = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")


class _Need(TypedDict):
    of: list[str]
    least: int


class _Lists(TypedDict):
    counters: list[str]
    questions: list[list[_Need]]  # any of the needs will do
    words: dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Aspects:
    """What was found in a text."""

    counters: dict[str, list[str]]  # by name: what was said of it, each once, in order
    answered: list[bool]  # PixMo's seven questions (arXiv 2409.17146), in their order


def find_aspects(text: str) -> Aspects:
    """Look for the words of each list; the longest phrase counts where several begin."""
    words = [word.casefold().replace("\u2019", "'") for word in _WORD.findall(text)]
    found = {name: _found(words, name) for name in _lists()["words"]}
    return Aspects(
        counters={name: found[name] for name in _lists()["counters"]},
        answered=[
            any(sum(len(found[name]) for name in need["of"]) >= need["least"] for need in needs)
            for needs in _lists()["questions"]
        ],
    )


def _found(words: list[str], name: str) -> list[str]:
    phrases, longest = _phrases(name)
    found: dict[str, None] = {}
    at = 0
    while at < len(words):
        length = next(
            (n for n in range(longest, 0, -1) if " ".join(words[at : at + n]) in phrases), 0
        )
        if length:
            found[" ".join(words[at : at + length])] = None
        at += length or 1
    return list(found)


@cache
def _phrases(name: str) -> tuple[frozenset[str], int]:
    """Return the phrases of a list and the length of its longest, in words."""
    phrases = frozenset(_lists()["words"][name])
    return phrases, max(len(phrase.split()) for phrase in phrases)


@cache
def _lists() -> _Lists:
    lists: _Lists = json.loads(Path(__file__).with_name("aspects.json").read_text("utf-8"))
    return lists
