"""What of a version a choice takes."""

from annotation.export_formats import SPLITS
from annotation.models import DatasetVersion
from engine.datasets.choosing import EVERYTHING, Choice


def splits_of(version: DatasetVersion, choice: Choice) -> list[str]:
    """Return the chosen splits that have images."""
    wanted = choice.splits or SPLITS
    return [split for split in SPLITS if split in wanted and version.counts.get(split)]


def has_manifest(version: DatasetVersion, choice: Choice) -> bool:
    """Tell whether the manifest goes along, which proves what is exported: of a whole alone."""
    return not choice.labels and splits_of(version, choice) == splits_of(version, EVERYTHING)
