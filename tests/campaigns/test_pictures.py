"""Pieces lie inside the picture, in order, cover the flight exactly, and none is too small to be seen."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from authorizations.enums import Reason
from authorizations.rules import Gap, clip
from campaigns.pictures import (
    LEAST_WIDTH,
    Kind,
    Piece,
    Stretch,
    Track,
    flight_strip,
    held,
    running,
    timeline,
)

NOW = datetime(2026, 11, 21, 19, 5, tzinfo=UTC)
DAY = timedelta(days=1)

instants = st.integers(-400 * 24, 400 * 24).map(lambda hours: NOW + timedelta(hours=hours))


@st.composite
def flights(draw):
    """A flight that is not over, with ordered, disjoint gaps clipped to what lies ahead, as the rules give them."""
    start = draw(instants)
    end = draw(st.none() | instants)
    assume(end is None or end > max(start, NOW))
    cuts = sorted(draw(st.sets(instants, max_size=12)))
    gaps = [Gap(left, right, (Reason.NO_CODE,)) for left, right in list(pairwise(cuts))[::2]]
    return start, end, clip(gaps, max(start, NOW), end)


@given(flights())
def test_pieces_of_a_strip_cover_the_flight_exactly_and_in_order(flight):
    start, end, gaps = flight
    pieces = flight_strip(starts_at=start, ends_at=end, now=NOW, gaps=gaps).pieces
    assert pieces[0].x == 0
    assert pieces[-1].x + pieces[-1].width == pytest.approx(100)
    for left, right in pairwise(pieces):
        assert left.x + left.width == pytest.approx(right.x)
        assert left.kind is not right.kind


@given(flights())
def test_no_piece_is_too_narrow_to_be_seen(flight):
    start, end, gaps = flight
    pieces = flight_strip(starts_at=start, ends_at=end, now=NOW, gaps=gaps).pieces
    least = min(LEAST_WIDTH, 100 / len(pieces))
    assert all(piece.width >= least - 0.11 for piece in pieces)


@given(flights())
def test_now_is_where_the_past_ends(flight):
    start, end, gaps = flight
    picture = flight_strip(starts_at=start, ends_at=end, now=NOW, gaps=gaps)
    past = [piece for piece in picture.pieces if piece.kind is Kind.PAST]
    if start < NOW:
        assert [picture.now] == [pytest.approx(piece.x + piece.width) for piece in past]
    else:
        assert not past
        assert picture.now == (0 if start == NOW else None)


@given(flights())
def test_a_strip_shows_as_many_gaps_as_there_are(flight):
    start, end, gaps = flight
    pieces = flight_strip(starts_at=start, ends_at=end, now=NOW, gaps=gaps).pieces
    assert [piece.kind for piece in pieces].count(Kind.GAP) == len(gaps)


def test_a_flight_reads_past_then_run_then_gap():
    gap = Gap(NOW + 10 * DAY, NOW + 20 * DAY, (Reason.CODE_EXPIRED,))
    picture = flight_strip(starts_at=NOW - 20 * DAY, ends_at=NOW + 20 * DAY, now=NOW, gaps=[gap])
    assert picture.pieces == (Piece(Kind.PAST, 0, 50), Piece(Kind.RUN, 50, 25), Piece(Kind.GAP, 75, 25))
    assert picture.now == 50


def test_a_gap_of_an_hour_in_a_long_flight_is_still_seen():
    gap = Gap(NOW + 100 * DAY, NOW + 100 * DAY + timedelta(hours=1), (Reason.CODE_EXPIRED,))
    picture = flight_strip(starts_at=NOW - DAY, ends_at=NOW + 300 * DAY, now=NOW, gaps=[gap])
    assert [piece.width for piece in picture.pieces if piece.kind is Kind.GAP] == [LEAST_WIDTH]


def test_a_gap_that_lasts_reaches_back_to_where_it_began():
    gap = Gap(NOW, NOW + 10 * DAY, (Reason.POST_UNAVAILABLE,))
    picture = flight_strip(
        starts_at=NOW - 10 * DAY,
        ends_at=NOW + 10 * DAY,
        now=NOW,
        gaps=[gap],
        blocked_since=NOW - 2 * DAY,
    )
    assert picture.pieces == (Piece(Kind.PAST, 0, 40), Piece(Kind.GAP, 40, 60))
    assert picture.now == 50


def test_what_lies_ahead_of_a_paused_flight_is_grey():
    picture = flight_strip(starts_at=NOW - 10 * DAY, ends_at=NOW + 10 * DAY, now=NOW, gaps=[], judged=False)
    assert [piece.kind for piece in picture.pieces] == [Kind.PAST, Kind.PLANNED]


def test_a_flight_without_end_is_drawn_beyond_its_last_change():
    gap = Gap(NOW + 60 * DAY, None, (Reason.CODE_EXPIRED,))
    picture = flight_strip(starts_at=NOW - 10 * DAY, ends_at=None, now=NOW, gaps=[gap])
    assert picture.pieces == (Piece(Kind.PAST, 0, 10), Piece(Kind.RUN, 10, 60), Piece(Kind.GAP, 70, 30))


def test_a_flight_that_is_over_has_no_now():
    picture = flight_strip(starts_at=NOW - 10 * DAY, ends_at=NOW - DAY, now=NOW, gaps=[])
    assert picture.pieces == (Piece(Kind.PAST, 0, 100),)
    assert picture.now is None


def test_a_post_runs_between_its_gaps():
    gaps = [
        Gap(None, NOW - 5 * DAY, (Reason.NO_CODE,)),
        Gap(NOW + 5 * DAY, None, (Reason.CODE_EXPIRED,)),
    ]
    assert running(gaps, None, None, NOW).stretches == (
        Stretch(Kind.GAP, None, NOW - 5 * DAY),
        Stretch(Kind.PAST, NOW - 5 * DAY, NOW),
        Stretch(Kind.RUN, NOW, NOW + 5 * DAY),
        Stretch(Kind.GAP, NOW + 5 * DAY, None),
    )


def test_a_post_without_gaps_runs_for_ever():
    assert running([], None, None, NOW).stretches == (
        Stretch(Kind.PAST, None, NOW),
        Stretch(Kind.RUN, NOW, None),
    )


@given(instants, instants, st.lists(instants, max_size=8, unique=True))
def test_stretches_of_a_flight_follow_each_other_without_a_hole(start, end, cuts):
    assume(start < end)
    cuts.sort()
    gaps = [Gap(left, right, (Reason.NO_CODE,)) for left, right in list(pairwise(cuts))[::2]]
    stretches = running(gaps, start, end, NOW).stretches
    assert (stretches[0].starts_at, stretches[-1].ends_at) == (start, end)
    assert all(left.ends_at == right.starts_at for left, right in pairwise(stretches))


@given(st.lists(st.tuples(st.none() | instants, st.none() | instants, st.booleans()), max_size=10))
def test_every_piece_of_a_timeline_is_inside_the_picture(bounds):
    tracks = [
        Track(f"track {number}", held(start, end, NOW), sets_scale=scaling)
        for number, (start, end, scaling) in enumerate(bounds)
        if start is None or end is None or start < end
    ]
    picture = timeline(tracks, now=NOW, zone="America/New_York")
    assert 0 <= picture.now <= 100
    assert len(picture.lanes) == len(tracks)
    for lane in picture.lanes:
        for piece in lane.pieces:
            assert piece.width >= 0.5
            assert piece.x >= 0
            assert piece.x + piece.width <= 100.1


@given(
    st.integers(1, 365), st.integers(1, 365), st.sampled_from(["UTC", "Australia/Lord_Howe", "Pacific/Apia"])
)
def test_the_axis_names_a_few_days_in_order(before, after, zone):
    track = Track("code", held(NOW - before * DAY, NOW + after * DAY, NOW))
    ticks = timeline([track], now=NOW, zone=zone).ticks
    assert 1 <= len(ticks) <= 7
    assert all(right.x - left.x > 5 for left, right in pairwise(ticks))
    assert all(4 <= tick.x <= 96 for tick in ticks)


def test_what_lasts_for_years_does_not_squeeze_a_code():
    code = Track("code", held(NOW - 10 * DAY, NOW + 20 * DAY, NOW))
    right = Track("right", held(NOW - 300 * DAY, NOW + 300 * DAY, NOW), sets_scale=False)
    picture = timeline([code, right], now=NOW, zone="UTC")
    first, last = picture.lanes[0].pieces
    assert last.x + last.width - first.x > 90
    assert picture.lanes[1].pieces[0].x == 0


def test_a_right_that_ends_soon_after_the_flight_is_shown_with_its_end():
    code = Track("code", held(NOW - 10 * DAY, NOW + 20 * DAY, NOW))
    right = Track("right", held(NOW - 10 * DAY, NOW + 30 * DAY, NOW), sets_scale=False)
    picture = timeline([code, right], now=NOW, zone="UTC")
    assert picture.lanes[1].pieces[-1].x + picture.lanes[1].pieces[-1].width < 99
