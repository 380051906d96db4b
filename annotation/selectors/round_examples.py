"""What a round learned, as pictures can show it."""

from typing import Any, TypedDict

from annotation.models import Image, Round


class Example(TypedDict):
    """An object of the holdout, and what two bundles made of one click on it."""

    image: Image
    truth: dict[str, Any]
    serving: dict[str, Any]  # iou, rle
    candidate: dict[str, Any]


def examples_of_round(found: Round) -> dict[str, list[Example]]:
    """Return the objects that gained and lost most; those of a deleted image are left out."""
    kinds = {kind: found.examples.get(kind, []) for kind in ("gained", "lost")}
    digests = {each["image"] for examples in kinds.values() for each in examples}
    images = Image.objects.filter(project=found.project_id, sha256__in=digests, deleted_at=None)
    by_digest = {image.sha256: image for image in images}
    return {
        kind: [
            Example(
                image=by_digest[each["image"]],
                truth=each["truth"],
                serving=each["serving"],
                candidate=each["candidate"],
            )
            for each in examples
            if each["image"] in by_digest
        ]
        for kind, examples in kinds.items()
    }
