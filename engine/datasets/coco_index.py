"""COCO's content on the disk: memory does not grow with images or annotations."""

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple
from weakref import finalize

from engine.datasets.coco_entries import CocoAnnotation, CocoCategory, CocoImage
from engine.datasets.coco_reader import unknown_category
from engine.datasets.errors import DatasetError
from engine.datasets.texts_on_disk import open_nameless, spelt

_KNOWN: Final = 20_000  # images whose sizes are kept in memory
_WRITTEN: Final = 500  # annotations at once
_TABLES: Final = """
CREATE TABLE sample (
    number INTEGER PRIMARY KEY, name TEXT NOT NULL, size TEXT NOT NULL, sha256 TEXT, file INTEGER
);
CREATE INDEX sample_by_name ON sample (name, file);
CREATE TABLE image (
    number INTEGER PRIMARY KEY, file INTEGER NOT NULL, id TEXT NOT NULL, sample INTEGER NOT NULL,
    size TEXT NOT NULL, told TEXT NOT NULL, UNIQUE (file, id)
);
CREATE INDEX image_by_sample ON image (sample);
CREATE TABLE annotation (
    number INTEGER PRIMARY KEY, image INTEGER NOT NULL, file INTEGER NOT NULL, category TEXT,
    place INTEGER NOT NULL, told TEXT NOT NULL
);
"""


class Found(NamedTuple):
    """What one file tells of an image."""

    file: int  # its number among those that were read
    image: CocoImage
    annotations: tuple[CocoAnnotation, ...]


class CocoIndex:
    """Images of all files, each with its annotations. Those of one name and size may be united."""

    def __init__(self) -> None:
        self._database = open_nameless(_TABLES)
        finalize(self, self._database.close)

    def samples(self) -> Iterator[list[Found]]:
        """Yield for each image what the files tell of it, in the order in which it was first met.

        It is gone through in two orders at once, by images and by their annotations.
        """
        self._database.execute(
            "CREATE INDEX IF NOT EXISTS annotation_by_image ON annotation (image)"
        )
        numbers = self._database.execute("SELECT number FROM sample ORDER BY number")
        for (number,) in numbers:
            images = self._database.execute(
                "SELECT number, file, told FROM image WHERE sample = ? ORDER BY number", (number,)
            ).fetchall()
            yield [
                Found(file, _image(told), tuple(self._annotations(image)))
                for image, file, told in images
            ]

    def _annotations(self, image: int) -> Iterator[CocoAnnotation]:
        told = self._database.execute(
            "SELECT told FROM annotation WHERE image = ? ORDER BY number", (image,)
        )
        for (text,) in told.fetchall():
            yield _annotation(text)

    def execute(self, query: str, values: tuple[object, ...]) -> sqlite3.Cursor:
        """Ask the database."""
        return self._database.execute(query, values)

    def execute_many(self, query: str, values: Sequence[tuple[object, ...]]) -> None:
        """Tell the database the same with many values."""
        self._database.executemany(query, values)


class CocoFile:
    """Keeps what one file has in an index."""

    def __init__(self, index: CocoIndex, number: int) -> None:
        self.info: dict[str, object] = {}
        self.categories: dict[int, CocoCategory] = {}
        self._index = index
        self._number = number
        self._used: set[int] = set()
        self._known: dict[int, tuple[int, tuple[int, int]]] = {}  # some images' numbers and sizes
        self._waiting: list[tuple[object, ...]] = []  # annotations to be written together

    def add_image(self, image: CocoImage) -> bool:
        """Keep an image, with the one of its name, size and digest which another file told of."""
        size = spelt(image.size_hw)
        try:
            self._index.execute(
                "INSERT INTO image (file, id, sample, size, told) VALUES (?, ?, 0, ?, ?)",
                (self._number, str(image.id), size, _told(image)),
            )
        except sqlite3.IntegrityError:
            return False
        name = spelt(image.file_name)
        same = self._index.execute(
            "SELECT number FROM sample WHERE name = ? AND file < ? AND size = ?"
            " AND (sha256 IS NULL OR ? IS NULL OR sha256 = ?) ORDER BY number LIMIT 1",
            (name, self._number, size, image.sha256, image.sha256),
        ).fetchone()
        if same is None:
            told = (name, size, image.sha256, self._number)
            query = "INSERT INTO sample (name, size, sha256, file) VALUES (?, ?, ?, ?)"
            sample = self._index.execute(query, told).lastrowid
        else:
            [sample] = same
            query = "UPDATE sample SET file = ? WHERE number = ?"
            self._index.execute(query, (self._number, sample))
        self._index.execute(
            "UPDATE image SET sample = ? WHERE file = ? AND id = ?",
            (sample, self._number, str(image.id)),
        )
        return True

    def size_of(self, image_id: int) -> tuple[int, int] | None:
        """Return height and width, or None where there is no such image."""
        if image_id not in self._known:
            found = self._index.execute(
                "SELECT number, size FROM image WHERE file = ? AND id = ?",
                (self._number, str(image_id)),
            ).fetchone()
            if found is None:
                return None
            if len(self._known) >= _KNOWN:
                self._known.clear()
            height, width = json.loads(found[1])
            self._known[image_id] = (found[0], (height, width))
        return self._known[image_id][1]

    def add_category(self, category: CocoCategory) -> bool:
        """Keep a category, in memory."""
        return self.categories.setdefault(category.id, category) is category

    def add_annotation(self, annotation: CocoAnnotation, place: int) -> None:
        """Keep an annotation, whose image's size was asked for just now."""
        category = annotation.category_id
        if category is not None:
            self._used.add(category)
        number, _ = self._known[annotation.image_id]
        named = None if category is None else str(category)
        self._waiting.append((number, self._number, named, place, _told(annotation)))
        if len(self._waiting) >= _WRITTEN:
            self._write()

    def _write(self) -> None:
        query = "INSERT INTO annotation (image, file, category, place, told) VALUES (?, ?, ?, ?, ?)"
        self._index.execute_many(query, self._waiting)
        self._waiting.clear()

    def forget(self) -> None:
        """Leave out all that was kept of a file, as it cannot be read to its end."""
        self._waiting.clear()
        self._index.execute("DELETE FROM annotation WHERE file = ?", (self._number,))
        self._index.execute("DELETE FROM image WHERE file = ?", (self._number,))
        self._index.execute(
            "DELETE FROM sample WHERE file = ? AND number NOT IN (SELECT sample FROM image)",
            (self._number,),
        )

    def check_categories(self, name: str, on_problem: Callable[[DatasetError], None]) -> None:
        """Report and leave out annotations whose category the file does not have.

        This is the end of a file: what was kept of it is written.
        """
        self._write()
        unknown = {str(each): each for each in self._used - self.categories.keys()}
        if not unknown:
            return
        found = self._index.execute(
            "SELECT number, category, place FROM annotation WHERE file = ? ORDER BY number",
            (self._number,),
        )
        gone = []
        for number, category, place in found:
            if category in unknown:
                on_problem(unknown_category(unknown[category], name, place))
                gone.append((number,))
        for each in gone:
            self._index.execute("DELETE FROM annotation WHERE number = ?", each)


def _told(one: CocoImage | CocoAnnotation) -> str:
    """Spell all fields, in their order."""
    return spelt([getattr(one, each) for each in one.__slots__])


def _image(text: str) -> CocoImage:
    identity, file_name, (height, width), group, extra = json.loads(text)
    return CocoImage(identity, file_name, (height, width), group, extra)


def _annotation(text: str) -> CocoAnnotation:
    identity, image, category, rle, box, is_crowd, caption, extra = json.loads(text)
    told_xywh = None if box is None else (box[0], box[1], box[2], box[3])
    return CocoAnnotation(identity, image, category, rle, told_xywh, is_crowd, caption, extra)
