"""Which images of a project the samples of a dataset mean: those of their files, or those there."""

from collections import Counter
from collections.abc import Collection, Sequence

from django.contrib.auth.models import User
from django.db.models import BigIntegerField, F, Func, Max, Min, QuerySet, TextField, Value
from django.db.models.functions import Cast

from annotation.models import Image, Project
from annotation.services.image_groups import GROUPED
from annotation.services.images import AddedImage, add_images
from annotation.services.import_batches import Brought, Coming, refused
from engine.datasets.errors import DatasetError
from engine.datasets.sample import Sample


def find_images(
    project: Project, coming: Sequence[Coming], *, author: User, has_our_ids: bool = False
) -> list[Brought]:
    """Find or add the images of samples that all have their files, or of which none has."""
    if coming[0].sample.load_bytes is None:
        samples = [each.sample for each in coming]
        return linked_images(project, samples, has_our_ids=has_our_ids)
    files = [each.file for each in coming if each.file is not None]
    added = iter(add_images(project=project, stored=files, created_by=author))
    return [_added(each, None if each.file is None else next(added)) for each in coming]


def linked_images(
    project: Project | None, samples: Sequence[Sample], *, has_our_ids: bool
) -> list[Brought]:
    """Find the images of samples without a file, which a project that is not there has not."""
    known = {} if project is None else known_images(project, samples, has_our_ids=has_our_ids)
    return [_linked(sample, known.get(key_of(sample), [])) for sample in samples]


def _linked(sample: Sample, image_ids: Sequence[int]) -> Brought:
    if len(image_ids) == 1:
        return Brought(image_ids[0], counts=Counter({"images that were there": 1}))
    what = "name" if sample.number is None else "number in their names"
    fault = f"several images have this {what}" if image_ids else "the image is not there"
    names = f" (as {' or '.join(sample.other_names)})" if sample.other_names else ""
    due = "file" if sample.number is None else "file, or the COCO file that lists the images,"
    problem = DatasetError(
        f"{fault}{names}: put its {due} beside the annotations", file=sample.file_name
    )
    return Brought(counts=Counter({"images not there": 1}), problems=[problem])


def _added(coming: Coming, added: AddedImage | None) -> Brought:
    if added is None:
        assert coming.problem is not None  # noqa: S101  # why there is no file
        return refused(coming.problem)
    counts = Counter({f"images {added.outcome}": 1})
    if added.is_new and added.image is not None and added.image.group:
        counts[GROUPED] += 1
    if added.image is None:
        problem = DatasetError(added.message, file=coming.sample.file_name)
        return Brought(counts=counts, problems=[problem])
    return Brought(added.image.pk, added.is_new, counts=counts)


def key_of(sample: Sample) -> tuple[str, str]:
    """Return what an image is found by: its number where nothing names it, its digest, its name."""
    if sample.number is not None:
        return ("number", str(sample.number))
    return (sample.sha256, "") if sample.sha256 else ("", sample.file_name)


def are_our_ids(project: Project, numbers: Collection[int]) -> bool:
    """Tell whether numbers are the project's own of its images: no name of any ends in one.

    That is so of all or of none: names of some that are missing would be taken for others' ids.
    """
    return (
        bool(numbers)
        and not _numbered(project, numbers)
        and Image.objects.filter(project=project, pk__in=numbers, deleted_at=None).exists()
    )


def _numbered(project: Project, numbers: Collection[int]) -> list[tuple[int, int]]:
    """Find images by the number that their name ends in: pairs of it and of their ids.

    As engine.datasets.naming.number_in reads it.
    """
    digits = Func(F("file_name"), Value(r"([0-9]{1,18})(\.[^./]*)?$"), function="substring")
    images = Image.objects.filter(project=project, deleted_at=None)
    numbered = images.annotate(number=Cast(digits, BigIntegerField()))
    return list(numbered.filter(number__in=numbers).values_list("number", "pk"))


def known_images(
    project: Project, samples: Sequence[Sample], *, has_our_ids: bool = False
) -> dict[tuple[str, str], list[int]]:
    """Find the project's images that samples without a file mean: of several of a name, two.

    `has_our_ids`: numbers are the project's own, see `are_our_ids`.
    """
    keys = {key_of(each) for each in samples if each.load_bytes is None}
    there = Image.objects.filter(project=project, deleted_at=None)
    known: dict[tuple[str, str], list[int]] = {}
    numbers = [int(each) for kind, each in keys if kind == "number"]
    if numbers and has_our_ids:
        known |= {
            ("number", str(pk)): [pk]
            for pk in there.filter(pk__in=numbers).values_list("pk", flat=True)
        }
    elif numbers:
        for number, pk in _numbered(project, numbers):
            known.setdefault(("number", str(number)), []).append(pk)
    digests = [sha256 for sha256, each in keys if not each]
    for sha256, pk in there.filter(sha256__in=digests).values_list("sha256", "pk"):
        known[sha256, ""] = [pk]
    names = there.filter(file_name__in=[name for kind, name in keys if not kind])
    found = names.values_list("file_name").annotate(Min("pk"), Max("pk"))  # however many there are
    for name, first, last in found:
        known["", name] = sorted({first, last})
    unknown = [
        each
        for each in samples
        if each.other_names and not each.load_bytes and key_of(each) not in known
    ]
    return known | (_known_otherwise(there, unknown) if unknown else {})


def _known_otherwise(
    there: QuerySet[Image], samples: Sequence[Sample]
) -> dict[tuple[str, str], list[int]]:
    """Find images by other names, or by what their own ends in; the first name that any has counts.

    It goes through all names of the project, once for all samples.
    """
    bare = {_bare(name) for each in samples for name in each.other_names}
    last_part = Func(F("file_name"), Value("/"), Value(-1), function="split_part")
    named = there.annotate(bare=Cast(last_part, TextField())).filter(bare__in=bare)
    by_bare: dict[str, list[tuple[str, int]]] = {}
    for name, pk in named.order_by("pk").values_list("file_name", "pk"):
        by_bare.setdefault(_bare(name), []).append((name, pk))
    known = {}
    for sample in samples:
        for wanted in sample.other_names:
            alike = by_bare.get(_bare(wanted), [])
            ids = [pk for name, pk in alike if f"/{name}".endswith(f"/{wanted}")]
            if ids:
                known[key_of(sample)] = ids[:2]
                break
    return known


def _bare(name: str) -> str:
    return name.rpartition("/")[2]
