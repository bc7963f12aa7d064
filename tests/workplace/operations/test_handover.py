"""Somebody leaves: whoever takes over has all of it, and nothing points to who is not there any more."""

import pytest
from django.apps import apps

from alerts.models import Notice
from brands.enums import Role
from brands.models import AuditEntry, Membership, User
from brands.operations.edits import Edit, OtherBrandError
from brands.operations.people import Deputy, LastAdminError, set_deputies
from campaigns.models import Campaign, Flight, OwnerName
from campaigns.operations.campaigns import edit_campaigns
from creators.models import Creator
from sparktrack.core.actors import Actor, ActorKind
from tests.access.everything import Everything
from tests.alerts import scenes
from tests.world import DAY, World
from workplace.enums import Duty, Place
from workplace.models import ListChoice, SavedView
from workplace.operations.handover import HandoverRefusedError, remove_member

pytestmark = pytest.mark.django_db

# What somebody did, said or was told stays under their name.
HISTORY = {
    "brands.Invitation.invited_by",
    "brands.Attachment.added_by",
    "posts.StageEvent.by",
    "authorizations.CodeRequest.asked_by",
    "authorizations.CodeUse.by",
    "authorizations.UsageRight.approved_by",
    "campaigns.Flight.run_anyway_by",
    "campaigns.ImportRun.by",
    "campaigns.ImportRun.undone_by",
}


def membership_of(world, user):
    return Membership.objects.get(brand=world.brand, user=user)


def pointing_at(world, user):
    """Rows of the brand that say that ``user`` answers for something, by model and field."""
    found = []
    for model in apps.get_models():
        names = {field.name for field in model._meta.concrete_fields}
        for field in model._meta.concrete_fields:
            name = f"{model._meta.label}.{field.name}"
            if field.related_model is not User or "brand" not in names or name in HISTORY:
                continue
            rows = model._default_manager.filter(brand=world.brand, **{field.name: user})
            if model._meta.label == "alerts.Notice":
                rows = rows.filter(delivery=None)
            if model._meta.label == "alerts.Alert":
                rows = rows.filter(closed_at=None)
            found += [name for _ in rows]
    return found


def leave(world, user, actor=None, **successors):
    remove_member(
        **{**world.by, "actor": actor or world.actor},
        membership=membership_of(world, user),
        successors={Duty(name): person for name, person in successors.items()},
    )


def fill(world, leaving, admin):
    """Something of every kind for ``leaving``."""
    creator = world.creator(details={"manager": leaving})
    post = world.post(creator)
    campaign = world.campaign()
    edit_campaigns(edits=[Edit(campaign, {"buyer": leaving})], **world.by)
    flight = world.flight(post, world.day(-3), world.day(20), buyer=leaving, campaign=campaign)
    acknowledged = scenes.alert(world, flight, acknowledged_at=world.now, acknowledged_by=leaving)
    put_off = scenes.alert(
        world,
        flight,
        lapses_at=world.now + 9 * DAY,
        snoozed_by=leaving,
        snoozed_until=world.now + 2 * DAY,
        snooze_reason="Waits for the contract",
    )
    scenes.told(acknowledged, leaving)
    scenes.waiting(put_off, leaving)
    set_deputies(
        deputies=[Deputy(membership_of(world, admin), leaving, world.day(1), world.day(5))], **world.by
    )
    OwnerName.objects.create(brand=world.brand, name="lea", user=leaving)
    for name, shared in (("Shared", True), ("Private", False)):
        SavedView.objects.create(
            brand=world.brand,
            place=Place.POSTS,
            name=name,
            owner=leaving,
            shared=shared,
            created_at=world.now,
        )
    ListChoice.objects.create(brand=world.brand, user=leaving, place=Place.CODES)
    return flight, acknowledged, put_off


@pytest.fixture
def world():
    return World()


@pytest.fixture
def people(world):
    return {role: world.member(role) for role in Role}


def test_successors_have_all_of_it_and_hear_of_the_open_alerts(world, people):
    leaving, buyer, manager, admin = (
        world.member(Role.BUYER),
        people[Role.BUYER],
        people[Role.MANAGER],
        people[Role.ADMIN],
    )
    flight, acknowledged, put_off = fill(world, leaving, admin)
    acting = Actor(kind=ActorKind.USER, id=str(admin.pk), label=admin.email)
    leave(
        world,
        leaving,
        actor=acting,
        flights=buyer,
        campaigns=buyer,
        creators=manager,
        alerts=manager,
        deputy=manager,
    )
    assert pointing_at(world, leaving) == []
    flight.refresh_from_db()
    assert flight.buyer == buyer
    assert Campaign.objects.get(pk=flight.campaign_id).buyer == buyer
    assert Creator.objects.get(posts=flight.post).manager == manager
    for alert in (acknowledged, put_off):
        alert.refresh_from_db()
    assert (acknowledged.acknowledged_by, put_off.snoozed_by) == (manager, manager)
    deputized = membership_of(world, admin)
    assert (deputized.deputy, deputized.deputy_from) == (manager, world.day(1))
    assert OwnerName.objects.get().user == buyer
    assert list(SavedView.objects.values_list("name", "owner")) == [("Shared", admin.pk)]
    # Who looks after the creator now hears of both; what the other one was told stays on file.
    heard = set(Notice.objects.filter(user=manager).values_list("alert", flat=True))
    assert heard == {acknowledged.pk, put_off.pk}
    assert Notice.objects.filter(user=leaving).count() == 1
    actions = set(AuditEntry.objects.filter(actor_id=str(admin.pk)).values_list("action", flat=True))
    assert actions == {
        "flight.edited",
        "campaign.edited",
        "creator.edited",
        "alert.handed_over",
        "member.deputy_set",
        "member.removed",
    }


def test_with_nobody_what_was_acknowledged_is_open_again(world, people):
    leaving = world.member(Role.MANAGER)
    flight, acknowledged, put_off = fill(world, leaving, people[Role.ADMIN])
    leave(world, leaving)
    assert pointing_at(world, leaving) == []
    acknowledged.refresh_from_db()
    put_off.refresh_from_db()
    assert (acknowledged.acknowledged_by, acknowledged.acknowledged_at) == (None, None)
    assert (put_off.snoozed_by, put_off.snooze_reason) == (None, "Waits for the contract")
    assert not OwnerName.objects.exists()
    assert not SavedView.objects.exists()
    assert Flight.objects.get(pk=flight.pk).buyer is None


def test_who_stood_in_is_not_made_the_deputy_of_themselves(world, people):
    leaving = world.member(Role.BUYER)
    set_deputies(deputies=[Deputy(membership_of(world, people[Role.MANAGER]), leaving)], **world.by)
    leave(world, leaving, deputy=people[Role.MANAGER])
    assert membership_of(world, people[Role.MANAGER]).deputy is None


def test_a_shared_view_whose_name_the_heir_has_gets_a_number(world, people):
    leaving, admin = world.member(Role.BUYER), people[Role.ADMIN]
    for owner in (leaving, admin):
        SavedView.objects.create(
            brand=world.brand,
            place=Place.POSTS,
            name="Mine",
            owner=owner,
            shared=True,
            created_at=world.now,
        )
    leave(world, leaving, flights=admin)
    assert set(SavedView.objects.values_list("name", "owner")) == {("Mine", admin.pk), ("Mine (2)", admin.pk)}


def test_refused_nothing_changes(world, people):
    admin, buyer = people[Role.ADMIN], people[Role.BUYER]
    flight = world.flight(world.post(), world.day(1), world.day(3), buyer=admin)
    with pytest.raises(LastAdminError):
        leave(world, admin, flights=buyer)
    stranger = World().member(Role.ADMIN)
    for person in (people[Role.VIEWER], stranger, admin):
        with pytest.raises(HandoverRefusedError) as refused:
            leave(world, admin, flights=person)
        assert refused.value.field == "flights"
    other = World()
    with pytest.raises(OtherBrandError):
        remove_member(**world.by, membership=membership_of(other, other.member()), successors={})
    flight.refresh_from_db()
    assert flight.buyer == admin
    assert not AuditEntry.objects.filter(action="flight.edited").exists()


@pytest.mark.parametrize("successor", [Role.MANAGER, None])
def test_whoever_leaves_a_full_brand_leaves_nothing_behind(successor):
    world = Everything()
    leaving = world.people[Role.BUYER]
    fill(world, leaving, world.people[Role.ADMIN])
    assert len(pointing_at(world, leaving)) > 8
    person = world.people[successor] if successor else None
    leave(world, leaving, **{duty.value: person for duty in Duty})
    assert pointing_at(world, leaving) == []
    assert not Membership.objects.filter(brand=world.brand, user=leaving).exists()
