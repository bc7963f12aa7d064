"""What is configured, and whether it works: every part is tried for real. It changes nothing and prints no secret."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import DatabaseError

from alerts.queries.health import alerts_health
from authorizations.models import AuthorizationCode
from authorizations.secrets import code_fingerprint, open_code
from brands.models import ApiToken
from sparktrack.core.checkup.data import check_clock, check_database, check_files
from sparktrack.core.checkup.findings import Finding, Verdict, fine, first_line, note, wrong
from sparktrack.core.checkup.mail import check_mail, send_test_mail
from sparktrack.core.checkup.services import check_broker, check_cache
from sparktrack.core.checkup.site import check_site
from sparktrack.core.clock import database_now
from sparktrack.core.secrets import UndecryptableError

# So many tokens are named at most.
_NAMED = 5


class Command(BaseCommand):
    """One line for each finding, as soon as it is known."""

    help = (
        "Say what is configured and try it: database, keys, broker, cache, mail server, the site's address, worker "
        "and beat. Exit code 1 if something is wrong. Nothing is changed, and no mail is sent without --send-to."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """``--send-to``."""
        parser.add_argument(
            "--send-to", metavar="ADDRESS", help="send one mail there, to see that it arrives"
        )

    def handle(self, *_args: Any, send_to: str | None, **_options: Any) -> None:
        """Raises CommandError (exit 1) when something is wrong."""
        if send_to:
            try:
                validate_email(send_to)
            except ValidationError:
                raise CommandError(f"{send_to} is no e-mail address.") from None
        self.stdout.write(f"sparktrack for {settings.SITE_URL} ({settings.ENVIRONMENT})\n\n")
        findings = []
        for finding in _examine(send_to):
            self.stdout.write(f"{finding.verdict:<6} {finding.about:<13} {finding.words}")
            findings.append(finding)
        bad = sum(finding.verdict == Verdict.WRONG for finding in findings)
        self.stdout.write("")
        if bad:
            raise CommandError("1 thing is wrong." if bad == 1 else f"{bad} things are wrong.")
        self.stdout.write("Nothing is wrong.")


def _examine(send_to: str | None) -> Iterator[Finding]:
    data = list(check_database())
    yield from data
    if any(finding.verdict == Verdict.WRONG for finding in data):
        yield note("Keys, tokens, alerts", "were not looked at: they need the database.")
    else:
        for check in (check_clock, check_keys, check_tokens, check_alerts):
            yield from _reading(check)
    for check in (check_broker, check_cache, check_files, check_mail, check_site):
        yield from check()
    if send_to:
        yield send_test_mail(send_to)


def _reading(check: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    """The findings of a check that reads the database, which may go away in between."""
    try:
        yield from list(check())
    except DatabaseError as error:
        yield wrong("Database", f"went away meanwhile: {first_line(error)}")


def check_keys() -> Iterator[Finding]:
    """Whether the keys are those that what is stored was sealed with: the newest code under each is opened."""
    stored = AuthorizationCode.objects.order_by("-pk")
    ring = list(settings.CODE_KEYS)
    foreign = stored.exclude(key_id__in=ring).first()
    if foreign:
        yield wrong("Keys", f"A stored code needs the key {foreign.key_id}, which is not in CODE_KEYS.")
    opened = 0
    for key_id in ring:
        row = stored.filter(key_id=key_id).first()
        if row is None:
            continue
        try:
            code = open_code(row)
        except UndecryptableError:
            yield wrong("Keys", f"The key {key_id} in CODE_KEYS is not the one that codes were sealed with.")
            continue
        opened += 1
        if code_fingerprint(code) != row.fingerprint:
            yield wrong("Keys", "FINGERPRINT_KEY is not the one that codes were recorded with.")
            return
    count = f"{len(ring)} in the ring" if len(ring) > 1 else "one"
    if opened:
        yield fine("Keys", f"The keys for codes ({count}) open what is stored; the fingerprint fits.")
    elif not foreign:
        yield fine("Keys", f"There are keys for codes ({count}); no code is stored yet.")


def check_tokens() -> Iterator[Finding]:
    """Whether the peppers are there that tokens of scripts were made with; without its pepper none counts."""
    ring = list(settings.TOKEN_PEPPERS)
    live = ApiToken.objects.live(database_now())
    lost = live.exclude(pepper_id__in=ring).select_related("brand").order_by("brand__slug", "name", "pk")
    if count := lost.count():
        rows = list(lost[:_NAMED])
        names = ", ".join(f"{row.name} of {row.brand.slug} (pepper {row.pepper_id})" for row in rows)
        more = f" and {count - len(rows)} more" if count > len(rows) else ""
        yield wrong(
            "Tokens", f"These are refused, because their pepper is not in TOKEN_PEPPERS: {names}{more}."
        )
    else:
        peppers = f"{len(ring)} peppers" if len(ring) > 1 else "one pepper"
        yield fine("Tokens", f"{live.count()} count; each has its pepper in the ring ({peppers}).")


def check_alerts() -> Iterator[Finding]:
    """Whether worker and beat are alive, as far as the tables say, and whether mails wait."""
    health = alerts_health(now=database_now())
    if health.problems:
        complain = wrong if settings.PRODUCTION else note
        yield complain("Alerts", f"{', '.join(health.problems)}: do worker and beat run?")
    else:
        yield fine("Alerts", f"worker and beat are alive; {health.due} messages are due.")
    if health.held:
        yield note("Alerts", "nothing is sent, because HOLD_ALERTS is yes.")
    if settings.ALERTS_PING_URL:
        yield note("Alerts", f"{urlsplit(settings.ALERTS_PING_URL).hostname} is pinged while all is well.")
