"""Datasets of other tools: their images, and masks and captions as if drawn and written here.

An image is taken by its bytes where they lie in the files, or else is the one of that name or
digest which the project has. Importing twice adds nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from types import MappingProxyType

from django.contrib.auth.models import User
from django.db import transaction

from annotation.models import Image, Label, Project
from annotation.services.covered_proposals import withdraw_covered
from annotation.services.declared_attributes import attributes_by_label
from annotation.services.image_groups import group_told
from annotation.services.images import (
    locked_images,
    restore_image,
    store_image,
    wait_for_turn,
)
from annotation.services.import_batches import (
    MAX_FILE_NAME,
    Brought,
    Coming,
    plain_sample,
)
from annotation.services.import_contents import (
    Fitting,
    Given,
    contents_of,
    count_contents,
    fitting_samples,
    predictions_of,
    sayings,
)
from annotation.services.imported_captions import describe_images
from annotation.services.imported_images import are_our_ids, find_images
from annotation.services.imported_people import bring_comments, members_by_name
from annotation.services.imported_takes import bring_takes, store_sounds
from annotation.services.labels import labels_named
from annotation.services.object_boxes import bring_boxes
from annotation.services.outside_proposals import propose_from_outside
from annotation.services.seeds import seed_images
from engine.datasets.errors import DatasetError
from engine.datasets.sample import Dataset, Sample


@dataclass(frozen=True, slots=True)
class Importing:
    """Where a dataset goes, and as whose work."""

    project: Project
    author: User
    labels: dict[str, Label]
    members: Mapping[str, User] = field(default_factory=dict)  # by their names
    has_our_ids: bool = False  # of images
    is_finished: bool = False  # images with masks count as annotated: nothing is proposed there
    group_by: str = ""  # by what images belong together that the files tell no group of


def begin_import(
    *,
    project: Project,
    dataset: Dataset,
    author: User,
    label_ids: Mapping[str, int] = MappingProxyType({}),
    is_finished: bool = False,
    group_by: str = "",
) -> Importing:
    """Find or make the labels that a dataset names; `label_ids` are those of an earlier attempt."""
    attributes = attributes_by_label(dataset)
    names = attributes.keys() - {""}
    found = {label.pk: label for label in project.labels.filter(pk__in=label_ids.values())}
    labels = {name: found[pk] for name, pk in label_ids.items() if pk in found}
    missing = labels_named(
        project=project, names=sorted(names - labels.keys()), attributes=attributes
    )
    return Importing(
        project,
        author,
        labels | {name: missing[name] for name in names - labels.keys()},
        members_by_name(project),
        are_our_ids(project, dataset.numbers),
        is_finished,
        group_by,
    )


def fetch_sample(importing: Importing, sample: Sample) -> Coming:
    """Put an image's file and the sounds of its takes in the store, for which no transaction waits.

    Raises StorageUnavailableError only.
    """
    coming = _with_file(importing, plain_sample(sample))
    return coming if coming.problem else _with_sounds(importing, coming)


def _with_file(importing: Importing, sample: Sample) -> Coming:
    if sample.load_bytes is None:
        return Coming(sample)
    try:
        data = sample.load_bytes()
    except DatasetError as error:
        return Coming(sample, problem=error)
    file = store_image(
        project=importing.project,
        data=data,
        file_name=sample.file_name[-MAX_FILE_NAME:],
        group=group_told(sample, importing.group_by),
    )
    return Coming(sample, file)


def _with_sounds(importing: Importing, coming: Coming) -> Coming:
    voices = coming.sample.voices
    if not voices:
        return coming
    members = members_by_name(importing.project)  # as they are now
    sounds, unheard = store_sounds(project=importing.project, voices=voices, members=members)
    return replace(coming, sounds=sounds, unheard=unheard)


@transaction.atomic
def import_samples(importing: Importing, coming: Sequence[Coming]) -> list[Brought]:
    """Import images with all that is known of them; tell what each brought.

    What cannot be used is a problem of its image and left out; the rest comes in all the same.
    """
    wait_for_turn(importing.project)
    brought = []
    # One that brings its file may be what a later one means by its name, but no earlier one.
    for _, alike in groupby(coming, key=lambda each: each.sample.load_bytes is None):
        batch = list(alike)
        found = find_images(
            importing.project,
            batch,
            author=importing.author,
            has_our_ids=importing.has_our_ids,
        )
        _annotate(importing, batch, found)
        brought += found
    for each in brought:
        each.counts = +each.counts
    return brought


def _annotate(importing: Importing, coming: Sequence[Coming], found: Sequence[Brought]) -> None:
    """Lay all that is told on the images that have the size for which it was made."""
    samples = [each.sample for each in coming]
    fitting = fitting_samples(samples, found, _held(importing, found))
    contents = contents_of(fitting, importing)
    author = importing.author
    seeded = seed_images(contents.seeds, author=author)
    withdraw_covered(
        [
            (image, [seed.rle for seed in each.seeds])
            for (image, _), each in zip(contents.seeds, seeded, strict=True)
        ]
    )
    given = Given(
        seeded,
        describe_images(contents.captions, author=author),
        bring_comments(remarks=contents.remarks, author=author, members=importing.members),
        bring_boxes(contents.boxes),
        bring_takes(
            project=importing.project,
            sayings=sayings(fitting, seeded),
            sounds={take_id: sound for each in coming for take_id, sound in each.sounds.items()},
            members=_members(importing, samples),
            author=author,
        ),
    )
    for one, each in zip(coming, found, strict=True):
        each.problems += one.unheard
    count_contents(fitting, given, importing)
    _propose(importing, fitting)


def _members(importing: Importing, samples: Sequence[Sample]) -> Mapping[str, User]:
    """Return the members as they are now, where somebody's voice depends on it."""
    if not any(each.voices for each in samples):
        return importing.members
    return members_by_name(importing.project)


def _propose(importing: Importing, fitting: Sequence[Fitting]) -> None:
    """Lay what models found where people have yet to begin, beside the masks that came with it."""
    wanted = [
        (image, predictions_of(importing, sample, each), each) for image, sample, each in fitting
    ]
    told = propose_from_outside(
        project=importing.project,
        predicted=[
            (image, [] if importing.is_finished and each.has_masks else found)
            for image, found, each in wanted
        ],
    )
    for (_, found, each), proposed in zip(wanted, told, strict=True):
        each.proposed = proposed
        known = len(proposed.brought) + len(proposed.met)
        each.counts["proposals"] += len(proposed.brought)
        each.counts["proposals on what is there"] += proposed.there
        each.counts["proposals where none may come"] += len(found) - known - proposed.there


def _held(importing: Importing, found: Sequence[Brought]) -> dict[int, Image]:
    """Lock the images, and bring those back that went to the trash while they were looked for."""
    ids = {each.image_id for each in found if each.image_id is not None}
    images = {image.pk: image for image in locked_images(ids)}
    for each in found:
        image = images.get(each.image_id or 0)
        if image is not None and image.deleted_at is not None:  # as by an undo
            restore_image(image=image, by=importing.author)
            image.deleted_at = None
            each.is_new = True
    return images
