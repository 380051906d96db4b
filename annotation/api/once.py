"""`Idempotency-Key`: a request that makes something may be sent again, and is done once.

For what has no id that the client makes. Not for what answers with a secret: that is kept nowhere.
"""

import hashlib
import json
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, Final, ParamSpec, TypeVar

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotation.api.access import user_of
from annotation.errors import InvalidInputError
from annotation.selectors.access import reach_of
from annotation.services.kept_answers import Answer, answered_once

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotency-Replayed"
LONGEST: Final = 255  # characters
KEY: Final = OpenApiParameter(
    HEADER,
    str,
    OpenApiParameter.HEADER,
    description="Made by the client. Sent again within a day, the request is answered as before "
    "and done no second time; 422 idempotency_key_reused: with another body or address",
)
View = TypeVar("View", bound=APIView)
P = ParamSpec("P")
Method = Callable[Concatenate[View, Request, P], Response]


def once(method: Method[View, P]) -> Method[View, P]:
    """Let a method of a view be sent twice under a key; without one it is as ever."""

    @wraps(method)
    def wrapped(self: View, request: Request, /, *args: P.args, **kwargs: P.kwargs) -> Response:
        key = request.headers.get(HEADER)
        if key is None:
            return method(self, request, *args, **kwargs)
        if not 0 < len(key) <= LONGEST:
            raise InvalidInputError(f"A key has 1 to {LONGEST} characters.", field=HEADER)

        def act() -> Answer:
            response = method(self, request, *args, **kwargs)
            return response.status_code, response.data

        (status, body), is_replayed = answered_once(
            user=user_of(request), key=key, request_digest=_digest(request), act=act
        )
        headers = {REPLAYED: "true"} if is_replayed else {}
        return Response(body, status, headers=headers)

    return wrapped


def _digest(request: Request) -> str:
    told: list[object] = [request.method, request.path, request.data]
    # What the person was answered is not for a token that would not be let in.
    if (reach := reach_of(request.user)) is not None:
        told.append(reach)
    text = json.dumps(told, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
