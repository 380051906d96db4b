"""What a round would find to learn from, part by part: in all, and since the rounds before."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, Greatest

from annotation.models import Caption, Image, Mask, Round, Transcript

Part = Round.Part


def new_to_learn(project_id: int) -> dict[str, int]:
    """Count, for each part, finished images outside the holdout with something new to learn from.

    For masks, images finished since the dataset of the newest round that trained them, where any
    image has a mask. For captions, images finished or described since that of theirs.
    """
    taught = _learned_rounds(project_id)
    return {
        Part.MASKS: new_masks(project_id, taught.filter(parts__contains=[Part.MASKS])),
        Part.CAPTIONS: new_captions(project_id, taught.filter(parts__contains=[Part.CAPTIONS])),
    }


def new_masks(project_id: int, rounds: QuerySet[Round]) -> int:
    """Count images finished since the dataset of the newest of some rounds; 0 without any mask."""
    return _finished_since(project_id, rounds) if _with_masks(project_id).exists() else 0


def new_captions(project_id: int, rounds: QuerySet[Round]) -> int:
    """Count described images, finished or described since the dataset of the newest of them."""
    until, described = _newest_until(rounds), _described(project_id)
    if until is None:
        return described.count()
    since = {"created_at__gt": until}
    is_new = Exists(_captions().filter(**since)) | Exists(_corrected().filter(**since))
    return described.filter(is_new | Q(finished_at__gt=until)).count()


def all_to_learn(project_id: int) -> dict[str, int]:
    """Count, for each part, the images outside the holdout that it would learn from, new or not."""
    return {
        Part.MASKS: _with_masks(project_id).count(),
        Part.CAPTIONS: _described(project_id).count(),
    }


def finished_since_round(project_id: int) -> int:
    """Count images finished since the dataset of the newest round; the holdout does not train.

    Of a round that trained masks, where there are any: one of captions alone learned no other.
    """
    rounds = _learned_rounds(project_id)
    if _with_masks(project_id).exists():
        rounds = rounds.filter(parts__contains=[Part.MASKS])
    return _finished_since(project_id, rounds)


def finished_to_learn(project_id: int) -> QuerySet[Image]:
    """Finished images outside the holdout."""
    return Image.objects.filter(
        project_id=project_id, deleted_at=None, is_holdout=False, status__in=Image.FINISHED
    )


def _learned_rounds(project_id: int) -> QuerySet[Round]:
    """Rounds that have taught a model something, or are about to; none failed or cancelled."""
    return Round.objects.filter(project_id=project_id).exclude(
        state__in=[Round.State.FAILED, Round.State.CANCELLED]
    )


def _newest_until(rounds: QuerySet[Round]) -> datetime | None:
    """Tell up to when the newest of some rounds learns: as its dataset was begun to be cut.

    Before that, when it began: a round waits for a worker, and learns from what is finished
    meanwhile. Of older rounds only the dataset's own time is known, which is that of its end, or of
    an older round's where the same content was cut before.
    """
    known = Greatest("created_at", "dataset_version__created_at")  # of PostgreSQL: without nulls
    until = Coalesce("learns_until", known)
    return rounds.order_by("-number").values_list(until, flat=True).first()


def _finished_since(project_id: int, rounds: QuerySet[Round]) -> int:
    until, finished = _newest_until(rounds), finished_to_learn(project_id)
    return (finished.filter(finished_at__gt=until) if until else finished).count()


def _with_masks(project_id: int) -> QuerySet[Image]:
    masks = Mask.objects.filter(is_aside=False, head__rle__isnull=False, image=OuterRef("pk"))
    return finished_to_learn(project_id).filter(Exists(masks))


def _described(project_id: int) -> QuerySet[Image]:
    return finished_to_learn(project_id).filter(Exists(_captions()) | Exists(_corrected()))


def _captions() -> QuerySet[Caption]:
    return Caption.objects.filter(image=OuterRef("pk"), author__isnull=False, withdrawn_at=None)


def _corrected() -> QuerySet[Transcript]:
    return Transcript.objects.filter(
        recording__image=OuterRef("pk"),
        recording__mask=None,  # the captioner learns to describe images
        recording__deleted_at=None,
        kind=Transcript.Kind.CORRECTED,
    )
