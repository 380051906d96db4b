"""The supervisor with small programs in the place of the services."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.embedded.lock import AlreadyRunningError, is_running, lock_folder
from tests.deploy.processes import processes_of, wait_for

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = """
import os, sys
from pathlib import Path
from deploy.embedded.lock import lock_folder
from deploy.embedded.log import open_log
from deploy.embedded.services import Service
from deploy.embedded.supervisor import StopRequested, Supervisor

data = Path(sys.argv[1])
env = dict(os.environ, ANNEAL_ENV_FILE=str(data / "anneal.env"))
log, lock = open_log(data / "log"), lock_folder(data)
with Supervisor(env=env, cwd=data, log=log, lock=lock) as supervisor:
    try:
        pairs = zip(sys.argv[2::2], sys.argv[3::2])
        supervisor.start([Service(name, ["sh", "-c", script]) for name, script in pairs])
        supervisor.watch()
    except StopRequested:
        pass
"""


class Run:
    """One supervisor in a process of its own; its services are shell scripts."""

    def __init__(self, data: Path, scripts: dict[str, str]) -> None:
        self.data = data
        words = [word for pair in scripts.items() for word in pair]
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(data), *words],
            cwd=ROOT,
            stderr=subprocess.DEVNULL,
        )

    def log(self) -> str:
        path = self.data / "log" / "anneal.log"
        return path.read_text() if path.exists() else ""

    def says(self, text: str) -> bool:
        return wait_for(lambda: text in self.log())


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[list[Run]]:
    started: list[Run] = []
    yield started
    for run in started:
        run.process.kill()
        run.process.wait()
    assert wait_for(lambda: not processes_of(tmp_path))


def test_output_comes_in_a_column_of_its_own(tmp_path: Path, runs: list[Run]) -> None:
    runs.append(Run(tmp_path, {"one": "echo hello; exec sleep 60"}))

    assert runs[0].says("one       | hello")


def test_a_killed_supervisor_leaves_no_process(tmp_path: Path, runs: list[Run]) -> None:
    runs.append(Run(tmp_path, {"one": "echo up; exec sleep 60", "two": "echo up; exec sleep 60"}))
    assert runs[0].says("two       | up")
    assert len(processes_of(tmp_path)) == 2

    runs[0].process.kill()

    assert wait_for(lambda: not processes_of(tmp_path))


@pytest.mark.slow
def test_stopping_ends_what_a_service_started_and_what_ignores_the_request(
    tmp_path: Path, runs: list[Run]
) -> None:
    stubborn = "trap '' TERM; sleep 60 & echo up; while true; do sleep 1; done"
    runs.append(Run(tmp_path, {"stubborn": stubborn}))
    assert runs[0].says("| up")

    runs[0].process.send_signal(signal.SIGINT)

    assert runs[0].process.wait(timeout=60) == 0
    assert not processes_of(tmp_path)


def test_a_service_that_ends_is_started_again_later_each_time(
    tmp_path: Path, runs: list[Run]
) -> None:
    runs.append(Run(tmp_path, {"weak": "exit 3"}))

    assert runs[0].says("weak ended with code 3; starting again in 0.5 s")
    assert runs[0].says("weak ended with code 3; starting again in 1.0 s")


def test_a_second_supervisor_is_refused_with_the_first_ones_process(
    tmp_path: Path, runs: list[Run]
) -> None:
    runs.append(Run(tmp_path, {"one": "echo up; exec sleep 60"}))
    assert runs[0].says("| up")

    assert is_running(tmp_path)
    with pytest.raises(AlreadyRunningError, match=f"process {runs[0].process.pid}"):
        lock_folder(tmp_path)


def test_a_new_supervisor_waits_for_the_children_of_a_killed_one(
    tmp_path: Path, runs: list[Run]
) -> None:
    slow = "trap 'sleep 0.5; exit' TERM; echo up; while true; do sleep 0.1; done"
    runs.append(Run(tmp_path, {"slow": slow}))
    assert runs[0].says("| up")
    runs[0].process.kill()
    runs[0].process.wait()

    lock = lock_folder(tmp_path)

    assert not processes_of(tmp_path)
    os.close(lock)
