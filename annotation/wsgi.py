"""The door for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application

from annotation.published_secrets import refuse_published_secrets

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "annotation.settings")
application = get_wsgi_application()
refuse_published_secrets()
