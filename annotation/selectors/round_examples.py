"""What a round learned, as pictures can show it."""

from typing import Any, TypedDict

from annotation.models import Image, Round


class Example(TypedDict):
    """An object of the holdout, and what two bundles made of one click on it."""

    image: Image
    truth: dict[str, Any]
    serving: dict[str, Any]  # iou, rle
    candidate: dict[str, Any]


class Failure(TypedDict):
    """What a round's candidate did badly on the holdout."""

    image: Image
    kind: str  # click, missed, false
    iou: float
    size: str  # small, medium, large
    truth: dict[str, Any] | None
    answer: dict[str, Any] | None


class Examples(TypedDict):
    """All that a round shows of the holdout."""

    gained: list[Example]
    lost: list[Example]
    failures: list[Failure] | None  # None: it was judged before they were kept


def examples_of_round(found: Round) -> Examples:
    """Return what gained and lost most, and what failed; that of a deleted image is left out."""
    kinds = ("gained", "lost", "failures")
    digests = {each["image"] for kind in kinds for each in found.examples.get(kind, [])}
    images = Image.objects.filter(project=found.project_id, sha256__in=digests, deleted_at=None)
    by_digest = {image.sha256: image for image in images}

    def shown(kind: str) -> list[Any]:
        return [
            {**each, "image": by_digest[each["image"]]}
            for each in found.examples.get(kind, [])
            if each["image"] in by_digest
        ]

    return Examples(
        gained=shown("gained"),
        lost=shown("lost"),
        failures=shown("failures") if "failures" in found.examples else None,
    )
