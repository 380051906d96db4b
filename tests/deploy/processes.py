"""What the kernel knows of the processes that one data folder's supervisor started."""

import time
from collections.abc import Callable
from pathlib import Path

LISTENING = "0A"  # a state in /proc/net/tcp


def wait_for(claim: Callable[[], bool], within_s: float = 60) -> bool:
    deadline = time.monotonic() + within_s
    while not claim():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def processes_of(data: Path) -> dict[int, str]:
    """Map the id of every living process whose environment names the folder to its command."""
    mark = f"ANNEAL_ENV_FILE={data / 'anneal.env'}".encode()
    found = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            if mark in (folder / "environ").read_bytes().split(b"\0"):
                words = (folder / "cmdline").read_bytes().split(b"\0")
                found[int(folder.name)] = b" ".join(words).decode()
        except OSError:
            continue
    return found


def _hex_addresses() -> dict[str, str]:
    """Map socket inodes to the local addresses on which they listen, in the kernel's notation."""
    lines = [
        line.split()
        for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
        for line in table.read_text().splitlines()[1:]
    ]
    return {words[9]: words[1].split(":")[0] for words in lines if words[3] == LISTENING}


def listening_addresses(process_ids: list[int]) -> set[str]:
    """Return the addresses (hexadecimal, 0100007F is 127.0.0.1) on which they accept TCP."""
    addresses, found = _hex_addresses(), set()
    for process_id in process_ids:
        for descriptor in Path(f"/proc/{process_id}/fd").iterdir():
            try:
                target = str(descriptor.readlink())
            except OSError:
                continue
            inode = target.removeprefix("socket:[").removesuffix("]")
            if inode in addresses:
                found.add(addresses[inode])
    return found
