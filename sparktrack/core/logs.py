"""Logging: JSON lines in production, readable ones in development; secrets never reach either."""

import logging
import re
from typing import Any

import structlog

# A Spark code as TikTok writes it (`#` and 64 base64 characters), also percent-encoded; 40 leaves room for cut ones.
_CODE = re.compile(r"(?:#|%23)(?:[A-Za-z0-9+/=_-]|%2[BbFf]|%3[Dd]){40,}")
_INVITATION = re.compile(r"inv_[A-Za-z0-9_-]{20,}")  # whatever stands before it: %2Finv_… in a query
_FEED = re.compile(r"cal_[A-Za-z0-9_-]{20,}")
_TOKEN = re.compile(r"(stk_[a-z0-9]{12,}_)[A-Za-z0-9]{8,}")  # what stands first only names the token
_SIGNING = re.compile(r"whsec_[A-Za-z0-9+/=]{20,}")
# Links in mails: the part that gives access.
_LINK = re.compile(
    r"(/password/reset/key/|/confirm-email/|/mail/(?:acknowledge|snooze|unsubscribe)/)[^/\s\"'?]+"
)


def redact(text: str) -> str:
    """``text`` without Spark codes, tokens (invitations, feeds, scripts), secrets of webhooks, keys of mailed links."""
    text = _CODE.sub("#[code]", text)
    text = _INVITATION.sub("inv_[token]", text)
    text = _FEED.sub("cal_[token]", text)
    text = _TOKEN.sub(r"\1[secret]", text)
    text = _SIGNING.sub("whsec_[secret]", text)
    return _LINK.sub(r"\1[key]", text)


class RedactingFormatter(structlog.stdlib.ProcessorFormatter):
    """Redacts the finished line, so that nothing slips by in arguments, extras or the text of an exception."""

    def format(self, record: logging.LogRecord) -> str:
        """One line of the log."""
        return redact(super().format(record))


def logging_config(*, production: bool) -> dict[str, Any]:
    """The LOGGING setting; also sets structlog up to go the same way."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        # Text only: renderers that show local variables would show secrets.
        structlog.processors.format_exc_info,
    ]
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if production
        else structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    through_root: dict[str, Any] = {"handlers": [], "propagate": True}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": RedactingFormatter,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    _without_request,
                    renderer,
                ],
                "foreign_pre_chain": shared,
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": "INFO"},
        "loggers": {
            "django": through_root,
            "django.server": through_root,
            # Every 4xx is a line of our own request log already.
            "django.request": {**through_root, "level": "ERROR"},
            "axes": {**through_root, "level": "WARNING"},
            # They would write the addresses of channels, which are secrets; apprise also that it sent what we send.
            "apprise": {**through_root, "level": "CRITICAL"},
            "httpcore": {**through_root, "level": "WARNING"},
            "httpx": {**through_root, "level": "WARNING"},
        },
    }


def _without_request(
    _logger: Any, _name: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Django hangs the request on its records; its repr has the query string."""
    for name in ("request", "server_time"):
        event.pop(name, None)
    return event
