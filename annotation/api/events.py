"""Live events of a project (server-sent), when they change: jobs, figures, the newest round.

Besides, each person is told which images were returned to them, and what was heard of the take that
they speak.

Served by the ASGI process, which polls the database once a second for each project that somebody
watches; annotating itself never waits for it.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from time import monotonic
from typing import Final

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.models import AnonymousUser, User
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponseBase, JsonResponse, StreamingHttpResponse
from rest_framework.utils.encoders import JSONEncoder

from annotation.api.jobs import JobSerializer
from annotation.api.problems import CONTENT_TYPE, problem
from annotation.models import Round
from annotation.selectors.counts import project_counts
from annotation.selectors.jobs import jobs_of
from annotation.selectors.live_transcripts import LiveText, live_text_by_person
from annotation.selectors.projects import projects_for
from annotation.selectors.queue import returned_by_person
from annotation.selectors.serving import serving_of
from annotation.selectors.to_learn import finished_since_round
from annotation.sessions import SessionStore

JOBS_SHOWN: Final = 20  # the newest
EVERY_S: Final = 1.0
CHECK_ACCESS_S: Final = 30.0
CURVE_SHOWN: Final = 200  # the newest steps


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What the watchers of a project see: data by the names of their events."""

    everybodys: dict[str, str]
    returned: dict[int, list[int]]  # images by person
    heard: dict[int, list[LiveText]]  # takes by person

    def seen_by(self, user: User | AnonymousUser) -> dict[str, str]:
        """Add what only that person is told."""
        own = {"returned": _json(self.returned.get(user.pk or 0, []))}
        if user.pk in self.heard:
            own["heard"] = _json(self.heard[user.pk])
        return self.everybodys | own


_seen: dict[int, tuple[float, Snapshot]] = {}


async def project_events(request: HttpRequest, project_id: int) -> HttpResponseBase:
    """GET /events/projects/<id>, for members who are logged in."""
    user = await request.auser()
    if not await _may_watch(user, project_id):
        status, code = (404, "not_found") if user.is_authenticated else (401, "not_authenticated")
        refusal = problem(status, code, "There is no such project, or it is not yours.")
        return _allow_page(JsonResponse(refusal, status=status, content_type=CONTENT_TYPE))
    stream = StreamingHttpResponse(
        _events(user, request.session.session_key, project_id),
        content_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )
    return _allow_page(stream)


async def _events(
    user: User | AnonymousUser, session_key: str | None, project_id: int
) -> AsyncIterator[str]:
    sent: dict[str, str] = {}
    checked = monotonic()
    yield "retry: 2000\n\n"
    while True:
        if monotonic() - checked > CHECK_ACCESS_S:
            if not await _may_still_watch(session_key, project_id):
                return
            checked = monotonic()
            yield ": still here\n\n"  # so that a dead connection is noticed
        for name, data in (await _snapshot(project_id)).seen_by(user).items():
            if sent.get(name) != data:
                yield f"event: {name}\ndata: {data}\n\n"
                sent[name] = data
        await asyncio.sleep(EVERY_S)


@sync_to_async
def _may_watch(user: User | AnonymousUser, project_id: int) -> bool:
    close_old_connections()
    return projects_for(user).filter(pk=project_id).exists()


@sync_to_async
def _may_still_watch(session_key: str | None, project_id: int) -> bool:
    """Ask anew whose session it is: nobody's after a logout, a new password or an account's end."""
    close_old_connections()
    request = HttpRequest()
    request.session = SessionStore(session_key)
    return projects_for(get_user(request)).filter(pk=project_id).exists()


@sync_to_async
def _snapshot(project_id: int) -> Snapshot:
    """Read what watchers see; those of one project share an answer for a second."""
    at, known = _seen.get(project_id, (0.0, None))
    if known is not None and monotonic() - at < EVERY_S / 2:
        return known
    close_old_connections()
    newest_jobs = jobs_of(project_id).order_by("-created_at", "-pk")[:JOBS_SHOWN]
    everybodys = {
        "jobs": _json(JobSerializer(newest_jobs, many=True).data),
        "project": _json(
            {
                "counts": project_counts(project_id),
                "serving": serving_of(project_id),
                "finished_since_round": finished_since_round(project_id),
            }
        ),
    }
    newest = Round.objects.filter(project_id=project_id).order_by("-number").first()
    if newest is not None:
        everybodys["round"] = _json(
            {
                "id": newest.pk,
                "state": newest.state,
                "curve": newest.curve[-CURVE_SHOWN:],
                "caption_curve": newest.caption_curve[-CURVE_SHOWN:],
                "metrics": newest.metrics,
            }
        )
    snapshot = Snapshot(everybodys, returned_by_person(project_id), live_text_by_person(project_id))
    _seen[project_id] = monotonic(), snapshot
    return snapshot


def _json(value: object) -> str:
    return JSONEncoder(separators=(",", ":")).encode(value)


def _allow_page(response: HttpResponseBase) -> HttpResponseBase:
    """Let the page, which has another origin, read the answer with its cookie."""
    response.headers["Access-Control-Allow-Origin"] = settings.WEB_URL
    response.headers["Access-Control-Allow-Credentials"] = "true"
    response.headers["Vary"] = "Origin"
    return response
