"""The whole embedded stack for a test: `manage.py up` on free ports, with its own data folder."""

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg.conninfo import make_conninfo

from deploy.embedded import postgres
from deploy.embedded.cli import free_ports
from deploy.embedded.config import env_file, read_env
from deploy.embedded.folders import socket_folder
from deploy.embedded.launch import spawn
from deploy.embedded.wait import answers_http
from tests.client import Client
from tests.processes import wait_or_kill

ROOT: Final = Path(__file__).resolve().parent.parent
PASSWORD: Final = secrets.token_urlsafe(12)  # of every account in this run
# What tests.services sets for the rest of the tests: this stack has its own.
OTHERS: Final = (
    *("ANNEAL_ENV_FILE", "ANNEAL_DATA", "SECRET_KEY", "DATABASE_URL", "DATABASE_PASSWORD"),
    *("BROKER_URL", "S3_ENDPOINT_URL", "S3_PUBLIC_URL", "S3_BUCKET", "S3_ACCESS_KEY_ID"),
    *("S3_SECRET_ACCESS_KEY", "SCRATCH_DIR", "WEB_URL", "EVENTS_URL"),
)
# A process of the stack by what its command line holds; the first match counts.
MARKS: Final = {
    "postgres": "pginstall/bin/postgres",
    "valkey": "valkey-server",
    "objects": "deploy.embedded.objects",
    "web": "gunicorn",
    "events": "annotation.asgi",
    "worker": "--queues cpu",
    "speech": "--queues speech",
    "models": "--queues gpu",
    "beat": "workers.beat beat",
}


@dataclass
class Stack:
    data: Path
    port: int
    settings: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def env(self) -> dict[str, str]:
        # All tests log in from one address.
        own = {"LOG_FORMAT": "console", "RATE_LIMIT_LOGIN": "0"}
        return outside() | own | self.settings

    def start(self, *options: str, within_s: float = 180) -> float:
        """Start it and return the seconds until `/readyz` answered."""
        self.data.mkdir(parents=True, exist_ok=True)
        began = time.monotonic()
        up = ["up", "--port", str(self.port), "--data", str(self.data), *options]
        manage = [sys.executable, "manage.py", *up]
        with (self.data / "terminal.log").open("ab") as log:
            # It ends with this process, however that ends: it would go on for ever.
            self.process = spawn(manage, env=self.env, cwd=ROOT, stdout=log.fileno())
        while not answers_http(f"{self.url}/readyz"):
            if self.process.poll() is not None or time.monotonic() - began > within_s:
                self.stop()
                raise AssertionError(f"the stack did not start:\n{self.log()[-4000:]}")
            time.sleep(0.1)
        return time.monotonic() - began

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            wait_or_kill(self.process, within_s=60)

    def log(self) -> str:
        return (self.data / "terminal.log").read_text(errors="replace")

    def manage(self, *arguments: str, within_s: float = 300) -> str:
        """Run a manage.py command beside the running services."""
        env = self.env | {"ANNEAL_ENV_FILE": str(env_file(self.data))}
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=env,
            capture_output=True,
            text=True,
            check=False,
            timeout=within_s,
        )
        told = f"{done.returncode}: {done.stdout[-1000:]}{done.stderr[-4000:]}"
        assert done.returncode == 0, told
        return done.stdout

    def add_users(self, *names: str) -> None:
        """Make accounts, all with the same password."""
        self.manage(
            "shell",
            "--no-imports",
            "-c",
            "from django.contrib.auth.models import User\n"
            f"for name in {names!r}: User.objects.create_user(name, password={PASSWORD!r})",
        )

    def log_in(self, name: str) -> Client:
        return Client(self.url, name, PASSWORD)

    def sql(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Ask the database itself, past all of our code."""
        with self._connect() as connection:
            return connection.execute(query.encode(), parameters or None).fetchall()

    def sql_do(self, statement: str, *parameters: object) -> None:
        with self._connect() as connection:
            connection.execute(statement.encode(), parameters or None)

    @contextmanager
    def locked(self, table: str) -> Iterator[None]:
        """Let nobody write to a table: what wants to, waits, however long."""
        with self._connect() as connection:
            connection.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE".encode())
            yield

    def _connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        conninfo = make_conninfo(
            host=str(socket_folder(self.data)),
            dbname=postgres.DATABASE,
            user=postgres.USER,
            password=read_env(env_file(self.data))["DATABASE_PASSWORD"],
        )
        return psycopg.connect(conninfo)

    def pid(self, name: str) -> int | None:
        """The process id of one service; None while it is down."""
        assert self.process is not None
        found = [pid for pid in children(self.process.pid) if _name_of(pid) == name]
        return found[0] if found else None

    @contextmanager
    def asleep(self, name: str) -> Iterator[None]:
        """Let one service do nothing meanwhile: its work would take time from what is tested."""
        pid = self.pid(name)
        assert pid is not None, f"{name} does not run"
        members = [pid, *descendants(pid)]
        for member in members:
            os.kill(member, signal.SIGSTOP)
        try:
            yield
        finally:
            for member in members:
                with suppress(ProcessLookupError):
                    os.kill(member, signal.SIGCONT)

    def kill(self, name: str) -> int:
        """Kill one service with SIGKILL, as a machine that loses power would, and see it dead."""
        pid = self.pid(name)
        assert pid is not None, f"{name} does not run"
        os.kill(pid, signal.SIGKILL)
        while _name_of(pid) == name:  # dying takes a moment: it must not be taken for its heir
            time.sleep(0.01)
        return pid


@contextmanager
def running_stack(data: Path, *options: str, **settings: str) -> Iterator[Stack]:
    stack = Stack(data, free_ports(), settings)
    stack.start(*options)
    try:
        yield stack
    finally:
        stack.stop()


def outside() -> dict[str, str]:
    """The environment without what tests.services set: for an Anneal of its own."""
    return {name: value for name, value in os.environ.items() if name not in OTHERS}


def children(pid: int) -> list[int]:
    found: list[int] = []
    for thread in _threads(pid):
        try:
            found += [int(child) for child in (thread / "children").read_text().split()]
        except OSError:  # a thread that ended meanwhile
            continue
    return found


def descendants(pid: int) -> list[int]:
    below = children(pid)
    return below + [deeper for child in below for deeper in descendants(child)]


def cpu_ns(pid: int) -> int:
    """CPU time that a process has used so far, over all its threads."""
    total = 0
    for thread in _threads(pid):
        try:
            total += int((thread / "schedstat").read_text().split()[0])
        except OSError:  # a thread that ended meanwhile
            continue
    return total


def _threads(pid: int) -> list[Path]:
    """Folders of a process's threads; none once it has ended."""
    try:
        return list(Path(f"/proc/{pid}/task").iterdir())
    except OSError:
        return []


def _name_of(pid: int) -> str | None:
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return None
    return next((name for name, mark in MARKS.items() if mark in command), None)
