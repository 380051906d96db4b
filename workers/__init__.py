"""When it happens: Celery tasks, one module for each kind of job. Nothing imports this package."""

import os

# Celery looks for Django's settings as soon as the app of annotation.jobs is made.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "annotation.settings")
