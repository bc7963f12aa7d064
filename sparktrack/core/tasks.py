"""Scheduled work that belongs to no app; the schedule is CELERY_BEAT_SCHEDULE in the settings."""

from importlib import import_module

from allauth.usersessions.models import UserSession
from celery import shared_task
from django.conf import settings
from django.contrib.sessions.models import Session

from sparktrack.core import planner


@shared_task
def clear_expired_sessions() -> None:
    """Forgets logins that idled out, and what the list of sessions knows about them. Doing it twice does no harm."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()


@shared_task
def learn_table_sizes() -> None:
    """Keeps queries quick while the tables of an SQLite file grow."""
    planner.learn_table_sizes()
