"""Croissant: `metadata.json` that tells tools what is in files, here Parquet ones.

Format: https://docs.mlcommons.org/croissant/docs/croissant-spec-1.0.html. It can tell of any
files; of others' those are read whose rows are images in Parquet, as Hugging Face's are.
"""

from typing import Final

from engine.datasets.errors import DatasetError
from engine.datasets.files import Source, read_json
from engine.datasets.formats import huggingface
from engine.datasets.formats.format import Format
from engine.datasets.formats.late import late_write
from engine.datasets.traits import ALL

FILE: Final = "metadata.json"
CONFORMS_TO: Final = "http://mlcommons.org/croissant/"
_WRITER: Final = "engine.datasets.formats.croissant_write"


def is_in(source: Source) -> bool:
    if FILE not in source.names or not huggingface.is_in(source):
        return False
    try:
        told = read_json(source, FILE)
    except DatasetError:
        return False
    return isinstance(told, dict) and str(told.get("conformsTo")).startswith(CONFORMS_TO)


CROISSANT: Final = Format(
    "croissant",
    "Croissant (Parquet)",
    ALL,
    frozenset(),  # the metadata tells of every column
    late_write(_WRITER),
    huggingface.read,
    is_in,
    tells_splits=True,
)
