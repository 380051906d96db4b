"""The processes of the embedded default, in the order in which they start."""

import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from deploy.embedded import objects, postgres, valkey
from deploy.embedded.config import Config, local_url
from deploy.embedded.wait import answers_http


def _at_once() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Service:
    name: str
    command: list[str]
    is_ready: Callable[[], bool] = _at_once
    env: dict[str, str] = field(default_factory=dict)
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGTERM  # when the supervisor is killed
    stop_within_s: float = 5
    unprivileged_folders: tuple[Path, ...] = ()


def data_services(config: Config) -> list[Service]:
    """Database, broker and objects; those that the environment says are elsewhere are left out."""
    data, sockets = config.data, config.sockets
    services = {
        "DATABASE_URL": Service(
            "postgres",
            postgres.command(data / "postgres", sockets),
            lambda: postgres.is_ready(data / "postgres", sockets),
            stop_signal=postgres.DEATH_SIGNAL,
            death_signal=postgres.DEATH_SIGNAL,
            stop_within_s=30,
            unprivileged_folders=(data / "postgres", sockets),
        ),
        "BROKER_URL": Service(
            "valkey", valkey.command(data / "valkey", sockets), lambda: valkey.is_ready(sockets)
        ),
        "S3_ENDPOINT_URL": Service(
            "objects",
            objects.command(port=config.objects_port),
            lambda: answers_http(local_url(config.objects_port)),
            env=objects.environment(
                data / "objects",
                bucket=config.env["S3_BUCKET"],
                access_key=config.env["S3_ACCESS_KEY_ID"],
                secret_key=config.env["S3_SECRET_ACCESS_KEY"],
                allowed_origin=config.env["WEB_URL"],
            ),
        ),
    }
    return [service for name, service in services.items() if name not in config.external]


# A worker for each queue of annotation.jobs, and how many jobs it runs at once. A job of `models`
# reaches 3.1 GB, and two of them keep two cores busy: more would only be slower each.
WORKERS = {"worker": ("cpu", 3), "speech": ("speech", 1), "models": ("gpu", 2)}


def work_services(config: Config) -> list[Service]:
    """Run the jobs. Their children are killed with them, and a job's lease brings it back."""
    celery = [sys.executable, "-m", "celery", "--quiet", "-A"]
    schedule = str(config.data / "celerybeat-schedule")
    beat = [*celery, "workers.beat", "beat", "--schedule", schedule, "--pidfile", ""]
    threads = str(min(2, os.cpu_count() or 1))
    # Idle threads must sleep: by default OpenMP's spin, and the web shares these cores.
    env = {"OMP_NUM_THREADS": threads, "OMP_WAIT_POLICY": "PASSIVE", "CELERY_SKIP_CHECKS": "1"}
    services = [Service("beat", beat, env=env, death_signal=signal.SIGKILL)]
    for name, (queue, slots) in WORKERS.items():
        worker = [*celery, "workers.app", "worker", "--hostname", f"{name}@%h", "--queues", queue]
        pool = ["--pool", "prefork", "--concurrency", str(slots)]
        quiet = ["--without-gossip", "--without-mingle"]
        services.append(
            Service(name, [*worker, *pool, *quiet], env=env, death_signal=signal.SIGKILL)
        )
    return services


def web_services(config: Config) -> list[Service]:
    # Threads share one interpreter, so a second process helps only where cores are left for it.
    workers = "2" if (os.cpu_count() or 1) >= 4 else "1"  # noqa: PLR2004
    web = [
        *[sys.executable, "-m", "gunicorn", "annotation.wsgi", "--no-control-socket"],
        *["--bind", f"127.0.0.1:{config.web_port}", "--worker-class", "gthread"],
        *["--workers", workers, "--threads", "8", "--timeout", "60", "--graceful-timeout", "5"],
    ]
    events = [
        *[sys.executable, "-m", "uvicorn", "annotation.asgi:application", "--host", "127.0.0.1"],
        *["--port", str(config.events_port), "--no-access-log", "--log-level", "warning"],
        *["--timeout-graceful-shutdown", "1", "--lifespan", "off", "--no-server-header"],
    ]
    return [
        Service(
            "web",
            web,
            lambda: answers_http(f"{local_url(config.web_port)}/livez"),
            env={"OPENBLAS_NUM_THREADS": "1"},
            death_signal=signal.SIGQUIT,
        ),
        Service("events", events, lambda: answers_http(f"{local_url(config.events_port)}/livez")),
    ]
