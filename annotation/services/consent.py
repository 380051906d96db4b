"""Consent to voice recording (DESIGN, rule 9)."""

import structlog
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Now

from annotation.errors import DomainError
from annotation.models import Consent, Recording
from annotation.services.kept_exports import close_voiced_exports, drop_closed_exports
from annotation.voice_terms import VERSION

log = structlog.get_logger(__name__)


class ConsentOutdatedError(DomainError):
    """The text that the person saw is no longer the newest."""

    code = "consent_outdated"


def give_consent(*, user: User, version: int = VERSION) -> Consent:
    """Record that the person agrees; saying so twice keeps the first moment."""
    if version != VERSION:
        raise ConsentOutdatedError("The text has changed since. Read it again.")
    consent, is_new = Consent.objects.get_or_create(
        user=user, version=version, withdrawn_at=None, defaults={"given_at": Now()}
    )
    if is_new:
        consent.refresh_from_db()
        log.info("consent_given", user_id=user.pk, version=version)
    return consent


def withdraw_consent(*, user: User) -> None:
    """Record that the person agrees no longer; what is recorded stays until they delete it.

    From now on it leaves with no export, and those that may hold it are deleted.
    """
    with transaction.atomic():
        given = Consent.objects.filter(user=user, withdrawn_at=None)
        withdrawn = given.update(withdrawn_at=Now())
        if withdrawn:
            close_voiced_exports(Recording.objects.filter(user=user, voice_deleted_at=None))
    if withdrawn:
        drop_closed_exports()
        log.info("consent_withdrawn", user_id=user.pk)
