"""Telling webhooks: signed, to the address that was checked, once for each attempt."""

import json
import time
from typing import Final
from urllib.parse import urlsplit

import urllib3
from django.conf import settings

from annotation.models import WebhookDelivery
from annotation.services.webhooks import Attempt, end_attempt, take_delivery
from engine.public_address import addresses, public_addresses
from engine.signatures import HEADER, sign

TIMEOUT: Final = urllib3.Timeout(connect=5, read=10)
RUN_S: Final = 60.0  # one run at most, so that a slow receiver holds no worker for long
PORTS: Final = {"http": 80, "https": 443}


def deliver_webhooks() -> int:
    """Deliver what is due; return how many attempts were made."""
    until, made = time.monotonic() + RUN_S, 0
    while time.monotonic() < until and (delivery := take_delivery()) is not None:
        end_attempt(delivery=delivery, attempt=attempt(delivery))
        made += 1
    return made


def attempt(delivery: WebhookDelivery) -> Attempt:
    """Send a delivery once. Whatever is answered but a good status counts as not delivered."""
    body = json.dumps(delivery.payload).encode()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Anneal",
        "Anneal-Event": delivery.event,
        "Anneal-Delivery": str(delivery.pk),
        HEADER: sign(delivery.webhook.secret, body, int(time.time())),
    }
    try:
        return Attempt(_post(delivery.webhook.url, body, headers))
    except (ValueError, urllib3.exceptions.HTTPError, OSError) as error:  # none to be sent to
        return Attempt(error=str(error)[:1000])


def _post(url: str, body: bytes, headers: dict[str, str]) -> int:
    """POST to an address that was looked up and checked just now; follow nowhere.

    The connection is made to the address itself: another look-up could give another one.
    """
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    look_up = addresses if host in settings.WEBHOOK_ALLOWED_HOSTS else public_addresses
    path = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
    with _pool(parts.scheme, look_up(host, port)[0], port, host) as pool:
        response = pool.urlopen(
            "POST",
            path,
            body=body,
            headers={**headers, "Host": parts.netloc},
            retries=False,
            redirect=False,
            preload_content=False,  # nobody reads it, however long it is
        )
        response.close()
        return response.status


def _pool(scheme: str, address: str, port: int, host: str) -> urllib3.HTTPConnectionPool:
    if scheme == "https":  # the certificate is the host's, not the address's
        return urllib3.HTTPSConnectionPool(
            address, port, timeout=TIMEOUT, server_hostname=host, assert_hostname=host
        )
    return urllib3.HTTPConnectionPool(address, port, timeout=TIMEOUT)
