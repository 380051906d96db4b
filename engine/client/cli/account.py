"""`anneal login` and `logout`."""

import platform
import sys
from typing import Annotated, Final
from urllib.parse import urlsplit

import typer

from engine.client.cli.door import Json
from engine.client.cli.keys import Keys, drop_keys, keep_keys
from engine.client.cli.output import show, tell
from engine.client.client import Client
from engine.client.errors import AnnealError
from engine.client.login import make_token
from engine.client.transport import checked_url

LOOPBACK: Final = {"127.0.0.1", "localhost", "::1"}


def login(
    *,
    url: Annotated[str, typer.Argument(help="Such as https://anneal.example.org.")],
    token: Annotated[
        bool, typer.Option("--token", help="Ask for a token that you have, not for a password.")
    ] = False,
    user: Annotated[str | None, typer.Option(help="Asked for if left out.")] = None,
    read_only: Annotated[bool, typer.Option(help="Make a token that may only read.")] = False,
    days: Annotated[int, typer.Option(help="After which it expires.", min=1, max=366)] = 90,
    as_json: Json = False,
) -> None:
    """Keep a token for a server, made with your user name and password.

    It is for all your projects. One for some of them is made on the page of your account: --token.

    The password is sent once and kept nowhere. A script gives it, or the token, on standard input.
    """
    url = checked_url(url)
    parts = urlsplit(url)
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        tell("Careful: this is http, so others on the way can read what you send.")
    if token:
        value = _asked("Token")
    else:
        user = user or typer.prompt("User name", err=True)
        password = _asked("Password")
        value = make_token(
            url,
            user,
            password,
            name=f"anneal on {platform.node()}"[:100],
            scope="read" if read_only else "write",
            expires_in_days=days,
        ).token
    keys = Keys(url, value)
    with Client(keys.url, keys.token) as client:
        projects = list(client.projects())  # refused if the token is wrong
    path = keep_keys(keys)
    tell(f"Logged in to {url}. The token is in {path}, for you alone.")
    show({"url": url, "projects": len(projects)}, ["server"], [[url]], as_json=as_json)


def logout(*, as_json: Json = False) -> None:
    """Forget the token that login kept."""
    kept = drop_keys()
    if kept is None:
        raise AnnealError(0, "not_logged_in", "Nobody is logged in here.")
    tell(
        f"Forgotten. The token opens {kept.url} until it expires: "
        "delete it on the page of your account to end that now."
    )
    show({"url": kept.url}, ["server"], [[kept.url]], as_json=as_json)


def _asked(what: str) -> str:
    """Ask for a secret on the terminal, or read it where there is none."""
    if sys.stdin.isatty():
        value: str = typer.prompt(what, hide_input=True, err=True)
        return value
    return sys.stdin.readline().rstrip("\r\n")
