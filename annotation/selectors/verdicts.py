"""What people decided on proposals, which tells how far to trust a verifier."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from django.db.models import Case, Count, Q, QuerySet, When

from annotation.models import Image, Proposal
from annotation.selectors.doubts import DECIDED_BY_A_PERSON, doubted_people

MOST: Final = 10_000  # the newest: the model that they judge is more like the one that serves


class Judged(NamedTuple):
    """A proposal that a person decided on, as engine.verification's JudgedProposal has it."""

    image: str  # its sha256
    cues: dict[str, float]
    is_accepted: bool  # as it was
    is_wanted: bool  # as it was, corrected, or sent on to be
    is_named: bool  # by a label that could have been another, so that it may have been wrong


def judged_proposals(project_id: int) -> Iterator[Judged]:
    """Yield the verdicts on finished images, of proposals that were seen and whose cues were kept.

    None of people whose verdicts go against everybody else's, see selectors/doubts.py. None on what
    the pretrained bundle found, which is sure of other things than a trained one.
    """
    verdicts = Proposal.objects.filter(
        DECIDED_BY_A_PERSON,
        image__project_id=project_id,
        image__deleted_at=None,
        image__is_holdout=False,
        image__status__in=Image.FINISHED,
        bundle__dataset_version__isnull=False,
    )
    judged = verdicts.exclude(cues={}).exclude(decided_by__in=doubted_people(project_id))
    is_named = Q(label__isnull=False, label__deleted_at=None, bundle__in=_naming(project_id))
    rows = (
        judged.annotate(is_named=Case(When(is_named, then=True), default=False))
        .order_by("-decided_at", "pk")
        .values_list("image__sha256", "cues", "state", "is_untouched", "is_named")
    )
    for image, cues, state, is_untouched, named in rows[:MOST].iterator():
        yield Judged(image, cues, bool(is_untouched), state != Proposal.State.REJECTED, named)


def _naming(project_id: int) -> QuerySet[Proposal, str | None]:
    """Bundles that have named objects of the project by more labels than one.

    What learned one label alone calls everything that, which tells nothing of names. Those that
    proposed in boxes of imports count by the boxes' labels, too.
    """
    named = Proposal.objects.filter(image__project_id=project_id, label__isnull=False)
    labels = named.values("bundle").annotate(labels=Count("label", distinct=True))
    return labels.filter(labels__gt=1).values_list("bundle", flat=True)


def distrusted_images(project_id: int) -> set[str]:
    """Return the images (sha256) on which people decided whose verdicts are unlike all others'."""
    people = doubted_people(project_id)
    if not people:
        return set()
    decided = Proposal.objects.filter(image__project_id=project_id, decided_by__in=people)
    return set(decided.values_list("image__sha256", flat=True).distinct())
