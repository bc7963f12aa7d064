"""What beat ticks: raise, deliver, mornings, sweep, clean up, and a ping to whoever listens outside.

Every task looks into the tables, may run twice or at the same time as itself, and reads the clock of the database.
"""

import logging

import httpx
from celery import shared_task
from django.conf import settings
from kombu.exceptions import OperationalError

from alerts.operations.calendar_events import refresh_calendars
from alerts.operations.deliveries import expire, forget_old, give_back
from alerts.operations.heartbeats import beat
from alerts.operations.mornings import send_mornings
from alerts.operations.raising import raise_alerts
from alerts.queries.health import alerts_health
from alerts.rules.health import DELIVER, MORNINGS, RAISE, SWEEP
from alerts.sending.engine import deliver
from sparktrack.core.clock import database_now

log = logging.getLogger(__name__)

_PING_SECONDS = 5


def wake() -> None:
    """Tell a worker that messages are due. Call it after the commit; without a broker the next tick finds them."""
    try:
        deliver_due.delay()
    except (OperationalError, OSError):
        log.warning("broker is away: messages wait for the next tick")


@shared_task
def raise_due() -> None:
    """Each minute: alerts of what lapses, and no more of what does not."""
    raised = raise_alerts(now=database_now())
    beat(RAISE, now=database_now())
    if raised.deliveries:
        log.info("alerts raised: %s", raised)
        wake()


@shared_task
def deliver_due() -> None:
    """Every ten seconds and when woken: messages that are due; a pass is short, and is followed by the next."""
    done = deliver(clock=database_now)
    beat(DELIVER, now=database_now())
    if any(done.outcomes.values()):
        log.info(
            "messages: %s", ", ".join(f"{name} {count}" for name, count in done.outcomes.items() if count)
        )
    if done.more:
        wake()


@shared_task
def mornings() -> None:
    """Each minute: the mails of those whose morning it is."""
    made = send_mornings(now=database_now())
    beat(MORNINGS, now=database_now())
    if made:
        log.info("morning mails made: %s", made)
        wake()


@shared_task
def sweep() -> None:
    """Each minute: messages of workers that died are due again, those that nobody needs any more end."""
    now = database_now()
    lost, late = give_back(now=now), expire(now=now)
    beat(SWEEP, now=now)
    if lost or late:
        log.warning("messages taken back from workers that died: %s, expired: %s", lost, late)
        wake()


@shared_task
def clean_up() -> None:
    """Daily: attempts and tests of long ago."""
    forget_old(now=database_now())


def wake_calendars() -> None:
    """Tell a worker that somebody has a new calendar. Without a broker the next tick finds it."""
    try:
        keep_calendars.delay()
    except (OperationalError, OSError):
        log.warning("broker is away: calendars wait for the next tick")


@shared_task
def keep_calendars() -> None:
    """Every five minutes: calendars of brands in which something was done."""
    refresh_calendars(now=database_now())


@shared_task
def keep_all_calendars() -> None:
    """Every hour: all calendars, for time passes too."""
    refresh_calendars(now=database_now(), everything=True)


@shared_task
def ping() -> None:
    """Each minute, while all is well: the address that notices when this ends. It may be secret and is not logged."""
    address = settings.ALERTS_PING_URL
    if not address or not alerts_health(now=database_now()).is_well:
        return
    try:
        httpx.get(address, timeout=_PING_SECONDS, follow_redirects=False).raise_for_status()
    except httpx.HTTPError as error:
        log.warning("the ping of the alerts was not answered: %s", type(error).__name__)
