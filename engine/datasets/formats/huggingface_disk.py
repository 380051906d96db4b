"""Hugging Face datasets as `save_to_disk` leaves them: Arrow files that `state.json` lists.

Format: https://huggingface.co/docs/datasets/en/process#save. Of several splits each has a folder.
Other Arrow files beside them are caches of what was made of it.
"""

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final

from engine.datasets.errors import DatasetError
from engine.datasets.files import Source, read_json
from engine.datasets.formats.format import Reader
from engine.datasets.formats.late import late_read

STATE: Final = "state.json"
_FILES: Final = "_data_files"
_READER: Final = "engine.datasets.formats.arrow_read"

read = late_read(_READER)


def files_in(source: Source) -> Iterator[str]:
    """Yield the Arrow files that are listed and there, folder by folder."""
    known = set(source.names)
    for name in source.names:
        if PurePosixPath(name).name == STATE:
            folder = PurePosixPath(name).parent
            for each in _listed(source, name):
                place = (folder / each).as_posix()
                if place in known:
                    yield place


def is_in(source: Source) -> bool:
    return next(files_in(source), None) is not None


def _listed(source: Source, name: str) -> list[str]:
    try:
        state = read_json(source, name)
    except DatasetError:
        return []
    files = state.get(_FILES) if isinstance(state, dict) else None
    listed = files if isinstance(files, list) else []
    named = [each.get("filename") for each in listed if isinstance(each, dict)]
    return [each for each in named if isinstance(each, str)]


HUGGINGFACE_DISK: Final = Reader(
    "huggingface_disk", "Hugging Face dataset on disk (Arrow)", read, is_in
)
