"""Read large JSON piece by piece: one element of a list at the top, or below it, at a time."""

import codecs
import json
from collections.abc import Iterator
from typing import BinaryIO, Final, NamedTuple

from engine.canonical import refuse_constant
from engine.datasets.errors import DatasetError
from engine.datasets.json_bounds import TOO_MUCH, is_too_much

MAX_ELEMENT_CHARACTERS: Final = 64 * 2**20
_CHUNK_BYTES: Final = 2**20
_NUMBER_TAIL: Final = len("e+1")
_BLANKS: Final = " \t\r\n"


class Element(NamedTuple):
    """A value under a top-level key; `place` is its index if that key holds a list."""

    key: str
    place: int | None
    value: object


def iter_elements(file: BinaryIO, name: str) -> Iterator[Element]:
    """Yield all elements in order. Raise DatasetError where the text stops being a JSON object."""
    text = _Text(file, name)
    text.expect("{")
    if text.skip_if("}"):
        text.expect_end()
        return
    while True:
        key = text.value()
        if not isinstance(key, str):
            raise text.fault("a key must be a string")
        text.expect(":")
        if text.skip_if("["):
            yield from _list_elements(text, key)
        else:
            yield Element(key, None, text.value())
        if not text.skip_if(","):
            break
    text.expect("}")
    text.expect_end()


def iter_list(file: BinaryIO, name: str) -> Iterator[object]:
    """Yield what a list holds that is the whole file. Raise DatasetError as above."""
    text = _Text(file, name)
    text.expect("[")
    yield from (element.value for element in _list_elements(text, "item"))
    text.expect_end()


def _list_elements(text: "_Text", key: str) -> Iterator[Element]:
    if text.skip_if("]"):
        return
    index = 0
    while True:
        yield Element(key, index, text.value(key, index))
        index += 1
        if not text.skip_if(","):
            break
    text.expect("]")


class _Text:
    """A window on the file's text that grows until one value fits and drops what was read."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._file = file
        self._name = name
        self._utf8 = codecs.getincrementaldecoder("utf-8-sig")()
        self._json = json.JSONDecoder(parse_constant=refuse_constant)
        self._window = ""
        self._at = 0
        self._is_whole = False

    def value(self, field: str = "", index: int | None = None) -> object:
        """Read one JSON value of any kind that is not too long and does not hold too much."""
        self._next_character()
        more_bytes = _CHUNK_BYTES
        while True:
            try:
                value: object
                value, end = self._json.raw_decode(self._window, self._at)
            except json.JSONDecodeError as error:
                if self._is_whole or len(self._window) - self._at >= MAX_ELEMENT_CHARACTERS:
                    raise self.fault(error.msg, field, index) from None
            except (ValueError, RecursionError) as error:
                raise self.fault(str(error)[:100], field, index) from None
            else:
                # A number may go on after a point or an exponent's sign.
                if len(self._window) - end >= _NUMBER_TAIL or self._is_whole:
                    self._at = end
                    return value
            more_bytes = self._grow_for_one(more_bytes, field, index)

    def _grow_for_one(self, more_bytes: int, field: str, index: int | None) -> int:
        """Read on for one value; return how much to read next, if that is not all of it."""
        self._grow(more_bytes)
        if is_too_much(self._window):
            raise self.fault(TOO_MUCH, field, index)
        # Twice as much, so that a large element is not tried too often, but nothing beyond one.
        left = MAX_ELEMENT_CHARACTERS - len(self._window)
        return max(min(2 * more_bytes, left), _NUMBER_TAIL)

    def expect(self, character: str) -> None:
        if not self.skip_if(character):
            raise self.fault(f"{character!r} is due here")

    def expect_end(self) -> None:
        if self._next_character():
            raise self.fault("text after the end of the object")

    def skip_if(self, character: str) -> bool:
        if self._next_character() != character:
            return False
        self._at += 1
        return True

    def fault(self, fault: str, field: str = "", index: int | None = None) -> DatasetError:
        return DatasetError(f"not JSON: {fault}", file=self._name, field=field, index=index)

    def _next_character(self) -> str:
        while True:
            while self._at < len(self._window):
                if self._window[self._at] not in _BLANKS:
                    return self._window[self._at]
                self._at += 1
            if self._is_whole:
                return ""
            self._grow(_CHUNK_BYTES)

    def _grow(self, more_bytes: int) -> None:
        piece = self._file.read(more_bytes)
        self._is_whole = not piece
        try:
            text = self._utf8.decode(piece, final=not piece)
        except UnicodeDecodeError:
            raise self.fault("the text is not UTF-8") from None
        self._window = self._window[self._at :] + text
        self._at = 0
