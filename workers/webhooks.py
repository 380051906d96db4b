"""Telling webhooks: signed, to the address that was checked, once for each attempt."""

import json
import socket
import ssl
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from threading import Event, Timer
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

import structlog
from django.conf import settings

from annotation.models import WebhookDelivery
from annotation.services.deliveries import Attempt, end_attempt, take_delivery
from engine.public_address import NotPublicError, addresses, public_addresses
from engine.signatures import HEADER, sign

CONNECT_S: Final = 5.0
ATTEMPT_S: Final = 15.0  # of a connection, from its first byte to its last
RUN_S: Final = 60.0  # one run at most, so that slow receivers hold no worker for long
SHARE_S: Final = 10.0  # of a run, after which a webhook waits for the next one
PORTS: Final = {"http": 80, "https": 443}
log = structlog.get_logger(__name__)


def deliver_webhooks() -> int:
    """Deliver what is due; return how many attempts were made.

    A webhook that has failed or been slow is passed over until the next run, so that one receiver
    which is away delays nobody else.
    """
    until, made = time.monotonic() + RUN_S, 0
    spent_s: defaultdict[UUID, float] = defaultdict(float)
    passed_over: set[UUID] = set()
    while (start := time.monotonic()) < until and (delivery := take_delivery(passed_over)):
        come_to, hook = attempt(delivery), delivery.webhook_id
        end_attempt(delivery=delivery, attempt=come_to)
        made += 1
        spent_s[hook] += time.monotonic() - start
        if not come_to.is_good or spent_s[hook] > SHARE_S:
            passed_over.add(hook)
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
    except (ValueError, HTTPException, OSError) as error:  # none to be sent to
        return Attempt(error=(str(error) or type(error).__name__)[:1000])


def _post(url: str, body: bytes, headers: dict[str, str]) -> int:
    """POST to an address that was looked up and checked just now; follow nowhere.

    The connection is made to the address itself: another look-up could give another one.
    """
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    path = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
    with _connected(parts.scheme, _address_of(host, port), port, host) as connected:
        connection = HTTPConnection(host, port)
        connection.sock = connected
        connection.request("POST", path, body, {**headers, "Host": parts.netloc})
        with connection.getresponse() as response:
            return response.status  # nobody reads the rest, however long it is


def _address_of(host: str, port: int) -> str:
    """Look a host up that may be sent to.

    Raises:
        NotPublicError: it is in the house, or nobody knows it. That is not told apart: whoever may
            make webhooks would learn which names the house has, and where they lead.

    """
    if host in settings.WEBHOOK_ALLOWED_HOSTS:
        return addresses(host, port)[0]
    try:
        return public_addresses(host, port)[0]
    except (NotPublicError, OSError) as error:
        log.info("webhook_host_refused", host=host, reason=str(error))
        raise NotPublicError(f"{host} is not to be found on the public network.") from None


@contextmanager
def _connected(scheme: str, address: str, port: int, host: str) -> Iterator[socket.socket]:
    """Connect, by TLS if the scheme is https; in the end the connection is closed."""
    with socket.create_connection((address, port), CONNECT_S) as plain, _cut_off(plain):
        plain.settimeout(ATTEMPT_S)
        if scheme != "https":
            yield plain
            return
        context = ssl.create_default_context()  # the certificate is the host's, not the address's
        with context.wrap_socket(plain, server_hostname=host) as secured:
            yield secured


@contextmanager
def _cut_off(connection: socket.socket) -> Iterator[None]:
    """Break a connection off when its time is over, whatever is waited for by then.

    A timeout of the socket holds for one read: who sends a byte now and then never exceeds it.

    Raises:
        TimeoutError: it was broken off.

    """
    twin, is_over = connection.dup(), Event()  # TLS takes the socket itself away

    def end() -> None:
        is_over.set()
        with suppress(OSError):  # it has ended already
            twin.shutdown(socket.SHUT_RDWR)

    timer = Timer(ATTEMPT_S, end)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        twin.close()
        if is_over.is_set():  # what was read until then is no answer
            raise TimeoutError(f"It took over {ATTEMPT_S:g} seconds.")
