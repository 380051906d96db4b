"""Descriptions in JSON lines: what people said and wrote of an image, and which masks it speaks of.

A line is a row as PixMo-Cap has them (Deitke et al. 2024, arXiv:2409.17146): `image_url`, `caption`
and `transcripts`, so that whoever reads those reads ours. Beside them stands what that set leaves
out: who said and wrote what, the raw text with the corrected one, word times, phrases with their
masks, and the captions that masks have of their own.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO, Final, TypeVar
from urllib.parse import quote

from engine.canonical import canonical_json
from engine.datasets.errors import DatasetError
from engine.datasets.json_lines import iter_objects
from engine.speech.transcript import Word

DESCRIPTIONS_FILE: Final = "descriptions.jsonl"  # in an export
_SIDES: Final = len("HW")
_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class LinkedPhrase:
    """The words `first` up to but not including `end`, and the masks that they speak of."""

    first: int
    end: int
    masks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SpokenText:
    """One text of a take. Phrases count its words; of a text without times, what blanks divide."""

    id: str
    maker: str  # the model that heard it, or the person who corrected it
    text: str
    words: tuple[Word, ...] = ()
    phrases: tuple[LinkedPhrase, ...] = ()


@dataclass(frozen=True, slots=True)
class Take:
    """What one person said at one time: as it was heard, and as a person corrected it."""

    recording: str
    speaker: str
    raw: SpokenText | None
    corrected: SpokenText | None
    mask: str | None = None  # that it is about; None: the image

    @property
    def text(self) -> SpokenText | None:
        """The text that counts."""
        return self.corrected or self.raw


@dataclass(frozen=True, slots=True)
class CaptionPart:
    """Words of one person, or of a model, within a caption."""

    author: str | None  # who wrote or accepted them; None: a model alone
    recording: str | None  # where they were said; None: typed
    text: str
    bundle: str | None = None  # whose words they are, word for word; None: the author's own


@dataclass(frozen=True, slots=True)
class CleanCaption:
    """A clean text, and who said which part of it."""

    id: str
    text: str
    parts: tuple[CaptionPart, ...]


@dataclass(frozen=True, slots=True)
class CaptionedMask:
    """A mask that has a caption of its own."""

    mask: str
    label: str | None
    caption: str
    author: str  # who said or wrote these words of it first
    recording: str | None = None  # where they were said; None: typed


@dataclass(frozen=True, slots=True)
class Description:
    """All that was said and written of one image."""

    image_sha256: str
    file_name: str  # relative, with "/"
    size_hw: tuple[int, int]
    split: str
    takes: tuple[Take, ...]  # the oldest first, as the captions are
    captions: tuple[CleanCaption, ...]  # the last one counts
    masks: tuple[CaptionedMask, ...] = ()


def relative_url(description: Description, images: str = "") -> str:
    """Return a reference to an image relative to the file, or to the folder of the images.

    `images` is that folder as seen from the file, with "/" at its end.
    """
    return quote(f"{images}{description.file_name}")


def write_descriptions(
    out: BinaryIO,
    descriptions: Iterable[Description],
    url_of: Callable[[Description], str] = relative_url,
) -> int:
    """Stream descriptions, one line each, with where the image of each lies; return how many."""
    written = 0
    for description in descriptions:
        out.write(canonical_json(line_of(description, url_of(description))) + b"\n")
        written += 1
    return written


def read_descriptions(file: BinaryIO) -> Iterator[Description]:
    """Yield what `write_descriptions` wrote. Raise DatasetError naming the line."""
    for description, _ in read_lines(file):
        yield description


def read_lines(file: BinaryIO) -> Iterator[tuple[Description, Mapping[str, Any]]]:
    """Do the same, each with the line that it was read from."""
    for number, line in iter_objects(file):
        try:
            yield _description(line), line
        except (KeyError, TypeError, ValueError) as error:
            fault = f"is no description: {type(error).__name__} {error}"
            raise DatasetError(fault, index=number) from None


def line_of(description: Description, image_url: str) -> dict[str, Any]:
    """Return a description as it is written, with what PixMo-Cap's readers look for."""
    texts = [take.text.text for take in description.takes if take.text and take.mask is None]
    return {
        "image_url": image_url,
        "caption": description.captions[-1].text if description.captions else None,
        "transcripts": [text for text in texts if text],
        **asdict(description),
    }


def _description(line: Mapping[str, Any]) -> Description:
    size = line["size_hw"]
    if len(size) != _SIDES or not all(type(side) is int and side > 0 for side in size):
        raise ValueError("size_hw must be two whole numbers above zero")
    return Description(
        image_sha256=_text(line["image_sha256"]),
        file_name=_text(line["file_name"]),
        size_hw=(size[0], size[1]),
        split=_text(line["split"]),
        takes=_each(_take, line["takes"]),
        captions=_each(_caption, line["captions"]),
        masks=_each(_mask, line["masks"]),
    )


def _take(row: Mapping[str, Any]) -> Take:
    raw, corrected = (row[kind] and _spoken(row[kind]) for kind in ("raw", "corrected"))
    return Take(
        _text(row["recording"]),
        _text(row["speaker"]),
        raw or None,
        corrected or None,
        _text_or_none(row["mask"]),
    )


def _spoken(row: Mapping[str, Any]) -> SpokenText:
    return SpokenText(
        _text(row["id"]),
        _text(row["maker"]),
        _text(row["text"]),
        _each(_word, row["words"]),
        _each(_phrase, row["phrases"]),
    )


def _word(row: Mapping[str, Any]) -> Word:
    return Word(
        _text(row["text"]), float(row["start_s"]), float(row["end_s"]), float(row["probability"])
    )


def _phrase(row: Mapping[str, Any]) -> LinkedPhrase:
    return LinkedPhrase(int(row["first"]), int(row["end"]), _each(_text, row["masks"]))


def _caption(row: Mapping[str, Any]) -> CleanCaption:
    return CleanCaption(_text(row["id"]), _text(row["text"]), _each(_part, row["parts"]))


def _part(row: Mapping[str, Any]) -> CaptionPart:
    author, recording = _text_or_none(row["author"]), _text_or_none(row["recording"])
    return CaptionPart(author, recording, _text(row["text"]), _text_or_none(row["bundle"]))


def _mask(row: Mapping[str, Any]) -> CaptionedMask:
    return CaptionedMask(
        _text(row["mask"]),
        _text_or_none(row["label"]),
        _text(row["caption"]),
        _text(row["author"]),
        _text_or_none(row["recording"]),
    )


def _each(read: Callable[[Any], _Item], rows: Sequence[Any]) -> tuple[_Item, ...]:
    return tuple(read(row) for row in rows)


def _text_or_none(value: object) -> str | None:
    return None if value is None else _text(value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r:.60} is not text")
    return value
