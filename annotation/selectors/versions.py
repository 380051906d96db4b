"""Dataset versions, what they froze, and their exports."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final, TypedDict, cast

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce, JSONObject

from annotation import storage
from annotation.errors import DomainError
from annotation.local_copies import copies_of, proved_copy, proved_copy_to_serve
from annotation.models import (
    Alias,
    Bundle,
    DatasetVersion,
    Export,
    Revision,
    Round,
    VersionTag,
)
from annotation.selectors.access import MANAGERS, Person, memberships_of, rows_for
from annotation.selectors.jobs import with_job
from annotation.selectors.serving import most_telling
from annotation.selectors.voices import with_may_download
from engine.datasets.manifest import ManifestMask, ManifestRow, read_manifest
from engine.masks.rle import RLE, digest

BATCH: Final = 50  # images
EXPORTS_SHOWN: Final = 5  # of each version of a list, where each has an address of its own
_READ: Final = (
    *("mask_id", "number", "label_id", "bundle_id", "proposal_id", "created_at"),
    *("rle", "z", "origin", "prompts", "author__username", "mask__created_at"),
)

AttributeNames = dict[int, dict[str, str]]  # by label, by the attribute's id


class Estimate(TypedDict):
    """What the model said of a mask that is pixel for pixel as it drew it."""

    predicted_iou: float
    stability: float
    point_xy: list[float]  # where it was asked, image pixels


@dataclass(frozen=True, slots=True)
class FrozenMask:
    """A mask as the version froze it."""

    mask: str
    rle: RLE
    revision: Revision
    parent: str | None
    attributes: Mapping[str, str | float]  # by id
    caption: str | None  # its own
    estimate: Estimate | None  # of a mask that a person drew or corrected there is none
    outside_model: str | None  # whose proposal it came from, if that was no bundle's


@dataclass(frozen=True, slots=True)
class FrozenImage:
    """A manifest's row with what it refers to."""

    row: ManifestRow
    masks: list[FrozenMask]


def versions_for(user: Person) -> QuerySet[DatasetVersion]:
    """Versions of the person's projects."""
    versions = DatasetVersion.objects.filter(project__deleted_at=None)
    return rows_for(with_exports(versions, user=user), user=user)


def with_exports(versions: QuerySet[DatasetVersion], *, user: Person) -> QuerySet[DatasetVersion]:
    """Add `last_exports`, a few of them, the last one used first, for managers, and what was made.

    `exports_count` tells how many there are: `exports_for` has all of them. `tag_names` by name;
    `round_numbers`, the rounds that trained on it; `trained`, the bundles that came out, each with
    its round and what it is to the project. Managers alone are told of trials.
    """
    rounds = Round.objects.filter(dataset_version=OuterRef("pk")).order_by("number")
    tags = VersionTag.objects.filter(version=OuterRef("pk")).order_by("name")
    return (
        versions.select_related("created_by", "project", "cut_from")
        .prefetch_related(_exports(user))
        .annotate(
            exports_count=Coalesce(Subquery(_count_of_exports(user)), 0),
            tag_names=ArraySubquery(tags.values("name")),
            round_numbers=ArraySubquery(rounds.values("number")),
            trained=ArraySubquery(_trained(user)),
        )
    )


def exports_for(user: Person) -> QuerySet[Export]:
    """Exports of the person's projects, `with_may_download`."""
    exports = Export.objects.filter(version__project__deleted_at=None)
    told = with_may_download(exports, user=user).select_related("version__project")
    return with_job(rows_for(told, user=user, path="version__project"))


def manifest_path(version: DatasetVersion) -> Path:
    """Return a local copy of the manifest, proved by its sha256; fetched once for each machine."""
    return proved_copy(storage.version_key(version.pk), _copy_of(version.pk), sha256=version.pk)


def manifest_path_to_serve(version_id: str) -> Path:
    """Do the same for requests, which hash it once for each process."""
    key = storage.version_key(version_id)
    return proved_copy_to_serve(key, _copy_of(version_id), sha256=version_id)


def version_header(version: DatasetVersion) -> dict[str, Any]:
    """Return the manifest's header: the project and its labels."""
    with manifest_path(version).open("rb") as file:
        return read_manifest(file)[0]


def attribute_names(header: Mapping[str, Any]) -> AttributeNames:
    """Return, for each label that has attributes, their names by id."""
    return {
        label["id"]: {each["id"]: each["name"] for each in label["attributes"]}
        for label in header["labels"]
        if "attributes" in label
    }


def frozen_images(version: DatasetVersion, *splits: str) -> Iterator[FrozenImage]:
    """Yield a version's images of some splits (all without any), a batch of them at a time."""
    rows = frozen_rows(version)
    chosen = (row for row in rows if not splits or row["split"] in splits)
    while batch := list(islice(chosen, BATCH)):
        yield from _with_masks(batch)


def frozen_rows(version: DatasetVersion) -> Iterator[ManifestRow]:
    """Yield the manifest's rows, sorted by the images' sha256."""
    with manifest_path(version).open("rb") as file:
        yield from read_manifest(file)[1]


def frozen_revisions(masks: Sequence[ManifestMask]) -> QuerySet[Revision]:
    """Return the revisions that versions froze of masks, and few others of them.

    The others have numbers that were frozen of another of the masks.
    """
    return Revision.objects.filter(
        mask_id__in={mask["mask"] for mask in masks},
        number__in={int(mask["revision"]) for mask in masks},
    )


def shapes_of(masks: Sequence[ManifestMask]) -> dict[str, RLE]:
    """Return the shapes of masks as versions froze them, by their digests."""
    frozen = {(mask["mask"], mask["revision"]): mask["rle_digest"] for mask in masks}
    revisions = frozen_revisions(masks).values_list("mask_id", "number", "rle")
    shapes: dict[str, RLE] = {}
    for mask, number, rle in revisions.iterator():
        expected = frozen.get((str(mask), str(number)))
        if expected is not None:
            shapes[expected] = _proved(str(mask), rle, expected)
    return shapes


def _with_masks(rows: Sequence[ManifestRow]) -> Iterator[FrozenImage]:
    revisions = (
        frozen_revisions([mask for row in rows for mask in row["masks"]])
        .select_related("author", "mask")
        .only(*_READ)
        .annotate(estimate=model_estimate(), outside_model=F("proposal__outside_model__name"))
    )
    found = {(str(each.mask_id), str(each.number)): each for each in revisions}
    for row in rows:
        masks = []
        for mask in row["masks"]:
            revision = found[mask["mask"], mask["revision"]]
            rle = _proved(mask["mask"], revision.rle, mask["rle_digest"])
            masks.append(_frozen(mask, rle, revision))
        yield FrozenImage(row, masks)


def _proved(mask: str, rle: Any, expected: str) -> RLE:  # noqa: ANN401  # JSON
    if rle is None or digest(rle) != expected:
        raise DomainError(f"Mask {mask} is not what the version froze.")
    return cast("RLE", rle)


def _frozen(mask: ManifestMask, rle: RLE, revision: Revision) -> FrozenMask:
    return FrozenMask(
        mask["mask"],
        rle,
        revision,
        mask["parent"],
        mask.get("attributes", {}),
        mask.get("caption"),
        revision.__dict__["estimate"],  # annotations, whose types Django does not know
        revision.__dict__["outside_model"],
    )


def model_estimate(of_revision: str = "") -> Case:
    """Return an Estimate as SQL, null where a person drew or corrected the mask.

    It is the same for ever: what a revision came from, and a proposal's pixels, prompt and
    estimates are written once. What became of a proposal changes, and nothing of that is in it.
    Null, too, of another's model, whose score may be of anything.
    """
    proposal = f"{of_revision}proposal__"
    told = JSONObject(
        predicted_iou=f"{proposal}predicted_iou",
        stability=f"{proposal}stability",
        point_xy=f"{proposal}point_xy",
    )
    is_as_drawn = Q(**{f"{of_revision}rle": F(f"{proposal}rle"), f"{proposal}outside_model": None})
    return Case(When(is_as_drawn, then=told))


def _trained(user: Person) -> QuerySet[Bundle, Any]:
    managed = memberships_of(user).filter(project=OuterRef("project"), role__in=MANAGERS)
    # Who annotates shall not know that a candidate proposes.
    told = Alias.objects.filter(~Q(name=Alias.Name.CANDIDATE) | Q(Exists(managed)))
    aliases = told.filter(project=OuterRef("dataset_version__project"), bundle=OuterRef("pk"))
    row = JSONObject(bundle="pk", round="round__number", alias=Subquery(most_telling(aliases)))
    bundles = Bundle.objects.filter(dataset_version=OuterRef("pk"))
    return bundles.order_by("round__number", "created_at").values(row=row)


def _copy_of(version_id: str) -> Path:
    return copies_of("versions") / f"{version_id}.jsonl"


def _exports(user: Person) -> "Prefetch[str, QuerySet[Export], str]":
    exports = with_may_download(_managed_exports(user).order_by("-used_at", "-pk"), user=user)
    return Prefetch("exports", with_job(exports)[:EXPORTS_SHOWN], to_attr="last_exports")


def _count_of_exports(user: Person) -> "QuerySet[Export, Any]":
    of_version = _managed_exports(user).filter(version=OuterRef("pk")).order_by()
    return of_version.values("version").annotate(count=Count("pk")).values("count")


def _managed_exports(user: Person) -> QuerySet[Export]:
    """Return the exports of projects that the person manages: nobody else is told of any."""
    managed = memberships_of(user).filter(role__in=MANAGERS)
    return Export.objects.filter(version__project__in=managed.values("project"))
