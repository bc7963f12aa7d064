"""Mails about people: text and HTML from templates/emails/, links from SITE_URL."""

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from brands.invitations import invitation_url
from brands.operations.invitations import IssuedInvitation


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
