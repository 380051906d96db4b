"""Texts that are kept on the disk while a dataset is read: memory does not grow with its images.

SQLite keeps them in a file of its own without a name, below TMPDIR, which goes when it is let go.
"""

import json
import sqlite3
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import Final
from weakref import finalize

from engine.datasets.errors import DatasetError

_CACHE_KB: Final = 16 * 2**10
_TABLES: Final = """
CREATE TABLE key (number INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
CREATE TABLE value (number INTEGER PRIMARY KEY, key INTEGER NOT NULL, text TEXT NOT NULL);
CREATE INDEX value_by_key ON value (key);
"""


def spelt(value: object) -> str:
    """Spell JSON in ASCII: SQLite takes no half of a pair of UTF-16."""
    try:
        return json.dumps(value)
    except RecursionError:
        raise DatasetError("holds values in values too deeply") from None


def open_nameless(tables: str) -> sqlite3.Connection:
    """Open a database in a file without a name; whoever holds it closes it."""
    # Only one thread at a time reads, which may be another than the one that made it.
    database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
    database.execute("PRAGMA journal_mode = OFF")
    database.execute("PRAGMA synchronous = OFF")
    database.execute(f"PRAGMA cache_size = -{_CACHE_KB}")
    database.executescript(tables)
    database.execute("BEGIN")
    return database


class TextsOnDisk:
    """Lists of texts by key, all in the order in which they were met; no half pairs of UTF-16."""

    def __init__(self) -> None:
        self._database = open_nameless(_TABLES)
        finalize(self, self._database.close)

    def add(self, key: str, text: str) -> None:
        self._database.execute("INSERT OR IGNORE INTO key (text) VALUES (?)", (key,))
        self._database.execute(
            "INSERT INTO value (key, text) SELECT number, ? FROM key WHERE text = ?", (text, key)
        )

    def of(self, key: str) -> list[str]:
        """Return the texts of one key, none where there is no such key."""
        texts = self._database.execute(
            "SELECT value.text FROM key JOIN value ON value.key = key.number"
            " WHERE key.text = ? ORDER BY value.number",
            (key,),
        )
        return [text for (text,) in texts]

    def __iter__(self) -> Iterator[tuple[str, list[str]]]:
        """Yield each key with its texts; the lists of one key at a time are in memory."""
        pairs = self._database.execute(
            # A cross join is never turned round, so that nothing needs to be sorted.
            "SELECT key.text, value.text FROM key CROSS JOIN value ON value.key = key.number"
            " ORDER BY key.number, value.number"
        )
        for key, group in groupby(pairs, itemgetter(0)):
            yield key, [text for _, text in group]
