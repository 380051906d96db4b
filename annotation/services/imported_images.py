"""Which images of a project the samples of a dataset mean: those of their files, or those there."""

from collections import Counter
from collections.abc import Sequence

from django.contrib.auth.models import User
from django.db.models import F, Func, Max, Min, QuerySet, TextField, Value
from django.db.models.functions import Cast

from annotation.models import Image, Project
from annotation.services.images import AddedImage, add_images
from annotation.services.import_batches import Brought, Coming, refused
from engine.datasets.errors import DatasetError
from engine.datasets.sample import Sample


def find_images(project: Project, coming: Sequence[Coming], *, author: User) -> list[Brought]:
    """Find or add the images of samples that all have their files, or of which none has."""
    if coming[0].sample.load_bytes is None:
        samples = [each.sample for each in coming]
        known = known_images(project, samples)
        return [_linked(sample, known.get(key_of(sample), [])) for sample in samples]
    files = [each.file for each in coming if each.file is not None]
    added = iter(add_images(project=project, stored=files, created_by=author))
    return [_added(each, None if each.file is None else next(added)) for each in coming]


def _linked(sample: Sample, image_ids: Sequence[int]) -> Brought:
    if len(image_ids) == 1:
        return Brought(image_ids[0], counts=Counter({"images that were there": 1}))
    names = f" (as {' or '.join(sample.other_names)})" if sample.other_names else ""
    fault = f"{'several images have this name' if image_ids else 'the image is not there'}{names}"
    problem = DatasetError(f"{fault}: put its file beside the annotations", file=sample.file_name)
    return Brought(counts=Counter({"images not there": 1}), problems=[problem])


def _added(coming: Coming, added: AddedImage | None) -> Brought:
    if added is None:
        assert coming.problem is not None  # noqa: S101  # why there is no file
        return refused(coming.problem)
    counts = Counter({f"images {added.outcome}": 1})
    if added.image is None:
        problem = DatasetError(added.message, file=coming.sample.file_name)
        return Brought(counts=counts, problems=[problem])
    return Brought(added.image.pk, added.is_new, counts=counts)


def key_of(sample: Sample) -> tuple[str, str]:
    """Return what an image is found by: its digest, or else its name."""
    return (sample.sha256, "") if sample.sha256 else ("", sample.file_name)


def known_images(project: Project, samples: Sequence[Sample]) -> dict[tuple[str, str], list[int]]:
    """Find the project's images that samples without a file mean: of several of a name, two."""
    keys = {key_of(each) for each in samples if each.load_bytes is None}
    there = Image.objects.filter(project=project, deleted_at=None)
    known = {}
    digests = [sha256 for sha256, _ in keys if sha256]
    for sha256, pk in there.filter(sha256__in=digests).values_list("sha256", "pk"):
        known[sha256, ""] = [pk]
    names = there.filter(file_name__in=[name for sha256, name in keys if not sha256])
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
