"""The address and the token that commands use: from the environment, or as `login` kept them."""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import typer

from engine.client.errors import AnnealError
from engine.client.transport import checked_url

LOG_IN_FIRST: Final = (
    "You are not logged in. Run `anneal login URL`, or set ANNEAL_URL and ANNEAL_TOKEN."
)


@dataclass(frozen=True, slots=True)
class Keys:
    """Where a server is and what opens it."""

    url: str
    token: str = field(repr=False)


def keys_file() -> Path:
    """Return where `login` keeps the keys, for their owner alone."""
    return Path(typer.get_app_dir("anneal")) / "login.json"


def unfinished_uploads() -> Path:
    """Return where imports remember what they have not finished."""
    return Path(typer.get_app_dir("anneal")) / "uploads"


def read_keys() -> Keys:
    """Return what the environment says, and what was kept for all else.

    A kept token is for the address that it was kept with, and goes to no other.

    Raises:
        AnnealError: one of the two is known from nowhere.

    """
    kept = _kept()
    url = os.environ.get("ANNEAL_URL") or (kept.url if kept else "")
    token = os.environ.get("ANNEAL_TOKEN", "")
    if not token and kept and url and checked_url(url) == kept.url:
        token = kept.token
    if not url or not token:
        raise AnnealError(401, "not_logged_in", LOG_IN_FIRST)
    return Keys(checked_url(url), token)


def keep_keys(keys: Keys) -> Path:
    """Write the keys to a file that nobody but its owner may read."""
    path = keys_file()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    scratch = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump({"url": keys.url, "token": keys.token}, file)
    scratch.replace(path)
    return path


def drop_keys() -> Keys | None:
    """Delete the kept keys and return them."""
    kept = _kept()
    keys_file().unlink(missing_ok=True)
    return kept


def _kept() -> Keys | None:
    try:
        found = json.loads(keys_file().read_text())
        return Keys(str(found["url"]), str(found["token"]))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        raise AnnealError(
            401, "not_logged_in", f"{keys_file()} cannot be read. Run `anneal login` again."
        ) from None
