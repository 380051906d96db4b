"""Who may see a row: the members of its project, with their role beside it.

No membership, no row: a stranger finds nothing, so that the API answers 404 and says no more. Nor
does a program find anything of projects that its token was not made for.
"""

from collections.abc import Sequence
from typing import Any, Final, Protocol, TypeVar

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, F, Model, Q, QuerySet
from django.db.models.functions import Cast
from django.db.models.lookups import IsNull

from annotation.models import Membership
from annotation.prepared import Param, Params

ANYONE = frozenset(Membership.Role)  # any member
REVIEWERS = frozenset({Membership.Role.REVIEWER, Membership.Role.MANAGER})
MANAGERS = frozenset({Membership.Role.MANAGER})
SOMEBODY: Final = User(pk=Param("user"))  # the person of a prepared query

Person = AbstractBaseUser | AnonymousUser
Row = TypeVar("Row", bound=Model)


class HasRole(Protocol):
    """A row that `rows_for` annotated."""

    role: str


def rows_for(rows: QuerySet[Row], *, user: Person, path: str = "project") -> QuerySet[Row]:
    """Keep the rows whose project, found along `path`, the person belongs to; add `role`.

    `path` is "" for projects themselves.
    """
    members = f"{path}__memberships" if path else "memberships"
    mine: dict[str, Any] = {f"{members}__user_id": user.pk or 0}
    reached = rows.filter(_within_reach(user, path), **mine)
    kept: QuerySet[Row] = reached.annotate(role=F(f"{members}__role"))  # type: ignore[assignment]  # the plugin loses Row
    return kept


def memberships_of(user: Person) -> QuerySet[Membership]:
    """Memberships by which the person reaches projects: what is found without `rows_for`."""
    return Membership.objects.filter(_within_reach(user, "project"), user_id=user.pk or 0)


def keep_to(user: User, project_ids: Sequence[int] | None) -> None:
    """Let the person, as far as this request goes, reach no projects but these; None: all."""
    user.reach = project_ids  # type: ignore[attr-defined]  # read by reach_of


def reach_of(user: Person) -> Sequence[int] | None:
    """Return the projects that a person is kept to, by `keep_to`; None: all that are theirs."""
    reach: Sequence[int] | None = getattr(user, "reach", None)
    return reach


def asking(user: Person) -> dict[str, object]:
    """Return the values of a prepared query for SOMEBODY; it does not run with fewer."""
    return {"user": user.pk or 0, "reach": reach_of(user)}


def _within_reach(user: Person, path: str) -> Q:
    project = f"{path}__in" if path else "pk__in"
    if user is SOMEBODY:
        is_all = IsNull(Cast(Param("reach"), ArrayField(BigIntegerField())), True)  # noqa: FBT003  # Django's
        return Q(is_all) | Q(**{project: Params("reach", "bigint")})
    reach = reach_of(user)
    return Q() if reach is None else Q(**{project: reach})
