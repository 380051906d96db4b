"""With the secrets of deploy/env.sample nothing serves or works; what only builds does."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.exceptions import ImproperlyConfigured

from annotation.published_secrets import PUBLISHED, SECRETS, refuse_published
from tests.stack import OTHERS

ROOT = Path(__file__).resolve().parent.parent.parent
SAMPLE = ROOT / "deploy" / "env.sample"
DOORS = {
    "web": ["-c", "import annotation.wsgi"],
    "events": ["-c", "import annotation.asgi"],
    "workers": ["-m", "celery", "-A", "workers.app", "worker"],
    "beat": ["-m", "celery", "-A", "workers.beat", "beat"],
    "a command": ["manage.py", "migrate"],
    "development": ["manage.py", "runserver", "--noreload"],
}


def run(arguments: list[str], **env: str) -> subprocess.CompletedProcess[str]:
    """Run as in a terminal of its own, which knows nothing of the tests' services."""
    kept = {name: value for name, value in os.environ.items() if name not in OTHERS}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**kept, **env},
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize("door", DOORS)
def test_no_door_opens_with_the_sample_as_it_is(door: str) -> None:
    ended = run(DOORS[door], ANNEAL_ENV_FILE=str(SAMPLE))

    assert ended.returncode != 0
    assert "SECRET_KEY, S3_SECRET_ACCESS_KEY: CHANGE_ME in it is published" in ended.stderr


def test_the_embedded_services_do_not_start_with_a_published_secret(tmp_path: Path) -> None:
    beside = ["manage.py", "with-services", "--data", str(tmp_path / "data"), "migrate"]

    ended = run(beside, S3_SECRET_ACCESS_KEY=PUBLISHED)

    assert ended.returncode == 1
    assert ended.stderr.startswith("anneal: S3_SECRET_ACCESS_KEY: CHANGE_ME in it is published")
    assert not (tmp_path / "data" / "anneal.env").exists()


def test_a_door_opens_once_every_secret_was_replaced(tmp_path: Path) -> None:
    replaced = tmp_path / "anneal.env"
    replaced.write_text(re.sub("=CHANGE_ME", "=0123456789abcdef", SAMPLE.read_text()))

    ended = run(DOORS["web"], ANNEAL_ENV_FILE=str(replaced))

    assert ended.returncode == 0, ended.stderr


def test_what_only_builds_takes_the_sample_as_it_is() -> None:
    collect = ["manage.py", "collectstatic", "--dry-run", "--no-input", "--verbosity", "0"]
    settings = ["-c", "from annotation import settings"]  # as mypy's plugin reads them

    ended = [run(each, ANNEAL_ENV_FILE=str(SAMPLE)) for each in (collect, settings)]

    assert [each.returncode for each in ended] == [0, 0], ended


@pytest.mark.parametrize("name", SECRETS)
def test_a_published_secret_is_named_wherever_in_the_variable_it_stands(name: str) -> None:
    values = dict.fromkeys(SECRETS, "amqp://anneal:of-our-own@host//")

    with pytest.raises(ImproperlyConfigured, match=rf"^{name}: CHANGE_ME in it is published"):
        refuse_published(values | {name: "amqp://anneal:CHANGE_ME@host//"})


def test_in_compose_no_volume_keeps_a_published_secret() -> None:
    compose: Any = yaml.safe_load((ROOT / "deploy" / "docker" / "compose.yaml").read_text())
    keeping = ["postgres", "rabbitmq", "objects"]

    waits = {name: list(compose["services"][name]["depends_on"]) for name in keeping}

    assert set(map(tuple, waits.values())) == {("check-secrets",)}
    assert compose["services"]["check-secrets"]["command"] == 'python -c "import annotation.wsgi"'
