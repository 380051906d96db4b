"""What the forms of words keep and what comes in again of them, as a table of FORMATS.md.

Each thing is told by a marker: it is kept where that stands in what was written, and by a field of
ours alone where none of the format's own has it.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any, Final

from pyarrow import parquet

from engine.datasets.descriptions import (
    DESCRIPTIONS_FILE,
    CaptionedMask,
    CaptionPart,
    CleanCaption,
    Description,
    LinkedPhrase,
    SpokenText,
    Take,
    write_descriptions,
)
from engine.datasets.errors import DatasetError
from engine.datasets.files import FolderOut, open_source
from engine.datasets.formats import export
from engine.datasets.formats.described import LOCALIZED_NARRATIVES, PIXMO_CAPTIONS
from engine.datasets.formats.format import Reader
from engine.datasets.formats.huggingface import HUGGINGFACE, with_voices
from engine.datasets.localized_narratives import (
    NARRATIVES_FILE,
    Narrative,
    TracePoint,
    Utterance,
    write_localized_narratives,
)
from engine.datasets.sample import Annotation, Sample, labels_of
from engine.datasets.voices import Sound, Voice
from engine.masks.rle import encode
from engine.speech.transcript import Word
from tests.engine.datasets_corpus import box, dataset_of, with_picture

SIZE_HW: Final = (12, 16)
SHA256: Final = "a" * 64
SOUND: Final = b"how it sounded"
THINGS: Final[Mapping[str, str]] = MappingProxyType({
    "what was said": "a dented pail",
    "as a model heard it": "a tented pail",
    "when each word was said": "1.25",
    "who spoke": "mara",
    "where they pointed": "0.375",
    "how it sounded": SOUND.decode(),
    "masks spoken of": "the-mask",
    "captions of images": "A quay with a pail.",
    "who wrote them": "noor",
    "captions of masks": "Dented on one side.",
})  # fmt: skip
# The fields that the format's own readers look at: see engine.datasets.descriptions and
# engine.datasets.localized_narratives.
_PIXMO: Final = ("image_url", "caption", "transcripts")
_UTTERANCE: Final = ("utterance", "start_time", "end_time")


@dataclass(frozen=True, slots=True)
class Form:
    """One form of words: how it is written, what of it is the format's own, and who reads it."""

    title: str
    write: Callable[[Path], None]
    texts: Callable[[Path], tuple[str, str]]  # all of what was written, and what others look at
    reader: Reader


def lines() -> Iterator[str]:
    yield f"| | {' | '.join(THINGS)} |"
    yield f"|---|{'---|' * len(THINGS)}"
    for form in FORMS:
        with TemporaryDirectory() as name:
            folder = Path(name)
            form.write(folder)
            everything, others = form.texts(folder)
            read = _read(form.reader, folder)
        cells = (
            _cell(marker in everything, marker in others, marker in read)
            for marker in THINGS.values()
        )
        yield f"| {form.title} | {' | '.join(cells)} |"


def _cell(is_there: bool, is_found: bool, is_read: bool) -> str:  # noqa: FBT001  # a table's columns
    if is_read and not is_there:
        raise AssertionError("what was not written cannot come in")
    kept = "" if not is_there else "kept" if is_found else "kept\\*"
    return f"{kept}, comes in" if is_read else kept


def _read(reader: Reader, folder: Path) -> str:
    def fail(problem: DatasetError) -> None:
        raise problem

    samples = list(reader.read(open_source(folder), fail).samples())
    voices = [each for sample in samples for each in sample.voices]
    captions = [(each.captions, [mask.caption for mask in each.annotations]) for each in samples]
    return repr([captions, voices, [each.load() for each in voices]])


def _words(text: str) -> tuple[Word, ...]:
    return tuple(Word(each, 1.25 + at, 1.75 + at, 0.9) for at, each in enumerate(text.split()))


def _describe(folder: Path) -> None:
    phrases = (LinkedPhrase(0, 3, (THINGS["masks spoken of"],)),)
    said, heard = THINGS["what was said"], THINGS["as a model heard it"]
    caption = THINGS["captions of images"]
    written = CaptionPart(THINGS["who wrote them"], None, caption)
    description = Description(
        *(SHA256, "a.png", SIZE_HW, "train"),
        takes=(
            Take(
                recording="r",
                speaker=THINGS["who spoke"],
                raw=SpokenText("t1", "tiny.en", heard, _words(heard)),
                corrected=SpokenText("t2", "ada", said, _words(said), phrases),
            ),
        ),
        captions=(CleanCaption("c", caption, (written,)),),
        masks=(CaptionedMask("m", "pail", THINGS["captions of masks"], "ada"),),
    )
    with (folder / DESCRIPTIONS_FILE).open("wb") as out:
        write_descriptions(out, [description])


def _narrative(sound: str = "") -> Narrative:
    said = THINGS["what was said"]
    utterances = tuple(
        Utterance(each.text, each.start_s, each.end_s, (THINGS["masks spoken of"],))
        for each in _words(said)
    )
    trace = (TracePoint(0.5, 0.375, 0.5),)
    return Narrative("pails", SHA256, 7, said, utterances, (trace,), sound)


def _narrate(folder: Path) -> None:
    with (folder / NARRATIVES_FILE).open("wb") as out:
        write_localized_narratives(out, [_narrative()])


def _narrate_aloud(folder: Path) -> None:
    with (folder / NARRATIVES_FILE).open("wb") as out:
        write_localized_narratives(out, [_narrative("voices/r.webm")])
    (folder / "voices").mkdir()
    (folder / "voices" / "r.webm").write_bytes(SOUND)


def _voice(folder: Path) -> None:
    mask = Annotation(
        encode(box(SIZE_HW, slice(2, 7), slice(2, 7))),
        "pail",
        id=THINGS["masks spoken of"],
        caption=THINGS["captions of masks"],
    )
    captions = (THINGS["captions of images"],)
    sample = Sample("a.png", SIZE_HW, (mask,), captions, split="train", sha256=SHA256)
    voice = Voice(
        *("r", _narrative(), "train", len(SOUND), lambda: Sound("r.webm", SOUND)),
        speaker=THINGS["who spoke"],
        is_corrected=True,
        phrases=(LinkedPhrase(0, 3, (THINGS["masks spoken of"],)),),
    )
    dataset = dataset_of([with_picture(sample)], labels_of(["pail"]))
    export(dataset, with_voices(lambda: [voice]), FolderOut(folder))


def _row(folder: Path, name: str) -> dict[str, Any]:
    row: dict[str, Any] = json.loads((folder / name).read_text())
    return row


def _of_descriptions(folder: Path) -> tuple[str, str]:
    row = _row(folder, DESCRIPTIONS_FILE)
    return repr(row), repr([row[name] for name in _PIXMO])


def _of_narratives(folder: Path) -> tuple[str, str]:
    row = _row(folder, NARRATIVES_FILE)
    sounds = [path.read_bytes() for path in sorted(folder.glob("voices/*"))]
    timed = [{name: each[name] for name in _UTTERANCE} for each in row["timed_caption"]]
    return repr([row, sounds]), repr([row | {"timed_caption": timed}, sounds])


def _of_tables(folder: Path) -> tuple[str, str]:
    tables = sorted(folder.rglob("*.parquet"))
    rows = repr([parquet.read_table(path).to_pylist() for path in tables])
    return rows, rows  # a table says of itself what its columns are


FORMS: Final = (
    Form("Descriptions (`descriptions`)", _describe, _of_descriptions, PIXMO_CAPTIONS),
    Form("Narratives (`narratives`)", _narrate, _of_narratives, LOCALIZED_NARRATIVES),
    Form("Narratives with voices (`voices`)", _narrate_aloud, _of_narratives, LOCALIZED_NARRATIVES),
    Form(
        "Hugging Face dataset with voices (`huggingface_voices`)",
        _voice,
        _of_tables,
        HUGGINGFACE.reader,
    ),
)
