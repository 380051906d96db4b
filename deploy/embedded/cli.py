"""`manage.py up` and `manage.py with-services`: the commands that need no Django."""

import argparse
import os
import secrets
import socket
import subprocess
import sys
import time
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from deploy.embedded import postgres
from deploy.embedded.config import ROOT, Config, configure, env_file, local_url, read_env
from deploy.embedded.launch import spawn
from deploy.embedded.lock import AlreadyRunningError, is_running, lock_folder
from deploy.embedded.log import open_log
from deploy.embedded.services import data_services, web_services, work_services
from deploy.embedded.supervisor import StopRequested, Supervisor
from deploy.embedded.wait import ServiceError, answers_http

COMMANDS = ("up", "with-services")
BESIDE = (
    "simulate_rounds",
    "rebuild_bundle",
)  # commands of Django's that start the services they need
MANAGE = [sys.executable, str(ROOT / "manage.py")]


class PortTakenError(RuntimeError):
    """Something else listens where a service should."""


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="manage.py", description=__doc__)
    default = Path(os.environ.get("ANNEAL_DATA", ROOT / "var"))
    parser.add_argument("--data", type=Path, default=default, help="data folder (default: var)")
    commands = parser.add_subparsers(dest="command", required=True)
    up_parser = commands.add_parser("up", help="start everything; Ctrl-C stops it")
    up_parser.add_argument("--port", type=int, default=8000, help="and the next two")
    up_parser.add_argument("--demo", action="store_true", help="load the demonstration project")
    up_parser.add_argument("--data", type=Path, default=argparse.SUPPRESS)
    with_parser = commands.add_parser("with-services", help="run one command beside the services")
    with_parser.add_argument("--data", type=Path, default=argparse.SUPPRESS)
    with_parser.add_argument("arguments", nargs=argparse.REMAINDER, metavar="COMMAND")
    args = parser.parse_args(argv)
    try:
        if args.command == "up":
            return up(args.data, args.port, with_demo=args.demo)
        return with_services(args.data, args.arguments)
    except (
        AlreadyRunningError,
        ImproperlyConfigured,
        PortTakenError,
        ServiceError,
        OSError,
    ) as error:
        print(f"anneal: {error}", file=sys.stderr)
        return 1
    except StopRequested:
        return 0


def up(data: Path, port: int, *, with_demo: bool) -> int:
    began = time.monotonic()
    lock = lock_folder(data)
    for needed in range(port, port + 3):
        _check_port_is_free(needed)
    config = configure(data, port)
    url = config.env["WEB_URL"]
    with _supervisor(config, lock) as supervisor:
        _start_data(supervisor, config)
        supervisor.start(web_services(config))
        supervisor.start(work_services(config))
        supervisor.say(f"the first screen is at {url} after {time.monotonic() - began:.1f} s")
        if with_demo and _run_beside(supervisor, config, ["seed_demo"]):
            raise ServiceError("the demonstration project could not be loaded")
        ready = f"{local_url(config.web_port)}/readyz"
        supervisor.watch(until=lambda: answers_http(ready), every_s=1)
        supervisor.say(f"Anneal is ready at {url} after {time.monotonic() - began:.1f} s")
        supervisor.watch()
    return 0


def with_services(data: Path, arguments: list[str]) -> int:
    """Run a manage.py command beside the running services, or beside some started for it."""
    if is_running(data):
        env = {**os.environ, **read_env(env_file(data)), "ANNEAL_ENV_FILE": str(env_file(data))}
        return subprocess.run([*MANAGE, *arguments], env=env, check=False).returncode
    lock = lock_folder(data)
    config = configure(data, free_ports())
    with _supervisor(config, lock, quiet=True) as supervisor:
        _start_data(supervisor, config)
        supervisor.start(work_services(config))
        return _run_beside(supervisor, config, arguments)


def _run_beside(supervisor: Supervisor, config: Config, arguments: list[str]) -> int:
    """Run a manage.py command on the terminal; its output, passwords perhaps, enters no log."""
    command = spawn([*MANAGE, *arguments], env=config.env, foreground=True)
    try:
        supervisor.watch(until=lambda: command.poll() is not None)
    finally:
        command.terminate()
        command.wait(timeout=30)
    return command.returncode


def _supervisor(config: Config, lock: int, *, quiet: bool = False) -> Supervisor:
    log = open_log(config.data / "log", quiet=quiet)
    return Supervisor(env=config.env, cwd=ROOT, log=log, lock=lock)


def _start_data(supervisor: Supervisor, config: Config) -> None:
    if "DATABASE_URL" not in config.external:
        postgres.initialise(config.data / "postgres", config.env["DATABASE_PASSWORD"])
    supervisor.start(data_services(config))
    migrate = ["migrate", "--no-input", "--skip-checks", "--verbosity", "0"]
    supervisor.run_step("migrate", [*MANAGE, *migrate])


def _check_port_is_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise PortTakenError(
                f"port {port} is in use; choose another with --port (it and the next two are used)"
            ) from error


def free_ports() -> int:
    """Find a port whose next two are free as well, below those that outgoing connections get.

    Linux gives these from 32768 on; a service listens only seconds after its port was found free.
    """
    while True:
        port = 15_000 + secrets.randbelow(15_000)
        try:
            for needed in range(port, port + 3):
                _check_port_is_free(needed)
        except PortTakenError:
            continue
        return port
