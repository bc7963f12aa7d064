"""``creators`` of the API: all that is known about them, who may read it, and that pages leave the same."""

import pytest
from django.urls import reverse

from brands.enums import Role, TokenScope
from creators.models import Creator
from tests.api.parity import left_in
from tests.api.scripts import person, script
from tests.world import World, client_of

pytestmark = pytest.mark.django_db

ALL = {
    "handle": "maya",
    "display_name": "Maya O.",
    "email": "maya@example.com",
    "agent_name": "Ana",
    "agent_email": "ana@agents.example",
    "country": "DE",
    "language": "de",
    "time_zone": "Europe/Berlin",
    "tags": ["skin", "calm"],
    "notes": "Prefers mail",
    "manager": None,
    "own_account": False,
}


@pytest.fixture
def world(time_machine):
    world = World()
    time_machine.move_to(world.now, tick=False)
    return world


def test_a_creator_with_all_that_is_known(world):
    manager = world.member(Role.MANAGER)
    body = {**ALL, "manager": str(manager.pk)}
    answer = script(world).post("creators", body)
    row = Creator.objects.get()
    assert answer.json() == {
        "id": str(row.pk),
        **body,
        "former_handles": [],
        "created_at": "2026-11-21T14:05:00Z",
    }
    assert (row.manager, row.tags) == (manager, ["skin", "calm"])


def test_a_new_handle_keeps_the_old_one_and_the_own_account_is_noted(world):
    caller, row = script(world), world.creator("maya", details={"email": "maya@example.com"})
    answer = caller.patch(
        f"creators/{row.pk}", {"handle": "https://www.tiktok.com/@Maya.O", "own_account": True, "email": ""}
    )
    changed = answer.json()
    assert (changed["handle"], changed["former_handles"]) == ("maya.o", ["maya"])
    assert (changed["own_account"], changed["email"]) == (True, "")
    world.creator("iris")
    refused = caller.patch(f"creators/{row.pk}", {"handle": "iris", "notes": "x"})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/handle")
    row.refresh_from_db()
    assert (row.handle, row.notes) == ("maya.o", "")


@pytest.mark.once
def test_contacts_and_notes_are_for_those_who_may_read_them(world):
    row = world.creator(
        "maya", details={name: ALL[name] for name in ("email", "agent_name", "agent_email", "notes")}
    )
    contacts, notes = {"email", "agent_name", "agent_email"}, {"notes"}
    for caller, hidden in (
        (person(world, Role.VIEWER), contacts | notes),
        (script(world, TokenScope.READ), notes),
        (person(world, Role.BUYER), set()),
        (script(world), set()),
    ):
        for shown in (caller.get(f"creators/{row.pk}").json(), caller.get("creators").json()["results"][0]):
            assert (contacts | notes) - set(shown) == hidden


def test_a_list_is_narrowed_as_the_page_is(world):
    for handle, tags in (("maya", ["skin"]), ("iris", []), ("cleo", ["calm"])):
        world.creator(handle, details={"tags": tags})
    caller, client = script(world), client_of(world.member(Role.MANAGER))
    page = reverse("creators", args=[world.brand.slug])
    for query in ("", "sort=handle", "q=a", "q=mAY", "sort=posts&q=i"):
        shown = [line.name for line in client.get(f"{page}?{query}").context["listed"].lines]
        found = [f"@{row['handle']}" for row in caller.get(f"creators?{query}").json()["results"]]
        assert [name.lstrip("@") for name in shown] == [name.lstrip("@") for name in found], query


@pytest.mark.once
def test_page_and_endpoint_leave_the_same(time_machine):
    page, api = World(), World()
    time_machine.move_to(page.now, tick=False)
    client, caller = client_of(page.member(Role.MANAGER)), person(api, Role.MANAGER)
    form = {**ALL, "tags": "skin, calm", "manager": "", "own_account": ""}
    answer = client.post(reverse("add-creator", args=[page.brand.slug]), form)
    assert answer.status_code == 302, answer.content.decode()
    assert caller.post("creators", ALL).status_code == 201
    assert left_in(page.brand, Creator) == left_in(api.brand, Creator)
    ours, theirs = (Creator.objects.get(brand=each.brand) for each in (page, api))
    edit = reverse("edit-creator", args=[page.brand.slug, ours.pk])
    was = client.get(edit).context["form"].initial["was"]
    changed = {**form, "was": was, "handle": "maya.o", "notes": "", "tags": "calm"}
    assert client.post(edit, changed).status_code == 302
    body = {"handle": "maya.o", "notes": "", "tags": ["calm"]}
    assert caller.patch(f"creators/{theirs.pk}", body).status_code == 200
    assert left_in(page.brand, Creator) == left_in(api.brand, Creator)
