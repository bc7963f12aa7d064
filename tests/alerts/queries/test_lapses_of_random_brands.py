"""Over random brands, and whatever changes in them, the scan finds what the rules find."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts.operations.raising import raise_alerts
from alerts.queries.lapses import lapses_of, news_of, parts
from authorizations.models import AuthorizationCode
from authorizations.operations.codes import Extension, Use, extend_codes, mark_applied, revoke_codes
from authorizations.operations.posts import mark_posts_gone
from campaigns.models import Flight
from campaigns.operations.flights import end_flights, pause_flights, resume_flights
from posts.models import Post
from tests.alerts.lapses_oracle import assert_alerts_agree, lapses
from tests.world import DAY, NOW, World


@pytest.fixture
def world(db):
    return World()


DAYS = st.integers(-12, 34)
POST = st.fixed_dictionaries(
    {
        "codes": st.lists(
            st.tuples(st.integers(-30, 4), st.sampled_from([7, 30, 60]), st.none() | st.integers(-3, 9)),
            max_size=2,
        ),
        "replaces": st.booleans(),
        "uses": st.sampled_from(["", "o", "on"]),
        "right": st.none() | st.tuples(st.sampled_from(["post", "creator"]), DAYS, st.booleans()),
        "gone": st.none() | st.none() | DAYS,
        "flights": st.lists(
            st.tuples(DAYS, st.none() | st.integers(0, 30), st.sampled_from(["", "", "", "paused", "ended"])),
            min_size=1,
            max_size=2,
        ),
    }
)
CHANGES = st.lists(
    st.tuples(st.sampled_from(["pause", "resume", "revoke", "extend", "gone", "right"]), st.integers(0, 5)),
    max_size=3,
)


def built(world, posts):
    creator = world.creator()
    for made in posts:
        post = world.post(creator)
        codes = []
        for start, days, revoked in made["codes"]:
            old = codes[-1] if codes and made["replaces"] else None
            codes.append(world.code(post, NOW + start * DAY, days=days, supersedes=old))
            if revoked is not None:
                revoke_codes(codes=codes[-1:], at=NOW + revoked * DAY, **world.by)
        used = [codes[0]] if codes and made["uses"] else []
        used += codes[1:] if made["uses"] == "on" else []
        mark_applied(uses=[Use(code) for code in used], **world.by)
        if made["right"]:
            holder, last, paid = made["right"]
            on = {"post": post} if holder == "post" else {"creator": creator}
            world.right(world.day(-40), world.day(last), paid_amplification=paid, **on)
        if made["gone"] is not None:
            mark_posts_gone(posts=[post], since=NOW + made["gone"] * DAY, **world.by)
        for start, days, state in made["flights"]:
            end = None if days is None else world.day(start + days)
            flight = world.flight(post, world.day(start), end)
            if state:
                {"paused": pause_flights, "ended": end_flights}[state](flights=[flight], **world.by)


def changed(world, what, number):
    """One change of what is there; nothing, if there is nothing to change."""
    flights = list(Flight.objects.filter(brand=world.brand, ended_at=None).order_by("pk"))
    codes = list(AuthorizationCode.objects.filter(brand=world.brand).order_by("pk"))
    posts = list(Post.objects.filter(brand=world.brand).order_by("pk"))
    if what in {"pause", "resume"} and flights:
        change = pause_flights if what == "pause" else resume_flights
        change(flights=[flights[number % len(flights)]], **world.by)
    if what == "revoke" and codes:
        revoke_codes(codes=[codes[number % len(codes)]], at=world.now, **world.by)
    if what == "extend" and codes:
        extend_codes(extensions=[Extension(codes[number % len(codes)], days=9)], **world.by)
    if what == "gone":
        mark_posts_gone(posts=[posts[number % len(posts)]], since=world.now, **world.by)
    if what == "right":
        world.right(world.day(-40), world.day(number), post=posts[number % len(posts)])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=8)
@given(
    posts=st.lists(POST, min_size=1, max_size=3),
    hours=st.lists(st.integers(1, 200), max_size=3),
    changes=CHANGES,
)
def test_alerts_say_what_the_rules_say_after_every_pass(posts, hours, changes, db):
    world = World()
    built(world, posts)
    raise_alerts(now=NOW)
    assert_alerts_agree(world.brand, NOW)
    for passed in hours:
        for what, number in changes:
            changed(world, what, number)
        world.now += timedelta(hours=passed)
        raise_alerts(now=world.now)
        assert_alerts_agree(world.brand, world.now)
        done = raise_alerts(now=world.now)
        assert done == type(done)()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=8)
@given(posts=st.lists(POST, min_size=1, max_size=3), hours=st.integers(-48, 400))
def test_the_scan_of_a_new_brand_is_that_of_the_rules(posts, hours, db):
    world = World()
    now = NOW + timedelta(hours=hours)
    built(world, posts)
    (part,) = (part for part in parts(now=now) if world.brand.pk in part.brand_ids)
    scanned = {
        (each.flight.flight_id, each.kind, each.subject_id, each.lapses_at, each.step)
        for each in news_of(part, now=now).untold
        if each.brand_id == world.brand.pk
    }
    expected = lapses(world.brand, now)
    assert scanned == {
        (each.flight.pk, each.kind, each.subject_id, each.lapses_at, each.step)
        for each in expected
        if each.step is not None
    }
    flights = {each.flight.pk for each in expected}
    fails = lapses_of([world.brand.pk], flights, now=now)
    assert {key: max(at, now) for key, at in fails.items()} == {
        (each.flight.pk, each.kind): max(each.lapses_at, now) for each in expected
    }
