"""Whether the process lives, and whether everything it needs is ready."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from time import monotonic
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
FRESH_S: Final = 2.0
log = structlog.get_logger(__name__)


def livez(request: HttpRequest) -> JsonResponse:  # noqa: ARG001
    """Answer as long as the process can answer at all."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> JsonResponse:  # noqa: ARG001
    """Answer 503 and name what is not ready, else 200. Why it is not, the log tells."""
    broken = _probe.broken()
    if not broken:
        return JsonResponse({"status": "ok", "parts": sorted(PARTS)})
    body = problem(503, "not_ready", f"Not ready: {', '.join(broken)}.", not_ready=broken)
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
        return error.reason
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


PARTS: dict[str, Callable[[], str]] = {
    "database": _database,
    "broker": _broker,
    "objects": _objects,
    "worker": _worker,
}


class Probe:
    """What was found last. Anyone may ask, and to find out takes connections and a broadcast."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._last_answer = _LastAnswer()
        self._broken: list[str] = []
        self._stale_at = 0.0

    def broken(self) -> list[str]:
        """Return the parts that are not ready, as found at most FRESH_S ago, one probe at a time.

        Who waits too long for another's probe learns that: it shall not hold all threads.
        """
        if not self._lock.acquire(timeout=TIMEOUT_S):
            return ["probe"]
        try:
            if monotonic() >= self._stale_at:
                found = _faults()
                self._last_answer.say(found)
                self._broken = sorted(found)
                self._stale_at = monotonic() + FRESH_S
            return self._broken
        finally:
            self._lock.release()


def _faults() -> dict[str, str]:
    with ThreadPoolExecutor(len(PARTS)) as pool:
        found = dict(zip(PARTS, pool.map(lambda check: check(), PARTS.values()), strict=True))
    return {part: reason for part, reason in found.items() if reason}


_probe = Probe()


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
