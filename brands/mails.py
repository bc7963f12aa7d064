"""Mails about people: text and HTML from templates/emails/, links from SITE_URL."""

import logging
import time
from collections.abc import Sequence
from http import HTTPStatus
from smtplib import (
    SMTPDataError,
    SMTPNotSupportedError,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPServerDisconnected,
)
from typing import Any
from uuid import UUID

from anymail.exceptions import AnymailAPIError, AnymailRecipientsRefused
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string

from brands.invitations import invitation_url
from brands.operations.invitations import IssuedInvitation

_logger = logging.getLogger(__name__)

# For all mails of one request: a proxy that waits for the answer gives up after 30 or 60.
_SECONDS = 20.0
_SERVICE_GOES = 421
_BAD_ADDRESS = {HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_ACCEPTABLE, HTTPStatus.UNPROCESSABLE_ENTITY}


def send_invitations(issued: Sequence[IssuedInvitation]) -> set[UUID]:
    """Mail each their link, after the commit; returns the invitations whose mail the server took.

    Never raises: the links are known only now, and whoever invited must see them. So no mail is begun after _SECONDS,
    nor after a server that does not work. One address that it refuses does not hold up the others.
    """
    mailed: set[UUID] = set()
    connection: Any = None
    ends = time.monotonic() + _SECONDS
    for one in issued:
        if time.monotonic() >= ends:
            _logger.warning("%d of %d invitations were mailed in time.", len(mailed), len(issued))
            break
        try:
            connection = connection or get_connection()
            _send(one, connection)
        except Exception as error:
            # Backends of providers raise what they like.
            _logger.exception("An invitation could not be mailed.")
            if _is_about_address(error):
                continue
            break
        mailed.add(one.invitation.pk)
    if connection is not None:
        _close(connection)
    return mailed


def _send(issued: IssuedInvitation, connection: Any) -> None:
    """Over a connection that stays open; one that the server has closed since the mail before is opened again."""
    mail = _letter(issued, connection)
    is_new = connection.open()
    try:
        mail.send()
    except (SMTPServerDisconnected, SMTPResponseException, SMTPRecipientsRefused) as error:
        if is_new or not _is_over(error):
            raise
        _close(connection)
        connection.open()
        mail.send()


def _letter(issued: IssuedInvitation, connection: Any) -> EmailMultiAlternatives:
    invitation = issued.invitation
    context = {"invitation": invitation, "url": invitation_url(issued.token), "site_url": settings.SITE_URL}
    subject = " ".join(render_to_string("emails/invitation.subject.txt", context).split())
    mail = EmailMultiAlternatives(
        subject,
        render_to_string("emails/invitation.txt", context),
        to=[invitation.email],
        connection=connection,
    )
    mail.attach_alternative(render_to_string("emails/invitation.html", context), "text/html")
    return mail


def _close(connection: Any) -> None:
    try:
        connection.close()
    except Exception:
        _logger.exception("A mail server did not say goodbye.")


def _is_over(error: Exception) -> bool:
    """Whether the server closed the connection, as many do after some mails."""
    match error:
        case SMTPRecipientsRefused():
            return any(code == _SERVICE_GOES for code, _ in error.recipients.values())
        case SMTPResponseException():
            return error.smtp_code == _SERVICE_GOES
    return isinstance(error, SMTPServerDisconnected)


def _is_about_address(error: Exception) -> bool:
    """Whether this one address was refused, so that the next may fare better."""
    if isinstance(error, AnymailAPIError):
        return error.status_code in _BAD_ADDRESS
    kinds = (
        SMTPRecipientsRefused,
        SMTPDataError,
        SMTPNotSupportedError,
        AnymailRecipientsRefused,
        ValueError,
    )
    return isinstance(error, kinds) and not _is_over(error)
