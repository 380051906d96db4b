"""Which format a dataset has, told by its files."""

from engine.datasets.errors import DatasetError
from engine.datasets.files import Source, TarSource
from engine.datasets.formats import READERS, Reader
from engine.datasets.formats.coco import COCO
from engine.datasets.formats.lvis import LVIS
from engine.datasets.formats.unreadable import faults_in
from engine.datasets.formats.webdataset import WEBDATASET


def formats_in(source: Source) -> list[Reader]:
    """Return the formats that files may be of, each reader once."""
    found = [reader for reader in READERS.values() if reader.is_in(source)]
    if LVIS.reader in found and COCO.reader in found:
        found = [each for each in found if each.read is not COCO.read]  # LVIS is made of it
    if isinstance(source, TarSource) and len(found) > 1:
        # In any tar a file may follow another of its name; those of WebDataset are told by that.
        found = [each for each in found if each.read is not WEBDATASET.read]
    readers = {each.read: each for each in reversed(found)}  # YOLO's two are read as one
    return list(readers.values())


def detect_format(source: Source) -> Reader:
    """Tell a format by the files.

    Raises:
        DatasetError: it is none of ours, or might be several. Of files that are broken it says so,
            as it may be by them that the format would be told.

    """
    found = formats_in(source)
    if len(found) == 1:
        return found[0]
    names = ", ".join(sorted(each.name for each in found or READERS.values()))
    if found:
        raise DatasetError(f"these files may be any of {names}: say which")
    faults = "; ".join(map(str, faults_in(source)))
    broken = f", of which some cannot be read: {faults}" if faults else ""
    raise DatasetError(f"no known format is in these files{broken}; known are {names}")
