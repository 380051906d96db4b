"""The order in which images wait for people.

Most of it is made for some images at a time, so that nobody's save waits for long. All lock their
images in one order, as imports do: of two that each wait for the other, PostgreSQL would end one.
"""

from collections.abc import Iterable, Sequence
from typing import Final

import structlog
from django.db import transaction
from django.db.models import FloatField, QuerySet
from django.db.models.expressions import RawSQL

from annotation.models import Image, Project
from annotation.services.images import locked_images
from annotation.services.preparation import prepare_project

AHEAD: Final = 1000  # images that a model chooses to come first; those after them come by chance
ASKED_EVERY: Final = 100  # of their places, from the half of them on
BATCH: Final = 500  # images
# A number of [0, 1) that is an image's for ever: its sha256 is a hash already.
_BY_CHANCE: Final = RawSQL(
    "('x' || left(sha256, 13))::bit(52)::bigint / 2::float8 ^ 52", (), output_field=FloatField()
)
log = structlog.get_logger(__name__)


def waiting_in(project: Project) -> QuerySet[Image]:
    """Images of a project that nobody has finished."""
    return Image.objects.filter(project=project, deleted_at=None, status=Image.Status.TODO)


def chosen_in(project: Project) -> QuerySet[Image]:
    """Those of them that come before all others."""
    return waiting_in(project).filter(rank__lt=0)


def ask_for_order(*, image: Image) -> None:
    """Have the model choose anew where an image is finished and half of what it chose last is.

    The image's own place tells, so that nothing is counted: people finish images about in their
    order. Preparation counts, and as somebody may have left some out, it is asked again further on.
    Where fewer than `AHEAD` waited it chose all, and is asked with each hundredth; where fewer than
    a hundred did, new ones come by an import alone, which has all prepared.
    """
    place = image.rank
    if place is not None and -AHEAD / 2 <= place < 0 and place % ASKED_EVERY == 0:
        prepare_project(project=image.project)


@transaction.atomic
def forget_ranks(*, project: Project) -> int:
    """Let some images come in order of import; return how many, 0 once all do."""
    return _some(waiting_in(project).filter(rank__isnull=False)).update(rank=None)


@transaction.atomic
def rank_by_chance(*, project: Project) -> int:
    """Give some images that have no rank one by chance; return how many, 0 once all have."""
    return _some(waiting_in(project).filter(rank=None)).update(rank=_BY_CHANCE)


@transaction.atomic
def rank_first(*, project: Project, image_ids: Sequence[int]) -> None:
    """Let these images come before all others, in this order, in the place of those that did."""
    before = chosen_in(project).exclude(pk__in=image_ids).values_list("pk", flat=True)
    _lock([*before, *image_ids])
    chosen_in(project).exclude(pk__in=image_ids).update(rank=_BY_CHANCE)
    ranks = {pk: at - len(image_ids) for at, pk in enumerate(image_ids)}
    images = list(waiting_in(project).filter(pk__in=image_ids).only("pk"))
    for image in images:
        image.rank = ranks[image.pk]
    Image.objects.bulk_update(images, ["rank"], batch_size=BATCH)
    log.info("images_ranked", project_id=project.pk, count=len(images))


def _some(images: QuerySet[Image]) -> QuerySet[Image]:
    """Lock some of the images, and return those."""
    return Image.objects.filter(
        pk__in=_lock(images.order_by("pk").values_list("pk", flat=True)[:BATCH])
    )


def _lock(image_ids: Iterable[int]) -> list[int]:
    return list(locked_images(list(image_ids)).values_list("pk", flat=True))
