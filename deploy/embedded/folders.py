"""Where the embedded services keep their files."""

import hashlib
import os
import tempfile
from pathlib import Path

SOCKET_FOLDER_MAX = 80  # characters; a socket's whole path must stay under 108


def socket_folder(data: Path) -> Path:
    """Return a 0700 folder for sockets: `run/` in the data folder, or a short one elsewhere."""
    run = data.resolve() / "run"
    if len(str(run)) > SOCKET_FOLDER_MAX:
        name = hashlib.sha256(str(run).encode()).hexdigest()[:16]
        run = Path(tempfile.gettempdir()) / f"anneal-{os.geteuid()}-{name}"
    run.mkdir(mode=0o700, parents=True, exist_ok=True)
    owner = run.lstat().st_uid
    if run.is_symlink() or owner not in {os.geteuid(), 65534}:
        raise PermissionError(f"{run} belongs to user {owner}; remove it")
    run.chmod(0o700)
    return run
