"""Logs: one line an event, static name, ids as fields. Columns in dev, JSON in production."""

import logging
from typing import Any

import structlog
from structlog.types import Processor

SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
]


def configure_structlog() -> None:
    """Send structlog's events through logging, whose formatter renders them."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def logging_config(log_format: str) -> dict[str, Any]:
    """Return Django's LOGGING: "json" for collectors, anything else for people."""
    renderer: list[Processor] = (
        [structlog.processors.dict_tracebacks, structlog.processors.JSONRenderer()]
        if log_format == "json"
        else [_plain_console()]
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    *renderer,
                ],
                "foreign_pre_chain": SHARED,
            }
        },
        "filters": {
            "not_probes": {"()": "django.utils.log.CallbackFilter", "callback": _is_no_probe}
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": ["stderr"], "level": "INFO"},
        "loggers": {
            # RequestLogMiddleware has said it, and /readyz what is not ready.
            "django.request": {"level": "ERROR", "filters": ["not_probes"]},
            "django.server": {"level": "WARNING"},
            "botocore": {"level": "WARNING"},
            # A job's own lines tell of its start and end; the rest comes every few seconds.
            "celery.beat": {"level": "WARNING"},
            "celery.worker.strategy": {"level": "WARNING"},
            "celery.app.trace": {"level": "WARNING"},
        },
    }


def _is_no_probe(record: logging.LogRecord) -> bool:
    return getattr(getattr(record, "request", None), "path", "") != "/readyz"


def _plain_console() -> structlog.dev.ConsoleRenderer:
    # structlog's own choice prints every local variable: seconds of work where they are tensors.
    return structlog.dev.ConsoleRenderer(
        colors=False, exception_formatter=structlog.dev.plain_traceback
    )
