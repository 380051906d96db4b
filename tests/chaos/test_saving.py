"""P1 and P3 by doing it: processes are killed while people save."""

from functools import partial
from threading import Event, Thread
from uuid import uuid4

import pytest

from tests.chaos.conftest import Work, picture
from tests.client import UNREACHABLE, wait_for
from tests.stack import Stack

pytestmark = pytest.mark.slow
SAVES = 45
KILLS_AFTER = (10, 20, 30)  # acknowledged saves


class Annotator(Thread):
    """Saves one mask after the other as the browser does: sends again until it is acknowledged."""

    def __init__(self, work: Work, image: int) -> None:
        super().__init__(daemon=True)
        self.work, self.image = work, image
        _, self.rles = picture(1)
        self.acknowledged: list[str] = []  # masks
        self.sent_again = 0
        self.refusals: list[object] = []
        self.is_told_to_stop = Event()

    def has_saved(self, count: int) -> bool:
        return len(self.acknowledged) >= count

    def run(self) -> None:
        version = 0
        while len(self.acknowledged) < SAVES and not self.is_told_to_stop.is_set():
            mask = str(uuid4())
            create = {
                "id": str(uuid4()),
                "kind": "create",
                "mask": mask,
                "label": self.work.label,
                "rle": self.rles[len(self.acknowledged) % len(self.rles)],
            }
            saved_as = self._save_until_acknowledged(version, create)
            if saved_as is None:
                return
            version = saved_as
            self.acknowledged.append(mask)

    def _save_until_acknowledged(self, version: int, create: dict[str, object]) -> int | None:
        while not self.is_told_to_stop.is_set():
            try:
                answer = self.work.client.save(self.image, version, create)
            except UNREACHABLE:
                self.sent_again += 1
                self.is_told_to_stop.wait(0.05)
                continue
            if answer.is_good:
                return int(answer.body["version"])
            if answer.status < 500:  # nobody else saves here: nothing may be refused
                self.refusals.append(answer)
                return None
            self.sent_again += 1
            self.is_told_to_stop.wait(0.05)
        return None


@pytest.mark.usefixtures("nobody_prepares")
@pytest.mark.parametrize("victim", ["web", "postgres", "valkey", "worker"])
def test_a_save_is_neither_lost_nor_doubled_when_a_process_is_killed(
    stack: Stack, work: Work, victim: str
) -> None:
    data, _ = picture(1)
    [image] = work.add_images(data)
    annotator = Annotator(work, image)
    annotator.start()

    for count in KILLS_AFTER:
        wait_for(partial(annotator.has_saved, count), f"{count} saves")
        wait_for(partial(stack.pid, victim), f"{victim} is back")
        stack.kill(victim)
    annotator.join(timeout=120)
    annotator.is_told_to_stop.set()

    assert annotator.refusals == []
    assert len(annotator.acknowledged) == SAVES
    shown = wait_for(lambda: work.client.get(f"/api/images/{image}"), "the image")
    assert {mask["id"] for mask in shown["masks"]} == set(annotator.acknowledged)
    assert shown["version"] == SAVES
    counts = stack.sql(
        "SELECT (SELECT count(*) FROM annotation_operation WHERE image_id = %s),"
        " (SELECT count(*) FROM annotation_revision r JOIN annotation_mask m ON m.id = r.mask_id"
        "  WHERE m.image_id = %s)",
        image,
        image,
    )
    assert counts == [(SAVES, SAVES)]
    # Who was killed last may still be going, and take an answer with it.
    exported = wait_for(partial(work.client.export, work.project), "the export")
    written = {annotation["mask_id"] for annotation in exported["annotations"]}
    assert written == set(annotator.acknowledged)
