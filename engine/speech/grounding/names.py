"""Whether two nouns name the same thing: plurals, and the many words for a person."""

import re
from functools import lru_cache
from typing import Final

_IRREGULAR: Final = {
    "people": "person", "men": "man", "women": "woman", "children": "child", "mice": "mouse",
    "geese": "goose", "feet": "foot", "teeth": "tooth", "knives": "knife", "leaves": "leaf",
    "shelves": "shelf", "wolves": "wolf", "loaves": "loaf", "halves": "half", "wives": "wife",
    "lives": "life", "calves": "calf", "scarves": "scarf", "oxen": "ox", "policemen": "policeman",
    "firemen": "fireman",
}  # fmt: skip
# Whoever is labelled "person" is hardly ever called so by a speaker.
_PEOPLE: Final = frozenset((
    "person", "man", "woman", "boy", "girl", "guy", "lady", "child", "kid", "baby", "adult",
    "player", "rider", "skier", "surfer", "snowboarder", "skateboarder", "pedestrian", "toddler",
    "gentleman", "lad", "individual", "batter", "catcher", "umpire", "pitcher", "worker", "cyclist",
))  # fmt: skip
_TAKES_ES: Final = re.compile(r"(?:s|x|z|ch|sh|o)es$")
_NO_PLURAL: Final = re.compile(r"(?:ss|us|is)$")
_SHORTEST: Final = 4  # letters: "bus" and "gas" are no plurals


def normal_name(name: str) -> str:
    """Return a label or noun as it is compared: lower case, single spaces, no punctuation."""
    return " ".join(re.findall(r"[^\W_]+(?:['\u2019-][^\W_]+)*", name.casefold()))


@lru_cache(maxsize=8192)
def forms(name: str) -> frozenset[str]:
    """Return the name and every singular that it may be the plural of; the last word bends."""
    *before, last = normal_name(name).split(" ")
    return frozenset(" ".join((*before, form)) for form in _singulars(last))


def is_irregular_plural(noun: str) -> bool:
    """Tell whether the noun is a plural that a tagger may take for none: "people"."""
    return normal_name(noun) in _IRREGULAR


def is_same_name(a: str, b: str) -> bool:
    """Tell whether two names mean one kind of thing, in singular or plural."""
    return bool(forms(a) & forms(b))


def may_name(noun: str, label: str) -> bool:
    """Tell whether a speaker who says the noun may mean what bears the label."""
    if is_same_name(noun, label):
        return True
    return "person" in forms(label) and bool(forms(noun.rpartition(" ")[2]) & _PEOPLE)


def _singulars(word: str) -> set[str]:
    found = {word}
    if word in _IRREGULAR:
        return found | {_IRREGULAR[word]}
    if len(word) < _SHORTEST or not word.endswith("s") or _NO_PLURAL.search(word):
        return found
    found.add(word[:-1])
    if _TAKES_ES.search(word):
        found.add(word[:-2])
    if word.endswith("ies"):
        found.add(f"{word[:-3]}y")
    return found
