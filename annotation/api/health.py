"""Whether the process lives, and whether everything it needs is ready."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from kombu.exceptions import OperationalError
from psycopg_pool import PoolTimeout

from annotation import storage
from annotation.api.problems import CONTENT_TYPE, problem
from annotation.jobs import queue

TIMEOUT_S = 3


def livez(request: HttpRequest) -> JsonResponse:  # noqa: ARG001
    """Answer as long as the process can answer at all."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> JsonResponse:  # noqa: ARG001
    """Answer 503 and name what is not ready, else 200."""
    with ThreadPoolExecutor(len(PARTS)) as pool:
        found = dict(zip(PARTS, pool.map(lambda check: check(), PARTS.values()), strict=True))
    broken = {part: reason for part, reason in found.items() if reason}
    if not broken:
        return JsonResponse({"status": "ok", "parts": sorted(PARTS)})
    detail = "; ".join(f"{part}: {reason}" for part, reason in broken.items())
    body = problem(503, "not_ready", detail, not_ready=sorted(broken))
    return JsonResponse(body, status=503, content_type=CONTENT_TYPE)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM annotation_project LIMIT 1")
    except (DatabaseError, PoolTimeout) as error:
        return _first_line(error)
    finally:
        connection.close()  # this thread's own
    return ""


def _broker() -> str:
    try:
        with queue.connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, timeout=TIMEOUT_S)
    except (OperationalError, OSError) as error:
        return _first_line(error)
    return ""


def _objects() -> str:
    try:
        storage.check()
    except (storage.StorageUnavailableError, storage.ObjectMissingError) as error:
        return _first_line(error)
    return ""


def _worker() -> str:
    try:
        answers = queue.control.ping(timeout=1.0, limit=1)
    except (OperationalError, OSError) as error:
        return _first_line(error)
    return "" if answers else "no worker answers"


PARTS: dict[str, Callable[[], str]] = {
    "database": _database,
    "broker": _broker,
    "objects": _objects,
    "worker": _worker,
}


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
