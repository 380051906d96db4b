"""Files of annotations that cannot be read, where no format tells a dataset by its files."""

from collections import deque
from collections.abc import Iterator
from itertools import chain, islice
from typing import BinaryIO, Final

from engine.datasets.errors import DatasetError
from engine.datasets.files import Source
from engine.datasets.formats.pictures import is_image
from engine.datasets.formats.told_files import LIST, is_one_value
from engine.datasets.json_lines import iter_objects
from engine.datasets.json_stream import iter_elements, iter_list
from engine.datasets.xml_elements import iter_children

_LOOKED_AT: Final = 20  # files: one of them that is whole may be long
_TOLD: Final = 3  # faults
_HEAD_BYTES: Final = 2**10
_LINES: Final = (".jsonl", ".ndjson")


def withheld_in(source: Source) -> list[DatasetError]:
    """Return what of an archive is not to be read and may hold annotations: all but images.

    An image is seen by its name, where by that it would be one of masks.
    """
    return [each for each in source.refused if not is_image(each.file)]


def faults_in(source: Source) -> list[DatasetError]:
    """Return what is withheld, and what is wrong with the first JSON and XML files that are none.

    Each is gone through to its end, as a fault may lie anywhere.
    """
    withheld = {each.file: each for each in withheld_in(source)}
    endings = (".json", ".xml", *_LINES)
    names = (n for n in source.names if n.lower().endswith(endings) and n not in withheld)
    faults = (_fault_in(source, name) for name in islice(names, _LOOKED_AT))
    found = (fault for fault in faults if fault is not None)
    return list(islice(chain(withheld.values(), found), _TOLD))


def _fault_in(source: Source, name: str) -> DatasetError | None:
    try:
        with source.file(name) as file:
            deque(_pieces(file, name), maxlen=0)
    except DatasetError as fault:
        is_value = fault.fault.startswith("must be")  # a line that is JSON, but no object
        placed = DatasetError(fault.fault, file=name, field=fault.field, index=fault.index)
        return None if is_value else placed
    return None


def _pieces(file: BinaryIO, name: str) -> Iterator[object]:
    """Yield all that is in a file, or nothing of a word alone: it is JSON, but no annotations."""
    if name.lower().endswith(".xml"):
        return iter_children(file, name)
    if name.lower().endswith(_LINES):
        return iter_objects(file)
    head = file.read(_HEAD_BYTES).decode("utf-8-sig", errors="replace").lstrip()
    file.seek(0)
    if head.startswith(LIST):
        return iter_list(file, name)
    return iter(()) if is_one_value(head) else iter_elements(file, name)
