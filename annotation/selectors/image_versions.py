"""Which versions hold an image, told by their manifests."""

from collections.abc import Iterable
from dataclasses import dataclass

from annotation.models import DatasetVersion, Image
from annotation.selectors.versions import manifest_path_to_serve
from engine.datasets.manifest_lines import find_row


@dataclass(frozen=True, slots=True)
class Held:
    """An image as a version holds it."""

    version: DatasetVersion
    split: str
    masks: int
    captions: int


def versions_with(image: Image, versions: Iterable[DatasetVersion]) -> list[Held]:
    """Return those of the versions that hold the image; a few reads in each of their manifests."""
    held = []
    for version in versions:
        with manifest_path_to_serve(version.pk).open("rb") as manifest:
            row = find_row(manifest, image.sha256)
        if row is not None:
            counts = len(row["masks"]), len(row["captions"])
            held.append(Held(version, row["split"], *counts))
    return held
