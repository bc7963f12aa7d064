"""``manage.py add_brand``: a new brand, and the link by which its first admin comes in."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from brands.invitations import invitation_url
from brands.operations.brands import add_brand
from sparktrack.core.actors import system_actor
from sparktrack.core.clock import utc_now
from sparktrack.core.refusals import RefusedError


class Command(BaseCommand):
    """Makes a brand and prints the invitation link of its first admin."""

    help = "Make a brand and print the invitation link of its first admin (works once, for 14 days)."

    def add_arguments(self, parser: CommandParser) -> None:
        """The brand's address, name, zone and currency, and the e-mail of its first admin."""
        parser.add_argument("slug", metavar="SLUG", help="part of its addresses: /b/SLUG/")
        parser.add_argument("--name", required=True, help="what people read")
        parser.add_argument("--timezone", required=True, help="IANA name, such as Europe/Berlin")
        parser.add_argument("--admin", required=True, metavar="E-MAIL", help="whom to invite as admin")
        parser.add_argument("--currency", default="USD", help="three letters (default: USD)")

    def handle(self, *args: Any, **options: Any) -> None:
        """One operation; what it refuses is one line, exit code 2."""
        try:
            brand, issued = add_brand(
                slug=options["slug"],
                name=options["name"],
                time_zone=options["timezone"],
                admin_email=options["admin"],
                currency=options["currency"],
                now=utc_now(),
                actor=system_actor("add_brand"),
            )
        except RefusedError as error:
            raise CommandError(str(error), returncode=2) from None
        self.stdout.write(
            f"Brand {brand.slug} is there. {issued.invitation.email} becomes its admin by this link,"
        )
        self.stdout.write("which works once, for 14 days:")
        self.stdout.write(invitation_url(issued.token))
