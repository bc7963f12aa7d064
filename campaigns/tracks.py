"""What the timeline of a post shows: a lane for each code, link, right and flight, and one for what they allow."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from campaigns.pictures import Kind, Stretch, Timeline, Track, held, running, timeline
from campaigns.queries.post import PostPage
from campaigns.rules import flight_end
from sparktrack.core.wording import TimeWords, count

# A reference longer than this would run out of a phone's picture.
_LONGEST_NAME = 24

# More lanes of one kind than these make the picture longer than a phone is high.
_MOST_OF_A_KIND = 5


def post_timeline(page: PostPage, times: TimeWords) -> Timeline:
    """Draw everything that decides when a post may run, over one axis; of long histories what still counts most."""
    times = replace(times, contract_zone=page.brand.time_zone)
    # Before the first code or right there was nothing to run: that gap would only fill the picture with red.
    gaps = [gap for gap in page.gaps if gap.starts_at or not gap.ends_at or gap.ends_at > times.now]
    since = None if len(gaps) == len(page.gaps) else page.gaps[0].ends_at
    allowed = running(gaps, since, None, times.now)
    whole = Track(
        "When the post may run", allowed.stretches, sets_scale=False, says=_lacking(allowed.stretches, times)
    )
    groups = [
        _newest(list(_codes(page, times)), "code", times.now),
        _newest(list(_links(page, times)), "account link", times.now),
        _newest(list(_rights(page, times)), "right", times.now),
        ([whole], ""),
        _newest(list(_flights(page, times)), "flight", times.now),
    ]
    left_out = [words for _, words in groups if words]
    tracks = [track for shown, _ in groups for track in shown]
    picture = timeline(tracks, now=times.now, zone=times.zone)
    return replace(picture, left_out=f"Not drawn: {', '.join(left_out)}." if left_out else "")


def timeline_sentence(picture: Timeline) -> str:
    """The timeline for those who do not see it: its lanes by their labels, which name their days, and their gaps."""
    lanes = [f"{lane.label}{f', {lane.says}' if lane.says else ''}" for lane in picture.lanes]
    return f"{'. '.join(lanes)}. {picture.left_out}".strip()


def _newest(tracks: list[Track], noun: str, now: datetime) -> tuple[list[Track], str]:
    """The tracks that still count and the newest of the others, in their order; and how many are left out."""
    if len(tracks) <= _MOST_OF_A_KIND:
        return tracks, ""

    def age(track: Track) -> timedelta:
        ends = [stretch.ends_at for stretch in track.stretches]
        if not ends or None in ends:
            return timedelta(0)
        return max(now - max(end for end in ends if end is not None), timedelta(0))

    kept = sorted(range(len(tracks)), key=lambda index: age(tracks[index]))[:_MOST_OF_A_KIND]
    return [tracks[index] for index in sorted(kept)], count(len(tracks) - len(kept), f"older {noun}")


def _lacking(stretches: Iterable[Stretch], times: TimeWords) -> str:
    """``not 23 Nov – 30 Nov, not from 2 Dec``: the gaps that are not over."""
    said = []
    for stretch in stretches:
        start, end = stretch.starts_at, stretch.ends_at
        if stretch.kind is Kind.GAP and (end is None or end > times.now):
            begins = "" if start is None else times.short_day(start)
            if end is None:
                said.append(f"not from {begins}" if begins else "never")
            else:
                said.append(f"not {begins} – {times.short_end(end)}".replace("not  –", "not until"))
    return ", ".join(said)


def _codes(page: PostPage, times: TimeWords) -> Iterator[Track]:
    for line in page.code_lines:
        code = line.code
        days = f"{times.short_day(code.starts_at)} – {times.short_end(line.ends_at)}"
        if code.rejected_at is not None:
            stretches: tuple[Stretch, ...] = (Stretch(Kind.PLANNED, code.starts_at, line.ends_at),)
            days += ", rejected by TikTok"
        else:
            stretches = held(code.starts_at, line.ends_at, times.now) if code.starts_at < line.ends_at else ()
        yield Track(f"Code ending {code.ending} · {days}", stretches)


def _links(page: PostPage, times: TimeWords) -> Iterator[Track]:
    for link in page.links:
        until = times.short_end(link.ends_at) if link.ends_at else "open"
        yield Track(
            f"Account link · {times.short_day(link.starts_at)} – {until}",
            held(link.starts_at, link.ends_at, times.now),
            sets_scale=False,
        )


def _rights(page: PostPage, times: TimeWords) -> Iterator[Track]:
    times = times.of_contract()
    for line in page.right_lines:
        right = line.right
        name = _short(right.contract_reference)
        label = " ".join(part for part in ("Rights", name, "" if line.paid else "(not paid)") if part)
        if right.starts_at is None:
            yield Track(f"{label} · not started", (), sets_scale=False)
            continue
        until = times.short_last_day(right.ends_at) if right.ends_at else "open"
        effective = line.counts and line.paid
        yield Track(
            f"{label} · {times.short_day(right.starts_at)} – {until}",
            held(right.starts_at, right.ends_at, times.now)
            if effective
            else (Stretch(Kind.PLANNED, right.starts_at, right.ends_at),),
            sets_scale=False,
        )


def _flights(page: PostPage, times: TimeWords) -> Iterator[Track]:
    for line in page.flight_lines:
        flight, times = line.flight, replace(times, zone=line.zone)
        name = f"Flight {_short(flight.campaign.name)}"
        if flight.starts_at is None:
            yield Track(f"{name} · no dates yet", ())
            continue
        end = flight_end(flight.ends_at, flight.ended_at)
        until = times.short_end(end) if end else "no end"
        stretches = running(page.gaps, flight.starts_at, end, times.now).stretches
        says = "" if end is not None and end <= times.now else _lacking(stretches, times)
        yield Track(f"{name} · {times.short_day(flight.starts_at)} – {until}", stretches, says=says)


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"
