"""The flights that a lapse hits: judged by its side alone, and each in words."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from alerts.letters import groups
from alerts.letters.lines import one_line
from alerts.models import Alert
from alerts.queries.standing import HitLine
from authorizations.enums import Verdict
from authorizations.rules import Coverage
from brands.models import Brand
from campaigns.enums import FlightStatus
from campaigns.queries.lines import FlightLine
from sparktrack.core.wording import TimeWords, money

# The longest name of a post and of a campaign or ad account in a letter.
NAME, CAMPAIGN = 80, 60


@dataclass(frozen=True, slots=True, kw_only=True)
class HitWords:
    """One flight in words: its campaign (and post, where several are hit), where and how long it flies, its money."""

    name: str
    about: str
    a_day: str
    url: str


def hit_words(
    line: FlightLine, *, brand: Brand, times: TimeWords, with_post: bool, with_handle: bool
) -> HitWords:
    """A flight in words; with its post and creator where a lapse hits those of several."""
    post = line.flight.post
    name = one_line(line.flight.campaign.name, CAMPAIGN)
    if with_post:
        name = f"{one_line(str(post), NAME)} · {name}"
    parts = [f"@{post.creator.handle}"] if with_handle else []
    return HitWords(
        name=name,
        about=joined(*parts, account(line), _period(line, times)),
        a_day=""
        if line.daily_spend is None
        else groups.spends([money(line.daily_spend, line.currency, estimate=True)]),
        url=post_url(brand, line.flight.post_id),
    )


def post_url(brand: Brand, post_id: UUID) -> str:
    """The page of a post, on SITE_URL."""
    return settings.SITE_URL + reverse("post", args=[brand.slug, post_id])


def one_sided(hit: HitLine, alert: Alert, now: datetime) -> FlightLine:
    """The flight with the verdict that the side of the alert alone gives it."""
    line, gap = hit.line, hit.gap
    if gap is None:
        return line
    begin = max(now, line.starts_at or now)
    fails = gap.starts_at is None or gap.starts_at <= begin
    since = max(alert.lapses_at, line.starts_at or alert.lapses_at) if hit.fails_at <= now else None
    return replace(
        line,
        coverage=Coverage(
            Verdict.BLOCKED if fails else Verdict.LAPSES, None if fails else gap.starts_at, (gap,)
        ),
        blocked_since=since,
    )


def is_halted(hit: HitLine, now: datetime) -> bool:
    """Whether it lacks rights now, but TikTok has stopped it already for want of a code or the post."""
    first = hit.line.first_gap
    if first is None or hit.stops_itself or not hit.is_running or hit.fails_at > now:
        return False
    return first.stops_itself


def account(line: FlightLine) -> str:
    """The name of its ad account, empty if none is known."""
    return one_line(line.flight.ad_account.name, CAMPAIGN) if line.flight.ad_account else ""


def _period(line: FlightLine, times: TimeWords) -> str:
    end = f"to {times.last_day(line.ends_at)}" if line.ends_at else "no end planned"
    if line.status is FlightStatus.PLANNED and line.starts_at is not None:
        return f"starts {times.day(line.starts_at)}, {end}"
    return end


def joined(*parts: str) -> str:
    """The parts that say something, with commas."""
    return ", ".join(filter(None, parts))
