"""The door for uvicorn, which holds the long responses: live events."""

import os
from collections.abc import Mapping
from typing import IO, Any

import django
from django.core.handlers.asgi import ASGIHandler, ASGIRequest
from django.http import HttpResponseBase

from annotation.published_secrets import refuse_published_secrets

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "annotation.settings")


class EventsHandler(ASGIHandler):
    """Django with the routes of urls_events: the API's views would block the loop's one thread."""

    def create_request(
        self, scope: Mapping[str, Any], body_file: IO[bytes]
    ) -> tuple[ASGIRequest, None] | tuple[None, HttpResponseBase]:
        request, refusal = super().create_request(scope, body_file)
        if request is not None:
            request.urlconf = "annotation.urls_events"
        return request, refusal  # type: ignore[return-value]  # one of the two is None


django.setup(set_prefix=False)
refuse_published_secrets()
application = EventsHandler()
