"""Webhooks are told by the clock of the real stack, also once that clock has been killed."""

from typing import Any
from uuid import uuid4

import pytest

from tests.chaos.conftest import Work
from tests.client import wait_for
from tests.receiver import Receiver, address, running_receiver
from tests.stack import Stack

pytestmark = pytest.mark.slow


def test_beat_tells_again_what_was_refused_though_it_was_killed(stack: Stack, work: Work) -> None:
    hook = {"id": str(uuid4()), "events": ["version.cut"], "secret": "s" * 32}

    def delivery(attempts: int) -> dict[str, Any] | None:
        """The one row of the log, once so many attempts have come to something."""
        [row] = work.client.get(f"/api/webhooks/{hook['id']}/deliveries")["results"]
        return row if len(Receiver.got) >= attempts and row["status"] is not None else None

    with running_receiver() as receiver:
        Receiver.status = 503
        path = f"/api/projects/{work.project}"
        work.client.post(f"{path}/webhooks", {**hook, "url": address(receiver)})
        work.client.cut(work.project)
        refused = wait_for(lambda: delivery(1), "it was refused")

        stack.kill("beat")
        Receiver.status = 204
        taken = wait_for(
            lambda: found if (found := delivery(2)) and found["state"] == "delivered" else None,
            "it was taken",
        )

    assert (refused["state"], refused["status"]) == ("waiting", 503)
    assert (taken["state"], taken["status"]) == ("delivered", 204)
    assert taken["attempts"] == len(Receiver.got)  # two, and more where the kill comes late
    assert len({headers["Anneal-Delivery"] for _, headers, _ in Receiver.got}) == 1
