"""Which versions hold an image, told by their manifests."""

from collections.abc import Iterable, Set
from dataclasses import dataclass

from annotation.models import DatasetVersion, Image
from annotation.selectors.versions import manifest_path, manifest_path_to_serve
from engine.datasets.manifest_lines import find_row, lines_of


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


def images_held(digests: Set[str], versions: Iterable[DatasetVersion]) -> set[str]:
    """Return those of the images that any version holds; each of the manifests is read through."""
    held: set[str] = set()
    for version in versions:
        with manifest_path(version).open("rb") as manifest:
            held.update(digests & {line.image_sha256 for line in lines_of(manifest)})
    return held
