"""What people choose about their mails: stored, noted in every brand of theirs, never refused."""

import pytest

from alerts.enums import AlertKind, Wish
from alerts.models import AlertWish, MorningHour
from alerts.operations.wishes import HourRefusedError, set_morning_hour, set_wishes
from brands.enums import Role
from tests.audit import changes
from tests.factories import MembershipFactory
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World()


@pytest.fixture
def person(world):
    return world.member(Role.VIEWER)


@pytest.fixture
def by(world, person):
    return {"user": person, "now": world.now, "actor": world.actor}


def stored(person):
    return {row.kind: row.wish for row in AlertWish.objects.filter(user=person)}


def test_choices_are_stored_by_kind_and_others_stay(person, by):
    assert set_wishes(wishes={AlertKind.CODE: Wish.NOTHING, AlertKind.RIGHTS: Wish.DIGEST}, **by)
    assert set_wishes(wishes={AlertKind.CODE: Wish.DIGEST, AlertKind.POST: Wish.USUAL}, **by)
    assert stored(person) == {"code": "digest", "rights": "digest"}


def test_as_designed_leaves_no_row(person, by):
    set_wishes(wishes={AlertKind.CODE: Wish.NOTHING}, **by)
    assert set_wishes(wishes={AlertKind.CODE: Wish.USUAL}, **by)
    assert stored(person) == {}


def test_every_brand_of_the_person_notes_what_changed(world, person, by):
    other = World()
    MembershipFactory(brand=other.brand, user=person)
    set_wishes(wishes={AlertKind.CODE: Wish.NOTHING, AlertKind.POST: Wish.USUAL}, **by)
    for brand in (world.brand, other.brand):
        assert changes(brand, "person.alerts_chosen") == [({"code": "usual"}, {"code": "nothing"})]


def test_the_same_choice_again_changes_nothing(world, person, by):
    set_wishes(wishes={AlertKind.CODE: Wish.NOTHING}, **by)
    assert not set_wishes(wishes={AlertKind.CODE: Wish.NOTHING}, **by)
    assert len(changes(world.brand, "person.alerts_chosen")) == 1


def test_an_hour_of_ones_own_and_back_to_the_brands(world, person, by):
    assert set_morning_hour(hour=0, **by)
    assert not set_morning_hour(hour=0, **by)
    assert set_morning_hour(hour=23, **by)
    assert MorningHour.objects.get(user=person).hour == 23
    assert set_morning_hour(hour=None, **by)
    assert not set_morning_hour(hour=None, **by)
    assert not MorningHour.objects.exists()
    assert changes(world.brand, "person.hour_chosen") == [
        ({"hour": None}, {"hour": 0}),
        ({"hour": 0}, {"hour": 23}),
        ({"hour": 23}, {"hour": None}),
    ]


@pytest.mark.parametrize("hour", [-1, 24])
def test_an_hour_that_no_day_has_is_refused(by, hour):
    with pytest.raises(HourRefusedError):
        set_morning_hour(hour=hour, **by)
