"""Groups that a manager gives to images which a project has already, by their names.

An image stays on its side of the holdout for ever, and a group lies on one side. So a group that
images of both sides would share is told, and none of them gets it. What later imports bring joins
a group where it lies.
"""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
import structlog
from django.contrib.auth.models import User
from django.db import connection, transaction

from annotation.models import Image, Project
from annotation.selectors.image_groups import SizedGroup
from annotation.services.image_groups import checked_group_by
from annotation.services.images import locked_images, wait_for_turn
from annotation.services.sources import ARCHIVES
from engine.datasets.grouping import group_of
from engine.datasets.naming import with_slashes

BATCH: Final = 2000  # images that are read or written at once
SHOWN: Final = 20  # groups that are told by name
ENDINGS: Final = tuple(ARCHIVES)
log = structlog.get_logger(__name__)

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class NamedGroups:
    """The groups that images' names tell."""

    images: int
    groups: int
    largest: list[SizedGroup]


@dataclass(frozen=True, slots=True)
class GivenGroups:
    """What became of a project's images, or would, those in the trash among them."""

    given: NamedGroups
    divided: NamedGroups  # whose images would lie on both sides of the holdout: they get none
    kept: int  # images that keep another group
    nameless: int  # images that have no group, and whose names tell none


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Images that are to get a group: sixteen bytes for each, and no name, as there are many."""

    image_ids: Numbers  # in rising order
    groups: Numbers  # hashes of their names
    is_divided: npt.NDArray[np.bool_]
    kept: int
    nameless: int


def look_at_groups(*, project: Project, group_by: str, regroup: bool = False) -> GivenGroups:
    """Tell what `give_groups` would do.

    Raises:
        InvalidInputError: engine.datasets.grouping does not know `group_by`.

    """
    group_by = checked_group_by(group_by)
    return _told(_wanted(project, group_by, regroup=regroup), group_by)


def give_groups(*, project: Project, group_by: str, regroup: bool = False, by: User) -> GivenGroups:
    """Give each image the group that an import by `group_by` would have given it.

    Images that have one keep it, unless `regroup` is asked for; none loses a group. Some are
    written at a time, so that imports and saves wait for no more than these. Safe to repeat, as it
    has to be where it breaks off.

    Raises:
        InvalidInputError: engine.datasets.grouping does not know `group_by`.

    """
    group_by = checked_group_by(group_by)
    wanted = _wanted(project, group_by, regroup=regroup)
    image_ids = wanted.image_ids[~wanted.is_divided].tolist()
    left = [
        image_id
        for start in range(0, len(image_ids), BATCH)
        for image_id in _write(project, image_ids[start : start + BATCH], group_by, regroup=regroup)
    ]
    is_divided = wanted.is_divided | np.isin(wanted.image_ids, left)
    told = _told(replace(wanted, is_divided=is_divided), group_by)
    log.info(
        "groups_given",
        project_id=project.pk,
        user_id=by.pk,
        images=told.given.images,
        divided=told.divided.images,
    )
    return told


def _wanted(project: Project, group_by: str, *, regroup: bool) -> _Wanted:
    """Find the images that are to get a group, and whether it lies on one side of the holdout.

    One that an image has counts where the image is, also where that is to get another.
    """
    sides = array("q"), array("q")  # the hashes of groups that have images in train, in the holdout
    image_ids, groups = array("q"), array("q")
    kept = nameless = 0
    images = Image.objects.filter(project=project).order_by("pk")
    rows = images.values_list("pk", "file_name", "group", "is_holdout")
    for image_id, file_name, group, is_holdout in rows.iterator(chunk_size=BATCH):
        if group:
            sides[is_holdout].append(hash(group))
        name = _group_of(file_name, group_by)
        if not name:
            nameless += not group
        elif not group or (regroup and group != name):
            sides[is_holdout].append(hash(name))
            image_ids.append(image_id)
            groups.append(hash(name))
        else:
            kept += group != name
    hashes = np.asarray(groups, np.int64)
    train, holdout = (np.asarray(side, np.int64) for side in sides)
    is_divided = np.isin(hashes, np.intersect1d(train, holdout))
    return _Wanted(np.asarray(image_ids, np.int64), hashes, is_divided, kept, nameless)


def _group_of(file_name: str, group_by: str) -> str:
    """Return the group that an import would have given an image.

    Imports look at its name in the archive that held it, which stands before that in a project.
    An archive is known by its ending here, and to imports by its bytes.
    """
    folders = with_slashes(file_name).split("/")
    for place, folder in enumerate(folders[:-1], start=1):
        if folder.lower().endswith(ENDINGS):
            return group_of("/".join(folders[place:]), group_by)
    return group_of(file_name, group_by)


@transaction.atomic
def _write(
    project: Project, image_ids: Sequence[int], group_by: str, *, regroup: bool
) -> list[int]:
    """Write the groups of some images; return those whose group lies on the other side by now."""
    wait_for_turn(project)
    rows = locked_images(image_ids).values_list("pk", "file_name", "is_holdout", "group")
    wanted = {
        image_id: (_group_of(file_name, group_by), is_holdout)
        for image_id, file_name, is_holdout, group in rows
        if regroup or not group  # somebody else was faster
    }
    names = {name for name, _ in wanted.values()}
    there = Image.objects.filter(project=project, group__in=names)
    sides = set(there.values_list("group", "is_holdout").distinct())
    given = {
        image_id: name
        for image_id, (name, is_holdout) in wanted.items()
        if (name, not is_holdout) not in sides
    }
    with connection.cursor() as cursor:  # bulk_update() would take a CASE of so many branches
        cursor.execute(
            'UPDATE annotation_image SET "group" = given.name'
            " FROM unnest(%s::bigint[], %s::text[]) AS given (id, name)"
            " WHERE annotation_image.id = given.id"
            " AND annotation_image.id = ANY(%s)",  # by the key, whatever is known of the table
            [list(given), list(given.values()), list(given)],
        )
    return [image_id for image_id in wanted if image_id not in given]


def _told(wanted: _Wanted, group_by: str) -> GivenGroups:
    given, divided = (
        _sized(wanted.image_ids[chosen], wanted.groups[chosen], group_by)
        for chosen in (~wanted.is_divided, wanted.is_divided)
    )
    return GivenGroups(given, divided, wanted.kept, wanted.nameless)


def _sized(image_ids: Numbers, groups: Numbers, group_by: str) -> NamedGroups:
    """Count images by their groups, and name the largest by the first image of each."""
    found, firsts, counts = np.unique(groups, return_index=True, return_counts=True)
    largest = np.lexsort((firsts, -counts))[:SHOWN]
    sizes = dict(zip(image_ids[firsts[largest]].tolist(), counts[largest].tolist(), strict=True))
    names = dict(Image.objects.filter(pk__in=sizes).values_list("pk", "file_name"))
    return NamedGroups(
        images=len(image_ids),
        groups=len(found),
        largest=[
            SizedGroup(_group_of(names[image_id], group_by), count)
            for image_id, count in sizes.items()
            if image_id in names  # purged meanwhile
        ],
    )
