"""What every response carries, and one log line for every request."""

from collections.abc import Callable
from time import perf_counter
from typing import Final
from urllib.parse import urlsplit
from uuid import uuid4

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from annotation import storage

Respond = Callable[[HttpRequest], HttpResponseBase]
QUIET: Final = ("/livez", "/readyz", settings.STATIC_URL)
log = structlog.get_logger(__name__)


def content_security_policy() -> str:
    """Allow the page itself, the live events and the object store, and nothing else."""
    events, objects = _origin(settings.EVENTS_URL), _origin(storage.presign_get("any"))
    rules = {
        "default-src": "'self'",
        "script-src": "'self' 'wasm-unsafe-eval'",  # onnxruntime compiles its wasm
        "style-src": "'self' 'unsafe-inline'",  # Mantine sets style attributes
        "connect-src": f"'self' {events} {objects}",
        "img-src": f"'self' blob: data: {objects}",
        "media-src": f"'self' blob: data: {objects}",
        "font-src": "'self' data:",
        "worker-src": "'self' blob:",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {' '.join(value.split())}" for name, value in rules.items())


class PageHeadersMiddleware:
    """Isolate the page, so that wasm may use threads, and say what it may load.

    It stands outside WhiteNoise: a worker's script needs these headers as much as the page.
    """

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response
        self.headers = {
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Embedder-Policy": "require-corp",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Content-Security-Policy": content_security_policy(),
            "X-Content-Type-Options": "nosniff",
            "Permissions-Policy": "microphone=(self), camera=(), geolocation=()",
        }

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        for name, value in self.headers.items():
            response.headers.setdefault(name, value)
        return response


class RequestLogMiddleware:
    """Bind a request id to every log line, and write one line for each request."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started = perf_counter()
        request_id = uuid4().hex
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        response = self.get_response(request)
        response.headers["X-Request-ID"] = request_id
        if not request.path.startswith(QUIET):
            log.info(
                "request",
                method=request.method,
                path=request.path,
                status=response.status_code,
                ms=round(1000 * (perf_counter() - started), 1),
            )
        return response


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
