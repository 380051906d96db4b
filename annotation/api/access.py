"""The policy of a view: which members of a project may call which of its methods."""

from collections.abc import Collection, Mapping
from typing import ClassVar, TypeVar, cast

from django.contrib.auth.models import User
from django.db.models import Model, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from rest_framework.request import Request
from rest_framework.views import APIView

from annotation.errors import NotAllowedError
from annotation.selectors.access import ANYONE, MANAGERS, REVIEWERS, HasRole

__all__ = ["ANYONE", "MANAGERS", "REVIEWERS", "MemberView", "check_role", "user_of"]

Row = TypeVar("Row", bound=Model)


def user_of(request: Request) -> User:
    """Return the person who is logged in; the permission classes have let nobody else pass."""
    return cast("User", request.user)


class MemberView(APIView):
    """A view on something inside a project.

    `roles` says for each method who may call it; a method that it does not name answers nobody.
    Strangers get 404, members without the role 403.
    """

    roles: ClassVar[Mapping[str, frozenset[str]]]
    # A selector finds the project, and keeps a token to those that it was made for.
    within_projects: ClassVar[Collection[str]] = ("GET", "POST", "PUT", "PATCH", "DELETE")

    def fetch(self, rows: QuerySet[Row], **lookup: object) -> Row:
        """Return the row that a selector lets the person see, if their role allows the method."""
        return self.admit(get_object_or_404(rows, **lookup))

    def admit(self, row: Row | None) -> Row:
        """Return a row that was found for the person, if their role allows the method."""
        if row is None:
            raise Http404
        check_role(row, self.roles.get(self.request.method or "", frozenset()))
        return row


def check_role(row: Model, allowed: frozenset[str]) -> None:
    """Refuse a person whose role beside the row is none of those allowed."""
    if cast("HasRole", row).role not in allowed:
        names = " or ".join(sorted(allowed))
        raise NotAllowedError(f"Only a {names} of the project may do this.")
