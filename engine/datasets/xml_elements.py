"""Read a large XML file element by element, without document types and so without entities.

Those are how a few bytes of XML grow to gigabytes or read a file of the machine; no format of
annotations needs them.
"""

from collections.abc import Iterator
from typing import BinaryIO, Final
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from engine.datasets.errors import DatasetError

__all__ = ["Element", "iter_children", "read_root"]

MAX_DEPTH: Final = 32
# Of what is held at once: of an image of CVAT all masks, of a track of its what each frame shows.
MAX_BYTES: Final = 64 * 2**20
MAX_ELEMENTS: Final = 1_000_000  # 100 to 500 MiB of memory
_CHUNK_BYTES: Final = 2**16


def iter_children(file: BinaryIO, name: str) -> Iterator[Element]:
    """Yield the root, still empty, and then each of its children once it is whole.

    Raises:
        DatasetError: the file is not XML, nests too deeply, has a document type, or a child that is
            longer than 64 MiB or holds more than a million elements.

    """
    parser = _Parser(name)
    while piece := file.read(_CHUNK_BYTES):
        yield from parser.feed(piece, is_last=False)
    yield from parser.feed(b"", is_last=True)


def read_root(data: bytes, name: str) -> Element:
    """Read a small XML file as a whole.

    Raises:
        DatasetError: as above; the limits are those of the whole file.

    """
    parser = _Parser(name)
    root, *children = parser.feed(data, is_last=True)
    root.extend(children)
    return root


class _Parser:
    def __init__(self, name: str) -> None:
        self._name = name
        self._depth = 0
        self._held_bytes = 0  # since the last child was handed over, as the elements are
        self._held_elements = 0
        self._builder = TreeBuilder()
        self._ready: list[Element] = []
        self._expat = expat.ParserCreate()
        self._expat.buffer_text = True
        self._expat.StartDoctypeDeclHandler = self._refuse_doctype
        self._expat.StartElementHandler = self._start
        self._expat.EndElementHandler = self._end
        self._expat.CharacterDataHandler = self._text

    def feed(self, piece: bytes, *, is_last: bool) -> list[Element]:
        self._held_bytes += len(piece)
        if self._held_bytes > MAX_BYTES:
            raise self._fault(f"an element is longer than {MAX_BYTES} bytes")
        try:
            self._expat.Parse(piece, is_last)
        except expat.ExpatError as error:
            fault = f"not XML: {expat.ErrorString(error.code)}"
            raise DatasetError(fault, file=self._name, index=error.lineno) from None
        except DatasetError:
            raise
        except (LookupError, ValueError) as error:  # an encoding that nobody knows
            raise DatasetError(f"not XML: {error}", file=self._name, index=1) from None
        ready, self._ready = self._ready, []
        if ready:
            self._held_bytes = self._held_elements = 0
        return ready

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self._fault(f"elements lie within each other more than {MAX_DEPTH} deep")
        self._held_elements += 1
        if self._held_elements > MAX_ELEMENTS:
            raise self._fault(f"an element holds more than {MAX_ELEMENTS} others")
        if self._depth == 1:
            self._ready.append(Element(tag, attributes))
        else:
            self._builder.start(tag, attributes)

    def _end(self, tag: str) -> None:
        self._depth -= 1
        if self._depth > 0:
            self._builder.end(tag)
        if self._depth == 1:
            self._ready.append(self._builder.close())
            self._builder = TreeBuilder()

    def _text(self, text: str) -> None:
        if self._depth > 1:
            self._builder.data(text)

    def _refuse_doctype(self, *_: object) -> None:
        raise self._fault("a document type is not read: remove the line with <!DOCTYPE")

    def _fault(self, fault: str) -> DatasetError:
        return DatasetError(fault, file=self._name, index=self._expat.CurrentLineNumber)
