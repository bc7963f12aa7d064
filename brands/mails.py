"""Mails about people: text and HTML from templates/emails/, links from SITE_URL."""

import logging
from collections.abc import Iterable
from http import HTTPStatus
from smtplib import SMTPDataError, SMTPNotSupportedError, SMTPRecipientsRefused
from uuid import UUID

from anymail.exceptions import AnymailAPIError, AnymailRecipientsRefused
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from brands.invitations import invitation_url
from brands.operations.invitations import IssuedInvitation

_logger = logging.getLogger(__name__)

_SERVICE_GOES = 421
_BAD_ADDRESS = {HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_ACCEPTABLE, HTTPStatus.UNPROCESSABLE_ENTITY}


def send_invitation(issued: IssuedInvitation) -> None:
    """Mail the link to the invited; call it after the commit. Raises what the mail server raises."""
    invitation = issued.invitation
    context = {"invitation": invitation, "url": invitation_url(issued.token), "site_url": settings.SITE_URL}
    subject = " ".join(render_to_string("emails/invitation.subject.txt", context).split())
    mail = EmailMultiAlternatives(
        subject, render_to_string("emails/invitation.txt", context), to=[invitation.email]
    )
    mail.attach_alternative(render_to_string("emails/invitation.html", context), "text/html")
    mail.send()


def send_invitations(issued: Iterable[IssuedInvitation]) -> set[UUID]:
    """Mail each their link, after the commit; returns the invitations whose mail the server took.

    Never raises: the links are known only now, and whoever invited must see them. After a server that does not work
    no other mail is tried: each would take as long. One address that it refuses does not hold up the others.
    """
    mailed: set[UUID] = set()
    for one in issued:
        try:
            send_invitation(one)
        except Exception as error:
            # Backends of providers raise what they like.
            _logger.exception("An invitation could not be mailed.")
            if _is_about_address(error):
                continue
            break
        mailed.add(one.invitation.pk)
    return mailed


def _is_about_address(error: Exception) -> bool:
    """Whether this one address was refused, so that the next may fare better."""
    match error:
        case SMTPRecipientsRefused():
            return all(code != _SERVICE_GOES for code, _ in error.recipients.values())
        case SMTPDataError():
            return error.smtp_code != _SERVICE_GOES
        case AnymailAPIError():
            return error.status_code in _BAD_ADDRESS
    return isinstance(error, (AnymailRecipientsRefused, SMTPNotSupportedError, ValueError))
