"""A running Anneal with people."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from engine.client import Client
from engine.client.login import make_token
from tests.annotation.world import png, square
from tests.client import Client as Person
from tests.quick_bundle import make_quick_bundle
from tests.stack import PASSWORD, Stack, running_stack


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("stack")
    bundle = make_quick_bundle(folder / "bundle")
    with running_stack(folder / "data", PRETRAINED_BUNDLE=str(bundle)) as stack:
        stack.add_users("ada")
        yield stack


@pytest.fixture
def person(stack: Stack) -> Person:
    return stack.log_in("ada")


@pytest.fixture
def project(person: Person) -> int:
    made: int = person.post("/api/projects", {"name": f"Cells {uuid4()}", "holdout_share": 0})["id"]
    return made


@pytest.fixture(scope="session")
def token(stack: Stack) -> str:
    kind = {"name": "test", "scope": "write", "expires_in_days": 1}
    return make_token(stack.url, "ada", PASSWORD, **kind).token  # type: ignore[arg-type]  # one of each


@pytest.fixture
def client(stack: Stack, token: str) -> Iterator[Client]:
    with Client(stack.url, token) as client:
        yield client


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A folder of three pictures."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for seed in range(3):
        (folder / f"{seed}.png").write_bytes(png(seed))
    return folder


def draw(person: Person, image: int, x: int = 2) -> None:
    """Save one more square on an image."""
    version = person.get(f"/api/images/{image}")["version"]
    mask = {"kind": "create", "mask": str(uuid4()), "label": None, "rle": square(x, 2)}
    saved = person.save(image, version, {"id": str(uuid4()), **mask})
    assert saved.is_good, saved
