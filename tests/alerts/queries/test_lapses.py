"""The scan finds what the rules find: on every boundary to the microsecond, in every zone."""

from datetime import UTC, date, datetime, timedelta
from itertools import count, pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alerts.enums import AlertKind
from alerts.queries.lapses import lapses_of, news_of, parts
from authorizations.models import AuthorizationCode, PostGap, UsageRight
from campaigns.models import Campaign, Flight
from creators.models import Creator
from posts.models import Post
from sparktrack.core.days import end_of_last_day
from tests.world import DAY, NOW, World

TICK = timedelta.resolution
_numbers = count(1)


@pytest.fixture
def world(db):
    return World()


def failing(world, *gaps, starts_at=NOW - 90 * DAY, ends_at=None, codes=(), **flight) -> Flight:
    """A flight of a new post with stored gaps ``(start, end, reasons)`` and codes ``(start, end)``: rows, no more."""
    common = {"brand": world.brand, "created_at": NOW}
    creator = Creator.objects.create(handle=f"row{next(_numbers)}", **common)
    post = Post.objects.create(creator=creator, **common)
    campaign = Campaign.objects.create(name=f"Row {next(_numbers)}", **common)
    for start, end, reasons in gaps:
        PostGap.objects.create(
            brand=world.brand, post=post, starts_at=start, ends_at=end, reasons=reasons, stops_itself=True
        )
    for start, end in codes:
        AuthorizationCode.objects.create(
            post=post,
            ciphertext=b"x",
            key_id="1",
            fingerprint=f"{next(_numbers):064d}",
            ending="abc=",
            starts_at=start,
            expires_at=end,
            window_days=max(1, (end - start).days),
            end_source="computed",
            **common,
        )
    dates = {"starts_on": starts_at.date(), "starts_at": starts_at}
    if ends_at is not None:
        dates |= {"ends_on": ends_at.date(), "ends_at": ends_at}
    return Flight.objects.create(post=post, campaign=campaign, **dates, **flight, **common)


def found(now, *, ahead=None):
    """``(flight, kind, step, lapses_at)`` of what is to be raised at ``now``, in all brands."""
    return [
        (each.flight.flight_id, each.kind, each.step, each.lapses_at)
        for part in parts(now=now, ahead=ahead)
        for each in news_of(part, now=now).untold
    ]


def step_at(now):
    """The step of the only lapse at ``now``, None if nothing is due."""
    steps = [step for _, _, step, _ in found(now)]
    assert len(steps) <= 1
    return steps[0] if steps else None


# --- boundaries ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "lapse", [NOW, NOW + TICK, NOW + timedelta(microseconds=500_000), NOW.replace(second=59) + 10 * TICK]
)
def test_every_step_begins_at_its_very_microsecond(world, lapse):
    failing(world, (lapse, None, "code_expired"), ends_at=lapse + 40 * DAY)
    steps = [None, 30, 14, 7, 3, 1]
    for wider, step in pairwise(steps):
        assert step_at(lapse - step * DAY - TICK) == wider
        assert step_at(lapse - step * DAY) == step
    assert step_at(lapse - TICK) == 1
    assert step_at(lapse) == 0
    assert step_at(lapse + 7 * DAY - TICK) == 0
    assert step_at(lapse + 7 * DAY) == -1
    assert step_at(lapse + 40 * DAY - TICK) == -1
    assert step_at(lapse + 40 * DAY) is None


def test_a_gap_counts_from_its_first_to_before_its_last_instant(world):
    failing(world, (NOW, NOW + TICK, "no_rights"), starts_at=NOW - DAY, ends_at=NOW + DAY)
    assert step_at(NOW - TICK) == 1
    assert step_at(NOW) == 0
    assert step_at(NOW + TICK) is None


def test_a_gap_that_begins_when_the_flight_ends_hits_nothing_and_one_a_microsecond_earlier_does(world):
    failing(world, (NOW + DAY, None, "code_expired"), ends_at=NOW + DAY)
    early = failing(world, (NOW + DAY - TICK, None, "code_expired"), ends_at=NOW + DAY)
    assert found(NOW) == [(early.pk, AlertKind.CODE, 1, NOW + DAY - TICK)]


def test_a_flight_that_begins_when_the_gap_ends_is_not_hit_and_one_a_microsecond_earlier_is(world):
    gap = (None, NOW + DAY, "code_not_started")
    failing(world, gap, starts_at=NOW + DAY)
    early = failing(world, gap, starts_at=NOW + DAY - TICK)
    assert found(NOW) == [(early.pk, AlertKind.CODE, 1, NOW + DAY - TICK)]


def test_a_planned_flight_that_is_blocked_lapses_at_its_start(world):
    flight = failing(world, (None, None, "no_code"), starts_at=NOW)
    for now, step in (
        (NOW - 30 * DAY, 30),
        (NOW - 3 * DAY, 3),
        (NOW - TICK, 1),
        (NOW, 0),
        (NOW + 8 * DAY, -1),
    ):
        assert found(now) == [(flight.pk, AlertKind.CODE, step, NOW)]
    assert found(NOW - 30 * DAY - TICK) == []


def test_a_stretch_of_one_side_goes_through_gaps_of_several_reasons(world):
    begun = NOW - 3 * DAY
    flight = failing(
        world,
        (NOW - 20 * DAY, NOW - 19 * DAY, "code_expired"),
        (begun, NOW - 2 * DAY, "code_expired"),
        (NOW - 2 * DAY, NOW - DAY, "code_expired,rights_expired"),
        (NOW - DAY, NOW, "code_revoked,rights_expired"),
        (NOW, None, "code_revoked,post_unavailable,rights_expired"),
    )
    assert sorted(found(NOW)) == sorted(
        [
            (flight.pk, AlertKind.CODE, 0, begun),
            (flight.pk, AlertKind.RIGHTS, 0, NOW - 2 * DAY),
            (flight.pk, AlertKind.POST, 0, NOW),
        ]
    )


def test_sides_lapse_one_by_one(world):
    flight = failing(
        world,
        (NOW + 2 * DAY, NOW + 6 * DAY, "rights_expired"),
        (NOW + 6 * DAY, None, "code_expired,rights_expired"),
    )
    assert sorted(found(NOW)) == [
        (flight.pk, AlertKind.CODE, 7, NOW + 6 * DAY),
        (flight.pk, AlertKind.RIGHTS, 3, NOW + 2 * DAY),
    ]


@pytest.mark.parametrize(
    "state",
    [
        {"paused_at": NOW - DAY},
        {"ended_at": NOW - TICK},
        {"ended_at": NOW},
        {"starts_at": None},
    ],
)
def test_paused_ended_and_unplanned_flights_raise_nothing(world, state):
    starts_at = state.pop("starts_at", NOW - DAY)
    flight = failing(world, (None, None, "no_code"), starts_at=starts_at or NOW, **state)
    if starts_at is None:
        Flight.objects.filter(pk=flight.pk).update(starts_on=None, starts_at=None)
    assert found(NOW) == []
    assert lapses_of([world.brand.pk], [flight.pk], now=NOW) == {}


def test_evergreen_flights_lapse_as_others_do(world):
    flight = failing(world, (NOW + 14 * DAY, None, "code_expired"))
    assert found(NOW) == [(flight.pk, AlertKind.CODE, 14, NOW + 14 * DAY)]


def test_each_brand_has_steps_of_its_own(world):
    other = World(warning_steps=[10, 2])
    mine, theirs = (failing(each, (NOW + 8 * DAY, None, "code_expired")) for each in (world, other))
    assert sorted(found(NOW)) == sorted(
        [
            (mine.pk, AlertKind.CODE, 14, NOW + 8 * DAY),
            (theirs.pk, AlertKind.CODE, 10, NOW + 8 * DAY),
        ]
    )
    assert found(NOW, ahead={other.brand.pk: NOW + 7 * DAY}) == [
        (theirs.pk, AlertKind.CODE, 2, NOW + 8 * DAY)
    ]


# --- clocks that change ----------------------------------------------------------------------------------------------
# The last day of a right, and the instant at which it is over: on both days of a year on which clocks change.
ZONES = [
    ("Australia/Lord_Howe", date(2026, 4, 5), "2026-04-05T13:30"),
    ("Australia/Lord_Howe", date(2026, 10, 4), "2026-10-04T13:00"),
    ("Pacific/Apia", date(2011, 12, 29), "2011-12-30T10:00"),  # its 30 December never was
    ("Pacific/Apia", date(2020, 9, 27), "2020-09-27T10:00"),
    ("America/New_York", date(2026, 3, 8), "2026-03-09T04:00"),
    ("America/New_York", date(2026, 11, 1), "2026-11-02T05:00"),
    ("Europe/Berlin", date(2026, 3, 29), "2026-03-29T22:00"),
    ("Europe/Berlin", date(2026, 10, 25), "2026-10-25T23:00"),
    ("Europe/London", date(2026, 3, 29), "2026-03-29T23:00"),
    ("Europe/London", date(2026, 10, 25), "2026-10-26T00:00"),
    ("America/Havana", date(2026, 3, 7), "2026-03-08T05:00"),  # its midnight does not exist
    ("America/Havana", date(2026, 11, 1), "2026-11-02T05:00"),
    ("America/Santiago", date(2026, 4, 4), "2026-04-05T04:00"),
    ("America/Santiago", date(2026, 9, 5), "2026-09-06T04:00"),
    ("Asia/Beirut", date(2026, 3, 28), "2026-03-28T22:00"),
    ("Asia/Beirut", date(2026, 10, 24), "2026-10-24T22:00"),
    ("Africa/Cairo", date(2026, 4, 23), "2026-04-23T22:00"),
    ("Africa/Cairo", date(2026, 10, 29), "2026-10-29T22:00"),
    ("Pacific/Auckland", date(2026, 4, 5), "2026-04-05T12:00"),
    ("Pacific/Auckland", date(2026, 9, 27), "2026-09-27T11:00"),
    ("Asia/Kolkata", date(2028, 2, 28), "2028-02-28T18:30"),  # a leap day follows
    ("Asia/Kolkata", date(2028, 2, 29), "2028-02-29T18:30"),
    ("America/St_Johns", date(2026, 3, 8), "2026-03-09T02:30"),
    ("America/St_Johns", date(2026, 11, 1), "2026-11-02T03:30"),
]


def test_steps_are_whole_days_of_24_hours_before_the_instant_wherever_clocks_change(world):
    assert len({zone for zone, *_ in ZONES}) == 12
    for zone, last_day, over in ZONES:
        instant = datetime.fromisoformat(over).replace(tzinfo=UTC)
        assert end_of_last_day(last_day, zone) == instant, zone
        flight = failing(world, (instant, None, "rights_expired"), starts_at=instant - 300 * DAY)
        for step in (7, 3, 1):
            assert found(instant - step * DAY) == [(flight.pk, AlertKind.RIGHTS, step, instant)], zone
            assert found(instant - step * DAY - TICK)[0][2] > step
        assert found(instant) == [(flight.pk, AlertKind.RIGHTS, 0, instant)]
        flight.delete()


# --- what must be renewed --------------------------------------------------------------------------------------------
def test_a_right_on_a_creator_is_one_thing_to_renew_for_all_its_posts(world):
    creator = world.creator()
    right = world.right(world.day(-300), world.day(2), creator=creator)
    for _ in range(2):
        post = world.post(creator)
        world.code(post, NOW - DAY, days=90)
        world.flight(post, world.day(-1), world.day(20))
    (part,) = parts(now=NOW)
    untold = news_of(part, now=NOW).untold
    assert {(each.kind, each.subject_id, each.lapses_at) for each in untold} == {
        (AlertKind.RIGHTS, right.pk, right.ends_at)
    }
    assert len(untold) == 2


def test_a_right_of_the_post_counts_before_one_of_its_creator_that_ends_with_it(world):
    post = world.post()
    world.code(post, NOW - DAY, days=90)
    world.right(world.day(-300), world.day(2), creator=post.creator)
    own = world.right(world.day(-30), world.day(2), post=post)
    world.flight(post, world.day(-1), world.day(20))
    (part,) = parts(now=NOW)
    (untold,) = news_of(part, now=NOW).untold
    assert untold.subject_id == own.pk
    assert untold.window == own.ends_at - own.starts_at


def test_where_no_right_ends_the_post_is_the_subject(world):
    post = world.post()
    world.code(post, NOW - DAY, days=90)
    world.flight(post, world.day(-1), world.day(20))
    (part,) = parts(now=NOW)
    (untold,) = news_of(part, now=NOW).untold
    assert (untold.kind, untold.subject_id) == (AlertKind.RIGHTS, post.pk)
    assert UsageRight.objects.count() == 0


# --- queries ---------------------------------------------------------------------------------------------------------
def test_a_pass_over_many_brands_takes_as_many_queries_as_over_one(world):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            found(NOW)
        return len(captured)

    before = queries()
    for _ in range(5):
        failing(World(), (NOW, None, "code_expired"))
    assert queries() == before == 3
