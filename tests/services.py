"""Real PostgreSQL, Valkey and S3 for the tests: one set for each pytest process.

A plugin (`-p tests.services`), because Django's settings are read before any conftest. Reading this
module only sets the environment; the services start once a test that needs them was collected.
"""

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy.embedded import objects, postgres, valkey
from deploy.embedded.launch import spawn
from deploy.embedded.wait import answers_http, wait_until_ready
from tests.processes import wait_or_kill

# Two processes and their stacks share the cores: threads that spin as they wait slow the others.
os.environ.setdefault("OMP_NUM_THREADS", "1")  # read as torch is imported
os.environ.setdefault("TORCH_THREADS", "1")

ROOT = Path(__file__).resolve().parent.parent
BUCKET = "anneal"


@contextmanager
def running_services(folder: Path, listener: socket.socket) -> Iterator[None]:
    """Run the three services of a test session; they also end when this process does."""
    log = (folder / "services.log").open("wb")
    env = dict(os.environ, PYTHONPATH=str(ROOT))
    started: list[subprocess.Popen[bytes]] = []
    try:
        store = objects.environment(
            folder / "objects",
            bucket=BUCKET,
            access_key=env["S3_ACCESS_KEY_ID"],
            secret_key=env["S3_SECRET_ACCESS_KEY"],
            allowed_origin="*",
        )
        fd = listener.fileno()
        serve = objects.command(fd=fd)
        started.append(spawn(serve, env=env | store, stdout=log.fileno(), pass_fds=(fd,)))
        broker = valkey.command(folder / "valkey", folder)
        started.append(spawn(broker, env=env, stdout=log.fileno()))
        data = folder / "postgres"
        postgres.initialise(data, env["TEST_DATABASE_PASSWORD"])
        server = postgres.command(data, folder, postgres.NOT_DURABLE)
        started.append(
            spawn(
                server,
                env=env,
                death_signal=postgres.DEATH_SIGNAL,
                unprivileged_folders=(data, folder),
                stdout=log.fileno(),
            )
        )
        wait_until_ready("postgres", lambda: postgres.is_ready(data, folder), started[2])
        wait_until_ready("valkey", lambda: valkey.is_ready(folder), started[1])
        url = env["S3_ENDPOINT_URL"]
        wait_until_ready("objects", lambda: answers_http(url), started[0])
        yield
    finally:
        for process in reversed(started):
            process.send_signal(postgres.DEATH_SIGNAL if process is started[-1] else 15)
        for process in started:
            wait_or_kill(process, within_s=30)
        log.close()


class Services:
    """The session's services: addresses at once, processes when first needed."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="anneal-test-"))
        (ROOT / "var" / "static").mkdir(parents=True, exist_ok=True)  # WhiteNoise warns without it
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._running = running_services(self.folder, self.listener)
        self.is_running = False
        endpoint = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        password = secrets.token_urlsafe(12)
        os.environ.update(
            ANNEAL_ENV_FILE=str(self.folder / "no.env"),
            SECRET_KEY=secrets.token_urlsafe(40),
            TEST_DATABASE_PASSWORD=password,
            DATABASE_URL=postgres.database_url(self.folder, password),
            BROKER_URL=valkey.broker_url(self.folder),
            S3_ENDPOINT_URL=endpoint,
            S3_PUBLIC_URL=endpoint,
            S3_BUCKET=BUCKET,
            S3_ACCESS_KEY_ID="test",
            S3_SECRET_ACCESS_KEY=secrets.token_urlsafe(12),
            SCRATCH_DIR=str(self.folder / "scratch"),
            DJANGO_SETTINGS_MODULE="annotation.settings",
        )

    def start(self) -> None:
        if not self.is_running:
            self._running.__enter__()
            self.is_running = True

    def stop(self) -> None:
        if self.is_running:
            self._running.__exit__(None, None, None)
        self.listener.close()
        shutil.rmtree(self.folder, ignore_errors=True)


services = Services()


@pytest.fixture(scope="session")
def embedded() -> Services:
    services.start()
    return services


def pytest_collection_finish(session: pytest.Session) -> None:
    """Start the services unless only engine tests were asked for: those need none."""
    engine = ROOT / "tests" / "engine"
    if not session.config.option.collectonly and any(
        engine not in item.path.parents for item in session.items
    ):
        services.start()


def pytest_unconfigure() -> None:
    services.stop()
