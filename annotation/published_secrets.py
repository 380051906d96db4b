"""The secrets of deploy/env.sample, which everybody knows: nothing serves or works with them.

The settings take them, as tools read these that only build: collectstatic, makemigrations, the
API's schema, mypy. Each door that serves or works refuses them.
"""

from collections.abc import Mapping
from typing import Final

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

PUBLISHED: Final = "CHANGE_ME"
SECRETS: Final = ("SECRET_KEY", "DATABASE_URL", "BROKER_URL", "S3_SECRET_ACCESS_KEY")


def refuse_published_secrets() -> None:
    """Raise ImproperlyConfigured where the settings hold one, which it names."""
    refuse_published(
        {
            "SECRET_KEY": settings.SECRET_KEY,
            "DATABASE_URL": str(settings.DATABASES["default"]),
            "BROKER_URL": settings.CELERY_BROKER_URL,
            "S3_SECRET_ACCESS_KEY": settings.S3_SECRET_ACCESS_KEY,
        }
    )


def refuse_published(values: Mapping[str, str]) -> None:
    """Raise ImproperlyConfigured where a variable holds one, which it names."""
    if found := [name for name in SECRETS if PUBLISHED in values.get(name, "")]:
        raise ImproperlyConfigured(
            f"{', '.join(found)}: {PUBLISHED} in it is published in deploy/env.sample."
            " Replace it as the first lines there say."
        )
