"""Images beside annotations: where other tools put them, and how they are found again."""

from collections.abc import Callable, Collection
from functools import partial
from pathlib import PurePosixPath
from typing import Final

from engine.datasets.errors import DatasetError
from engine.datasets.files import Out, Source
from engine.datasets.naming import with_slashes
from engine.datasets.places import MAX_BYTES, Place, Placed
from engine.datasets.sample import Dataset, Sample
from engine.media.errors import MediaError
from engine.media.images import read_size

ENDINGS: Final = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif", ".avif")
FOLDER: Final = "images"
SPLITS: Final = {"train", "val", "valid", "validation", "test", "holdout", "unfinished"}


def write_images(dataset: Dataset, out: Out, folder: str = FOLDER) -> None:
    """Copy each image whose bytes are known below a folder, by its own name."""
    for sample in dataset.samples() if dataset.has_images else ():
        write_image(sample, out, f"{folder}/{sample.file_name}")


def write_image(sample: Sample, out: Out, name: str) -> None:
    if sample.load_bytes is not None:
        with out.file(name) as file:
            file.write(sample.load_bytes())


def is_image(name: str) -> bool:
    return name.lower().endswith(ENDINGS)


def none_is(name: str) -> bool:  # noqa: ARG001  # whatever its name
    """Tell that a file is no map, as in formats that have none."""
    return False


class Pictures:
    """The images of a source, by the names that annotations give them.

    Files that `is_map` knows as a format's own masks are none of them, though they are called as
    the images are: where those are not there, a map would be found in place of a photograph.
    """

    def __init__(self, source: Source, is_map: Callable[[str], bool] = none_is) -> None:
        self._source = source
        self.names = [name for name in source.names if is_image(name) and not is_map(name)]
        self._known = set(self.names)
        self._by_bare_name: dict[str, list[str]] = {}
        for name in self.names:
            self._by_bare_name.setdefault(PurePosixPath(name).name, []).append(name)

    def has(self, name: str) -> bool:
        return name in self._known

    def find(self, file_name: str) -> str | None:
        """Return the image that is meant: tools name it from its folder or from one above.

        Where folders differ the bare name must be there once. None, too, where a name is in several
        splits, or in another than is meant.
        """
        if file_name in self._known:
            return file_name
        wanted = PurePosixPath(with_slashes(file_name)).parts
        found = self._by_bare_name.get(wanted[-1] if wanted else "", [])
        parts = {name: PurePosixPath(name).parts for name in found}
        below = [name for name in found if parts[name][-len(wanted) :] == wanted]
        above = [name for name in found if wanted[-len(parts[name]) :] == parts[name]]
        if above:
            return max(above, key=len)
        meant = below or (found if len(found) == 1 else [])
        splits = {frozenset(_splits(parts[name])) for name in meant}
        if len(splits) != 1 or (_splits(wanted) and _splits(wanted).isdisjoint(*splits)):
            return None
        return min(meant, key=lambda name: (FOLDER not in parts[name], name))

    def loader(self, file_name: str) -> Placed | None:
        """Return what reads an image that annotations name, or None where it is not there."""
        name = self.find(file_name)
        if name is None:
            return None
        return Placed(partial(self._source.read, name, MAX_BYTES), Place(name))

    def loader_beside(self, file: str, file_name: str) -> Placed | None:
        """Return what reads an image that a file names: from `images` beside that, or anywhere."""
        beside = (PurePosixPath(file).with_name(FOLDER) / with_slashes(file_name)).as_posix()
        return self.loader(beside if beside in self._known else file_name)

    def size_of(self, file_name: str) -> tuple[int, int]:
        """Return height and width of an image that annotations name.

        Raises:
            DatasetError: it is not there, or is no image.

        """
        name = self.find(file_name)
        if name is None:
            raise DatasetError("the image is not there, which tells its size", file=file_name)
        return size_in(self._source, name)


def size_in(source: Source, name: str) -> tuple[int, int]:
    """Return height and width of an image file, which may be a map as well.

    Raises:
        DatasetError: it is not there, or is no image.

    """
    try:
        return read_size(source.read(name, MAX_BYTES))
    except MediaError as error:
        raise DatasetError(str(error), file=name) from None


def split_in(folder: str) -> str | None:
    """Return the first part of a folder's path that is called as a split is."""
    return next((part for part in PurePosixPath(folder).parts if part in SPLITS), None)


def split_and_name(image: str, folders: Collection[str]) -> tuple[str | None, str]:
    """Take a split and the folders of a format's layout off an image's path."""
    parts = [part for part in PurePosixPath(image).parts if part not in folders]
    split = split_in("/".join(parts[:-1]))
    if split:
        parts.remove(split)
    return split, "/".join(parts)


def first_folder(name: str, folders: Collection[str]) -> str:
    """Return the first of a layout's folders that a file lies below, or nothing."""
    return next((part for part in PurePosixPath(name).parts[:-1] if part in folders), "")


def _splits(parts: tuple[str, ...]) -> set[str]:
    return {part.lower() for part in parts} & SPLITS
