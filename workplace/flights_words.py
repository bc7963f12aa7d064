"""What planning a flight says: the verdict of dates that are not stored, what to ask for, what speaks against it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from authorizations.enums import Reason
from authorizations.rules import DAY, PRESET_DAYS, RIGHTS_REASONS, Gap, PresetAdvice
from brands.models import Brand
from campaigns.enums import Check
from campaigns.phrases import Moment, Subject, all_reasons, limiting
from campaigns.words import Words, flight_words, post_words
from posts.enums import Method
from sparktrack.core.days import last_full_day, local_date
from sparktrack.core.wording import TimeWords, count, stretch
from workplace.queries.flights import PlannedFlight, Traction
from workplace.queries.flights_sheet import LaunchSheet

# Gaps that are told one by one; more would be a list that nobody reads.
_MOST_GAPS = 4
CODE_HELPS = {Reason.NO_CODE, Reason.CODE_EXPIRED, Reason.CODE_REVOKED}


@dataclass(frozen=True, slots=True)
class PlannedWords:
    """The verdict; ``asks``: what to ask for and why, one sentence each; ``gaps``: the days it does not cover.

    ``planner``: the query of the planner for the same flight, empty where no code would help.
    """

    words: Words
    asks: Sequence[str]
    gaps: Sequence[str]
    planner: str


def planned_words(planned: PlannedFlight, times: TimeWords) -> PlannedWords:
    """Say what a flight could expect."""
    post, line = planned.post, planned.line
    subject = Subject(post.creator.handle, linked=post.method != Method.CODE)
    if line.coverage is None or line.starts_at is None:
        inventory = post_words(planned.idle, subject=subject, times=times)
        return PlannedWords(
            inventory, ["Give it a first day: then the days of the flight are judged."], [], ""
        )
    words = flight_words(
        line.coverage,
        status=line.status,
        starts_at=line.starts_at,
        ends_at=line.ends_at,
        subject=subject,
        times=times,
        blocked_since=line.blocked_since,
        apply_by=planned.apply_by,
    )
    gaps = line.coverage.gaps
    asks = [ask for gap in gaps[:1] if (ask := _ask(gap, planned, subject, times))]
    if rights := next((gap for gap in gaps if RIGHTS_REASONS & set(gap.reasons)), None):
        asks.append(_ask_for_rights(rights, line.ends_at is None, times))
    return PlannedWords(
        words=words,
        asks=asks,
        gaps=[_gap(gap, subject, times) for gap in gaps[:_MOST_GAPS]],
        planner=_planner(planned, times) if gaps and CODE_HELPS & set(gaps[0].reasons) else "",
    )


def traction_warning(traction: Traction, brand: Brand) -> str:
    """Why one might wait with the flight; empty where the numbers are strong, or the brand asks for none."""
    if traction.strong or (brand.strong_views is None and brand.strong_engagement is None):
        return ""
    wanted = _strong(brand)
    if traction.metrics is None:
        return f"No numbers are noted for this post. A strong organic post here has {wanted}."
    has = f"{traction.metrics.views or 0:,} views"
    if traction.engagement is not None:
        has += f", {traction.engagement:.1f} % engagement"
    return f"It has {has}. A strong organic post here has {wanted}: give it time, or plan it knowingly."


def zone_words(zone: str, account: str) -> str:
    """Whose days are typed."""
    return (
        f"Days of {account} ({zone})" if account else f"Days of the brand ({zone}): no ad account is chosen"
    )


def _ask(gap: Gap, planned: PlannedFlight, subject: Subject, times: TimeWords) -> str:
    """What to ask the creator for about the first gap."""
    reason = limiting(gap)
    if reason is Reason.POST_UNAVAILABLE:
        return f"Ask @{subject.handle} to make the post public."
    if reason is Reason.CODE_NOT_STARTED and gap.ends_at is not None:
        return (
            f"The {subject.key} starts {times.clock(gap.ends_at)}: begin the flight then, or ask for one now."
        )
    if not CODE_HELPS & set(gap.reasons):
        return ""
    if subject.linked:
        return f"Ask @{subject.handle} to link the account again."
    return _ask_for_code(planned.advice, subject)


def _ask_for_code(advice: PresetAdvice | None, subject: Subject) -> str:
    if advice is None:
        return (
            f"Ask @{subject.handle} for a code: the flight has no end, so the longest window lasts longest."
        )
    if advice.days is None:
        _, short = advice.shortfalls[-1]
        return (
            f"Even {max(PRESET_DAYS)} days, generated today, end {_days(short)} before the flight does: "
            "plan a second code."
        )
    ask = f"Ask @{subject.handle} for {advice.days} days."
    if advice.shortfalls:
        shorter, short = advice.shortfalls[-1]
        ask += f" Generated today, {shorter} days would end {_days(short)} before the flight does."
    return ask


def _ask_for_rights(gap: Gap, endless: bool, times: TimeWords) -> str:
    contract = times.of_contract()
    until = "" if endless or gap.ends_at is None else f" to {times.last_day(gap.ends_at)}"
    if gap.starts_at is None or gap.starts_at <= times.now:
        since = "before it begins"
    else:
        since = f"from {contract.day(gap.starts_at)}{'' if until else ' on'}"
    return f"Agree the rights for paid use {since}{until}: TikTok does not know the contract and would run the ad."


def _gap(gap: Gap, subject: Subject, times: TimeWords) -> str:
    """``from Thu 26 Nov to Tue 15 Dec: code ended``."""
    start = "" if gap.starts_at is None else times.day(gap.starts_at)
    until = f" to {times.end(gap.ends_at)}" if gap.ends_at is not None else " on"
    coming = gap.starts_at is not None and gap.starts_at > times.now
    reasons = all_reasons(gap, subject, Moment.COMING if coming else Moment.LASTING)
    return f"from {start}{until}: {reasons}" if start else f"{until.strip()}: {reasons}"


def _planner(planned: PlannedFlight, times: TimeWords) -> str:
    line = planned.line
    if line.starts_at is None or line.ends_at is None or line.ends_at <= times.now:
        return ""
    asked = {
        "starts_on": local_date(line.starts_at, line.zone),
        "ends_on": last_full_day(line.ends_at, line.zone),
        "generated_on": local_date(times.now, planned.post.creator.time_zone or line.zone),
        "zone": planned.post.creator.time_zone or line.zone,
        "account_zone": line.zone,
    }
    return urlencode(asked)


def _strong(brand: Brand) -> str:
    wanted = []
    if brand.strong_views is not None:
        wanted.append(f"{brand.strong_views:,} views")
    if brand.strong_engagement is not None:
        wanted.append(f"{brand.strong_engagement.normalize():f} % engagement")
    return " and ".join(wanted)


def _days(length: timedelta) -> str:
    """``5 days``, begun ones counted; less than one as ``5 h``."""
    return stretch(length) if length < DAY else count(-(-length // DAY), "day")


_CHECKS = {
    Check.MUSIC: ("Music", "Original, or from the Commercial Music Library."),
    Check.DISCLOSURE: ("Disclosure", "The creator switched on the commercial-content disclosure."),
    Check.REGION: ("Region", "The ad group targets the countries of the plan."),
    Check.TERRITORY: ("Territory", "The rights cover those countries."),
    Check.SOURCE_POST: ("Source post", "A duet, stitch or mention needs a code of the source post as well."),
    Check.CAPTION: ("Caption", "It reads as approved: it is locked while the post is authorized."),
}


def check_words(check: Check, sheet: LaunchSheet) -> tuple[str, str, str]:
    """A check of the launch sheet: its name, what it means, and what is on file about it (may be empty)."""
    title, meaning = _CHECKS[check]
    known = ""
    if check is Check.TERRITORY:
        named = sorted({place for right in sheet.rights for place in right.territories})
        known = f"On file: {', '.join(named)}" if named else "On file: no territory is excluded"
        known = known if sheet.rights else "No rights are on file"
    elif check is Check.SOURCE_POST and any(each.code.source_post_ciphertext for each in sheet.codes):
        known = "Its code is on file"
    elif check is Check.CAPTION:
        caption = " ".join(sheet.flight.post.caption.split())
        known = (
            f"On file: {caption[:160]}{'…' if len(caption) > 160 else ''}" if caption else "None is on file"
        )
    return title, meaning, known
