"""Delivering webhooks over real HTTP: signed, tried again, never to the house, never elsewhere."""

import json
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.utils import timezone

from annotation.models import Webhook, WebhookDelivery
from annotation.services.deliveries import PAUSES_S, announce, send_again
from annotation.services.webhooks import update_webhook
from engine.signatures import HEADER, is_signed
from tests.annotation.world import World
from tests.receiver import Receiver, address, running_receiver
from workers import webhooks
from workers.webhooks import deliver_webhooks

SECRET = "a secret of many letters"  # noqa: S105  # a test's


@pytest.fixture
def receiver(settings: LazySettings) -> Iterator[ThreadingHTTPServer]:
    settings.WEBHOOK_ALLOWED_HOSTS = ["127.0.0.1"]
    with running_receiver() as server:
        yield server


def tell(world: World, url: str) -> WebhookDelivery:
    """Announce one event to a webhook at the address."""
    hook = Webhook.objects.create(
        pk=uuid4(),
        project=world.project,
        url=url,
        events=["round.ended"],
        secret=SECRET,
        created_by=world.manager,
    )
    facts = {"round_id": 7}
    announce(project_id=world.project.pk, event="round.ended", subject="7", facts=facts)
    return hook.deliveries.get()


def pause_s_of(delivery: WebhookDelivery) -> float:
    """Return how long after its last attempt it is due again."""
    assert delivery.attempted_at is not None
    return (delivery.due_at - delivery.attempted_at).total_seconds()


def make_due() -> None:
    WebhookDelivery.objects.update(due_at=timezone.now())


def test_an_event_arrives_once_and_proves_its_sender(
    world: World, receiver: ThreadingHTTPServer
) -> None:
    delivery = tell(world, address(receiver))

    assert [deliver_webhooks(), deliver_webhooks()] == [1, 0]

    [(path, headers, body)] = Receiver.got
    delivery.refresh_from_db()
    assert path == "/hook?of=cells"
    assert headers["Host"] == f"127.0.0.1:{receiver.server_port}"
    assert (headers["Anneal-Event"], headers["Anneal-Delivery"]) == (
        "round.ended",
        str(delivery.pk),
    )
    assert is_signed(SECRET, body, headers[HEADER])
    assert json.loads(body) == delivery.payload
    assert json.loads(body)["round_id"] == 7
    assert (delivery.state, delivery.status, delivery.attempts) == ("delivered", 204, 1)


def test_what_is_not_taken_is_sent_again_later_with_the_same_id(
    world: World, receiver: ThreadingHTTPServer
) -> None:
    delivery = tell(world, address(receiver))
    Receiver.status = 503

    first = [deliver_webhooks(), deliver_webhooks()]  # not yet due again
    delivery.refresh_from_db()
    pause_s = pause_s_of(delivery)
    Receiver.status = 200
    make_due()
    second = deliver_webhooks()

    assert (first, second) == ([1, 0], 1)
    assert (delivery.state, delivery.status) == ("waiting", 503)
    assert pause_s == PAUSES_S[0]
    ids = {headers["Anneal-Delivery"] for _, headers, _ in Receiver.got}
    assert (len(Receiver.got), len(ids)) == (2, 1)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == ("delivered", 2)


def test_after_many_attempts_it_is_given_up(world: World, receiver: ThreadingHTTPServer) -> None:
    delivery = tell(world, address(receiver))
    Receiver.status = 500

    for _ in range(len(PAUSES_S) + 3):
        make_due()
        deliver_webhooks()

    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == ("failed", len(PAUSES_S) + 1)
    assert delivery.ended_at is not None
    assert len(Receiver.got) == len(PAUSES_S) + 1


def test_a_redirect_is_followed_nowhere(world: World, receiver: ThreadingHTTPServer) -> None:
    delivery = tell(world, address(receiver))
    Receiver.status = 302

    deliver_webhooks()

    delivery.refresh_from_db()
    assert (delivery.state, delivery.status) == ("waiting", 302)
    assert [path for path, _, _ in Receiver.got] == ["/hook?of=cells"]


@pytest.mark.parametrize("host", ["localhost", "no.such.host.invalid"])
def test_a_host_in_the_house_is_not_connected_to_and_told_no_otherwise_than_one_nobody_knows(
    world: World, receiver: ThreadingHTTPServer, settings: LazySettings, host: str
) -> None:
    """The name was public when the webhook was made: what counts is where it leads now."""
    settings.WEBHOOK_ALLOWED_HOSTS = []
    delivery = tell(world, f"https://{host}:{receiver.server_port}/hook")

    deliver_webhooks()

    delivery.refresh_from_db()
    assert Receiver.got == []
    assert (delivery.state, delivery.status) == ("waiting", None)
    assert delivery.error == f"{host} is not to be found on the public network."


def test_a_receiver_that_is_away_is_noted(
    world: World, receiver: ThreadingHTTPServer, settings: LazySettings
) -> None:
    delivery = tell(world, "http://127.0.0.1:9/hook")

    deliver_webhooks()

    delivery.refresh_from_db()
    assert delivery.status is None
    assert "refused" in delivery.error


def test_a_receiver_whose_answer_has_no_end_is_left(
    world: World, receiver: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "ATTEMPT_S", 0.3)
    delivery = tell(world, address(receiver))
    Receiver.is_dripping = True

    deliver_webhooks()

    delivery.refresh_from_db()
    assert (delivery.state, delivery.status) == ("waiting", None)
    assert delivery.error == "It took over 0.3 seconds."


def test_a_webhook_that_fails_is_passed_over_until_the_next_run(
    world: World, receiver: ThreadingHTTPServer
) -> None:
    hook = tell(world, "http://127.0.0.1:9/hook").webhook
    for subject in "89":
        announce(project_id=world.project.pk, event="round.ended", subject=subject, facts={})
    well = tell(world, address(receiver))

    made = deliver_webhooks()

    well.refresh_from_db()
    assert (made, well.state) == (2, "delivered")
    assert sorted(hook.deliveries.values_list("attempts", flat=True)) == [0, 0, 1]
    assert deliver_webhooks() == 1


def test_a_webhook_that_is_slow_leaves_time_to_others(
    world: World, receiver: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "SHARE_S", 0.0)
    hook = tell(world, address(receiver)).webhook
    announce(project_id=world.project.pk, event="round.ended", subject="8", facts={})

    runs = [deliver_webhooks(), deliver_webhooks(), deliver_webhooks()]

    assert runs == [1, 1, 0]
    assert set(hook.deliveries.values_list("state", flat=True)) == {"delivered"}


def test_a_receiver_that_cannot_prove_who_it_is_gets_nothing(
    world: World, receiver: ThreadingHTTPServer
) -> None:
    delivery = tell(world, f"https://127.0.0.1:{receiver.server_port}/hook")

    deliver_webhooks()

    delivery.refresh_from_db()
    assert (delivery.status, Receiver.got) == (None, [])
    assert "SSL" in delivery.error


def test_nothing_is_sent_to_a_webhook_that_is_off_until_it_is_on_again(
    world: World, receiver: ThreadingHTTPServer
) -> None:
    delivery = tell(world, address(receiver))
    update_webhook(webhook=delivery.webhook, changes={"is_on": False})

    while_off = deliver_webhooks()
    update_webhook(webhook=delivery.webhook, changes={"is_on": True})

    assert (while_off, deliver_webhooks(), len(Receiver.got)) == (0, 1, 1)


def test_what_was_given_up_is_sent_again_with_all_its_pauses_anew(
    world: World, receiver: ThreadingHTTPServer
) -> None:
    delivery = tell(world, address(receiver))
    Receiver.status = 500
    for _ in range(len(PAUSES_S) + 1):
        make_due()
        deliver_webhooks()

    delivery.refresh_from_db()
    given_up = delivery.state
    send_again(delivery=delivery)
    asked = timezone.now()
    deliver_webhooks()

    delivery.refresh_from_db()
    assert (given_up, delivery.state) == ("failed", "waiting")
    assert delivery.attempts == len(PAUSES_S) + 2
    assert delivery.attempted_at is not None
    assert delivery.attempted_at >= asked
    assert pause_s_of(delivery) == PAUSES_S[0]
    assert len({headers["Anneal-Delivery"] for _, headers, _ in Receiver.got}) == 1
    Receiver.status = 200
    make_due()
    deliver_webhooks()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.status) == ("delivered", 200)
