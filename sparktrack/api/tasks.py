"""What beat ticks for the API; the schedule is CELERY_BEAT_SCHEDULE in the settings."""

from celery import shared_task

from sparktrack.api.keeping import forget_answers
from sparktrack.core.clock import utc_now


@shared_task
def forget_old_answers() -> None:
    """Hourly: answers that nobody can ask for again. Doing it twice does no harm."""
    forget_answers(now=utc_now())
