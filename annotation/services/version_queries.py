"""Queries that versions are cut from: proved against the project, saved, and dropped again."""

from collections.abc import Callable
from typing import Final

import structlog
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Now

from annotation.errors import DomainError, InvalidInputError
from annotation.models import Image, Project, VersionQuery
from annotation.selectors.version_criteria import (
    EVERYTHING,
    PRETRAINED,
    SPLITS,
    TRAIN,
    Criteria,
    json_of,
)
from annotation.selectors.version_query import conditions, count_splits, images_in, with_agreement

WORDS: Final = {
    "splits": "{} in these splits",
    "drop_empty": "{} with a mask that is held",
    "reviewed": "{} reviewed",
    "agreement": "{} with as much agreement",
    "rounds": "{} under these rounds",
    "finished_from": "{} finished from that day on",
    "finished_to": "{} finished until that day",
    "groups": "{} of these groups",
}
log = structlog.get_logger(__name__)


class NothingToCutError(DomainError):
    """No image meets the criteria; `counts` tells how many meet each of them."""

    code = "nothing_to_cut"


def check_criteria(project: Project, criteria: Criteria, *, field: str = "criteria") -> None:
    """Refuse what the project has not, and what can hold nothing.

    Raises:
        InvalidInputError: it names the criterion, within `field`.

    """

    def refuse(name: str, message: str) -> None:
        raise InvalidInputError(message, field=f"{field}.{name}")

    if unknown := sorted(criteria.splits - set(SPLITS)):
        refuse("splits", f"There is no split {unknown[0]!r}: choose among {', '.join(SPLITS)}.")
    labels = set(project.labels.filter(pk__in=criteria.labels).values_list("pk", flat=True))
    if missing := sorted(criteria.labels - labels):
        refuse("labels", f"The project has no label with the id {missing[0]}.")
    rounds = project.rounds.filter(number__in=criteria.rounds)
    numbers = {PRETRAINED, *rounds.values_list("number", flat=True)}
    if gone := sorted(criteria.rounds - numbers):
        refuse("rounds", f"The project has no round {gone[0]}.")
    images = Image.objects.filter(project=project, group__in=criteria.groups)
    groups = set(images.values_list("group", flat=True).distinct())
    if strange := sorted(criteria.groups - groups):
        refuse("groups", f"No image of the project is of a group {strange[0]!r}.")
    _check_figures(criteria, refuse)


def _check_figures(criteria: Criteria, refuse: Callable[[str, str], None]) -> None:
    first, last = criteria.finished_from, criteria.finished_to
    if first is not None and last is not None and last < first:
        refuse("finished_to", f"The last day, {last}, is before the first, {first}.")
    if criteria.agreement is not None and not 0 <= criteria.agreement <= 1:
        refuse("agreement", f"Agreement is from 0 to 1, not {criteria.agreement:g}.")
    if criteria.val_share is None:
        return
    if not 0 < criteria.val_share < 1:
        refuse("val_share", f"A share is above 0 and below 1, not {criteria.val_share:g}.")
    if criteria.splits and TRAIN not in criteria.splits:
        refuse("val_share", "The val split is cut out of train, which is left out.")


def check_something(project: Project, criteria: Criteria) -> int:
    """Return how many images a version would hold; of criteria it must hold at least one.

    Raises:
        NothingToCutError: no image meets them all.

    """
    found = sum(each.images for each in count_splits(project, criteria).values())
    if found or criteria == EVERYTHING:
        return found
    counts = count_conditions(project, criteria)
    of_all = counts.pop("images")
    each = ", ".join(WORDS[name].format(count) for name, count in counts.items())
    message = f"No image meets all of this. Of {of_all} finished or begun, {each or 'none'}."
    raise NothingToCutError(message, counts={"images": of_all, **counts})


def count_conditions(project: Project, criteria: Criteria) -> dict[str, int]:
    """Count the images that are finished or begun, and those that meet each criterion alone."""
    asked = conditions(criteria)
    if criteria.labels and not criteria.drop_empty:  # images begun for other labels are not held
        asked |= conditions(Criteria(labels=criteria.labels, drop_empty=True))
    images = with_agreement(images_in(project, EVERYTHING), criteria)
    return {
        "images": images.count(),
        **{name: images.filter(each).count() for name, each in asked.items()},
    }


@transaction.atomic
def save_version_query(
    *, project: Project, name: str, criteria: Criteria, created_by: User | None
) -> VersionQuery:
    """Keep criteria under a name; others under the same name are its next number.

    The same again is the same row. Criteria that choose nothing are everything, as ever.

    Raises:
        InvalidInputError: the project has not what they name.

    """
    check_criteria(project, criteria)
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)  # one number at a time
    named = VersionQuery.objects.filter(project=project, name=name)
    newest = named.order_by("-number").first()
    told = json_of(criteria)
    if newest is not None and newest.dropped_at is None and newest.criteria == told:
        return newest
    made = VersionQuery.objects.create(
        project=project,
        name=name,
        number=newest.number + 1 if newest else 1,
        criteria=told,
        created_by=created_by,
    )
    log.info("version_query_saved", query=made.pk, project_id=project.pk, number=made.number)
    return made


def drop_version_query(*, query: VersionQuery, by: User | None) -> None:
    """Offer a name no longer. Its rows stay: versions name them. Safe to repeat."""
    named = VersionQuery.objects.filter(project=query.project_id, name=query.name)
    if named.filter(dropped_at=None).update(dropped_at=Now()):
        log.info("version_query_dropped", query=query.pk, by=by and by.pk)
