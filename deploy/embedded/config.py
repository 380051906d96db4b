"""Addresses and secrets of the embedded services: `anneal.env` in the data folder.

Secrets are generated once and kept; addresses are written anew at every start. What the environment
already says wins, so that one service can be replaced by an external one.
"""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from annotation.published_secrets import refuse_published
from deploy.embedded import postgres, valkey
from deploy.embedded.folders import socket_folder

ROOT = Path(__file__).resolve().parent.parent.parent
SECRETS = {"SECRET_KEY": 50, "DATABASE_PASSWORD": 24, "S3_SECRET_ACCESS_KEY": 32}  # bytes


@dataclass(frozen=True, slots=True)
class Config:
    data: Path
    sockets: Path
    web_port: int  # events and objects use the next two
    env: dict[str, str]  # what every process gets
    external: frozenset[str]  # names the environment had set already

    @property
    def events_port(self) -> int:
        return self.web_port + 1

    @property
    def objects_port(self) -> int:
        return self.web_port + 2


def local_url(port: int) -> str:
    return f"http://127.0.0.1:{port}"


def env_file(data: Path) -> Path:
    return data / "anneal.env"


def read_env(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    lines = (line.strip() for line in path.read_text().splitlines())
    pairs = (line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    return dict(pairs)


def _write_env(path: Path, values: dict[str, str]) -> None:
    lines = ["# Written by `manage.py up`. Secrets are kept, addresses follow the last start.\n"]
    lines += [f"{name}={value}\n" for name, value in values.items()]
    unfinished = path.with_suffix(".new")
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=0o600)
    unfinished.write_text("".join(lines))
    unfinished.replace(path)


def configure(data: Path, web_port: int) -> Config:
    """Write the data folder's `anneal.env` and return what its services need.

    Raises:
        ImproperlyConfigured: the environment has a secret as deploy/env.sample has it.

    """
    refuse_published(os.environ)
    data = data.resolve()
    data.mkdir(parents=True, exist_ok=True)
    data.chmod(0o711)  # PostgreSQL may have to pass through as nobody
    for name in ("objects", "scratch"):
        (data / name).mkdir(mode=0o700, exist_ok=True)
    (ROOT / "var" / "static").mkdir(parents=True, exist_ok=True)  # WhiteNoise warns without it
    path, sockets = env_file(data), socket_folder(data)
    known = read_env(path)
    kept = {name: known.get(name) or secrets.token_urlsafe(n) for name, n in SECRETS.items()}
    values = kept | {
        "DATABASE_URL": postgres.database_url(sockets, kept["DATABASE_PASSWORD"]),
        "BROKER_URL": valkey.broker_url(sockets),
        "WEB_URL": local_url(web_port),
        "EVENTS_URL": local_url(web_port + 1),
        "S3_ENDPOINT_URL": local_url(web_port + 2),
        "S3_PUBLIC_URL": local_url(web_port + 2),
        "S3_BUCKET": "anneal",
        "S3_ACCESS_KEY_ID": "anneal",
        "SCRATCH_DIR": str(data / "scratch"),
    }
    if "S3_ENDPOINT_URL" in os.environ:
        values["S3_PUBLIC_URL"] = os.environ["S3_ENDPOINT_URL"]
    values = {name: os.environ.get(name, value) for name, value in values.items()}
    _write_env(path, values)
    own = {"ANNEAL_ENV_FILE": str(path), "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    return Config(
        data=data,
        sockets=sockets,
        web_port=web_port,
        env={**os.environ, **values, **own},
        external=frozenset(name for name in values if name in os.environ),
    )
