"""The Django app of the platform."""

from django.apps import AppConfig

from annotation.logs import configure_structlog


class AnnotationConfig(AppConfig):
    name = "annotation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        configure_structlog()
