"""What the tests of the web side start from: people, projects, images, and a client to ask with."""

import io
import json
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import numpy as np
from django.contrib.auth.models import User
from django.test import Client
from PIL import Image as Picture

from annotation.models import Bundle, Image, Membership, Project, Proposal, Round
from annotation.services.images import add_image
from annotation.services.projects import create_project
from annotation.services.proposals import Found, replace_pending_proposals
from engine.masks.rle import RLE, encode

SIZE_HW = (24, 32)
NO_ARMS = {"without_proposals_share": 0, "previous_bundle_share": 0}
SALT = "5a17" * 8  # so that what is drawn falls the same way in each run of the tests


def png(seed: int = 0, size_hw: tuple[int, int] = SIZE_HW) -> bytes:
    """A small picture, another one for each seed."""
    pixels = np.random.default_rng(seed).integers(0, 256, (*size_hw, 3), np.uint8)
    out = io.BytesIO()
    Picture.fromarray(pixels).save(out, "PNG")
    return out.getvalue()


def square(x: int, y: int, side: int = 5, size_hw: tuple[int, int] = SIZE_HW) -> RLE:
    mask = np.zeros(size_hw, bool)
    mask[y : y + side, x : x + side] = True
    return encode(mask)


def ring_and_dot() -> RLE:
    """A mask with a hole and a detached part."""
    mask = np.zeros(SIZE_HW, bool)
    mask[2:12, 2:12] = True
    mask[5:9, 5:9] = False
    mask[18:20, 25:28] = True
    return encode(mask)


def make_user(name: str) -> User:
    user = User(username=name)
    user.set_unusable_password()  # hashing one takes longer than most tests
    user.save()
    return user


@dataclass
class World:
    """One project with a member of each role, and a stranger who belongs to another project."""

    project: Project
    manager: User
    reviewer: User
    annotator: User
    stranger: User
    elsewhere: Project

    @property
    def label_id(self) -> int:
        first = self.project.labels.order_by("pk").first()
        assert first is not None
        return first.pk


def make_world() -> World:
    people = {name: make_user(name) for name in ("manager", "reviewer", "annotator", "stranger")}
    project = create_project(
        name="Cells",
        created_by=people["manager"],
        labels=[{"name": "cell", "color": "#1f77b4"}],
        holdout_share=0,
        draw_salt=SALT,
        **NO_ARMS,
    )
    for role in ("reviewer", "annotator"):
        Membership.objects.create(project=project, user=people[role], role=role)
    elsewhere = create_project(name="Elsewhere", created_by=people["stranger"])
    return World(project=project, elsewhere=elsewhere, **people)


def make_image(project: Project, seed: int = 0, **changes: Any) -> Image:
    """Import a picture; `changes` are then written to its row."""
    added = add_image(
        project=project, data=png(seed), file_name=f"{seed}.png", created_by=project.created_by
    )
    assert added.image is not None, added.message
    if changes:
        Image.objects.filter(pk=added.image.pk).update(**changes)
        added.image.refresh_from_db()
    return added.image


def make_bundle(name: str = "a", **files: str) -> Bundle:
    """Make a bundle of files by their digests, which it alone has if none are given."""
    manifest = {"files": files or {"decoder.onnx": name * 64}, "thresholds": {}}
    return Bundle.objects.create(pk=name * 64, encoder_digest="e" * 64, manifest=manifest)


def make_captioned(bundle: Bundle, name: str = "f") -> Bundle:
    """Make a bundle of the same masks, as a round of captions alone does."""
    manifest = bundle.manifest["files"] | {"captioner.safetensors": name * 64}
    return make_bundle(name, **manifest)


def make_promoted_round(project: Project, base: Bundle, bundle: Bundle) -> Round:
    """Make round 3 of a project."""
    facts = {"number": 3, "trigger": "manual", "state": "promoted"}
    return Round.objects.create(project=project, base_bundle=base, bundle=bundle, **facts)


def make_proposals(image: Image, bundle: Bundle, count: int = 1) -> list[Proposal]:
    found = [Found(square(4 * i, 2), 0.9, 0.95, (4.0 * i + 2, 4.0)) for i in range(count)]
    return replace_pending_proposals(image=image, bundle=bundle, found=found)


class Api:
    """A person's session: JSON in and out; an answer of 500 raises where it happened."""

    def __init__(self, user: User | None = None) -> None:
        self.client = Client()
        if user is not None:
            self.client.force_login(user)

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        data = "" if body is None else body if isinstance(body, str) else json.dumps(body)
        return self.client.generic(
            method,
            f"/api/{path}",
            data,
            content_type="application/json",
            headers={name.replace("_", "-"): value for name, value in headers.items()},
        )

    def get(self, path: str, **headers: str) -> Any:
        return self.send("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.send("POST", path, body, **headers)

    def put(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.send("PUT", path, body, **headers)

    def patch(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.send("PATCH", path, body, **headers)

    def delete(self, path: str, **headers: str) -> Any:
        return self.send("DELETE", path, **headers)

    def save(self, image: Image, *operations: dict[str, Any], version: int | None = None) -> Any:
        """PATCH operations to an image, by default on its newest version."""
        if version is None:
            version = Image.objects.values_list("version", flat=True).get(pk=image.pk)
        body = {"operations": list(operations)}
        return self.patch(f"images/{image.pk}/masks", body, If_Match=f'"{version}"')


def create(mask: str | None = None, *, at: tuple[int, int] = (2, 2), **more: Any) -> dict[str, Any]:
    """An operation that draws a square."""
    return {
        "id": str(uuid4()),
        "kind": "create",
        "mask": mask or str(uuid4()),
        "label": None,
        "rle": square(*at),
        **more,
    }


def operation(kind: str, **fields: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "kind": kind, **fields}
