"""Accounts of new people, made with a password to hand over."""

import secrets

import structlog
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError

from annotation.errors import InvalidInputError

PASSWORD_BYTES = 18
log = structlog.get_logger(__name__)


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
