"""A message as a letter: judged again, in words, at the moment it is first sent."""

import hashlib
import logging
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol
from uuid import UUID

from django.conf import settings
from django.db.models import Count
from django.urls import reverse

from alerts.enums import AlertKind, DeliveryKind
from alerts.letters import sections
from alerts.letters.channels import channel_letter
from alerts.letters.lapses import by_money
from alerts.letters.letter import Letter
from alerts.letters.lines import one_line
from alerts.letters.mime import site_host
from alerts.letters.morning import Morning, morning_of
from alerts.letters.pages import render
from alerts.letters.telling import Counted, Desk, Reader, Told, because
from alerts.links import Purpose, alert_url, unsubscribe_url
from alerts.models import Alert, Delivery, Notice
from alerts.rules.people import EVERYBODY_FROM

_logger = logging.getLogger(__name__)

# So long what was looked up for several messages is what is.
_FRESH_FOR = timedelta(seconds=2)
# Notices of one message that is looked up together with others.
_MOST_TOGETHER = 100
# A summary's subject names one group more than a morning's.
_MOST_COUNTS = 4


def write(delivery: Delivery, *, now: datetime, desk: Desk | None = None) -> Letter | None:
    """What a message says at ``now``; None when nothing of it holds, or nobody may read it any more.

    Lapses that do not hold any more, or of brands in which the person can do nothing now, are left out. Whoever writes
    several messages within moments looks everything up once, at a ``desk``.
    """
    if delivery.channel_id is not None:
        return channel_letter(delivery, now=now)
    desk = desk or Desk([delivery], now=now)
    reader = desk.reader(delivery)
    if reader is None:
        return None
    news = desk.told(delivery, reader)
    if not news:
        return None
    counted = desk.counted(delivery)
    if delivery.kind == DeliveryKind.MORNING:
        morning = morning_of(delivery, [told.lapse for told in news], counted, reader, now=now)
        return _morning(morning, news, counted, reader, now)
    if len(news) == 1:
        return _single(news[0], reader, others=desk.others(news[0].lapse.alert, reader), now=now)
    return _summary(news, counted, reader, now)


def _long(deliveries: Sequence[Delivery]) -> set[UUID]:
    """Those that tell so much that the others would wait for it."""
    counts = (
        Notice.objects.filter(delivery__in=deliveries).order_by().values("delivery").annotate(n=Count("pk"))
    )
    return set(counts.filter(n__gt=_MOST_TOGETHER).values_list("delivery", flat=True))


class Writer(Protocol):
    """Says what a message says now; None when nothing of it holds any more."""

    def __call__(self, delivery: Delivery, /, *, now: datetime) -> Letter | None: ...


def at_desk(deliveries: Sequence[Delivery], *, now: datetime) -> Writer:
    """``write`` for messages that are sent one right after the other: what they tell is looked up once for all.

    What takes its turn more than two seconds later is judged afresh, and what tells very much when its turn comes.
    """
    try:
        long = _long(deliveries)
        desk = Desk([each for each in deliveries if each.pk not in long], now=now)
    except Exception:
        # One of them cannot be looked up: each for itself, so that it does not hold up the others.
        _logger.exception("%d messages could not be looked up together.", len(deliveries))
        return write

    def write_now(delivery: Delivery, /, *, now: datetime) -> Letter | None:
        together = now - desk.now <= _FRESH_FOR and delivery.pk not in long
        return write(delivery, now=now, desk=desk if together else None)

    return write_now


def thread_of(alert: Alert) -> str:
    """The name of the thread in which all steps of a lapse stand; no mail has it as its own Message-ID."""
    lapse = f"{alert.brand_id}|{alert.kind}|{alert.subject_id}|{alert.lapses_at.timestamp()}"
    return f"<lapse-{hashlib.sha256(lapse.encode()).hexdigest()[:32]}@{site_host()}>"


def _single(told: Told, reader: Reader, *, others: str, now: datetime) -> Letter:
    lapse, alert = told.lapse, told.lapse.alert
    link = partial(alert_url, user_id=reader.user.pk, alert_id=alert.pk, now=now)
    quiet = alert.step > EVERYBODY_FROM
    alert_page = settings.SITE_URL + reverse("alert", args=[lapse.brand.slug, alert.pk])
    context = {
        "subject": one_line(lapse.subject),
        "lapse": lapse,
        "brand_name": one_line(lapse.brand.name),
        "preview": " · ".join(filter(None, (lapse.a_day, lapse.why))),
        "acknowledge_url": link(Purpose.ACKNOWLEDGE) if quiet else "",
        "snooze_url": link(Purpose.SNOOZE) if quiet else "",
        "pause_url": alert_page if lapse.to_pause else "",
        "more_url": alert_page,
        "others": others,
        "because": because(lapse, reader),
    }
    letter = _letter("alert", context, kinds={lapse.kind}, news=[told], reader=reader, now=now)
    thread = thread_of(alert)
    return replace(letter, headers={**letter.headers, "In-Reply-To": thread, "References": thread})


def _summary(news: Sequence[Told], counted: Sequence[Counted], reader: Reader, now: datetime) -> Letter:
    lapses = by_money(told.lapse for told in news)
    brands = {lapse.brand.pk: lapse.brand for lapse in lapses}
    brand_ids = brands.keys() | {each.alert.brand_id for each in counted}
    brand = next(iter(brands.values())) if len(brand_ids) == 1 else None
    shown, more = sections.cut(sections.of_groups(lapses, with_brand=brand is None))
    name = one_line(brand.name, 60) if brand else ""
    counts = sections.counts(lapses, [each.group for each in counted], most=_MOST_COUNTS)
    context = {
        "subject": " · ".join(filter(None, (counts, name))),
        "headline": counts[0].upper() + counts[1:],
        "why": "Found together, as after an import. Most money first.",
        "preview": "; ".join(lapse.subject for lapse in lapses[:3]),
        "brand_name": name,
        "sections": shown,
        "more": more + len(counted),
        "more_url": _alerts_url(brand.slug if brand else ""),
        "because": because(lapses[0], reader),
    }
    kinds = {lapse.kind for lapse in lapses} | {AlertKind(each.alert.kind) for each in counted}
    return _letter("summary", context, kinds=kinds, news=[*news, *counted], reader=reader, now=now)


def _morning(
    morning: Morning, news: Sequence[Told], counted: Sequence[Counted], reader: Reader, now: datetime
) -> Letter:
    shown, more = sections.cut(morning.sections)
    context = {
        "subject": morning.subject,
        "headline": morning.headline,
        "why": morning.why,
        "preview": "; ".join(told.lapse.subject for told in news[:3]),
        "brand_name": morning.brand_name,
        "sections": shown,
        "more": more + len(counted),
        "more_url": _alerts_url(),
        "because": "This is your one mail of the morning, over all your brands.",
    }
    return _letter("morning", context, kinds=set(AlertKind), news=[*news, *counted], reader=reader, now=now)


def _letter(
    name: str,
    context: dict[str, Any],
    *,
    kinds: Collection[AlertKind],
    news: Sequence[Told | Counted],
    reader: Reader,
    now: datetime,
) -> Letter:
    """Subject, text, HTML, and how to hear less; ``kinds``: of the alerts that it is about."""
    unsubscribe = unsubscribe_url(user_id=reader.user.pk, kinds=kinds, now=now)
    also = {
        "unsubscribe_url": unsubscribe,
        "choices_url": settings.SITE_URL + reverse("alert-choices"),
    }
    subject, text, html = render(name, {**context, **also})
    notices: tuple[UUID, ...] = tuple(pk for told in news for pk in told.notices)
    # One click, no login (RFC 8058).
    headers = {
        "List-Unsubscribe": f"<{unsubscribe}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    return Letter(subject=subject, text=text, html=html, headers=headers, notices=notices)


def _alerts_url(slug: str = "") -> str:
    """The alerts of a brand, else of the reader over all brands."""
    return settings.SITE_URL + (reverse("alerts", args=[slug]) if slug else reverse("my-alerts"))
