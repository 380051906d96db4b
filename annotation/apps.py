"""The Django app of the platform."""

import gc
from typing import Final

from django.apps import AppConfig

from annotation.logs import configure_structlog

# New objects, less those gone, after which Python looks for cycles (700 is its own number). Rows
# and JSON come by thousands and hold none: 8 % of the time of an import of masks went there.
_CYCLES_AFTER: Final = 10_000


class AnnotationConfig(AppConfig):
    name = "annotation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        configure_structlog()
        gc.freeze()  # what is loaded by now stays
        gc.set_threshold(_CYCLES_AFTER)
