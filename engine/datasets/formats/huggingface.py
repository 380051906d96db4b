"""Hugging Face datasets: Parquet files with a row for each image, and a card that tells of them.

Format: https://huggingface.co/docs/datasets/en/repository_structure. `load_dataset` reads the
folder with typed columns: pictures, masks as COCO tells them, their classes by name.
"""

from dataclasses import replace
from importlib import import_module
from typing import Final

from engine.datasets.errors import DatasetError
from engine.datasets.files import Out, Source
from engine.datasets.formats.format import Format
from engine.datasets.formats.late import late_read, late_write
from engine.datasets.sample import Dataset
from engine.datasets.traits import ALL
from engine.datasets.voices import Voices

_WRITER: Final = "engine.datasets.formats.huggingface_write"
_READER: Final = "engine.datasets.formats.parquet_read"
_MAGIC: Final = b"PAR1"

read = late_read(_READER)


def is_in(source: Source) -> bool:
    return any(name.endswith(".parquet") and _is_parquet(source, name) for name in source.names)


def _is_parquet(source: Source, name: str) -> bool:
    try:
        with source.file(name) as file:
            return file.read(len(_MAGIC)) == _MAGIC
    except DatasetError:
        return False


HUGGINGFACE: Final = Format(
    "huggingface",
    "Hugging Face dataset (Parquet)",
    ALL,
    frozenset(),  # the card tells of every column
    late_write(_WRITER),
    read,
    is_in,
    tells_splits=True,
)


def with_voices(voices: Voices) -> Format:
    """Return the format with what people said as a second table, for who may have that."""

    def write(dataset: Dataset, out: Out) -> None:
        import_module(_WRITER).write(dataset, out, voices)

    return replace(HUGGINGFACE, write=write)
