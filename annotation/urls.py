"""Every address: health, the API, and the page for all others."""

from django.urls import URLPattern, URLResolver, include, path, re_path

from annotation.api.health import livez, readyz
from annotation.api.page import page, service_worker
from annotation.api.problems import not_found
from annotation.api.schema_view import SchemaView

handler400 = "annotation.api.problems.bad_request"
handler404 = "annotation.api.problems.not_found"
handler500 = "annotation.api.problems.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("livez", livez),
    path("readyz", readyz),
    path("api/schema", SchemaView.as_view()),
    path("api/", include("annotation.api.urls")),
    re_path(r"^(?:api|events|static)(?:/|$)", not_found, {"exception": None}),
    path("service-worker.js", service_worker),
    re_path(r"", page),
]
