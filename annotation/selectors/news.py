"""What a round would find to learn from, part by part: in all, and since the rounds before."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from annotation.models import Caption, Image, Mask, Round, Transcript
from annotation.selectors.counts import finished_to_learn, learned_rounds, newest_until

Part = Round.Part


def new_to_learn(project_id: int) -> dict[str, int]:
    """Count, for each part, finished images outside the holdout with something new to learn from.

    For masks, images finished since the dataset of the newest round that trained them, where any
    image has a mask. For captions, images finished or described since that of theirs.
    """
    taught = learned_rounds(project_id)
    return {
        Part.MASKS: new_masks(project_id, taught.filter(parts__contains=[Part.MASKS])),
        Part.CAPTIONS: new_captions(project_id, taught.filter(parts__contains=[Part.CAPTIONS])),
    }


def new_masks(project_id: int, rounds: QuerySet[Round]) -> int:
    """Count images finished since the dataset of the newest of some rounds; 0 without any mask."""
    return _finished_since(project_id, rounds) if _with_masks(project_id).exists() else 0


def new_captions(project_id: int, rounds: QuerySet[Round]) -> int:
    """Count described images, finished or described since the dataset of the newest of them."""
    until, described = newest_until(rounds), _described(project_id)
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
    rounds = learned_rounds(project_id)
    if _with_masks(project_id).exists():
        rounds = rounds.filter(parts__contains=[Part.MASKS])
    return _finished_since(project_id, rounds)


def _finished_since(project_id: int, rounds: QuerySet[Round]) -> int:
    until, finished = newest_until(rounds), finished_to_learn(project_id)
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
