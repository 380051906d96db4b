"""Tokens of programs: made, shown once, deleted."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import timedelta
from typing import Final

import structlog
from django.contrib.auth.models import User
from django.utils import timezone

from annotation.errors import InvalidInputError
from annotation.models import Token
from annotation.selectors.projects import projects_for

MARK: Final = "anl_"  # so that secret scanners can find a leaked one
log = structlog.get_logger(__name__)


def create_token(
    *,
    user: User,
    name: str,
    scope: str,
    expires_in_days: int,
    projects: Collection[int] | None = None,
) -> tuple[Token, str]:
    """Make a token and return it with its text, which is kept nowhere.

    Without `projects` it reaches all that its owner belongs to, then and later.

    Raises:
        InvalidInputError: no project is named, or one that is not the owner's.

    """
    if projects is not None:
        _check_projects(user, projects)
    value = MARK + secrets.token_urlsafe(32)
    token = Token.objects.create(
        user=user,
        name=name,
        prefix=value[:12],
        digest=hashlib.sha256(value.encode()).hexdigest(),
        scope=scope,
        project_ids=None if projects is None else sorted(set(projects)),
        expires_at=timezone.now() + timedelta(days=expires_in_days),
    )
    log.info("token_created", token_id=token.pk, user_id=user.pk, scope=scope)
    return token, value


def delete_token(*, user: User, token_id: int) -> None:
    """Delete one of the person's own tokens; one that is gone already is no error."""
    Token.objects.filter(user=user, pk=token_id).delete()
    log.info("token_deleted", token_id=token_id, user_id=user.pk)


def _check_projects(user: User, ids: Collection[int]) -> None:
    if not ids:
        raise InvalidInputError("Name a project, or leave them out for all.", field="projects")
    foreign = set(ids) - set(projects_for(user).values_list("pk", flat=True))
    if foreign:
        names = ", ".join(map(str, sorted(foreign)))
        raise InvalidInputError(f"You belong to no project {names}.", field="projects")
