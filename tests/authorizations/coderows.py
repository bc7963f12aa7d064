"""Codes as they are stored."""

from datetime import UTC, datetime

from authorizations.models import AuthorizationCode

START = datetime(2026, 11, 1, 4, tzinfo=UTC)


def stored(code):
    return AuthorizationCode.objects.get(pk=code.pk)


def state(code):
    return AuthorizationCode.objects.filter(pk=code.pk).values().get()
