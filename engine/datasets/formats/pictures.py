"""Images beside annotations: where other tools put them, and how they are found again."""

from collections.abc import Callable
from functools import partial
from pathlib import PurePosixPath
from typing import Final

from engine.datasets.errors import DatasetError
from engine.datasets.files import Out, Source
from engine.datasets.sample import Dataset, Sample
from engine.media.errors import MediaError
from engine.media.images import read_size

ENDINGS: Final = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif", ".avif")
MAX_BYTES: Final = 512 * 2**20
FOLDER: Final = "images"


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


class Pictures:
    """The images of a source, by the names that annotations give them."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.names = [name for name in source.names if is_image(name)]
        self._by_bare_name: dict[str, list[str]] = {}
        for name in self.names:
            self._by_bare_name.setdefault(PurePosixPath(name).name, []).append(name)

    def find(self, file_name: str) -> str | None:
        """Return the image that is meant: tools name it from its folder or from one above.

        The longest common end counts; None where no image has the bare name.
        """
        wanted = PurePosixPath(file_name).parts[::-1]
        found = self._by_bare_name.get(wanted[0] if wanted else "", [])
        return max(found, key=lambda name: _common(name, wanted), default=None)

    def loader(self, file_name: str) -> Callable[[], bytes] | None:
        """Return what reads an image that annotations name, or None where it is not there."""
        name = self.find(file_name)
        return None if name is None else partial(self._source.read, name, MAX_BYTES)

    def size_of(self, file_name: str) -> tuple[int, int]:
        """Return height and width of an image that annotations name.

        Raises:
            DatasetError: it is not there, or is no image.

        """
        name = self.find(file_name)
        if name is None:
            raise DatasetError("the image is not there, which tells its size", file=file_name)
        try:
            return read_size(self._source.read(name, MAX_BYTES))
        except MediaError as error:
            raise DatasetError(str(error), file=name) from None


def _common(name: str, wanted: tuple[str, ...]) -> int:
    pairs = zip(PurePosixPath(name).parts[::-1], wanted, strict=False)
    return next((n for n, (own, other) in enumerate(pairs) if own != other), len(wanted))
