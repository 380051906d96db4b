"""What the ASGI process answers: live events and nothing else."""

from django.urls import path

from annotation.api.events import project_events
from annotation.api.health import livez

urlpatterns = [
    path("livez", livez),
    path("events/projects/<int:project_id>", project_events),
]
