"""Mails about people: text and HTML from templates/emails/, links from SITE_URL."""

import logging
from collections.abc import Iterable
from smtplib import SMTPException
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from brands.invitations import invitation_url
from brands.operations.invitations import IssuedInvitation

_logger = logging.getLogger(__name__)


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

    After one that failed no other is tried: each would take as long.
    """
    mailed: set[UUID] = set()
    for one in issued:
        try:
            send_invitation(one)
        except (OSError, SMTPException):
            _logger.exception("An invitation could not be mailed.")
            break
        mailed.add(one.invitation.pk)
    return mailed
