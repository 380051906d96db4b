"""One log for all processes: a coloured column on the terminal, the same lines in a file."""

import logging
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path

COLORS = {
    "postgres": 34,
    "valkey": 31,
    "objects": 33,
    "web": 32,
    "events": 36,
    "worker": 35,
    "speech": 35,
    "models": 35,
}
FILE_BYTES = 20 * 1024 * 1024


class _ColumnFormatter(logging.Formatter):
    def __init__(self, *, colored: bool) -> None:
        super().__init__("%(asctime)s %(column)s | %(message)s", "%H:%M:%S")
        self.colored = colored

    def format(self, record: logging.LogRecord) -> str:
        process = getattr(record, "process_name", "anneal")
        color = COLORS.get(process, 37)
        column = f"{process:<9}"
        record.column = f"\033[{color}m{column}\033[0m" if self.colored else column
        return super().format(record)


def open_log(folder: Path, *, quiet: bool = False) -> logging.Logger:
    """Log to `folder`, and to the terminal unless a command's own output belongs there."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    log = logging.getLogger("anneal.processes")
    log.setLevel(logging.INFO)
    log.propagate = False
    terminal = logging.StreamHandler(sys.stderr)
    terminal.setFormatter(_ColumnFormatter(colored=sys.stderr.isatty()))
    file = RotatingFileHandler(folder / "anneal.log", maxBytes=FILE_BYTES, backupCount=3)
    file.setFormatter(_ColumnFormatter(colored=False))
    log.handlers = [file] if quiet else [terminal, file]
    return log
