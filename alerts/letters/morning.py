"""A person's one mail of the morning: what is new, and beside it what stands, waits, was settled or failed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from alerts.letters.groups import Group
from alerts.letters.lapses import Lapse, by_time
from alerts.letters.lines import one_line
from alerts.letters.riding import (
    SETTLED_FOR,
    is_quiet,
    last_morning,
    lost,
    renewed,
    resolved_since,
    standing_lapses,
)
from alerts.letters.sections import LapseLines, Section, counts, line_of, of_groups, section
from alerts.letters.telling import Counted, Reader, lapses_of
from alerts.models import Delivery
from alerts.rules.mornings import is_working_day
from sparktrack.core.days import local_date
from sparktrack.core.wording import TimeWords


@dataclass(frozen=True, slots=True)
class Morning:
    """What the mail of a morning shows; ``brand_name`` only if all is of one brand."""

    subject: str
    headline: str
    why: str
    brand_name: str
    sections: Sequence[Section]


def morning_of(
    delivery: Delivery, news: Sequence[Lapse], counted: Sequence[Counted], reader: Reader, *, now: datetime
) -> Morning:
    """The mail of a morning with this news (not empty), and more that can only be counted; constantly many queries.

    On Saturdays and Sundays, when only what cannot wait makes a mail, nothing rides along.
    """
    working = is_working_day(local_date(delivery.dated_at, reader.zone))
    known = {lapse.alert.pk for lapse in news} | {each.alert.pk for each in counted}
    lapses = [*news, *(_rides(known, reader, now) if working else [])]
    waiting = [lapse for lapse in lapses if is_quiet(lapse.alert, now)]
    moves = [lapse for lapse in lapses if not is_quiet(lapse.alert, now)]
    with_brand = len(reader.roles) > 1
    found = [*_moves(moves, with_brand=with_brand), *_waiting(waiting, with_brand=with_brand)]
    if working:
        since = max(last_morning(delivery), now - SETTLED_FOR)
        found += renewed(resolved_since(reader, since), now, with_brand=with_brand)
        found += lost(reader, delivery, since)
    others = [each.group for each in counted if not is_quiet(each.alert, now)]
    subject = _subject(moves or lapses, others)
    return Morning(
        subject=subject if len(moves) != 1 or others else moves[0].subject,
        headline=subject[0].upper() + subject[1:],
        why=_today(reader, now),
        brand_name="" if with_brand else one_line(lapses[0].brand.name, 60),
        sections=found,
    )


def _rides(known: Collection[UUID], reader: Reader, now: datetime) -> list[Lapse]:
    alerts = [alert for alert in standing_lapses(reader, now) if alert.pk not in known]
    return lapses_of(alerts, zone=reader.zone, now=now)


def _moves(lapses: Sequence[Lapse], *, with_brand: bool) -> list[Section]:
    """What somebody has to do something about: first what must be paused today."""
    today = by_time(lapse for lapse in lapses if lapse.pauses_today)
    say = partial(line_of, with_brand=with_brand)
    found = [section(Group.PAUSE, LapseLines(today, say), title="Pause today")] if today else []
    later = by_time(lapse for lapse in lapses if not lapse.pauses_today)
    return found + of_groups(later, with_brand=with_brand)


def _waiting(lapses: Sequence[Lapse], *, with_brand: bool) -> list[Section]:
    """What somebody took upon them or put off: now it is the creator's move."""
    if not lapses:
        return []
    lines = LapseLines(
        by_time(lapses), lambda lapse: line_of(lapse, with_brand=with_brand, said=_said(lapse))
    )
    return [section(Group.WAITING, lines)]


def _said(lapse: Lapse) -> str:
    alert, times = lapse.alert, lapse.times
    if alert.acknowledged_at is None and alert.snoozed_until is not None:
        return f"Put off until {times.day(alert.snoozed_until)}: {one_line(alert.snooze_reason)}"
    who = one_line(alert.acknowledged_by.get_short_name(), 60) if alert.acknowledged_by else "Somebody"
    return f"{who} is on it"


def _subject(lapses: Sequence[Lapse], others: Sequence[Group]) -> str:
    """``2 to pause today, 5 stop by Friday``; ``others``: the groups of lapses that are only counted."""
    today = sum(lapse.pauses_today for lapse in lapses) + others.count(Group.PAUSE)
    later = [group for group in others if group is not Group.PAUSE]
    rest = counts([lapse for lapse in lapses if not lapse.pauses_today], later, most=2 if today else 3)
    return ", ".join(filter(None, (f"{today} to pause today" if today else "", rest)))


def _today(reader: Reader, now: datetime) -> str:
    times = TimeWords(now=now, zone=reader.zone, viewer_zone=reader.zone)
    return f"The morning of {times.day(now)}. Clock times are those of {reader.zone}."
