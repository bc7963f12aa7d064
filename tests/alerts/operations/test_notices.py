"""Who gets a notice of an alert, in which form: rows that a pass may store."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alerts.enums import AlertKind, DeliveryState, Form, Wish
from alerts.models import AlertWish, Delivery, Notice
from alerts.operations.messages import make_deliveries
from alerts.operations.notices import HitFlight, RaisedAlert, notices_for, store_notices
from brands.enums import Role
from brands.models import Membership
from sparktrack.core.ids import uuid7
from tests.alerts import scenes
from tests.world import DAY, World

pytestmark = pytest.mark.django_db

# A Wednesday, noon in UTC: the morning of that day is over.
NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)


@pytest.fixture
def world():
    return World(now=NOON, time_zone="UTC")


@pytest.fixture
def buyer(world):
    return world.member(Role.BUYER)


@pytest.fixture
def manager(world):
    return world.member(Role.MANAGER)


@pytest.fixture
def admin(world):
    return world.member(Role.ADMIN)


def raised(world, *, buyer=None, campaign_buyer=None, manager=None, step=3, lapses_at=None, **fields):
    """An alert and one flight that it hits, with the people who answer for it."""
    if lapses_at is None:
        lapses_at = world.now + step * DAY
    alert = scenes.alert(world, step=step, lapses_at=lapses_at, subject_id=uuid7(), **fields)
    ids = (person.pk if person else None for person in (buyer, campaign_buyer, manager))
    return RaisedAlert(alert, [HitFlight(uuid7(), *ids)])


def told(world, *found):
    """Person and form of each notice."""
    return {(notice.user, notice.form) for notice in notices_for(found, now=world.now)}


def test_seven_days_and_more_are_lines_of_the_managers_digest(world, buyer, manager, admin):
    for step in (30, 14, 7):
        assert told(world, raised(world, buyer=buyer, manager=manager, step=step)) == {(manager, Form.DIGEST)}


def test_a_pass_tells_each_person_in_one_message(world, buyer, manager, admin):
    found = [
        raised(world, buyer=buyer, manager=manager, step=0),
        raised(world, buyer=buyer, manager=manager, step=0),
    ]
    notices = notices_for(found, now=world.now)
    deliveries = make_deliveries(notices, run=uuid7(), now=world.now)
    store_notices(notices)
    assert {(each.user, each.kind) for each in deliveries} == {
        (person, "summary") for person in (buyer, manager, admin)
    }
    assert Notice.objects.filter(delivery__isnull=False).count() == 6
