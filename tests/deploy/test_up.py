"""`manage.py up` as a whole, on a data folder and ports of its own."""

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.embedded.cli import free_ports
from deploy.embedded.config import read_env
from deploy.embedded.wait import answers_http
from tests.deploy.processes import listening_addresses, processes_of, wait_for
from tests.services import services

ROOT = Path(__file__).resolve().parent.parent.parent
LOOPBACK = "0100007F"
pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


@dataclass
class Up:
    process: subprocess.Popen[bytes]
    data: Path
    url: str

    def is_ready(self) -> bool:
        return self.process.poll() is None and answers_http(f"{self.url}/readyz")


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "var"
    assert wait_for(lambda: not processes_of(tmp_path / "var"))
    shutil.rmtree(tmp_path / "var", ignore_errors=True)


def start(data: Path) -> Up:
    port = free_ports()
    command = [sys.executable, "manage.py", "up", "--port", str(port), "--data", str(data)]
    log = data.with_suffix(".terminal").open("wb")
    with log:
        process = subprocess.Popen(command, cwd=ROOT, stderr=log, env=services.outside)
    return Up(process, data, f"http://127.0.0.1:{port}")


@pytest.fixture
def up(data: Path) -> Iterator[Up]:
    running = start(data)
    assert wait_for(running.is_ready, within_s=120), (data / "log" / "anneal.log").read_text()
    yield running
    if running.process.poll() is None:
        running.process.kill()
        running.process.wait()


def test_everything_listens_on_loopback_or_on_sockets_for_its_owner(up: Up) -> None:
    processes = processes_of(up.data)

    assert listening_addresses(list(processes)) == {LOOPBACK}
    assert (up.data / "run").stat().st_mode & 0o077 == 0
    assert (up.data / "anneal.env").stat().st_mode & 0o077 == 0


def test_a_killed_supervisor_leaves_no_process_and_the_next_start_takes_seconds(up: Up) -> None:
    assert len(processes_of(up.data)) > 8

    up.process.kill()
    up.process.wait()

    assert wait_for(lambda: not processes_of(up.data), within_s=10)
    began = time.monotonic()
    again = start(up.data)
    try:
        assert wait_for(again.is_ready, within_s=60)
        assert time.monotonic() - began < 30  # 10 on an idle machine
    finally:
        again.process.send_signal(signal.SIGTERM)
        assert again.process.wait(timeout=60) == 0


def test_ctrl_c_stops_cleanly(up: Up) -> None:
    up.process.send_signal(signal.SIGINT)

    assert up.process.wait(timeout=60) == 0
    assert not processes_of(up.data)
    assert "database system is shut down" in (up.data / "log" / "anneal.log").read_text()


def test_a_second_supervisor_is_refused_and_a_command_uses_the_running_one(up: Up) -> None:
    second = start(up.data)
    assert second.process.wait(timeout=30) == 1
    assert "already runs" in second.data.with_suffix(".terminal").read_text()

    command = [sys.executable, "manage.py", "with-services", "--data", str(up.data)]
    answer = subprocess.run(
        [*command, "shell", "-c", "from django.conf import settings; print(settings.WEB_URL)"],
        cwd=ROOT,
        env=services.outside,
        capture_output=True,
        text=True,
        check=True,
    )

    assert up.url in answer.stdout


def test_a_killed_service_comes_back(up: Up) -> None:
    server = next(
        number for number, command in processes_of(up.data).items() if "bin/postgres" in command
    )

    subprocess.run(["kill", "-9", str(server)], check=True)

    log = up.data / "log" / "anneal.log"
    assert wait_for(lambda: "postgres ended with code -9" in log.read_text())
    assert wait_for(up.is_ready)


def test_secrets_are_generated_once(up: Up) -> None:
    first = read_env(up.data / "anneal.env")
    up.process.terminate()
    up.process.wait(timeout=60)

    again = start(up.data)

    assert wait_for(again.is_ready, within_s=60)
    again.process.terminate()
    again.process.wait(timeout=60)
    second = read_env(up.data / "anneal.env")
    assert first["SECRET_KEY"] == second["SECRET_KEY"] != ""
    assert first["DATABASE_URL"] == second["DATABASE_URL"]
