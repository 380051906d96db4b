"""Accounts of new people, made with a password to hand over."""

import secrets
from datetime import timedelta
from typing import Final

import structlog
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.functions import Now

from annotation.errors import DomainError, InvalidInputError
from annotation.models import Membership, Project
from annotation.services.members import set_member

PASSWORD_BYTES: Final = 18
MOST_AN_HOUR: Final = 20  # on one server, by all its managers
log = structlog.get_logger(__name__)


class TooManyAccountsError(DomainError):
    """So many accounts are hardly wanted; who runs the server may make more."""

    status = 429
    code = "too_many_accounts"


@transaction.atomic
def create_member(
    *, project: Project, username: str, role: str, by: User
) -> tuple[Membership, str]:
    """Make an account for a new person and give them a role; return it with their password."""
    if User.objects.filter(date_joined__gt=Now() - timedelta(hours=1)).count() >= MOST_AN_HOUR:
        raise TooManyAccountsError("Many accounts were made within the hour. Try again later.")
    user, password = create_account(username=username)
    log.info("account_created_by", user_id=user.pk, by_id=by.pk, project_id=project.pk)
    return set_member(project=project, username=user.get_username(), role=role), password


def create_account(*, username: str) -> tuple[User, str]:
    """Make an account and return it with its password, which is kept nowhere.

    The person changes the password on the page of their account.
    """
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    user = User(username=username)
    user.set_password(password)
    try:
        user.full_clean()
    except ValidationError as error:
        raise InvalidInputError(" ".join(error.messages), field="username") from None
    user.save()
    log.info("account_created", user_id=user.pk)
    return user, password
