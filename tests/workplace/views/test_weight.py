"""What a page weighs: at most 60 kB of its own in a large brand, and 60 kB of styles and scripts, compressed."""

import gzip
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from brands.enums import Role
from brands.operations.edits import Edit
from campaigns.operations.flights import FlightDraft, plan_flights
from posts.operations.posts import edit_posts
from tests.access.everything import Everything
from tests.access.routes import routes, url_of
from tests.world import World, client_of
from workplace.queries.flights_peak import GROUPS

pytestmark = [pytest.mark.django_db, pytest.mark.once]

MOST_BYTES = 60_000


def weight(page):
    """The compressed size of all styles and scripts that ``page`` names."""
    names = set(re.findall(r'(?:href|src)="/static/([^"]+\.(?:css|js))"', page))
    found = [finders.find(name) for name in names]
    assert names
    assert all(found), names
    return sum(len(gzip.compress(Path(path).read_bytes(), 6)) for path in found)


def test_no_page_brings_more_than_a_phone_takes_at_once(time_machine):
    world = Everything()
    time_machine.move_to(world.now, tick=False)
    client = client_of(world.people[Role.ADMIN])
    weights = {}
    for route in routes():
        if "slug" in route.parameters and not route.is_admin:
            answer = client.get(url_of(route, world))
            if answer.status_code == 200 and not answer.streaming and b"<!DOCTYPE html>" in answer.content:
                weights[route.name] = weight(answer.content.decode())
    assert len(weights) > 40
    assert max(weights.values()) < MOST_BYTES


# As long as names are in brands that write into them what an ad is about.
TITLE = "My honest morning routine with the glow serum"


def full_world():
    """A month with more on each day, and a peak with more in each group, than fit on a page."""
    world = World(tracks_rights=False)
    buyer = world.member(Role.BUYER, full_name="Priya Raman")
    posts = world.posts(285, title=TITLE)
    world.codes(posts[:55], world.now, 7)
    world.codes(posts[55:225], world.now, 60)
    campaign = world.campaign("Black Friday 2026 retargeting EU")
    plan = {
        range(55): (date(2026, 11, 3), date(2026, 12, 24)),  # their codes end in the peak
        range(55, 110): (date(2026, 11, 25), date(2026, 12, 24)),
        range(110, 165): (date(2026, 11, 12), date(2026, 11, 27)),
    }
    drafts = [
        FlightDraft(
            posts[place], campaign, buyer=buyer, daily_spend=Decimal(100), starts_on=first, ends_on=last
        )
        for places, (first, last) in plan.items()
        for place in places
    ]
    # And on each day of the month something.
    drafts += [
        FlightDraft(
            posts[place], campaign, starts_on=date(2026, 11, 1 + place % 30), ends_on=date(2026, 11, 20)
        )
        for place in range(55, 165)
        if place % 30 < 20
    ]
    plan_flights(drafts=drafts, **world.by)
    edits = [
        Edit(post, {"post_due_on": date(2026, 11, 1 + place % 30)}) for place, post in enumerate(posts[:150])
    ]
    edit_posts(edits=edits, **world.by)
    return world


def test_pages_that_grow_with_a_brand_are_cut_and_nothing_is_lost(time_machine):
    world = full_world()
    time_machine.move_to(world.now, tick=False)
    client = client_of(world.member(Role.VIEWER))

    def page(address):
        answer = client.get(f"/b/{world.brand.slug}/{address}")
        assert answer.status_code == 200
        assert len(answer.content) < MOST_BYTES, (address, len(answer.content))
        return answer.content.decode()

    for group in ("", *GROUPS):
        assert "Survive" in page(f"peak/?group={group}") or group
    month, agenda = page("calendar/"), page("calendar/?view=agenda&page=1")
    pages = int(re.search(r"Page 1 of (\d+)", agenda)[1])
    lines = [
        len(re.findall(r'<p class="what">', page(f"calendar/?view=agenda&page={number}")))
        for number in range(1, pages + 1)
    ]
    assert set(lines[:-1]) == {50}
    shown = len(re.findall(r'<a class="mark ', month))
    more = [int(each) for each in re.findall(r'class="rest"[^>]*>(\d+) more', month)]
    assert len(more) == 30
    assert sum(lines) == shown + sum(more)
    page("calendar/?day=2026-11-28")
    page("calendar/?view=agenda")
