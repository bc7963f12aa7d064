"""What the timeline of a post shows: a lane for each code, link, right and flight, and one for what they allow."""

from collections.abc import Iterator

from campaigns.pictures import Kind, Stretch, Timeline, Track, held, running, timeline
from campaigns.queries.post import PostPage
from campaigns.rules import flight_end
from sparktrack.core.wording import TimeWords

# A reference longer than this would run out of a phone's picture.
_LONGEST_NAME = 24


def post_timeline(page: PostPage, times: TimeWords) -> Timeline:
    """Draw everything that decides when a post may run, over one axis."""
    tracks = [*_codes(page, times), *_links(page, times), *_rights(page, times)]
    # Before the first code or right there was nothing to run: that gap would only fill the picture with red.
    gaps = [gap for gap in page.gaps if gap.starts_at or not gap.ends_at or gap.ends_at > times.now]
    since = None if len(gaps) == len(page.gaps) else page.gaps[0].ends_at
    allowed = running(gaps, since, None, times.now)
    tracks.append(Track("When the post may run", allowed.stretches, sets_scale=False))
    tracks += _flights(page, times)
    return timeline(tracks, now=times.now, zone=times.zone)


def timeline_sentence(picture: Timeline) -> str:
    """The timeline for those who do not see it: its lanes by their labels, which name their days."""
    return ". ".join(lane.label for lane in picture.lanes) + "."


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
        flight = line.flight
        name = f"Flight {_short(flight.campaign.name)}"
        if flight.starts_at is None:
            yield Track(f"{name} · no dates yet", ())
            continue
        end = flight_end(flight.ends_at, flight.ended_at)
        until = times.short_end(end) if end else "no end"
        stretches = running(page.gaps, flight.starts_at, end, times.now).stretches
        yield Track(f"{name} · {times.short_day(flight.starts_at)} – {until}", stretches)


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"
