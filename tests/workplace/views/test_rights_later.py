"""What happens to a right that is on file: extended, ended early, begun."""

import re

import pytest
import time_machine
from django.urls import reverse

from authorizations.enums import RightTrigger
from authorizations.windows import Term
from brands.enums import Role
from tests.world import NOW, World, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world():
    return World()


@pytest.fixture
def manager(world):
    return client_of(world.member(Role.MANAGER))


def text(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def page_of(right, route="right"):
    return reverse(route, args=[right.brand.slug, right.pk])


@pytest.mark.parametrize(
    ("route", "data", "words"),
    [
        ("extend-right", {"longer-term": "days", "longer-length": "10"}, "Sat 19 Dec"),
        ("extend-right", {"longer-term": "months", "longer-length": "1"}, "Sat 9 Jan 2027"),
        ("extend-right", {"longer-term": "last_day", "longer-ends_on": "2027-01-31"}, "Sun 31 Jan 2027"),
        ("extend-right", {"longer-term": "perpetual"}, "perpetual"),
        ("end-right", {"end-ends_on": "2026-11-25"}, "Wed 25 Nov"),
    ],
)
def test_it_is_extended_and_ended_early(world, manager, route, data, words):
    row = world.right(world.day(-11), post=world.post(), term=Term(days=30))
    response = manager.post(page_of(row, route), data)
    assert response["Location"] == page_of(row)
    assert words in text(manager.get(page_of(row)))


@pytest.mark.parametrize(
    ("route", "data", "words"),
    [
        ("extend-right", {"longer-term": "days"}, "Say how many."),
        (
            "extend-right",
            {"longer-term": "last_day", "longer-ends_on": "2026-11-01"},
            "end before they start",
        ),
        ("extend-right", {"longer-term": "last_day", "longer-ends_on": "2026-11-12"}, "must end later"),
        ("end-right", {"end-ends_on": "2027-01-01"}, "extend them instead"),
        ("end-right", {"end-ends_on": ""}, "Say which day."),
        ("right-began", {"happened-happened_on": "2026-11-20"}, "contract fixes the start"),
    ],
)
def test_what_makes_no_sense_is_refused_where_it_was_asked(world, manager, route, data, words):
    row = world.right(world.day(-11), post=world.post(), term=Term(days=30))
    response = manager.post(page_of(row, route), data)
    assert response.status_code == 422
    assert words in text(response)
    row.refresh_from_db()
    assert row.term_days == 30


def test_what_it_waits_for_has_happened(world, manager):
    row = world.right(None, post=world.post(), trigger=RightTrigger.POSTING, term=Term(days=90))
    assert "It waits: note when it happened" in text(manager.get(page_of(row)))
    late = manager.post(page_of(row, "right-began"), {"happened-happened_on": "2026-11-22"})
    assert (late.status_code, "That day has not come." in text(late)) == (422, True)
    manager.post(page_of(row, "right-began"), {"happened-happened_on": "2026-11-20"})
    row.refresh_from_db()
    assert row.starts_on == world.day(-1)
