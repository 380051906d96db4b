"""How a version is spread: counted as it is cut, and of older ones when somebody first asks."""

from collections.abc import Sequence
from itertools import islice
from typing import Final, cast

from annotation.errors import DomainError
from annotation.models import DatasetVersion
from annotation.selectors.version_dataset import label_names
from annotation.selectors.versions import frozen_revisions, frozen_rows, version_header
from engine.datasets.distributions import DistributionCounter, Distributions
from engine.datasets.manifest import ManifestRow

BATCH: Final = 50  # images
# Of all that a row tells, for which a person waits; masks take longest, about four seconds.
MOST_TOLD: Final = 50_000
TOLD: Final = ("images", "masks", "transcripts", "captions", "mask_captions")


class NotCountedError(DomainError):
    """The version is older than what is asked, and too large to be counted meanwhile."""

    code = "not_counted"


def distributions_of(version: DatasetVersion) -> Distributions:
    """Return how the version is spread. Versions never change, nor does what is counted of them.

    Raises:
        NotCountedError: as above.

    """
    if version.distributions is not None:
        return cast("Distributions", version.distributions)
    if sum(version.counts.get(each, 0) for each in TOLD) > MOST_TOLD:
        raise NotCountedError(
            "This version was cut before such figures were counted, and is too large to count now: "
            "whoever cuts the same content again has them counted."
        )
    counted = _counted(version)
    DatasetVersion.objects.filter(pk=version.pk).update(distributions=counted)
    return counted


def _counted(version: DatasetVersion) -> Distributions:
    counter = DistributionCounter()
    rows = frozen_rows(version)
    while batch := list(islice(rows, BATCH)):
        areas = _areas(batch)
        for row in batch:
            frozen = [(mask["mask"], mask["revision"]) for mask in row["masks"]]
            counter.add(row, [areas[each] for each in frozen])
    return counter.total(label_names(version_header(version)))


def _areas(rows: Sequence[ManifestRow]) -> dict[tuple[str, str], int]:
    """Return the areas of the revisions of these rows' masks, by mask and number."""
    revisions = frozen_revisions([mask for row in rows for mask in row["masks"]])
    found = revisions.values_list("mask_id", "number", "area_px").iterator()
    return {(str(mask), str(number)): area for mask, number, area in found}
