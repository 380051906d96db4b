"""Every setting, read from the environment (12-factor).

`var/anneal.env`, written by the embedded supervisor, fills in what the environment does not say,
so that `manage.py` in a second terminal finds the running services. No secret has a default.
"""

from pathlib import Path
from typing import Any

import environ

from annotation.import_sources import import_sources
from annotation.logs import logging_config

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
ENV_FILE = Path(env.str("ANNEAL_ENV_FILE", default=str(BASE_DIR / "var" / "anneal.env")))
if ENV_FILE.is_file():
    env.read_env(ENV_FILE)

SECRET_KEY: str = env.str("SECRET_KEY")
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# Proxies before the server, each of which adds to X-Forwarded-For who asked it.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)

# Where the browser finds the page, the live events and the objects. Three origins: objects that
# users uploaded are never served from the application's own.
WEB_URL = env.str("WEB_URL", default="http://127.0.0.1:8000")
EVENTS_URL = env.str("EVENTS_URL", default=WEB_URL)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "axes",
    "rest_framework",
    "drf_spectacular",
    "annotation",
    "workers",  # its management commands; nothing in annotation/ imports it
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "annotation.middleware.PageHeadersMiddleware",  # outside: a worker's script needs them too
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "annotation.middleware.RequestLogMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "annotation.urls"
WSGI_APPLICATION = "annotation.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }
]

# A pool in each process: opening a PostgreSQL connection costs more than most requests.
DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        **env.db_url("DATABASE_URL"),
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,  # 0.02 ms each; after a restart of the database no query fails
        "OPTIONS": {
            "pool": {
                "min_size": 1,
                "max_size": env.int("DATABASE_POOL_SIZE", default=8),
                "timeout": 10,
            }
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "annotation.sessions.PersonBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "annotation.api.client_address.client_address"
AXES_LOCKOUT_CALLABLE = "annotation.api.problems.locked_out"
AXES_VERBOSE = False

HTTPS = WEB_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_ENGINE = "annotation.sessions"
SESSION_COOKIE_AGE = env.int("SESSION_COOKIE_AGE", default=14 * 24 * 3600)  # seconds
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "annotation.api.problems.csrf_failure"

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "var" / "static"
FRONTEND_DIST = BASE_DIR / "frontend" / "dist"
STATICFILES_DIRS = [FRONTEND_DIST] if FRONTEND_DIST.is_dir() else []
WHITENOISE_USE_FINDERS = True
# Vite puts a hash into the names of what it builds: those never change.
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/assets/.+-[0-9A-Za-z_-]{8,}\.[a-z0-9]+$"

# Requests a minute that a person, or one token, may make of a web process; 0: as many as they like.
RATE_LIMIT_SESSION = env.int("RATE_LIMIT_SESSION", default=12_000)
RATE_LIMIT_TOKEN = env.int("RATE_LIMIT_TOKEN", default=6_000)
RATE_LIMIT_LOGIN = env.int("RATE_LIMIT_LOGIN", default=30)  # logins a minute from one address

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "annotation.api.authentication.SessionAuthentication",
        "annotation.api.authentication.TokenAuthentication",
    ],
    # Deny by default: a view that declares nothing answers only to people who are logged in and to
    # tokens of all their projects, and a selector decides what they may see.
    "DEFAULT_PERMISSION_CLASSES": ["annotation.api.permissions.IsWithinReach"],
    "DEFAULT_THROTTLE_CLASSES": ["annotation.api.throttles.AskerThrottle"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["annotation.api.inputs.BoundedJSONParser"],
    "EXCEPTION_HANDLER": "annotation.api.problems.problem_response",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Anneal",
    "VERSION": "0.1.0",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_PATCH": False,
    "ENUM_SUFFIX": "",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "annotation.api.schema.add_problems",
    ],
    "ENUM_NAME_OVERRIDES": {
        "ImageStatus": "annotation.models.Image.Status",
        "UploadState": "annotation.models.Upload.State",
        "JobState": "annotation.models.Job.State",
        "RecordingState": "annotation.models.Recording.State",
        "TraceKind": "annotation.models.Recording.TraceKind",
        "RoundPart": "annotation.models.Round.Part",
        "BundlePart": "annotation.models.Bundle.Part",
        "RoundState": "annotation.api.rounds.ROUND_STATES",
        "Describer": "annotation.api.round_metrics.DESCRIBERS",
        "OpenState": "annotation.api.image_detail.OPEN_STATES",
        "AttributeKind": "annotation.services.attributes.KINDS",
        "CaptionPartKind": "annotation.api.captions.PART_KINDS",
        "WebhookEvent": "annotation.models.Webhook.Event",
        "DeliveryEvent": "annotation.models.WebhookDelivery.EVENTS",
        "DeliveryState": "annotation.models.WebhookDelivery.State",
        "ExportFormat": "annotation.export_formats.FORMATS",
        "DiffKind": "engine.datasets.diff_totals.KINDS",
        "BundleAlias": "annotation.models.Alias.Name",
    },
}
MAX_JSON_BYTES = 32 * 1024 * 1024  # one save
# No form is taken, but the CSRF check reads any for its token, from strangers as well.
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024  # bytes
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10
DATA_UPLOAD_MAX_NUMBER_FILES = 0

S3_ENDPOINT_URL: str | None = env.str("S3_ENDPOINT_URL", default=None)
S3_PUBLIC_URL: str | None = env.str("S3_PUBLIC_URL", default=S3_ENDPOINT_URL)  # as browsers see it
S3_BUCKET: str = env.str("S3_BUCKET")
S3_ACCESS_KEY_ID: str = env.str("S3_ACCESS_KEY_ID")
S3_SECRET_ACCESS_KEY: str = env.str("S3_SECRET_ACCESS_KEY")
S3_REGION: str = env.str("S3_REGION", default="us-east-1")
# Buckets that managers may import from, by name; none: uploads alone.
IMPORT_SOURCES = import_sources(env.json("IMPORT_SOURCES", default={}))

MODELS_DIR = Path(env.str("MODELS_DIR", default=str(BASE_DIR / "var" / "models")))
SCRATCH_DIR = Path(env.str("SCRATCH_DIR", default=str(BASE_DIR / "var" / "scratch")))
# Of it, what copies of versions may take that rounds learn from and are measured on.
VERSION_COPIES_BYTES = env.int("VERSION_COPIES_BYTES", default=20 * 10**9)
# Other checkpoints than the packaged ones: a SAM .pth or .onnx encoder, a Whisper .pt or size name.
SAM_ENCODER = env.str("SAM_ENCODER", default=str(MODELS_DIR / "encoder.onnx"))
PRETRAINED_BUNDLE = Path(env.str("PRETRAINED_BUNDLE", default=str(MODELS_DIR / "pretrained")))
WHISPER_CHECKPOINT = env.str("WHISPER_CHECKPOINT", default=str(MODELS_DIR / "whisper-tiny.en.pt"))
SPEECH_LANGUAGE = env.str("SPEECH_LANGUAGE", default="en")  # Whisper's code; auto: it listens
SPEECH_VOCABULARY: list[str] = env.list("SPEECH_VOCABULARY", default=[])  # names, in any project
# A Hugging Face folder: a causal language model, or an image-to-text model, to learn captions on.
CAPTION_BASE = Path(env.str("CAPTION_BASE", default=str(MODELS_DIR / "smollm2-135m-instruct")))
CAPTION_STEPS = env.int("CAPTION_STEPS", default=300)  # optimiser steps of one round, at most
# A Hugging Face chat model that shortens what was said; none set: SmolLM2, where it is installed.
CLEAN_MODEL = env.str("CLEAN_MODEL", default="")
TORCH_THREADS = env.int("TORCH_THREADS", default=2)
TRAIN_PHOTOS = env.int("TRAIN_PHOTOS", default=9)  # that a project's images are told apart from
TRAIN_STEPS = env.int("TRAIN_STEPS", default=120)  # optimiser steps of one round
# Each step shows the encoder its image turned or mirrored, 1.7 s of a core.
TRAIN_TURNS = env.bool("TRAIN_TURNS", default=True)
# The encoder's last stage learns, too: closer masks, but each round embeds every image anew.
TRAIN_ENCODER = env.bool("TRAIN_ENCODER", default=False)
TRAIN_HEAD_STEPS = env.int("TRAIN_HEAD_STEPS", default=400)  # of the head that finds objects

CELERY_BROKER_URL = env.str("BROKER_URL")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = False  # the job row's lease, not the broker, brings lost work back
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_DEFAULT_QUEUE = "cpu"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
BROKER_IS_REDIS = CELERY_BROKER_URL.startswith("redis")
# A worker with no free slot takes no message: it stays in the queue whatever befalls the worker.
CELERY_WORKER_DISABLE_PREFETCH = BROKER_IS_REDIS
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {
        "visibility_timeout": 24 * 3600,
        "queue_order_strategy": "priority",
        "unacked_restore_interval": 1,
    }
    if BROKER_IS_REDIS
    else {"confirm_publish": True}
)

# A job without a heartbeat for so long is taken over; one unclaimed for half of it is sent again.
JOB_LEASE_S = env.int("JOB_LEASE_S", default=60)
ASSIGNMENT_LEASE_S = env.int("ASSIGNMENT_LEASE_S", default=30 * 60)
TRASH_DAYS = 30  # DESIGN P9
# A written export that nobody asks for again goes after so many days; 0: never.
EXPORT_DAYS = env.int("EXPORT_DAYS", default=30)
MAX_IMAGE_PIXELS = env.int("MAX_IMAGE_PIXELS", default=64_000_000)
MAX_UPLOAD_BYTES = env.int("MAX_UPLOAD_BYTES", default=4 * 1024**3)
# What may be on its way into one project: files that come or wait to be looked at or brought in.
MAX_PENDING_UPLOAD_BYTES = env.int("MAX_PENDING_UPLOAD_BYTES", default=256 * 1024**3)

# Hosts of one's own network that webhooks may be sent to, by http as well; others must be public.
WEBHOOK_ALLOWED_HOSTS: list[str] = env.list("WEBHOOK_ALLOWED_HOSTS", default=[])

LOG_FORMAT = env.str("LOG_FORMAT", default="console")  # console or json
LOGGING = logging_config(LOG_FORMAT)
