"""Codes that arrive."""

from datetime import UTC, datetime

from authorizations.operations.recording import record_codes

START = datetime(2026, 11, 1, 9, 30, tzinfo=UTC)


def record(world, *drafts):
    return record_codes(drafts=drafts, **world.by)
