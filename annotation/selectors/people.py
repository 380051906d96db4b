"""What belongs to a person alone."""

from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any, Final, TypedDict

from django.contrib.auth.models import User
from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from annotation.models import Preferences, Revision, Stint, Token

WORK_DAYS: Final = 14
_ENDED_AS: Final = {
    name: Count("image", distinct=True, filter=Q(ended_as=end))
    for name, end in (("finished", Stint.End.FINISHED), ("reviewed", Stint.End.REVIEWED))
}


class WorkRow(TypedDict):
    """What one person did in one project on one day."""

    day: date
    project: int
    project_name: str
    finished: int  # images
    reviewed: int  # images
    masks: int  # that they made, corrected or accepted, and that are still there
    active_s: float  # of the stints that ended on that day


class Work(TypedDict):
    """A person's work of the last days, by the days of a time zone."""

    today: date
    rows: list[WorkRow]  # the newest day first


def tokens_for(user: User) -> QuerySet[Token]:
    """Return the person's own tokens."""
    return Token.objects.filter(user=user)


def preferences_of(user: User) -> Preferences:
    """Return what the person has chosen; an empty row, not saved, while that is nothing."""
    return Preferences.objects.filter(user=user).first() or Preferences(user=user)


def work_of(user: User, zone: tzinfo) -> Work:
    """Add up what the person did in the last two weeks, in two queries."""
    today = timezone.now().astimezone(zone).date()
    since = datetime.combine(today - timedelta(days=WORK_DAYS - 1), time.min, zone)
    own_stints = Stint.objects.filter(user=user, ended_at__gte=since)
    drawn = Revision.objects.filter(
        author=user,
        created_at__gte=since,
        operation__isnull=False,
        rle__isnull=False,
        mask__head__rle__isnull=False,  # neither undone nor deleted
    )
    sums = [
        *_by_day_and_project(own_stints, "ended_at", "image", zone).annotate(
            **_ENDED_AS, active_s=Sum("active_s")
        ),
        *_by_day_and_project(drawn, "created_at", "mask__image", zone).annotate(
            masks=Count("mask", distinct=True)
        ),
    ]
    nothing = {"finished": 0, "reviewed": 0, "masks": 0, "active_s": 0.0}
    rows: dict[tuple[date, str, int], Any] = {}
    for each in sums:
        key = (each["day"], each["project_name"], each["project"])
        rows[key] = {**rows.get(key, nothing), **each}
    newest_first = sorted(rows, key=lambda key: (-key[0].toordinal(), *key[1:]))
    return Work(today=today, rows=[rows[key] for key in newest_first])


def _by_day_and_project(
    rows: QuerySet[Any], moment: str, image: str, zone: tzinfo
) -> QuerySet[Any, dict[str, Any]]:
    return rows.values(
        day=TruncDate(moment, tzinfo=zone),
        project=F(f"{image}__project_id"),
        project_name=F(f"{image}__project__name"),
    )
