"""ETags of what may not run now: its first gap begins now, whenever one asks, and that alone is no change."""

from datetime import timedelta

import pytest
import time_machine

from campaigns.operations.flights import pause_flights
from sparktrack.api.versions import tag_of, version_of
from tests.api.scripts import script
from tests.campaigns.scenes import blocked, stops
from tests.world import NOW, World
from workplace.enums import Place
from workplace.models import SavedView
from workplace.operations.views import save_view

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def test_what_may_not_run_has_one_tag_until_more_than_the_clock_moves(clock):
    world = World()
    flight, idle = blocked(world), world.post()
    stops(world)
    caller = script(world)
    paths = [
        "board",
        "findings",
        "evidence",
        f"flights/{flight.pk}",
        f"flights/{flight.pk}?fields=gaps",
        "flights",
        "flights?fields=gaps,verdict",
        f"posts/{flight.post_id}",
        "posts",
        f"inventory/{idle.pk}",
        "inventory?omit=handle",
    ]
    seen = {}
    for path in paths:
        answer = caller.get(path)
        assert answer["ETag"].startswith('W/"')  # the bytes will differ
        assert f'":"{NOW:%FT%TZ}"' in answer.content.decode(), path
        seen[path] = answer["ETag"]
    clock.shift(timedelta(minutes=30))
    for path, tag in seen.items():
        again = caller.get(path, if_none_match=tag)
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag), path
        # As proxies and libraries send it that know no weak tags.
        assert caller.get(path, if_none_match=tag.removeprefix("W/")).status_code == 304
        assert caller.get(path)["ETag"] == tag
    # The gap is as open as before, but it ends now.
    world.code(flight.post, NOW + timedelta(days=2))
    world.code(idle, NOW + timedelta(days=2))
    for path, tag in seen.items():
        assert caller.get(path, if_none_match=tag).status_code == 200, path


def test_another_change_of_a_flight_that_may_not_run_is_seen(clock):
    world = World()
    flight = blocked(world)
    caller = script(world)
    tag = caller.get(f"flights/{flight.pk}")["ETag"]
    clock.shift(timedelta(minutes=30))
    pause_flights(flights=[flight], **world.by)
    assert caller.get(f"flights/{flight.pk}", if_none_match=tag).status_code == 200
    assert caller.patch(f"flights/{flight.pk}", {"ad_name": "A"}, if_match=tag).status_code == 412


def test_a_change_with_the_tag_that_came_with_the_row_is_done(clock):
    world = World()
    flight = blocked(world)
    caller = script(world)
    tag = caller.get(f"flights/{flight.pk}")["ETag"]
    clock.shift(timedelta(minutes=30))
    changed = caller.patch(f"flights/{flight.pk}", {"ad_name": "A"}, if_match=tag)
    assert changed.status_code == 200
    clock.shift(timedelta(minutes=30))
    assert caller.get(f"flights/{flight.pk}")["ETag"] == changed["ETag"] != tag


def test_what_was_kept_has_the_tag_that_it_had(clock):
    world = World()
    flight = blocked(world)
    caller = script(world)
    first = caller.post(f"flights/{flight.pk}/launch", idempotency_key="once")
    clock.shift(timedelta(minutes=30))
    again = caller.post(f"flights/{flight.pk}/launch", idempotency_key="once")
    assert again["Idempotency-Replayed"] == "true"
    assert (again.content, again["ETag"]) == (first.content, first["ETag"])
    assert caller.get(f"flights/{flight.pk}", if_none_match=first["ETag"]).status_code == 304


def test_a_row_has_the_version_that_it_is_read_with_from_its_first_moment():
    world = World()
    user = world.member()
    view = save_view(
        brand=world.brand, place=Place.POSTS, name="A", query="", columns=(), shared=None, user=user, now=NOW
    )
    assert version_of(view) == version_of(SavedView.objects.get())


def test_only_the_gaps_of_an_answer_may_begin_whenever_one_asks():
    begun = b'{"starts_at":"2026-11-21T14:05:00Z","gaps":[{"starts_at":"%s","ends_at":null}]}'
    tags = [tag_of(begun % at, now=NOW) for at in (b"2026-11-21T14:05:00Z", b"2026-11-21T14:06:00Z", b"now")]
    assert tags[0].startswith("W/")
    assert not tags[1].startswith("W/")
    assert len({tag.removeprefix("W/") for tag in tags[:2]}) == 2
    later = tag_of(begun.replace(b"14:05", b"14:06", 1) % b"2026-11-21T14:05:00Z", now=NOW)
    assert later != tags[0]
