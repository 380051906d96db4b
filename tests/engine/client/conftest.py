"""A running Anneal with people, and the commands as a terminal has them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from engine.client import Client
from engine.client.__main__ import main
from engine.client.login import make_token
from tests.annotation.world import png, square
from tests.client import Client as Person
from tests.quick_bundle import make_quick_bundle
from tests.stack import PASSWORD, Stack, running_stack


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended and what it wrote."""

    code: int
    out: str
    err: str


Run = Callable[..., Ended]


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
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of nobody who is logged in."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    for name in ("ANNEAL_URL", "ANNEAL_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "config" / "anneal"


@pytest.fixture
def run(home: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: str | Path | int) -> Ended:
        with pytest.raises(SystemExit) as ended:
            main([str(each) for each in arguments])
        written = capsys.readouterr()
        code = ended.value.code
        return Ended(code if isinstance(code, int) else 0, written.out, written.err)

    return run


@pytest.fixture
def logged_in(run: Run, stack: Stack, token: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("ANNEAL_URL", stack.url)
    monkeypatch.setenv("ANNEAL_TOKEN", token)
    return run


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
