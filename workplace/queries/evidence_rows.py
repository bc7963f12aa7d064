"""What evidence packs are made of: deeds out of the audit, files, warnings and their messages; of a time.

A mail may speak of several brands of its reader: of it only form, state and time are read (alerts.queries.told).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from alerts.enums import Outcome
from alerts.models import Alert, Delivery, Notice
from brands.models import Attachment, AuditEntry, Brand

# Entries of the audit, warnings and messages that a part lists, the newest ones.
MOST_ENTRIES = 1_000
MOST_MESSAGES = 1_000
MOST_ALERTS = 500

# What somebody did with a code, a right or a flight. What one looks up elsewhere (edits of texts) is left out.
_DEEDS = (
    *("code.recorded", "code.replaced", "code.extended", "code.corrected", "code.verified", "code.rejected"),
    *("code.revoked", "code.unrevoked", "code.revealed", "code.copied", "code.applied"),
    *("code.source_post_code_revealed", "right.granted", "right.extended", "right.ended", "right.triggered"),
    *(
        "right.corrected",
        "right.edited",
        "flight.launched",
        "flight.paused",
        "flight.resumed",
        "flight.ended",
    ),
    *("flight.reopened", "flight.put_back", "flight.run_anyway", "post.gone", "post.back"),
)


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning, and the messages about it: to people (``notices``) and to chats or machines (``messages``)."""

    alert: Alert
    notices: Sequence[Notice]
    messages: Sequence[Delivery]


def overlapping(begins: str, ends: str, cut: str, start: datetime | None, end: datetime | None) -> Q:
    """Rows whose time shares an instant with ``[start, end)``; rows without a time only if nothing is asked.

    ``cut``: the column of the instant at which somebody ended it before its time, if anybody did.
    """
    found = Q()
    if end is not None:
        found &= Q(**{f"{begins}__lt": end})
    if start is not None:
        found &= Q(**{f"{ends}__gt": start}) | Q(**{f"{ends}__isnull": True, f"{begins}__isnull": False})
        found &= Q(**{f"{cut}__gt": start}) | Q(**{f"{cut}__isnull": True})
    return found


def deeds_about(
    brand: Brand, things: Iterable[UUID], start: datetime | None, end: datetime | None
) -> tuple[dict[UUID, list[AuditEntry]], bool]:
    """The newest deeds about these things, oldest first, and whether some are left out."""
    rows = AuditEntry.objects.for_brand(brand).filter(object_id__in=list(things), action__in=_DEEDS)
    rows = rows.filter(_within("at", start, end)).order_by("-at", "-pk")
    newest = list(rows[: MOST_ENTRIES + 1])
    found: dict[UUID, list[AuditEntry]] = defaultdict(list)
    for entry in reversed(newest[:MOST_ENTRIES]):
        if entry.object_id is not None:
            found[entry.object_id].append(entry)
    return found, len(newest) > MOST_ENTRIES


def _within(name: str, start: datetime | None, end: datetime | None) -> Q:
    found = Q()
    if start is not None:
        found &= Q(**{f"{name}__gte": start})
    if end is not None:
        found &= Q(**{f"{name}__lt": end})
    return found


def attachments_on(brand: Brand, things: Iterable[UUID]) -> dict[UUID, list[Attachment]]:
    """Files and links on these things, in the order in which they came."""
    rows = Attachment.objects.for_brand(brand).filter(subject_id__in=list(things)).select_related("added_by")
    found: dict[UUID, list[Attachment]] = defaultdict(list)
    for row in rows.order_by("added_at", "pk"):
        found[row.subject_id].append(row)
    return found


def warnings_about(
    brand: Brand, subjects: Iterable[UUID], start: datetime | None, end: datetime | None
) -> tuple[dict[UUID, list[Warned]], bool]:
    """What was raised about these subjects and who was told how; and whether messages are left out."""
    alerts = list(
        Alert.objects.for_brand(brand)
        .filter(_within("raised_at", start, end), subject_id__in=list(subjects))
        .exclude(outcome=Outcome.SKIPPED)
        .select_related("acknowledged_by")
        .order_by("-raised_at", "-pk")[: MOST_ALERTS + 1]
    )
    told = list(
        Notice.objects.for_brand(brand)
        .filter(alert__in=[alert.pk for alert in alerts])
        .select_related("user", "delivery")
        .defer("delivery__message", "delivery__subject", "delivery__address", "delivery__problem")
        .order_by("-created_at", "-pk")[: MOST_MESSAGES + 1]
    )
    sent = list(
        Delivery.objects.filter(alert__in=[alert.pk for alert in alerts], channel__isnull=False)
        .select_related("channel")
        .defer("message", "subject", "address", "problem")
        .order_by("-due_at", "-pk")[: MOST_MESSAGES + 1]
    )
    notices: dict[UUID, list[Notice]] = defaultdict(list)
    for notice in reversed(told[:MOST_MESSAGES]):
        notices[notice.alert_id].append(notice)
    messages: dict[UUID | None, list[Delivery]] = defaultdict(list)
    for message in reversed(sent[:MOST_MESSAGES]):
        messages[message.alert_id].append(message)
    found: dict[UUID, list[Warned]] = defaultdict(list)
    for alert in alerts[:MOST_ALERTS]:
        found[alert.subject_id].append(Warned(alert, notices[alert.pk], messages[alert.pk]))
    cut = len(alerts) > MOST_ALERTS or max(len(told), len(sent)) > MOST_MESSAGES
    return found, cut
