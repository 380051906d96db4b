"""Whether the process lives, and whether everything it needs is ready."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import structlog
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from kombu.exceptions import OperationalError
from psycopg_pool import PoolTimeout

from annotation import storage
from annotation.api.problems import CONTENT_TYPE, problem
from annotation.jobs import QUEUES, queue

TIMEOUT_S: Final = 3
log = structlog.get_logger(__name__)


def livez(request: HttpRequest) -> JsonResponse:  # noqa: ARG001
    """Answer as long as the process can answer at all."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> JsonResponse:  # noqa: ARG001
    """Answer 503 and name what is not ready, else 200."""
    with ThreadPoolExecutor(len(PARTS)) as pool:
        found = dict(zip(PARTS, pool.map(lambda check: check(), PARTS.values()), strict=True))
    broken = {part: reason for part, reason in found.items() if reason}
    _last_answer.say(broken)
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
    """Ask which queues are served: the first few workers to answer may share one."""
    wanted = set(QUEUES.values())
    try:
        answers = _ask_workers(limit=len(wanted))
        if len(answers) == len(wanted) and wanted - _served(answers):
            answers = _ask_workers(limit=None)
    except (OperationalError, OSError) as error:
        return _first_line(error)
    missing = sorted(wanted - _served(answers))
    return f"no worker for {', '.join(missing)}" if missing else ""


def _ask_workers(limit: int | None) -> dict[str, Any]:
    return queue.control.inspect(timeout=1.0, limit=limit).active_queues() or {}


def _served(answers: dict[str, Any]) -> set[str]:
    return {each["name"] for queues in answers.values() for each in queues}


class _LastAnswer:
    """What this process last logged: probes come every second, and only a change is news."""

    def __init__(self) -> None:
        self.broken: dict[str, str] | None = None

    def say(self, broken: dict[str, str]) -> None:
        if self.broken is not None and broken.keys() == self.broken.keys():
            return
        was_ready, self.broken = self.broken == {}, broken
        if not broken:
            log.info("ready")
        elif was_ready:
            log.warning("not_ready", **broken)
        else:
            log.info("not_ready_yet", **broken)


_last_answer = _LastAnswer()


PARTS: dict[str, Callable[[], str]] = {
    "database": _database,
    "broker": _broker,
    "objects": _objects,
    "worker": _worker,
}


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
