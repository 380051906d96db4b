"""Who made what in Label Studio, what reviewers decided of it, and what people said to each other.

Reviews and comments are of its Enterprise edition: https://docs.humansignal.com/guide/export.
"""

from collections.abc import Iterator
from typing import Any, Final, TypeAlias

from engine.datasets.formats.fields import text_of
from engine.datasets.sample import Remark

Result: TypeAlias = dict[str, Any]
_NAMES: Final = ("username", "email")  # of a person, the plainest first


def listed(value: object) -> list[Result]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def model_of(prediction: Result) -> str:
    return text_of(prediction.get("model_version")) or ""


def origin_of(made: Result, result: Result) -> dict[str, object]:
    """Tell where a region comes from: who or which model made it, and what became of it."""
    person = made.get("completed_by")
    told = {
        "completed_by": person.get("id") if isinstance(person, dict) else person,
        "author": person_in(person),
        "model_version": made.get("model_version"),
        "source": result.get("origin"),
        "verdict": verdict_on(made),
    }
    return {key: each for key, each in told.items() if isinstance(each, str | int) and each != ""}


def person_in(value: object) -> str:
    """Name a person as the file does; of some it tells the number alone."""
    if isinstance(value, dict):
        named = next((name for key in _NAMES if (name := text_of(value.get(key)))), "")
        return named or person_in(value.get("id"))
    return f"user {value} of Label Studio" if type(value) is int else text_of(value) or ""


def verdict_on(made: Result) -> str:
    """Say what was decided of somebody's work: the newest review, or that it is the truth."""
    words = ["ground truth"] if made.get("ground_truth") is True else []
    reviews = [each for each in listed(made.get("reviews")) if type(each.get("accepted")) is bool]
    if reviews:
        newest = max(reviews, key=lambda each: text_of(each.get("created_at")) or "")
        by = person_in(newest.get("created_by"))
        words.append(
            ("accepted" if newest["accepted"] else "rejected") + (f" by {by}" if by else "")
        )
    return "; ".join(words)


def remarks_on(task: Result) -> Iterator[Remark]:
    """Yield what was said about a task and about what people made of it, in the file's order."""
    for place in (task, *listed(task.get("annotations"))):
        for each in listed(place.get("comments")):
            if text := text_of(each.get("text")):
                yield Remark(
                    text, person_in(each.get("created_by")), each.get("is_resolved") is True
                )
