"""Deployment files that cannot be run here still have to fit together."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from annotation.jobs import QUEUES
from deploy.embedded.services import WORKERS

ROOT = Path(__file__).resolve().parent.parent.parent
DOCKER = ROOT / "deploy" / "docker"
ENV_NAME = re.compile(r"^(?:# )?([A-Z][A-Z0-9_]+)=", re.MULTILINE)
# Read by the supervisor and by compose, not by the settings.
OTHER_NAMES = {"ANNEAL_DATA", "POSTGRES_PASSWORD", "RABBITMQ_PASSWORD"}


@pytest.fixture(scope="module")
def compose() -> Any:
    return yaml.safe_load((DOCKER / "compose.yaml").read_text())


def test_the_env_sample_names_every_variable_of_the_settings() -> None:
    settings = (ROOT / "annotation" / "settings.py").read_text()
    read = set(re.findall(r'env\.\w+\(\s*"(\w+)"', settings))

    sample = set(ENV_NAME.findall((ROOT / "deploy" / "env.sample").read_text()))

    assert sample == read | OTHER_NAMES


def test_no_secret_of_the_env_sample_has_a_value() -> None:
    lines = (ROOT / "deploy" / "env.sample").read_text().splitlines()

    secrets = [line for line in lines if re.match(r"\w*(SECRET|PASSWORD)\w*=", line)]

    assert len(secrets) == 4
    assert all(line.endswith("=CHANGE_ME") for line in secrets)


def test_compose_builds_only_targets_that_the_dockerfile_has(compose: Any) -> None:
    targets = set(re.findall(r" AS ([\w-]+)", (DOCKER / "Dockerfile").read_text()))
    services = compose["services"].values()

    built = {service["build"]["target"] for service in services if "build" in service}

    assert built == {"web", "worker-cpu", "worker-gpu"}
    assert built <= targets


def test_every_queue_has_a_worker_of_its_own_embedded_and_in_compose(compose: Any) -> None:
    commands = [str(service.get("command", "")) for service in compose["services"].values()]

    in_compose = re.findall(r"--queues (\S+)", " ".join(commands))

    embedded = [queue for queue, _ in WORKERS.values()]
    assert sorted(in_compose) == sorted(embedded) == sorted(set(QUEUES.values()))


def test_p7_every_worker_finds_the_checkpoints_that_another_has_left(compose: Any) -> None:
    targets = {
        name: service["build"]["target"]
        for name, service in compose["services"].items()
        if "build" in service
    }
    workers = [name for name, target in targets.items() if target.startswith("worker-")]

    mounted = {tuple(compose["services"][name].get("volumes", ())) for name in workers}

    assert len(workers) > 1
    assert mounted == {("scratch:/app/var/scratch",)}  # the default of SCRATCH_DIR
    assert "scratch" in compose["volumes"]


def test_compose_waits_only_for_services_that_it_has(compose: Any) -> None:
    for service in compose["services"].values():
        assert set(service.get("depends_on", {})) <= set(compose["services"])


def test_compose_publishes_ports_on_loopback_alone(compose: Any) -> None:
    ports = [port for service in compose["services"].values() for port in service.get("ports", [])]

    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_the_dockerfile_copies_only_what_the_repository_has() -> None:
    copies = re.findall(r"^COPY (?!--from)(.+) \S+$", (DOCKER / "Dockerfile").read_text(), re.M)

    sources = {source for line in copies for source in line.split()}

    assert sources
    assert [source for source in sources if not (ROOT / source).exists()] == []


def has_compose() -> bool:
    if shutil.which("docker") is None:
        return False
    asked = ["docker", "compose", "version"]
    return subprocess.run(asked, check=False, capture_output=True).returncode == 0


@pytest.mark.skipif(not has_compose(), reason="docker compose is not installed")
@pytest.mark.parametrize("profile", ["", "gpu"])
def test_docker_compose_accepts_the_file(tmp_path: Path, profile: str) -> None:
    folder = tmp_path / "deploy" / "docker"
    shutil.copytree(DOCKER, folder)
    shutil.copy(ROOT / "deploy" / "env.sample", folder / ".env")

    checked = subprocess.run(
        ["docker", "compose", "--profile", profile, "config", "--format", "json"],
        cwd=folder,
        capture_output=True,
        check=True,
    )

    assert ("worker-gpu" in json.loads(checked.stdout)["services"]) == (profile == "gpu")


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_pins_exactly_with_hashes_and_names_no_host(name: str) -> None:
    text = (ROOT / name).read_text()

    pins = [line for line in text.splitlines() if re.match(r"\w", line)]

    assert all(re.fullmatch(r"[\w.-]+(\[\w+\])?==\S+( ; .+)? \\", pin) for pin in pins)
    assert text.count("--hash=sha256:") >= len(pins) > 100
    assert "://" not in text
    assert "triton" not in text


def test_the_front_ends_lock_names_no_host() -> None:
    assert '"resolved"' not in (ROOT / "frontend" / "package-lock.json").read_text()


def test_every_test_that_the_readme_names_exists() -> None:
    text = (ROOT / "README.md").read_text()
    section = text.split("## Promises")[1].split("\n## ")[0]
    folder, missing = ROOT, []

    for name in re.findall(r"`([\w./-]+(?:\.py|\.ts|/))`", section):
        folder = (ROOT / name).parent if "/" in name else folder
        if not (folder / Path(name).name).exists():
            missing.append(name)

    assert missing == []
