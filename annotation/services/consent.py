"""Consent to voice recording (DESIGN, rule 9)."""

from django.contrib.auth.models import User
from django.db.models.functions import Now

from annotation.models import Consent


def give_consent(*, user: User) -> Consent:
    """Record that the person agrees; saying so twice keeps the first moment."""
    Consent.objects.get_or_create(user=user, defaults={"given_at": Now()})
    withdrawn = Consent.objects.filter(user=user, withdrawn_at__isnull=False)
    withdrawn.update(given_at=Now(), withdrawn_at=None)
    return Consent.objects.get(user=user)


def withdraw_consent(*, user: User) -> Consent | None:
    """Record that the person agrees no longer; what is recorded stays until they delete it."""
    Consent.objects.filter(user=user, withdrawn_at=None).update(withdrawn_at=Now())
    return Consent.objects.filter(user=user).first()
