"""People: everybody reads who is here, admins say what they are, each their own deputy; who leaves hands over."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from alerts.models import Alert
from brands.enums import Role, TokenScope
from brands.models import ApiToken, AuditEntry, Invitation, Membership
from brands.operations.edits import Edit, locked
from brands.operations.people import Deputy, NewRole, change_profile, change_roles, set_deputies
from campaigns.models import Campaign, Flight
from campaigns.operations.campaigns import edit_campaigns
from creators.models import Creator
from tests.alerts import scenes
from tests.api.parity import left_in
from tests.api.scripts import Caller, person, script
from tests.world import NOW, World, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world():
    return World(name="Northbeam", created_at=NOW)


@pytest.fixture
def admin(world):
    return world.member(Role.ADMIN, full_name="Ingrid Solberg", email=f"ingrid@{world.brand.slug}.example")


def at_api(world, user):
    return Caller(client_of(user), world.brand.slug)


def membership(world, user):
    return Membership.objects.get(brand=world.brand, user=user)


def pointers(answer):
    return [error["pointer"] for error in answer.json()["errors"]]


def test_each_caller_sees_as_much_of_people_as_on_the_page(world, admin):
    mara = world.member(Role.MANAGER, full_name="", email="mara@example.com")
    row = membership(world, mara)
    set_deputies(deputies=[Deputy(row, admin, world.day(1), world.day(5))], **world.by)
    shown = {
        "id": str(row.pk),
        "user": str(mara.pk),
        "name": "mara",
        "email": "mara@example.com",
        "role": "manager",
        "deputy": str(admin.pk),
        "deputy_from": "2026-11-22",
        "deputy_until": "2026-11-26",
        "is_active": True,
        "is_you": False,
        "created_at": membership(world, mara).created_at.isoformat().replace("+00:00", "Z"),
    }
    reader, viewer = script(world, TokenScope.READ), person(world, Role.VIEWER)
    assert reader.get(f"people/{row.pk}").json() == shown
    assert at_api(world, mara).get(f"people/{row.pk}").json() == {**shown, "is_you": True}
    of_admin = at_api(world, admin).get(f"people/{row.pk}").json()
    assert of_admin == {**shown, "last_login": "2026-11-21T14:05:00Z"}
    assert viewer.get(f"people/{row.pk}").json() == {k: v for k, v in shown.items() if k != "email"}
    # A script finds the buyer of a flight by e-mail; who sees no e-mail finds nobody by it.
    for query in ("email=Mara@Example.COM&fields=user", "q=mara@example&fields=user"):
        assert reader.get(f"people?{query}").json()["results"] == [{"id": str(row.pk), "user": str(mara.pk)}]
    assert viewer.get("people?q=mara").json()["results"] == []
    assert viewer.get("people?email=mara@example.com").status_code == 400
    assert [each["name"] for each in viewer.get("people?q=ingrid").json()["results"]] == ["Ingrid Solberg"]
    assert [each["name"] for each in reader.get("people?role=admin").json()["results"]] == ["Ingrid Solberg"]
    assert [each["name"] for each in reader.get(f"people?user={mara.pk}").json()["results"]] == ["mara"]
    theirs = World()
    other = membership(theirs, theirs.member())
    assert reader.get(f"people/{other.pk}").status_code == 404
    assert reader.get(f"people?user={other.user_id}").json()["results"] == []


def test_the_list_is_from_a_to_z_tells_what_changed_and_takes_two_statements(
    world, django_assert_num_queries
):
    reader = script(world, TokenScope.READ)
    for name in ("bo", "Änne", "Zoe"):
        zoe = world.member(Role.BUYER, full_name=name)
    reader.get("people")  # the first use of a token is written down
    for number in (3, 9):
        with django_assert_num_queries(2):
            rows = reader.get("people").json()["results"]
        assert len(rows) == number
        assert [row["name"] for row in rows[-3:]] == ["Änne", "bo", "Zoe"]
        for _ in range(6):
            world.member(full_name="Aa")
    first = reader.get("people?limit=8&fields=name").json()
    (last,) = reader.get(first["next"].split("/api/v1/")[1]).json()["results"][-1:]
    assert last["name"] == "Zoe"
    later = {**world.by, "now": NOW + timedelta(hours=1)}
    later.pop("brand")
    change_profile(user=zoe, full_name="Zoë", time_zone="", **later)
    changed = reader.get("people?updated_since=2026-11-21T15:00:00Z&fields=name").json()["results"]
    assert [row["name"] for row in changed] == ["Zoë"]
    bo = Membership.objects.get(brand=world.brand, user__full_name="bo")
    change_roles(changes=[NewRole(bo, Role.MANAGER)], brand=world.brand, **later)
    changed = reader.get("people?updated_since=2026-11-21T15:00:00Z&fields=name").json()["results"]
    assert [row["name"] for row in changed] == ["bo", "Zoë"]


def test_admins_say_what_people_are_and_no_brand_loses_its_last_admin(world, admin):
    caller, mine = at_api(world, admin), membership(world, admin)
    buyer = membership(world, world.member(Role.BUYER))
    seen = caller.get(f"people/{buyer.pk}")
    assert caller.patch(f"people/{buyer.pk}", {"role": "manager"}).json()["role"] == "manager"
    stale = caller.patch(f"people/{buyer.pk}", {"role": "admin"}, if_match=seen["ETag"])
    assert (stale.status_code, stale.json()["current"]["role"]) == (412, "manager")
    for refused in (
        caller.patch(f"people/{mine.pk}", {"role": "viewer"}),
        caller.patch("people/bulk", [{"id": str(mine.pk), "role": "buyer"}]),
        caller.post(f"people/{mine.pk}/remove", {}),
    ):
        assert refused.status_code == 422
        assert "must keep at least one admin" in refused.content.decode()
    assert pointers(caller.patch("people/bulk", [{"id": str(mine.pk), "role": "buyer"}])) == ["/0/role"]
    assert pointers(caller.post(f"people/{mine.pk}/remove", {})) == [""]  # its body names no role
    swapped = [{"id": str(mine.pk), "role": "manager"}, {"id": str(buyer.pk), "role": "admin"}]
    answer = caller.patch("people/bulk", swapped)
    assert [row["role"] for row in answer.json()["results"]] == ["manager", "admin"]
    assert caller.patch(f"people/{mine.pk}", {"role": "admin"}).status_code == 403
    for change in ({"role": "owner"}, {"role": None}, {"user": str(admin.pk)}, {"email": "x@example.com"}):
        answer = at_api(world, buyer.user).patch(f"people/{mine.pk}", change)
        assert (answer.status_code, pointers(answer)) == (400, [f"/{next(iter(change))}"])


def test_who_lost_their_role_while_their_request_waited_gives_it_to_nobody(world, admin, monkeypatch):
    world.member(Role.ADMIN)
    mine, buyer = membership(world, admin), membership(world, world.member(Role.BUYER))
    caller = at_api(world, admin)

    def waited(brand):
        Membership.objects.filter(pk=mine.pk).update(role=Role.VIEWER)
        return locked(brand)

    monkeypatch.setattr("sparktrack.api.keeping.locked", waited)
    invited = {"email": "ada@example.com", "role": "admin"}
    for send in (
        lambda: caller.patch(f"people/{mine.pk}", {"role": "admin"}),
        lambda: caller.patch(f"people/{buyer.pk}", {"role": "admin"}),
        lambda: caller.patch("people/bulk", [{"id": str(mine.pk), "role": "admin"}]),
        lambda: caller.post(f"people/{buyer.pk}/remove", {}),
        lambda: caller.post("invitations", invited),
        lambda: caller.post("tokens", {"name": "x", "scope": "write", "last_day": None}),
    ):
        Membership.objects.filter(pk=mine.pk).update(role=Role.ADMIN)
        assert send().status_code == 403
    assert membership(world, buyer.user).role == Role.BUYER
    assert not Invitation.objects.exists()
    assert not ApiToken.objects.exists()
    monkeypatch.setattr("sparktrack.api.keeping.locked", lambda brand: mine.delete() and locked(brand))
    Membership.objects.filter(pk=mine.pk).update(role=Role.ADMIN)
    assert caller.patch(f"people/{buyer.pk}", {"role": "admin"}).status_code == 404


@pytest.mark.parametrize("role", [Role.VIEWER, Role.BUYER, Role.MANAGER])
def test_who_is_no_admin_sets_their_own_deputy_and_nothing_else(role, world, admin):
    me, other = world.member(role), world.member(Role.BUYER)
    caller, mine, theirs = at_api(world, me), membership(world, me), membership(world, other)
    week = {"deputy": str(other.pk), "deputy_from": "2026-11-23", "deputy_until": "2026-11-27"}
    answer = caller.patch(f"people/{mine.pk}", week)
    assert {name: answer.json()[name] for name in week} == week
    before = list(Membership.objects.order_by("pk").values())
    for path, body in (
        (f"people/{mine.pk}", {"role": "admin"}),
        (f"people/{mine.pk}", {"role": role.value, "deputy": None}),
        (f"people/{theirs.pk}", {"deputy": None}),
        (f"people/{theirs.pk}", {"role": "viewer"}),
        ("people/bulk", [{"id": str(mine.pk), "deputy": None}]),
    ):
        assert caller.patch(path, body).status_code == 403, (path, body)
    assert caller.post(f"people/{mine.pk}/remove", {}).status_code == 403
    assert caller.get(f"people/{mine.pk}/belongings").status_code == 403
    for scope in TokenScope:
        assert script(world, scope).patch(f"people/{mine.pk}", {"deputy": None}).status_code == 403
    assert list(Membership.objects.order_by("pk").values()) == before


def test_a_deputy_is_somebody_else_who_can_act_for_days_in_order(world, admin):
    caller = at_api(world, admin)
    path = f"people/{membership(world, admin).pk}"
    buyer, viewer = world.member(Role.BUYER), world.member(Role.VIEWER)
    gone = world.member(Role.BUYER, is_active=False)
    stranger = World().member()
    for change, status, pointer in (
        ({"deputy": str(viewer.pk)}, 400, "/deputy"),
        ({"deputy": str(gone.pk)}, 400, "/deputy"),
        ({"deputy": str(stranger.pk)}, 400, "/deputy"),
        ({"deputy": str(admin.pk)}, 422, "/deputy"),
        ({"deputy_from": "2026-11-23"}, 422, "/deputy_from"),
        ({"deputy": None, "deputy_until": "2026-11-23"}, 422, "/deputy_until"),
        ({"deputy": str(buyer.pk), "deputy_from": "9999-12-31"}, 400, "/deputy_from"),
        ({"deputy": "\ud800"}, 400, "/deputy"),
        (
            {"deputy": str(buyer.pk), "deputy_from": "2026-11-27", "deputy_until": "2026-11-23"},
            422,
            "/deputy_until",
        ),
    ):
        answer = caller.patch(path, change)
        assert (answer.status_code, pointers(answer)) == (status, [pointer]), change
    assert membership(world, admin).deputy is None
    caller.patch(path, {"deputy": str(buyer.pk), "deputy_until": "2026-11-27"})
    # What is not sent stays; without anybody there are no days.
    assert caller.patch(path, {"deputy_from": "2026-11-23"}).json()["deputy_until"] == "2026-11-27"
    cleared = caller.patch(path, {"deputy": None}).json()
    assert [cleared[name] for name in ("deputy", "deputy_from", "deputy_until")] == [None] * 3


def fill(world, leaving):
    """A flight, a campaign, a creator, an alert and a colleague of ``leaving``."""
    creator = world.creator("maya", details={"manager": leaving})
    campaign = world.campaign("Launch")
    edit_campaigns(edits=[Edit(campaign, {"buyer": leaving})], **world.by)
    days = (world.day(-3), world.day(20))
    flight = world.flight(world.post(creator), *days, buyer=leaving, campaign=campaign)
    scenes.alert(world, flight, acknowledged_at=world.now, acknowledged_by=leaving)
    away = world.member(Role.MANAGER, full_name="Mara Okafor")
    set_deputies(deputies=[Deputy(membership(world, away), leaving)], **world.by)


def test_whoever_leaves_hands_over_all_that_they_answer_for(world, admin):
    leaving, buyer = world.member(Role.BUYER), world.member(Role.BUYER)
    fill(world, leaving)
    row, caller = membership(world, leaving), at_api(world, admin)
    path = f"people/{row.pk}"
    owned = caller.get(f"{path}/belongings")
    assert owned.json() == {
        "flights": 1,
        "campaigns": 1,
        "creators": 1,
        "alerts": 1,
        "deputy": 1,
        "flights_to_come": 1,
        "shared_views": 0,
    }
    assert caller.get(f"{path}/belongings", if_none_match=owned["ETag"]).status_code == 304
    assert caller.get(f"{path}/belongings?x=1").status_code == 400
    before = AuditEntry.objects.count()
    heir = str(buyer.pk)
    unsaid = caller.post(f"{path}/remove", {"flights": heir, "campaigns": heir, "alerts": None})
    assert (unsaid.status_code, pointers(unsaid)) == (422, ["/creators"])
    assert unsaid.json()["detail"].endswith("null for nobody: creators (1 creator); deputy (1 colleague).")
    everything = dict.fromkeys(("flights", "campaigns", "creators", "deputy"), heir) | {"alerts": None}
    itself = caller.post(f"{path}/remove", {**everything, "flights": str(leaving.pk)})
    assert (itself.status_code, pointers(itself)) == (422, ["/flights"])
    for person_, wrong in ((world.member(Role.VIEWER), "campaigns"), (World().member(), "deputy")):
        answer = caller.post(f"{path}/remove", {**everything, wrong: str(person_.pk)})
        assert (answer.status_code, pointers(answer)) == (400, [f"/{wrong}"])
    assert AuditEntry.objects.count() == before
    stale = caller.post(f"{path}/remove", everything, if_match='"0123456789abcdef"')
    assert (stale.status_code, stale.json()["current"]["id"]) == (412, str(row.pk))
    key = {"idempotency_key": "leave-1"}
    assert caller.post(f"{path}/remove", everything, **key).status_code == 204
    again = caller.post(f"{path}/remove", everything, **key)
    assert (again.status_code, again.content, again["Idempotency-Replayed"]) == (204, b"", "true")
    assert caller.post(f"{path}/remove", everything).status_code == 404
    assert (Flight.objects.get().buyer, Campaign.objects.get().buyer) == (buyer, buyer)
    assert Creator.objects.get().manager == buyer
    assert Alert.objects.get().acknowledged_by is None
    assert Membership.objects.get(deputy__isnull=False).deputy == buyer


def test_the_page_and_the_endpoint_leave_the_same():
    worlds = [World(name="Northbeam") for _ in range(2)]
    admins = [world.member(Role.ADMIN, full_name="Ingrid Solberg") for world in worlds]
    leaving = [world.member(Role.BUYER, full_name="Lea Noor") for world in worlds]
    heirs = [world.member(Role.BUYER, full_name="Bo Lind") for world in worlds]
    for world, who in zip(worlds, leaving, strict=True):
        fill(world, who)
    paged, asked = worlds
    browser, caller = client_of(admins[0]), at_api(asked, admins[1])
    rows = [membership(world, who) for world, who in zip(worlds, leaving, strict=True)]
    days = {"role": "manager", "deputy_from": "2026-11-23", "deputy_until": ""}
    member = reverse("people-member", args=[paged.brand.slug, rows[0].pk])
    was = browser.get(member).context["form"]["was"].value()
    data = {**days, "deputy": str(heirs[0].pk), "was": was}
    assert browser.post(member, data).status_code == 302
    sent = {**days, "deputy": str(heirs[1].pk), "deputy_until": None}
    assert caller.patch(f"people/{rows[1].pk}", sent).status_code == 200
    assert left(paged) == left(asked)
    duties = ("flights", "campaigns", "creators", "alerts")
    url = reverse("people-remove", args=[paged.brand.slug, rows[0].pk])
    data = {**dict.fromkeys(duties, str(heirs[0].pk)), "deputy": "nobody"}
    assert browser.post(url, data).status_code == 302
    sent = {**dict.fromkeys(duties, str(heirs[1].pk)), "deputy": None}
    assert caller.post(f"people/{rows[1].pk}/remove", sent).status_code == 204
    assert left(paged) == left(asked)


def left(world):
    """Who is here as what, and the audit; handles and brands of the two differ."""
    _rows, told = left_in(world.brand)
    people = Membership.objects.filter(brand=world.brand).order_by("pk")
    fields = ("user__full_name", "role", "deputy__full_name", "deputy_from", "deputy_until")
    told = [(action, kind, before, after) for action, kind, _label, before, after in told]
    return (
        list(people.values_list(*fields)),
        [each for each in told if each[0].startswith("member.")],
        len(told),
    )
