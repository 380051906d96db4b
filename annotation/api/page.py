"""The one page: the single-page application finds its own way from any address."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe


@require_safe
def page(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Serve the built index.html, always fresh; what it names is hashed and cached for ever."""
    return _built("index.html", "text/html; charset=utf-8")


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Serve what opens the page without a network: from the root, or it would not be asked."""
    return _built("service-worker.js", "text/javascript; charset=utf-8")


def _built(name: str, content_type: str) -> HttpResponse:
    try:
        content = (settings.FRONTEND_DIST / name).read_bytes()
    except FileNotFoundError:
        text = "The pages have not been built yet: run `make install`."
        return HttpResponse(text, status=503, content_type="text/plain; charset=utf-8")
    headers = {"Cache-Control": "no-cache"}
    return HttpResponse(content, content_type=content_type, headers=headers)
