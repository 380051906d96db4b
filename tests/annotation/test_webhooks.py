"""Webhooks by the API: who may make them, for which addresses, and the log."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import LazySettings
from django.utils import timezone

from annotation import jobs
from annotation.models import Job, Webhook, WebhookDelivery
from annotation.services.deliveries import announce, drop_old_deliveries
from annotation.services.jobs import (
    cancel_job,
    claim_job,
    enqueue_job,
    fail_job,
    succeed_job,
    sweep_jobs,
)
from annotation.services.versions import cut_version
from tests.annotation.world import Api, World, create, make_image

SECRET = "a secret of many letters"  # noqa: S105  # a test's


def hook(**changes: object) -> dict[str, object]:
    events = ["version.cut", "export.ended"]
    return {
        "id": str(uuid4()),
        "url": "https://example.org/anneal?of=cells",
        "events": events,
        "secret": SECRET,
        **changes,
    }


def made(api: Api, world: World, **changes: object) -> Any:
    return api.post(f"projects/{world.project.pk}/webhooks", hook(**changes))


def test_a_manager_makes_lists_and_deletes_a_webhook_whose_secret_is_never_shown(
    manager: Api, world: World
) -> None:
    answer = made(manager, world)
    path = f"projects/{world.project.pk}/webhooks"
    [listed] = manager.get(path).json()["results"]

    assert (answer.status_code, answer.json()) == (201, listed)
    assert listed["created_by"] == "manager"
    assert SECRET not in answer.content.decode()
    assert manager.delete(f"webhooks/{listed['id']}").status_code == 204
    assert manager.get(path).json()["results"] == []


def test_p3_the_same_id_makes_one_webhook_and_belongs_to_one(manager: Api, world: World) -> None:
    webhook_id = str(uuid4())

    answers = [made(manager, world, id=webhook_id) for _ in range(2)]
    others = [
        made(manager, world, id=webhook_id, url="https://example.com"),
        made(manager, world, id=webhook_id, secret=SECRET.upper()),
    ]

    assert [each.status_code for each in answers] == [201, 201]
    assert [(each.status_code, each.json()["code"]) for each in others] == [(409, "id_taken")] * 2
    assert Webhook.objects.get().secret == SECRET


@pytest.mark.parametrize(
    "url",
    [
        *("http://example.org", "ftp://example.org", "example.org", "https://", "nonsense"),
        *("https://127.0.0.1/x", "https://localhost", "https://[::1]/", "https://10.0.0.1:8443"),
        *("https://169.254.169.254/latest/meta-data", "https://name:word@example.org/"),
        *("https://[::1", "https://example.org:99999/", "https://example.org:x/"),
        *("https://ex\u00e4mple.org", "https://example.org/a b", "https://example.org:0"),
    ],
)
def test_an_address_that_is_not_everybodys_is_refused(manager: Api, world: World, url: str) -> None:
    answer = made(manager, world, url=url)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "url"


def test_hosts_of_ones_own_network_can_be_allowed(
    manager: Api, world: World, settings: LazySettings
) -> None:
    settings.WEBHOOK_ALLOWED_HOSTS = ["ci.internal"]

    assert made(manager, world, url="http://ci.internal:8080/hook").status_code == 201
    assert made(manager, world, url="http://other.internal/hook").status_code == 400


@pytest.mark.parametrize(
    "changes", [{"secret": "short"}, {"events": []}, {"events": ["nonsense"]}, {"id": "x"}]
)
def test_what_is_wrong_is_named(manager: Api, world: World, changes: dict[str, object]) -> None:
    answer = made(manager, world, **changes)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"].startswith(next(iter(changes)))


def test_a_project_has_a_few_webhooks(manager: Api, world: World) -> None:
    codes = [made(manager, world).status_code for _ in range(11)]

    assert codes == [201] * 10 + [409]


@pytest.fixture
def told(manager: Api, world: World) -> UUID:
    """A webhook that wants all events; return its id."""
    made_id = made(manager, world, events=[each.value for each in Webhook.Event]).json()["id"]
    return UUID(made_id)


def _log(api: Api, webhook: UUID) -> list[Any]:
    rows: list[Any] = api.get(f"webhooks/{webhook}/deliveries").json()["results"]
    return rows


def test_a_new_version_is_told_once_with_its_counts(
    manager: Api, annotator: Api, world: World, told: UUID
) -> None:
    annotator.save(make_image(world.project), create())

    versions = [cut_version(project=world.project, created_by=None) for _ in range(2)]

    [delivery] = _log(manager, told)
    assert delivery["payload"]["version"] == versions[0].pk
    assert delivery["payload"]["counts"]["masks"] == 1
    assert delivery["payload"]["project"] == world.project.pk
    assert (delivery["event"], delivery["state"]) == ("version.cut", "waiting")


@pytest.mark.parametrize(
    ("kind", "event"),
    [
        (jobs.EXPORT_VERSION, "export.ended"),
        (jobs.IMPORT_UPLOADS, "import.ended"),
        (jobs.IMPORT_ARCHIVE, "import.ended"),
        (jobs.IMPORT_DATASET, "import.ended"),
        (jobs.UNDO_IMPORT, "import.ended"),
        (jobs.CUT_VERSION, "version.cut"),
        (jobs.CHECK_DATASET, None),
        (jobs.RUN_ROUND, "round.ended"),
        (jobs.PREPARE_IMAGES, None),
    ],
)
@pytest.mark.parametrize("end", ["succeeded", "failed", "cancelled"])
def test_the_end_of_a_job_is_told_whatever_it_was(
    manager: Api, world: World, told: UUID, kind: str, event: str | None, end: str
) -> None:
    job = enqueue_job(kind=kind, project=world.project, args={"export_id": "x"})
    if end == "cancelled":
        cancel_job(job_id=job.pk)
    else:
        claim = claim_job(job_id=job.pk)
        assert claim is not None
        succeed_job(claim) if end == "succeeded" else fail_job(claim, error="The disk is full.")

    rows = _log(manager, told)

    assert [row["event"] for row in rows] == ([event] if event else [])
    for row in rows:
        assert row["payload"]["export_id"] == "x"
        error = "The disk is full." if end == "failed" else ""
        assert row["payload"]["job"] == {"id": job.pk, "state": end, "error": error}


def test_a_job_whose_worker_vanished_for_good_is_told_once(
    manager: Api, world: World, told: UUID
) -> None:
    job = enqueue_job(kind=jobs.RUN_ROUND, project=world.project, args={"round_id": 1})
    long_ago = timezone.now() - timedelta(hours=1)
    Job.objects.filter(pk=job.pk).update(state="running", attempt=3, lease_until=long_ago)

    for _ in range(2):
        sweep_jobs()

    [delivery] = _log(manager, told)
    assert delivery["payload"]["job"]["state"] == "failed"
    assert "vanished" in delivery["payload"]["job"]["error"]


def test_only_what_is_wanted_is_told_and_only_of_ones_own_project(
    manager: Api, world: World
) -> None:
    wanted = made(manager, world, events=["round.ended"]).json()["id"]
    enqueued = enqueue_job(kind=jobs.RUN_ROUND, project=world.elsewhere, args={})
    other = enqueue_job(kind=jobs.EXPORT_VERSION, project=world.project, args={})
    for job in (enqueued, other):
        cancel_job(job_id=job.pk)

    assert _log(manager, wanted) == []
    assert Job.objects.filter(state="cancelled").count() == 2


def test_the_log_is_read_page_by_page_and_forgotten_after_a_month(
    manager: Api, world: World, told: UUID
) -> None:
    for number in range(105):
        announce(project_id=world.project.pk, event="round.ended", subject=str(number), facts={})
    first = manager.get(f"webhooks/{told}/deliveries").json()
    rest = manager.get(f"webhooks/{told}/deliveries?cursor={first['next']}").json()

    assert (len(first["results"]), len(rest["results"]), rest["next"]) == (100, 5, None)
    assert drop_old_deliveries() == 0
    ended = timezone.now() - timedelta(days=31)
    WebhookDelivery.objects.filter(subject="7").update(state="delivered", ended_at=ended)
    assert drop_old_deliveries() == 1


def test_a_webhook_is_changed_and_its_secret_replaced(manager: Api, world: World) -> None:
    webhook_id = made(manager, world).json()["id"]

    answer = manager.patch(
        f"webhooks/{webhook_id}",
        {
            "url": "https://example.com/other",
            "events": ["round.ended", "import.ended", "round.ended"],
            "secret": SECRET.upper(),
        },
    )

    hook_row = Webhook.objects.get()
    assert answer.status_code == 200
    assert answer.json()["url"] == hook_row.url == "https://example.com/other"
    assert answer.json()["events"] == hook_row.events == ["import.ended", "round.ended"]
    assert hook_row.secret == SECRET.upper()
    assert SECRET.upper() not in answer.content.decode()


@pytest.mark.parametrize(
    "changes",
    [{"url": "https://127.0.0.1/"}, {"events": []}, {"secret": "short"}, {"is_on": None}],
)
def test_what_is_wrong_in_a_change_is_named_and_changes_nothing(
    manager: Api, world: World, changes: dict[str, object]
) -> None:
    webhook_id = made(manager, world).json()["id"]

    answer = manager.patch(f"webhooks/{webhook_id}", changes)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == next(iter(changes))
    row = Webhook.objects.get()
    assert (row.url, row.secret, row.is_on) == (hook()["url"], SECRET, True)


def test_a_webhook_that_is_off_is_told_of_nothing_new(
    manager: Api, world: World, told: UUID
) -> None:
    manager.patch(f"webhooks/{told}", {"is_on": False})
    announce(project_id=world.project.pk, event="round.ended", subject="1", facts={})
    while_off = _log(manager, told)

    manager.patch(f"webhooks/{told}", {"is_on": True})
    announce(project_id=world.project.pk, event="round.ended", subject="2", facts={})

    assert (while_off, len(_log(manager, told))) == ([], 1)


def test_a_test_is_sent_whatever_is_wanted_once_for_each_id(manager: Api, world: World) -> None:
    webhook_id = made(manager, world, events=["round.ended"]).json()["id"]
    wanted = {"id": str(uuid4())}

    answers = [manager.post(f"webhooks/{webhook_id}/ping", wanted) for _ in range(2)]

    [delivery] = _log(manager, webhook_id)
    assert [(each.status_code, each.json()) for each in answers] == [(201, delivery)] * 2
    assert (delivery["event"], delivery["state"]) == ("ping", "waiting")
    assert delivery["payload"]["webhook"] == webhook_id
    [listed] = manager.get(f"projects/{world.project.pk}/webhooks").json()["results"]
    assert listed["last_state"] == "waiting"


def test_nothing_is_asked_of_a_webhook_that_is_off(manager: Api, world: World, told: UUID) -> None:
    announce(project_id=world.project.pk, event="round.ended", subject="1", facts={})
    [delivery] = _log(manager, told)
    manager.patch(f"webhooks/{told}", {"is_on": False})

    answers = [
        manager.post(f"webhooks/{told}/ping", {"id": str(uuid4())}),
        manager.post(f"deliveries/{delivery['id']}/again"),
    ]

    assert [(each.status_code, each.json()["code"]) for each in answers] == [
        (409, "webhook_off")
    ] * 2
    assert _log(manager, told) == [delivery]


def test_p3_what_was_delivered_is_sent_again_once_for_each_key(
    manager: Api, world: World, told: UUID
) -> None:
    announce(project_id=world.project.pk, event="round.ended", subject="1", facts={})
    [delivery] = _log(manager, told)
    path, key = f"deliveries/{delivery['id']}/again", {"Idempotency-Key": "one"}
    ended = {"state": "delivered", "attempts": 1, "ended_at": timezone.now()}
    WebhookDelivery.objects.update(**ended)

    first = manager.post(path, **key)
    WebhookDelivery.objects.update(**ended)
    second = manager.post(path, **key)

    assert (first.status_code, first.json()["state"]) == (200, "waiting")
    assert (first.json()["id"], first.json()["ended_at"]) == (delivery["id"], None)
    assert second.json() == first.json()
    assert WebhookDelivery.objects.get().state == "delivered"
