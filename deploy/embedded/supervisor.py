"""Start processes in order, keep them running, log them in columns, stop them all.

One thread does everything: children are tied to the thread that starts them.
"""

import logging
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Self

from deploy.embedded.launch import spawn
from deploy.embedded.services import Service
from deploy.embedded.wait import ServiceError, wait_until_ready

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
BACKOFF_MAX_S = 30.0
STEADY_AFTER_S = 60  # having run for so long, the next failure counts as the first


class StopRequested(BaseException):  # like KeyboardInterrupt, not an error
    """Someone asked the supervisor to stop."""


@dataclass(slots=True)
class Running:
    service: Service
    process: subprocess.Popen[bytes]
    started_at: float
    failures: int = 0
    restart_at: float | None = None
    rest: bytes = b""  # of a line whose end has not come yet


class Supervisor:
    def __init__(self, *, env: dict[str, str], cwd: Path, log: logging.Logger, lock: int) -> None:
        self._env, self._cwd, self._log, self._lock = env, cwd, log, lock
        self._running: dict[str, Running] = {}
        self._groups: list[Sequence[Service]] = []  # as they were started
        self._pipes = selectors.DefaultSelector()
        self._must_stop = False

    def __enter__(self) -> Self:
        for number in STOP_SIGNALS:
            signal.signal(number, self._request_stop)
        return self

    def __exit__(self, *_: object) -> None:
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        self._must_stop = False
        self.stop()

    def say(self, message: str, process: str = "anneal") -> None:
        self._log.info("%s", message, extra={"process_name": process})

    def start(self, services: Sequence[Service]) -> None:
        """Start them together and return once each of them answers."""
        self._groups.append(services)
        for service in services:
            self._spawn(service)
        for service in services:
            process = self._running[service.name].process
            wait_until_ready(service.name, service.is_ready, process, pause=self._read_logs)

    def run_step(self, name: str, command: list[str]) -> None:
        """Run a command to its end, its output in the log."""
        self._spawn(Service(name, command))
        process = self._running[name].process
        while process.poll() is None:
            self._read_logs()
        self._read_logs(0)
        self._sweep(self._running.pop(name))
        if process.returncode:
            raise ServiceError(f"{name} failed with code {process.returncode}")

    def watch(self, until: Callable[[], bool] = lambda: False, *, every_s: float = 0.2) -> None:
        """Read logs and restart what ends; ask now and then whether that is enough."""
        ask_at = 0.0
        while True:
            if (now := time.monotonic()) >= ask_at:
                if until():
                    return
                ask_at = now + every_s
            self._read_logs(0.2)
            for running in list(self._running.values()):
                self._restart_if_ended(running)

    def stop(self) -> None:
        """Stop the last group first, each process with all that it started."""
        for group in reversed(self._groups):
            names = [service.name for service in group if service.name in self._running]
            members = [self._running[name] for name in names]
            for running in members:
                if running.process.poll() is None:
                    running.process.send_signal(running.service.stop_signal)
            self._await_end(members, within_s=max(service.stop_within_s for service in group))
            for running in members:
                self._sweep(running)

    def _await_end(self, members: list[Running], within_s: float) -> None:
        deadline = time.monotonic() + within_s
        while any(running.process.poll() is None for running in members):
            self._read_logs(0.02)
            if time.monotonic() > deadline:
                break
        self._read_logs(0)

    def _spawn(self, service: Service) -> Running:
        process = spawn(
            service.command,
            env=self._env | service.env,
            death_signal=service.death_signal,
            unprivileged_folders=service.unprivileged_folders,
            stdout=subprocess.PIPE,
            pass_fds=(self._lock,),
            cwd=self._cwd,
        )
        running = Running(service, process, started_at=time.monotonic())
        self._running[service.name] = running
        assert process.stdout is not None  # noqa: S101  # asked for above
        os.set_blocking(process.stdout.fileno(), False)
        self._pipes.register(process.stdout, selectors.EVENT_READ, running)
        return running

    def _restart_if_ended(self, running: Running) -> None:
        now, code = time.monotonic(), running.process.poll()
        if code is None:
            return
        if running.restart_at is None:
            self._sweep(running)
            steady = now - running.started_at > STEADY_AFTER_S
            running.failures = 1 if steady else running.failures + 1
            delay_s = min(BACKOFF_MAX_S, 0.25 * 2**running.failures)
            running.restart_at = now + delay_s
            name = running.service.name
            self.say(f"{name} ended with code {code}; starting again in {delay_s:.1f} s", name)
        elif now >= running.restart_at:
            self._spawn(running.service).failures = running.failures

    def _sweep(self, running: Running) -> None:
        """Kill what a process leaves behind: it was the leader of a group of its own."""
        with suppress(ProcessLookupError):
            os.killpg(running.process.pid, signal.SIGKILL)
        running.process.wait()

    def _request_stop(self, _number: int, _frame: FrameType | None) -> None:
        """Leave it to the next wait: a process that is just being started must be known first."""
        self._must_stop = True

    def _read_logs(self, within_s: float = 0.05) -> None:
        """Wait for output for so long, and log what there is.

        Raises:
            StopRequested: somebody asked for it.

        """
        if self._must_stop:
            raise StopRequested
        for key, _ in self._pipes.select(within_s):
            running: Running = key.data
            chunk = os.read(key.fd, 65536)
            if not chunk:
                self._pipes.unregister(key.fileobj)
                if running.process.stdout is not None:  # its own close: the number is reused
                    running.process.stdout.close()
            ending = b"" if chunk or not running.rest else b"\n"
            *lines, running.rest = (running.rest + chunk + ending).split(b"\n")
            for line in lines:
                self.say(line.decode(errors="replace"), running.service.name)
