"""Cut CVAT's XML of a whole task down to some of its images."""

from collections.abc import Iterator
from typing import Final
from xml.etree.ElementTree import tostring
from xml.sax.saxutils import quoteattr

from engine.datasets.files import Source
from engine.datasets.refused.wanted import Kept, Wanted, Write
from engine.datasets.xml_elements import Element, iter_children

_IMAGE: Final = "image"
_LEFT: Final = "track"  # of a video, which is not read


def cut_images(source: Source, name: str, wanted: Wanted, write: Write) -> Kept:
    """Keep the wanted images with all that is drawn on them, and what is told of the task.

    Images of two tasks may share a name, and are told apart by which comes first: both are kept.

    Raises:
        DatasetError: it is not XML to its end.

    """
    names = {
        child.get("name", "")
        for place, child in _images(source, name)
        if place is not None and (wanted.has(_IMAGE, place) or wanted.met(child.get("name", "")))
    }
    kept = Kept()
    count = 0
    children = _images(source, name)
    _, root = next(children)
    told = "".join(f" {key}={quoteattr(text)}" for key, text in root.items())
    write(f'<?xml version="1.0" encoding="utf-8"?>\n<{root.tag}{told}>\n'.encode())
    for place, child in children:
        called = child.get("name", "")
        if child.tag == _LEFT or (place is not None and called not in names):
            continue
        if place is not None:
            if wanted.has(_IMAGE, place):
                kept.places[_IMAGE, place] = count
            kept.note(wanted, called)
            count += 1
        write(tostring(child, encoding="unicode").encode() + b"\n")
    write(f"</{root.tag}>\n".encode())
    return kept


def _images(source: Source, name: str) -> Iterator[tuple[int | None, Element]]:
    """Yield the root, still empty, and all that it has; images with their places."""
    place = 0
    with source.file(name) as file:
        for child in iter_children(file, name):
            yield (place if child.tag == _IMAGE else None), child
            place += child.tag == _IMAGE
