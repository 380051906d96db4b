"""Who may see a row: the members of its project, with their role beside it.

No membership, no row: a stranger finds nothing, so that the API answers 404 and says no more.
"""

from typing import Any, Final, Protocol, TypeVar

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.db.models import F, Model, QuerySet

from annotation.models import Membership
from annotation.prepared import Param

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
    kept: QuerySet[Row] = rows.filter(**mine).annotate(role=F(f"{members}__role"))  # type: ignore[assignment]  # the plugin loses Row
    return kept
