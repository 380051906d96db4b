"""The page, its headers, and health."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import sleep

import pytest
from django.conf import LazySettings
from django.test import Client
from structlog.testing import capture_logs

from annotation import storage
from annotation.api import health


@pytest.fixture
def built(tmp_path: Path, settings: LazySettings) -> None:
    (tmp_path / "index.html").write_text("<html>the page</html>")
    (tmp_path / "service-worker.js").write_text("onfetch = null")
    settings.FRONTEND_DIST = tmp_path


@pytest.mark.parametrize("path", ["/", "/login", "/projects/1/annotate?image=2", "/anything/else"])
@pytest.mark.usefixtures("built")
def test_every_other_address_is_the_page_isolated_from_other_sites(path: str) -> None:
    answer = Client().get(path)

    assert answer.status_code == 200
    assert b"the page" in answer.content
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Embedder-Policy"] == "require-corp"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "microphone=(self)" in answer.headers["Permissions-Policy"]
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self' 'wasm-unsafe-eval'" in policy
    assert "unsafe-eval' 'unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.usefixtures("built")
def test_what_opens_the_page_without_a_network_is_served_from_the_root_and_asked_for_anew() -> None:
    answer = Client().get("/service-worker.js")

    assert answer.content == b"onfetch = null"
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.headers["Cross-Origin-Embedder-Policy"] == "require-corp"


@pytest.mark.parametrize("path", ["/static/none.js", "/static/../manage.py", "/events/x"])
@pytest.mark.usefixtures("built")
def test_a_missing_file_is_not_the_page(path: str) -> None:
    answer = Client().get(path)

    assert answer.status_code == 404
    assert b"the page" not in answer.content
    assert answer.headers["Cross-Origin-Embedder-Policy"] == "require-corp"


@pytest.mark.django_db  # closing an answer looks after the connection
def test_a_workers_script_is_isolated_too_and_hashed_names_are_kept_for_ever(
    tmp_path: Path, settings: LazySettings
) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "sam.worker-Bq3x9KaZ.js").write_text("onmessage = null")
    settings.STATIC_ROOT = tmp_path

    answer = Client().get("/static/assets/sam.worker-Bq3x9KaZ.js")
    answer.close()

    assert answer.status_code == 200
    assert answer.headers["Cross-Origin-Embedder-Policy"] == "require-corp"
    assert "immutable" in answer.headers["Cache-Control"]


def test_a_page_that_was_not_built_says_how(tmp_path: Path, settings: LazySettings) -> None:
    settings.FRONTEND_DIST = tmp_path

    answer = Client().get("/")

    assert answer.status_code == 503
    assert b"make install" in answer.content


def test_livez_answers_without_anything_else() -> None:
    assert Client().get("/livez").json() == {"status": "ok"}


@pytest.mark.django_db
def test_readyz_names_the_part_that_is_not_ready(
    bucket: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "FRESH_S", 0)
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["not_ready"] == ["worker"]  # the tests run none
    assert answer.json()["detail"] == "Not ready: worker."

    monkeypatch.setitem(health.PARTS, "worker", lambda: "")
    assert Client().get("/readyz").status_code == 200

    def no_store() -> None:
        raise storage.StorageUnavailableError("connection refused")

    monkeypatch.setattr(storage, "check", no_store)
    with capture_logs() as logs:
        broken = Client().get("/readyz")
    assert broken.status_code == 503
    assert broken.json()["not_ready"] == ["objects"]
    assert "connection refused" not in broken.content.decode()
    assert [each["objects"] for each in logs if each["event"] == "not_ready"] == [
        "connection refused"
    ]


def test_whoever_asks_at_once_or_soon_after_shares_one_probe(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []

    def slow() -> str:
        asked.append(1)
        sleep(0.2)
        return ""

    monkeypatch.setattr(health, "PARTS", {"database": slow})
    monkeypatch.setattr(health, "_probe", health.Probe())

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: Client().get("/readyz").status_code, range(8)))

    assert answers == [200] * 8
    assert len(asked) == 1
