"""Takes as a browser records them, sent to a whole stack: a minute until its text, and an hour."""

import time
from collections.abc import Sequence
from functools import partial
from hashlib import sha256
from statistics import median
from typing import Any, Final
from uuid import uuid4

from annotation.demo import picture_path
from tests.bench.captions.sources import as_wav, in_chunks, speech_of
from tests.bench.cpu import RequestCpu
from tests.bench.memory import service_peak_mib
from tests.bench.rows import Row
from tests.client import Answer, Client, wait_for
from tests.stack import Stack

CHUNK_S: Final = 2.0  # frontend/src/recorder
TAKE_S, TAKES, MOST_WAIT_S = 60.0, 2, 5.0
HOUR_S: Final = 3600.0
EARLY: Final = 100  # chunks
MIME: Final = "audio/wav"
FLAT_RATIO: Final = 1.25
DONE: Final = ("transcribed", "failed")


def measure_stop(stack: Stack) -> list[Row]:
    """Speak for a minute, by the clock, and wait for the text."""
    client = stack.log_in("ada")
    image = _image(client, "stop")
    chunks = in_chunks(as_wav(speech_of(TAKE_S)), CHUNK_S)
    waits: list[float] = []
    for _ in range(TAKES):
        take = _begin(client, image)
        began = time.perf_counter()
        for number, chunk in enumerate(chunks):
            time.sleep(max(0.0, began + (number + 1) * CHUNK_S - time.perf_counter()))
            assert _send(client, take, number, chunk).is_good
        stopped = time.perf_counter()
        found = _complete(client, take, len(chunks), TAKE_S)
        assert found["state"] == "transcribed", found["error"]
        waits.append(time.perf_counter() - stopped)
    return [
        Row(
            f"stop to text, {TAKE_S:.0f} s of speech sent as it was spoken",
            {"takes": TAKES, "seconds": [round(each, 2) for each in waits]},
            f"{MOST_WAIT_S} s",
            max(waits) <= MOST_WAIT_S,
        )
    ]


def measure_hour(stack: Stack) -> list[Row]:
    """Send an hour of audio: what a chunk costs at the beginning and at the end."""
    client = stack.log_in("ada")
    take = _begin(client, _image(client, "hour"))
    chunks = in_chunks(as_wav(speech_of(HOUR_S)), CHUNK_S)
    cost, peaks = RequestCpu(stack, 0), {}
    for number, chunk in enumerate(chunks):
        cost.measure(partial(_send, client, take, number, chunk))
        if number + 1 in (EARLY, len(chunks)):
            peaks[number + 1] = service_peak_mib(stack, "web")
    early, late = (median(each) for each in (cost.server_ms[:EARLY], cost.server_ms[-EARLY:]))
    found = _complete(client, take, len(chunks), HOUR_S)
    return [
        Row(
            f"an hour of audio in {len(chunks)} chunks: CPU of the web processes a chunk, memory",
            {
                "first_ms": round(early, 2),
                "last_ms": round(late, 2),
                "web_peak_mib_after": {str(number): peak for number, peak in peaks.items()},
                "speech_worker_peak_mib": service_peak_mib(stack, "speech"),
                "state": found["state"],
                "error": found["error"],
            },
            f"flat: ratio {FLAT_RATIO}",
            late <= FLAT_RATIO * early and peaks[len(chunks)] <= FLAT_RATIO * peaks[EARLY],
        )
    ]


def _image(client: Client, name: str) -> int:
    project = client.post("/api/projects", {"name": name, "holdout_share": 0.0})["id"]
    photo = picture_path("skimage", "data/astronaut.png").read_bytes()
    client.upload(project, "astronaut.png", photo)
    [row] = wait_for(lambda: client.images(project), "the image is in", 120)

    def is_idle() -> bool:
        jobs = client.rows(f"/api/projects/{project}/jobs")
        return bool(jobs) and all(job["finished_at"] for job in jobs)

    wait_for(is_idle, "no job runs", 600)
    return int(row["id"])


def _begin(client: Client, image: int) -> str:
    client.post("/api/consent", {})
    take = str(uuid4())
    client.post(f"/api/images/{image}/recordings", {"id": take, "mime": MIME})
    return take


def _send(client: Client, take: str, number: int, chunk: bytes) -> Answer:
    headers = {
        "Content-Type": "application/octet-stream",
        "X-Content-SHA256": sha256(chunk).hexdigest(),
    }
    return client.send("PUT", f"/api/recordings/{take}/chunks/{number}", chunk, headers)


def _complete(client: Client, take: str, chunks: int, duration_s: float) -> Any:
    trace: Sequence[object] = []
    whole = {"chunks": chunks, "duration_s": duration_s, "trace": trace}
    client.post(f"/api/recordings/{take}/complete", whole)

    def ended() -> Any:
        found = client.get(f"/api/recordings/{take}")
        return found if found["state"] in DONE else None

    return wait_for(ended, "the take is heard", 900)
