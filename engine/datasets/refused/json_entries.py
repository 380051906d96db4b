"""Cut JSON down to some entries of its lists, element by element."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from itertools import chain, groupby
from typing import Final

from engine.datasets.errors import DatasetError
from engine.datasets.files import Source, read_json
from engine.datasets.formats.coco import ID, OLD_ID
from engine.datasets.json_stream import Element, iter_elements, iter_list
from engine.datasets.refused.wanted import Kept, Wanted, Write

_IMAGES, _ANNOTATIONS = "images", "annotations"
COCO_LISTS: Final = frozenset({_IMAGES, _ANNOTATIONS})


def cut_list(source: Source, name: str, wanted: Wanted, write: Write) -> Kept:
    """Keep the wanted entries of a list that is the whole file.

    Raises:
        DatasetError: it is not JSON to its end.

    """
    kept = Kept()
    count = 0
    write(b"[")
    with source.file(name) as file:
        for place, value in enumerate(iter_list(file, name)):
            keys = [key for key in wanted.places if wanted.has(key, place)]
            if keys or wanted.met(value):
                kept.places |= {(key, place): count for key in keys}
                kept.note(wanted, value)
                write((b",\n" if count else b"\n") + as_json(value))
                count += 1
    write(b"\n]\n")
    return kept


def cut_lists(
    lists: Collection[str], source: Source, name: str, wanted: Wanted, write: Write
) -> Kept:
    """Keep the wanted entries of some lists of an object, and all else that it has.

    Of COCO's an annotation needs its image, or where it names none all of them, so that the right
    one can be named. One that is a part of another, or of which others are, needs all annotations
    of its image, and an image that is wanted itself its own.

    Raises:
        DatasetError: it is not JSON to its end.

    """
    needs = _Needs()
    with source.file(name) as file:
        for each in iter_elements(file, name):
            if each.key in lists and _is_wanted(each, wanted):
                needs.add(each, is_lost=each.place in wanted.lost)
    if needs.own_ids:
        with source.file(name) as file:
            for each in iter_elements(file, name):
                needs.add_if_part(each)
    kept = Kept()
    write(b"{")
    with source.file(name) as file:
        by_key = groupby(iter_elements(file, name), key=lambda each: each.key)
        for number, (key, elements) in enumerate(by_key):
            write((b",\n" if number else b"\n") + as_json(key) + b":")
            first = next(elements)
            if first.place is None:
                write(as_json(first.value))
                continue
            rest: Iterable[Element] = chain([first], elements)
            if key in lists:
                rest = (each for each in rest if _is_wanted(each, wanted) or needs.has(each))
            _write_list(rest, wanted, needs, kept, write)
    write(b"\n}\n")
    return kept


def take_if_met(source: Source, name: str, wanted: Wanted, write: Write) -> Kept:
    """Keep all of a file of 64 MiB at most that has a wanted place, or tells of a wanted image.

    Raises:
        DatasetError: it is longer, or not JSON.

    """
    kept = Kept()
    value = read_json(source, name)
    if wanted.places or wanted.met(value):
        kept.places |= {(key, each): each for key in wanted.places for each in wanted.places[key]}
        kept.note(wanted, value)
        write(source.read(name))
    return kept


def _write_list(
    elements: Iterable[Element], wanted: Wanted, needs: "_Needs", kept: Kept, write: Write
) -> None:
    write(b"[")
    for count, each in enumerate(elements):
        if each.place is not None and wanted.has(each.key, each.place):
            kept.places[each.key, each.place] = count
        if _is_wanted(each, wanted) or needs.is_needed(each):
            kept.note(wanted, each.value)
        write((b",\n" if count else b"\n") + as_json(each.value))
    write(b"]")


def _is_wanted(each: Element, wanted: Wanted) -> bool:
    is_told = each.place is not None and wanted.has(each.key, each.place)
    return is_told or bool(wanted.met(each.value))


@dataclass(slots=True)
class _Needs:
    """Images by their ids, as JSON: those that are needed, and those of which everything is."""

    images: set[bytes] = field(default_factory=set)
    whole: set[bytes] = field(default_factory=set)
    lost: set[bytes] = field(default_factory=set)  # that annotations name, and nothing else
    # Images with the own ids of wanted masks, by which parts name what they are parts of.
    own_ids: set[tuple[bytes, str]] = field(default_factory=set)

    def add(self, each: Element, *, is_lost: bool) -> None:
        fields = each.value if isinstance(each.value, dict) else {}
        if each.key == _IMAGES:
            self.whole.add(as_json(fields.get("id")))
        elif each.key == _ANNOTATIONS:
            image_id = as_json(fields.get("image_id"))
            if is_lost:
                self.lost.add(image_id)
                return
            (self.whole if fields.get("parent") else self.images).add(image_id)
            if own_id := fields.get(ID) or fields.get(OLD_ID):
                self.own_ids.add((image_id, str(own_id)))

    def add_if_part(self, each: Element) -> None:
        """Take all of an image in which a mask is a part of a wanted one."""
        fields = each.value if isinstance(each.value, dict) else {}
        if each.key == _ANNOTATIONS and (parent := fields.get("parent")):
            image_id = as_json(fields.get("image_id"))
            if (image_id, str(parent)) in self.own_ids:
                self.whole.add(image_id)

    def has(self, each: Element) -> bool:
        """Tell whether an entry is due beside those that are wanted."""
        is_one_of_all = each.key == _IMAGES and not self.lost <= self.whole
        return is_one_of_all or self.is_needed(each)

    def is_needed(self, each: Element) -> bool:
        """Tell whether a wanted entry asks for this one."""
        fields = each.value if isinstance(each.value, dict) else {}
        if each.key == _IMAGES:
            image_id = as_json(fields.get("id"))
            return image_id in self.images or image_id in self.whole
        return each.key == _ANNOTATIONS and as_json(fields.get("image_id")) in self.whole


def as_json(value: object) -> bytes:
    """Spell a value on one line, so that a reader gets the same again.

    Raises:
        DatasetError: it nests too deeply.

    """
    try:
        try:
            return json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
        except ValueError:  # half a pair of UTF-16, or a number that is too large for any
            return "".join(map(_as_read, json.JSONEncoder().iterencode(value))).encode()
    except RecursionError:
        raise DatasetError("nests too deeply") from None


def _as_read(piece: str) -> str:
    """Spell a number that is too large so that it is one; a text of that name has its quotes."""
    return piece if '"' in piece else piece.replace("Infinity", "1e999")
