"""`manage.py up` as a whole, on a data folder and ports of its own."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.embedded.cli import free_ports
from deploy.embedded.config import read_env
from deploy.embedded.wait import answers_http
from tests.deploy.processes import listening_addresses, processes_of, wait_for
from tests.stack import outside

ROOT = Path(__file__).resolve().parent.parent.parent
LOOPBACK = "0100007F"
STARTS_WITHIN_S = 120  # seconds; an idle machine needs 8
pytestmark = [pytest.mark.slow, pytest.mark.timeout(420)]


@dataclass
class Up:
    process: subprocess.Popen[bytes]
    data: Path
    url: str

    def is_ready(self) -> bool:
        return self.process.poll() is None and answers_http(f"{self.url}/readyz")


def start(data: Path) -> Up:
    port = free_ports()
    command = [sys.executable, "manage.py", "up", "--port", str(port), "--data", str(data)]
    with data.with_suffix(".terminal").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, stderr=log, env=outside())
    return Up(process, data, f"http://127.0.0.1:{port}")


@contextmanager
def running(data: Path) -> Iterator[Up]:
    up = start(data)
    try:
        log = data.with_suffix(".terminal")
        assert wait_for(up.is_ready, within_s=STARTS_WITHIN_S), log.read_text()
        yield up
    finally:
        if up.process.poll() is None:
            up.process.terminate()
            up.process.wait(timeout=60)


@pytest.fixture(scope="module")  # the last test ends it
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    with running(tmp_path_factory.mktemp("shared") / "var") as shared:
        yield shared


def test_everything_listens_on_loopback_or_on_sockets_for_its_owner(up: Up) -> None:
    processes = processes_of(up.data)

    assert listening_addresses(list(processes)) == {LOOPBACK}
    assert (up.data / "run").stat().st_mode & 0o077 == 0
    assert (up.data / "anneal.env").stat().st_mode & 0o077 == 0


def test_a_second_supervisor_is_refused(up: Up) -> None:
    second = start(up.data)

    assert second.process.wait(timeout=60) == 1
    assert "already runs" in second.data.with_suffix(".terminal").read_text()


def test_a_command_uses_the_running_services(up: Up) -> None:
    command = [sys.executable, "manage.py", "with-services", "--data", str(up.data)]

    answer = subprocess.run(
        [*command, "shell", "-c", "from django.conf import settings; print(settings.WEB_URL)"],
        cwd=ROOT,
        env=outside(),
        capture_output=True,
        text=True,
        check=True,
    )

    assert up.url in answer.stdout


def test_a_killed_service_comes_back(up: Up) -> None:
    server = next(
        number for number, command in processes_of(up.data).items() if "bin/postgres" in command
    )

    os.kill(server, signal.SIGKILL)

    log = up.data / "log" / "anneal.log"
    assert wait_for(lambda: "postgres ended with code -9" in log.read_text())
    assert wait_for(up.is_ready, within_s=STARTS_WITHIN_S)


def test_a_command_alone_starts_the_services_and_stops_them(tmp_path: Path) -> None:
    command = [sys.executable, "manage.py", "with-services", "--data", str(tmp_path / "var")]
    program = "from annotation.models import Project; print('projects', Project.objects.count())"

    answer = subprocess.run(
        [*command, "shell", "-c", program],
        cwd=ROOT,
        env=outside(),
        capture_output=True,
        text=True,
        check=True,
    )

    assert "projects 0" in answer.stdout
    assert not processes_of(tmp_path / "var")


def test_killed_it_leaves_no_process_and_starts_again_with_its_secrets(up: Up) -> None:
    secrets = read_env(up.data / "anneal.env")
    assert len(processes_of(up.data)) > 8

    up.process.kill()
    up.process.wait()

    assert wait_for(lambda: not processes_of(up.data))

    with running(up.data) as second:
        again = read_env(second.data / "anneal.env")
        second.process.send_signal(signal.SIGINT)
        assert second.process.wait(timeout=60) == 0

    assert not processes_of(second.data)
    assert "database system is shut down" in (second.data / "log" / "anneal.log").read_text()
    assert again["SECRET_KEY"] == secrets["SECRET_KEY"] != ""
    assert again["DATABASE_URL"] == secrets["DATABASE_URL"]
