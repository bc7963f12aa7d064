"""What stands in calendars: UIDs stay, sequences only grow, what does not hold any more is cancelled."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts.models import CalendarEvent
from alerts.operations.calendar_events import refresh_brand, refresh_calendars
from alerts.operations.calendars import make_feed
from authorizations.operations.codes import Extension, extend_codes, revoke_codes
from brands.enums import Role
from campaigns.operations.flights import end_flights, pause_flights, resume_flights
from tests.world import DAY, NOW, World

pytestmark = pytest.mark.django_db


def events(world, kind=""):
    rows = CalendarEvent.objects.filter(brand=world.brand).order_by("kind", "pk")
    return list(rows.filter(kind=kind) if kind else rows)


def running(world, days=10, **fields):
    """A flight of 30 days, from yesterday, whose code ends in ``days``."""
    post = world.post(title="Morning routine")
    code = world.code(post, world.now - 5 * DAY, days=days + 5)
    world.right(world.day(-9), world.day(300), post=post)
    return code, world.flight(post, world.day(-1), world.day(28), **fields)


def test_a_flight_has_its_lapse_and_its_last_day_and_its_rights_theirs():
    world = World()
    _, flight = running(world)
    assert refresh_brand(world.brand, now=NOW) == 3
    end, lapse, rights = events(world)
    assert (lapse.kind, lapse.subject_id, lapse.at, lapse.on) == ("lapse", flight.pk, NOW + 10 * DAY, None)
    assert lapse.summary.startswith("Stops: Morning routine · @")
    assert "The code ends." in lapse.details
    assert (end.kind, end.on, end.at) == ("flight_end", world.day(28), None)
    assert (rights.kind, rights.on) == ("rights_end", world.day(300))
    assert {row.sequence for row in events(world)} == {0}
    assert refresh_brand(world.brand, now=NOW + timedelta(minutes=5)) == 0


def test_rights_are_paused_on_their_last_day_and_nothing_says_stops():
    world = World(time_zone="America/New_York")
    post = world.post(title="Kettle")
    world.code(post, world.now - DAY, days=60)
    world.right(world.day(-9), world.day(4), post=post)
    world.flight(post, world.day(-1), world.day(28))
    refresh_brand(world.brand, now=NOW)
    (lapse,) = events(world, "lapse")
    assert (lapse.on, lapse.at) == (world.day(4), None)
    assert lapse.summary.startswith("Pause today: Kettle")
    assert "Stops" not in lapse.summary + lapse.details


def test_a_flight_that_cannot_start_says_so_on_its_first_day():
    world = World()
    world.flight(world.post(title="Idle"), world.day(5), world.day(9))
    refresh_brand(world.brand, now=NOW)
    (lapse,) = events(world, "lapse")
    assert (lapse.on, lapse.summary[:18]) == (world.day(5), "Cannot start: Idle")


def test_what_moves_keeps_its_row_and_gets_a_new_sequence():
    world = World()
    code, _ = running(world)
    refresh_brand(world.brand, now=NOW)
    (before,) = events(world, "lapse")
    extend_codes(extensions=[Extension(code, expires_at=NOW + 15 * DAY)], **world.by)
    later = NOW + timedelta(hours=1)
    assert refresh_brand(world.brand, now=later) == 1
    (after,) = events(world, "lapse")
    assert (after.pk, after.sequence, after.at, after.changed_at) == (before.pk, 1, NOW + 15 * DAY, later)


def test_what_does_not_hold_any_more_is_cancelled_and_may_come_back():
    world = World()
    _, flight = running(world)
    refresh_brand(world.brand, now=NOW)
    pause_flights(flights=[flight], **world.by)
    assert refresh_brand(world.brand, now=NOW + DAY) == 1
    (lapse,) = events(world, "lapse")
    assert (lapse.cancelled_at, lapse.changed_at, lapse.sequence) == (NOW + DAY, NOW + DAY, 1)
    assert refresh_brand(world.brand, now=NOW + DAY) == 0
    resume_flights(flights=[flight], **world.by)
    refresh_brand(world.brand, now=NOW + 2 * DAY)
    (lapse,) = events(world, "lapse")
    assert (lapse.cancelled_at, lapse.sequence) == (None, 2)
    end_flights(flights=[flight], **world.by)
    assert refresh_brand(world.brand, now=NOW + 3 * DAY) == 2
    assert {row.kind for row in events(world) if row.cancelled_at} == {"lapse", "flight_end"}


def test_what_has_happened_stays_as_it_was_said():
    world = World()
    code, _ = running(world, days=2)
    refresh_brand(world.brand, now=NOW)
    later = World.__new__(World)
    later.__dict__.update(world.__dict__, now=NOW + 3 * DAY)
    extend_codes(extensions=[Extension(code, expires_at=NOW + 90 * DAY)], **later.by)
    assert refresh_brand(world.brand, now=NOW + 3 * DAY) == 0
    (lapse,) = events(world, "lapse")
    assert (lapse.cancelled_at, lapse.at) == (None, NOW + 2 * DAY)


def test_only_brands_of_people_with_a_calendar_are_kept_and_only_when_something_happened():
    world, other = World(), World()
    for each in (world, other):
        running(each)
    assert refresh_calendars(now=NOW) == 0
    make_feed(user=world.member(Role.BUYER), **{name: world.by[name] for name in ("now", "actor")})
    assert refresh_calendars(now=NOW) == 3
    assert not events(other)
    CalendarEvent.objects.filter(kind="lapse").update(digest="0" * 64)
    assert refresh_calendars(now=NOW + DAY) == 0  # nothing was done in it lately
    assert refresh_calendars(now=NOW + DAY, everything=True) == 1


def test_many_flights_are_kept_in_a_constant_number_of_queries(django_assert_max_num_queries):
    world = World()
    running(world)
    refresh_brand(world.brand, now=NOW)
    for _ in range(5):
        running(world)
    with django_assert_max_num_queries(24):
        assert refresh_brand(world.brand, now=NOW) == 15


STEPS = st.lists(
    st.tuples(st.sampled_from(["extend", "revoke", "pause", "resume", "wait", "title"]), st.integers(1, 9)),
    min_size=3,
    max_size=8,
)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_no_history_makes_a_sequence_fall_or_a_uid_change(steps):
    world = World()
    code, flight = running(world)
    now, seen = NOW, {}
    for step, number in steps:
        world.now = now = now + timedelta(hours=number)
        if step == "extend":
            code = extend_codes(extensions=[Extension(code, days=number)], **world.by)[0]
        elif step == "revoke":
            code = (revoke_codes(codes=[code], at=now + number * DAY, **world.by) or [code])[0]
        elif step == "pause":
            pause_flights(flights=[flight], **world.by)
        elif step == "resume":
            resume_flights(flights=[flight], **world.by)
        elif step == "title":
            flight.post.title = f"Title {number}"
            flight.post.save()
        refresh_brand(world.brand, now=now)
        for row in events(world):
            shown = (row.on, row.at, row.summary, row.details, row.cancelled_at)
            key = (row.kind, row.subject_id)
            if key in seen:
                pk, sequence, before = seen[key]
                assert row.pk == pk
                assert row.sequence >= sequence
                assert (row.sequence > sequence) == (shown != before)
            seen[key] = (row.pk, row.sequence, shown)
        assert refresh_brand(world.brand, now=now) == 0
    assert {key[0] for key in seen} >= {"flight_end"}
