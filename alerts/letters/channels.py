"""What a chat or a webhook of a brand is told of an alert: never a code, an e-mail address or a fee."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from alerts.enums import AlertKind, DeliveryKind
from alerts.letters.groups import SHAPES, URGENCY
from alerts.letters.hits import post_url
from alerts.letters.lapses import Lapse, by_money
from alerts.letters.letter import Letter
from alerts.letters.lines import one_line
from alerts.letters.sections import counts
from alerts.letters.telling import lapses_of, still_lapsing
from alerts.models import Alert, AlertFlight, Delivery
from alerts.operations.messages import RESOLVED
from alerts.queries.summaries import run_of
from brands.models import Brand
from campaigns.models import Flight
from campaigns.phrases import Tone

# A chat would tell everybody, or show a link under another name.
_MENTION = re.compile(r"@(?=everyone|here|channel|all)", re.IGNORECASE)
_SIGNS = str.maketrans({"<": "‹", ">": "›", "`": "'", "*": "∗", "|": "¦", "[": "(", "]": ")"})

# Lapses that a summary names; the rest is counted. A chat cuts what is too long, and the link stands last.
MOST_NAMED = 5
_MOST_COUNTS = 4

_SETTLED = {
    AlertKind.CODE: "Code settled",
    AlertKind.RIGHTS: "Rights settled",
    AlertKind.POST: "Post settled",
    AlertKind.APPLY: "Replacement settled",
}

# The lapse is at another instant now, of which another warning tells.
_MOVED = {
    AlertKind.CODE: "Code ends at another time",
    AlertKind.RIGHTS: "Rights end at another time",
    AlertKind.POST: "Post is away from another time on",
    AlertKind.APPLY: "Replacement to apply by another time",
}


def channel_letter(delivery: Delivery, *, now: datetime) -> Letter | None:
    """What a channel is told; None if it no longer holds. Text for a chat, payload for a webhook."""
    if delivery.kind == DeliveryKind.TEST:
        return _test(delivery)
    if delivery.kind == DeliveryKind.SUMMARY:
        return _summary(delivery, now)
    alert = delivery.alert
    if alert is None:
        return None
    if delivery.event == RESOLVED:
        return _resolved(delivery, alert)
    lapses = [] if alert.closed_at else lapses_of([alert], zone=alert.brand.time_zone, now=now)
    if not lapses:
        return None
    return Letter(
        subject=lapses[0].subject,
        text=chat_text(lapses[0]),
        payload=webhook_payload(lapses[0], event=delivery.event, at=delivery.dated_at),
    )


def chat_text(lapse: Lapse) -> str:
    """A few lines: what happens and when, to what, what it costs a day, where to go."""
    about = " · ".join(filter(None, (lapse.post, lapse.handle, lapse.campaigns)))
    lines = [f"{lapse.shape} {plain(lapse.headline)}", plain(about), plain(lapse.why)]
    if lapse.a_day:
        lines.append(lapse.a_day)
    return "\n".join([*lines, lapse.url])


def summary_text(lapses: Sequence[Lapse]) -> str:
    """What was found together in one brand (not empty): counted, the most expensive, where the others are."""
    ordered, brand = by_money(lapses), lapses[0].brand
    first = min(ordered, key=lambda lapse: URGENCY.index(lapse.group))
    lines = [f"{first.shape} {plain(_counted(ordered, brand))}"]
    for lapse in ordered[:MOST_NAMED]:
        about = (lapse.when, lapse.post, lapse.handle, lapse.a_day)
        lines.append(f"{lapse.shape} {plain(' · '.join(filter(None, about)))}")
    if len(ordered) > MOST_NAMED:
        lines.append(f"and {len(ordered) - MOST_NAMED} more")
    return "\n".join([*lines, settings.SITE_URL + reverse("alerts", args=[brand.slug])])


def webhook_payload(lapse: Lapse, *, event: str, at: datetime) -> dict[str, Any]:
    """The body of a webhook (Standard Webhooks: type, timestamp, data)."""
    return _payload(event, at, lapse.alert, lapse.brand, [line.flight for line in lapse.ordered])


def plain(text: str) -> str:
    """``text`` without the signs with which a chat would format it, link it or call everybody."""
    return _MENTION.sub("@\u200b", text.translate(_SIGNS))


def _summary(delivery: Delivery, now: datetime) -> Letter | None:
    """The alerts of one pass that this chat asked for, as far as they still hold."""
    channel = delivery.channel
    if channel is None:
        return None
    alerts = Alert.objects.for_brand(channel.brand).filter(
        run=run_of(delivery.key), step__lte=channel.from_step, closed_at=None
    )
    lapses = lapses_of(list(alerts.order_by("pk")), zone=channel.brand.time_zone, now=now)
    if not lapses:
        return None
    if len(lapses) == 1:
        return Letter(subject=lapses[0].subject, text=chat_text(lapses[0]))
    return Letter(subject=_counted(lapses, channel.brand), text=summary_text(lapses))


def _counted(lapses: Sequence[Lapse], brand: Brand) -> str:
    """``2 to pause now, 5 stop by Friday · Glow Skincare``."""
    return f"{counts(lapses, most=_MOST_COUNTS)} · {one_line(brand.name, 60)}"


def _payload(
    event: str, at: datetime, alert: Alert, brand: Brand, flights: Iterable[Flight]
) -> dict[str, Any]:
    hit = list(flights)
    posts = {flight.post_id: flight.post for flight in hit}
    return {
        "type": event,
        "timestamp": _iso(at),
        "data": {
            "alert": str(alert.pk),
            "kind": str(alert.kind),
            "step": alert.step,
            "lapses_at": _iso(alert.lapses_at),
            "brand": brand.slug,
            "posts": [
                {
                    "title": one_line(str(post)),
                    "handle": post.creator.handle,
                    "page": post_url(brand, post.pk),
                }
                for post in posts.values()
            ],
            "flights": [
                {
                    "id": str(flight.pk),
                    "post": post_url(brand, flight.post_id),
                    "campaign": one_line(flight.campaign.name),
                    "ad_account": one_line(flight.ad_account.name) if flight.ad_account else None,
                    "starts_on": flight.starts_on.isoformat() if flight.starts_on else None,
                    "ends_on": flight.ends_on.isoformat() if flight.ends_on else None,
                    "daily_spend": None if flight.daily_spend is None else str(flight.daily_spend),
                    "currency": brand.currency_of(flight.ad_account),
                }
                for flight in hit
            ],
        },
    }


def _resolved(delivery: Delivery, alert: Alert) -> Letter:
    hits = AlertFlight.objects.filter(alert=alert).select_related(
        "flight__post__creator", "flight__campaign", "flight__ad_account"
    )
    flights = [hit.flight for hit in hits.order_by("pk")]
    names = dict.fromkeys(
        f"{one_line(str(flight.post), 80)} · @{flight.post.creator.handle}" for flight in flights
    )
    kind = AlertKind(alert.kind)
    lapsing = still_lapsing(flight.pk for flight in flights)
    moved = any((kind, flight.pk) in lapsing for flight in flights)
    said = _MOVED[kind] if moved else _SETTLED[kind]
    subject = f"{said}: {', '.join(list(names)[:3]) or 'nothing left to do'}"
    urls = [post_url(alert.brand, flight.post_id) for flight in flights[:1]]
    return Letter(
        subject=subject,
        text="\n".join([f"{SHAPES[Tone.IDLE if moved else Tone.OK]} {plain(subject)}", *urls]),
        payload=_payload(delivery.event, delivery.dated_at, alert, alert.brand, flights),
    )


def _test(delivery: Delivery) -> Letter:
    channel = delivery.channel
    brand = channel.brand if channel else None
    slug, name = (brand.slug, one_line(brand.name)) if brand else ("", "")
    return Letter(
        subject="A test from sparktrack",
        text=f"{SHAPES[Tone.OK]} A test from sparktrack: alerts of {plain(name)} arrive here.",
        payload={"type": "test", "timestamp": _iso(delivery.dated_at), "data": {"brand": slug}},
    )


def _iso(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
