"""What a save of one edited mask costs the server: CPU time, not waiting time.

Read from the kernel's scheduler statistics (nanoseconds), process by process, around each request;
nothing else is sent meanwhile.
"""

import time
from statistics import median
from uuid import uuid4

import numpy as np

from annotation.demo import picture_path
from engine.masks.rle import RLE, encode
from tests.client import Client, wait_for
from tests.stack import Stack, cpu_ns, descendants

WARM_UP, SAVES = 30, 200
MASKS = 30  # on the image beside the edited one
SIZE_HW = (512, 512)


def measure_saves(stack: Stack) -> dict[str, object]:
    client = stack.log_in("ada")
    image = _image(client)
    edited = str(uuid4())
    masks = [edited, *(str(uuid4()) for _ in range(MASKS - 1))]
    creations = [
        {"id": str(uuid4()), "kind": "create", "mask": mask, "label": None, "rle": blob(number)}
        for number, mask in enumerate(masks)
    ]
    version = client.save(image, 0, *creations).body["version"]
    web, database = stack.pid("web"), stack.pid("postgres")
    assert web is not None
    assert database is not None
    server_ms, database_ms, wall_ms = [], [], []
    for number in range(WARM_UP + SAVES):
        revise = {"id": str(uuid4()), "kind": "revise", "mask": edited, "rle": blob(number)}
        before, database_before = _tree_ns(web), _tree_ns(database)
        began = time.perf_counter()
        answer = client.save(image, version, revise)
        wall_ms.append(1000 * (time.perf_counter() - began))
        assert answer.is_good, answer
        version = answer.body["version"]
        server_ms.append((_tree_ns(web) - before) / 1e6)
        database_ms.append((_tree_ns(database) - database_before) / 1e6)
    return {
        "saves": SAVES,
        "masks_on_image": MASKS,
        "rle_bytes": len(blob(0)["counts"]),
        "server_cpu_ms_median": _median(server_ms),
        "server_cpu_ms_mean": round(sum(server_ms[WARM_UP:]) / SAVES, 2),
        "database_cpu_ms_median": _median(database_ms),
        "wall_ms_median": _median(wall_ms),
    }


def blob(seed: int) -> RLE:
    """Draw a wobbly disc of about 100 pixels across, as a person's mask is."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[: SIZE_HW[0], : SIZE_HW[1]]
    centre_y, centre_x = rng.integers(100, 400, 2)
    angle = np.arctan2(y - centre_y, x - centre_x)
    radius = 50 + 6 * np.sin(5 * angle + rng.random()) + 3 * np.sin(13 * angle)
    return encode(np.hypot(y - centre_y, x - centre_x) < radius)


def _image(client: Client) -> int:
    project = client.post("/api/projects", {"name": "saves", "holdout_share": 0.9})["id"]
    client.upload(
        project, "astronaut.png", picture_path("skimage", "data/astronaut.png").read_bytes()
    )
    [image] = wait_for(lambda: client.images(project), "the image is in", 120)
    wait_for(lambda: _is_idle(client, project), "no job runs", 300)
    return int(image["id"])


def _is_idle(client: Client, project: int) -> bool:
    jobs = client.get(f"/api/projects/{project}/jobs")
    kinds = {job["kind"] for job in jobs}
    return "prepare_images" in kinds and all(job["finished_at"] for job in jobs)


def _tree_ns(pid: int) -> int:
    return sum(cpu_ns(each) for each in [pid, *descendants(pid)])


def _median(values: list[float]) -> float:
    return round(median(values[WARM_UP:]), 2)
