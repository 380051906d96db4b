"""The one page: the single-page application finds its own way from any address."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe


@require_safe
def page(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Serve the built index.html, always fresh; what it names is hashed and cached for ever."""
    try:
        html = (settings.FRONTEND_DIST / "index.html").read_bytes()
    except FileNotFoundError:
        text = "The pages have not been built yet: run `make install`."
        return HttpResponse(text, status=503, content_type="text/plain; charset=utf-8")
    return HttpResponse(html, headers={"Cache-Control": "no-cache"})
