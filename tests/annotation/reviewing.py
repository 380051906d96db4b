"""What people do around a review, by the API."""

from typing import Any
from uuid import uuid4

from annotation.models import Image
from tests.annotation.world import Api


def claim(api: Api, image: Image) -> int:
    """Take a place to annotate the image, and return its id."""
    claimed = api.post(f"projects/{image.project_id}/claim", {"image": image.pk}).json()
    return int(claimed["assignment"]["id"])


def finish(api: Api, image: Image) -> None:
    answer = api.post(f"assignments/{claim(api, image)}/finish", {"active_s": 1})
    assert answer.status_code == 200, answer.content


def give_verdict(api: Api, image: Image, verdict: str, comment: str = "") -> None:
    body = {"verdict": verdict, "comment": comment}
    answer = api.post(f"images/{image.pk}/review", body)
    assert answer.status_code == 200, answer.content


def say(api: Api, image: Image, text: str = "The edge is off.", **more: Any) -> Any:
    body = {"id": str(uuid4()), "text": text, **more}
    return api.post(f"images/{image.pk}/comments", body)


def notes_on(api: Api, image: Image) -> dict[str, Any]:
    """What a person is told beside the image."""
    notes: dict[str, Any] = api.get(f"images/{image.pk}/comments").json()
    return notes


def comments_on(api: Api, image: Image) -> list[dict[str, Any]]:
    comments: list[dict[str, Any]] = notes_on(api, image)["comments"]
    return comments


def changes_on(api: Api, image: Image) -> list[tuple[str, str, str]]:
    """Which masks were changed, how, and by whom last."""
    changes = notes_on(api, image)["changes"]
    return [(each["mask"], each["kind"], each["author"]) for each in changes]
