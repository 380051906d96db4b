"""Webhooks: made, changed and deleted."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

import structlog
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils.crypto import constant_time_compare

from annotation.errors import DomainError, IdTakenError, InvalidInputError
from annotation.models import Project, Webhook
from engine.public_address import is_public

MOST: Final = 10  # of one project
log = structlog.get_logger(__name__)


class TooManyWebhooksError(DomainError):
    """The project has as many as it may."""

    code = "too_many_webhooks"


@transaction.atomic
def create_webhook(
    *,
    project: Project,
    webhook_id: UUID,
    url: str,
    events: Sequence[str],
    secret: str,
    created_by: User,
) -> Webhook:
    """Make a webhook. The same id again returns the same one."""
    _check_url(url)
    wanted = sorted(set(events))
    Project.objects.select_for_update().get(pk=project.pk)  # counts are made one by one
    known = Webhook.objects.filter(pk=webhook_id).first()
    if known is None:
        if Webhook.objects.filter(project=project).count() >= MOST:
            raise TooManyWebhooksError(f"A project has {MOST} webhooks at most.")
        known = Webhook.objects.create(
            pk=webhook_id,
            project=project,
            url=url,
            events=wanted,
            secret=secret,
            created_by=created_by,
        )
        log.info("webhook_created", webhook_id=str(webhook_id), project_id=project.pk)
    is_same = (known.project_id, known.url, known.events) == (project.pk, url, wanted)
    if not (is_same and constant_time_compare(known.secret, secret)):
        raise IdTakenError("Another webhook has this id.")
    return known


@transaction.atomic
def update_webhook(*, webhook: Webhook, changes: Mapping[str, Any]) -> Webhook:
    """Change where a webhook is, what it wants or its secret, or switch it off or on.

    While it is off it is told of nothing that happens; what waits for it goes on waiting.
    """
    webhook = Webhook.objects.select_for_update().get(pk=webhook.pk)
    if "url" in changes:
        _check_url(changes["url"])
    for name, value in changes.items():
        setattr(webhook, name, sorted(set(value)) if name == "events" else value)
    webhook.save(update_fields=list(changes))
    log.info("webhook_changed", webhook_id=str(webhook.pk), fields=sorted(changes))
    return webhook


def delete_webhook(*, webhook: Webhook) -> None:
    """Delete a webhook with its log."""
    Webhook.objects.filter(pk=webhook.pk).delete()
    log.info("webhook_deleted", webhook_id=str(webhook.pk))


def _check_url(url: str) -> None:
    """Refuse at once what no delivery would be made to; it is looked at again as it is sent."""
    host, scheme = _host_of(url)
    if host in settings.WEBHOOK_ALLOWED_HOSTS:
        return
    if scheme != "https":
        raise InvalidInputError("Only https keeps what is told from others.", field="url")
    try:
        is_own = not is_public(host)
    except ValueError:  # a name
        is_own = host == "localhost"
    if is_own:
        raise InvalidInputError("The address is none that everybody can reach.", field="url")


def _host_of(url: str) -> tuple[str, str]:
    """Return the host and the scheme of an address that is one."""
    try:
        parts = urlsplit(url)
        is_one = parts.scheme in {"http", "https"} and parts.port != 0 and "@" not in parts.netloc
    except ValueError:
        is_one = False
    if not (is_one and parts.hostname and url.isascii() and url.isprintable() and " " not in url):
        raise InvalidInputError("An address such as https://example.org/anneal.", field="url")
    return parts.hostname, parts.scheme
