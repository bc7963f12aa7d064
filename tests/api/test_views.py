"""``views`` of the API: what people keep of their lists; scripts read what is shared."""

import pytest
from django.urls import reverse

from brands.enums import Role, TokenScope
from tests.api.scripts import Caller, person, script
from tests.world import World, client_of
from workplace.models import SavedView

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(time_machine):
    world = World()
    time_machine.move_to(world.now, tick=False)
    return world


def names(caller, query=""):
    return [row["name"] for row in caller.get(f"views?sort=oldest{query}").json()["results"]]


def pointer(answer, status):
    assert answer.status_code == status, answer.content
    return answer.json()["errors"][0]["pointer"]


def test_a_view_is_kept_shared_replaced_and_deleted_by_its_owner(world):
    owner = person(world, Role.VIEWER)
    said = {"place": "posts", "name": "  Ready  ", "query": "lane=ready_for_spark&after=x&view=y"}
    kept = owner.post("views", {**said, "columns": ["title", "verdict"]})
    view = SavedView.objects.get()
    assert kept.status_code == 201
    assert (
        kept.json()
        == owner.get(f"views/{view.pk}").json()
        == {
            "id": str(view.pk),
            "place": "posts",
            "name": "Ready",
            "query": "lane=ready_for_spark",
            "columns": ["title", "verdict"],
            "owner": owner._client.session["_auth_user_id"],
            "shared": False,
            "created_at": "2026-11-21T14:05:00Z",
        }
    )
    shared = owner.patch(f"views/{view.pk}", {"shared": True}, if_match=kept["ETag"])
    assert (shared.status_code, shared.json()["shared"]) == (200, True)
    again = owner.post("views", {**said, "query": "?q=a"})
    assert (again.status_code, again["Location"]) == (200, f"/api/v1/views/{view.pk}")
    told = [again.json()[name] for name in ("id", "query", "shared")]
    assert told == [str(view.pk), "q=a", True]
    assert owner.post("views", {**said, "shared": False}).json()["shared"] is False
    assert owner.delete(f"views/{view.pk}").status_code == 204
    assert owner.get(f"views/{view.pk}").status_code == 404


def test_others_see_what_is_shared_and_admins_tidy_up(world):
    owner, colleague, admin = person(world), person(world), person(world, Role.ADMIN)
    reader, writer = script(world, TokenScope.READ), script(world)
    kept = {"place": "codes", "name": "Mine", "query": "status=expiring&sort=end"}
    own = owner.post("views", kept).json()["id"]
    shared = owner.post("views", {"place": "posts", "name": "Ours", "shared": True}).json()["id"]
    assert names(owner) == ["Mine", "Ours"]
    assert names(owner, "&place=codes") == names(owner, "&q=min") == ["Mine"]
    for other in (colleague, admin, reader, writer):
        assert names(other) == ["Ours"]
        assert other.get("views?count=true").json()["count"] == 1
        assert other.get(f"views/{own}").status_code == 404
    assert names(script(World())) == []
    for refused in (
        colleague.patch(f"views/{shared}", {"shared": False}),
        colleague.delete(f"views/{shared}"),
    ):
        assert refused.status_code == 422
        assert "somebody else" in refused.json()["detail"]
    for answer in (
        writer.post("views", {"place": "posts", "name": "Script"}),
        writer.patch(f"views/{shared}", {"shared": False}),
        writer.delete(f"views/{shared}"),
    ):
        assert answer.status_code == 403
        assert "belongs to a person" in answer.json()["detail"]
    assert admin.delete(f"views/{own}").status_code == 404
    taken = admin.patch(f"views/{shared}", {"shared": False})
    assert (taken.status_code, taken.json()["shared"]) == (200, False)
    assert admin.get(f"views/{shared}").status_code == 404
    mine = owner.get(f"views/{shared}")
    assert (mine.json(), mine["ETag"]) == (taken.json(), taken["ETag"])
    owner.patch(f"views/{shared}", {"shared": True})
    assert admin.delete(f"views/{shared}").status_code == 204


@pytest.mark.once
def test_what_makes_no_view_is_named(world):
    owner = person(world)
    good = {"place": "posts", "name": "A"}
    for change, at, status in (
        ({"place": "pots"}, "/place", 400),
        ({"name": " "}, "/name", 400),
        ({"name": "a" * 81}, "/name", 400),
        ({"name": "a\u200eb\u0007"}, "/name", 422),
        ({"query": "a" * 1001}, "/query", 400),
        ({"query": "ü" * 500}, "/query", 400),
        ({"query": "&" * 1000}, "/query", 400),
        ({"columns": ["a b"]}, "/columns/0", 400),
        ({"columns": ["a\n"] * 51}, "/columns", 400),
        ({"shared": "yes"}, "/shared", 400),
        ({"owner": "x"}, "/owner", 400),
        ({"query": "nosuch=1"}, "/query", 422),
        ({"query": "updated_since=2026-11-21T14:05:00Z"}, "/query", 422),
        ({"query": "lane=nosuch"}, "/query", 422),
        ({"query": "q=%00"}, "/query", 422),
        ({"query": "sort=nosuch"}, "/query", 422),
    ):
        assert pointer(owner.post("views", {**good, **change}), status) == at, change
    assert (
        pointer(owner.patch(f"views/{owner.post('views', good).json()['id']}", {"name": "B"}), 400) == "/name"
    )


@pytest.mark.once
def test_page_and_endpoint_keep_the_same(world):
    member = world.member(Role.BUYER)
    client = client_of(member)
    sent = {"name": "Late", "query": "q=a&sort=newest&after=x", "column": ["title", "A b"], "shared": "on"}
    client.post(reverse("list-view-save", args=[world.brand.slug, "posts"]), sent)
    columns = ("place", "query", "columns", "shared", "owner", "created_at")
    (of_page,) = SavedView.objects.values_list(*columns)
    SavedView.objects.all().delete()
    body = {"place": "posts", "name": "Late", "query": sent["query"], "columns": ["title"], "shared": True}
    assert Caller(client, world.brand.slug).post("views", body).status_code == 201
    assert SavedView.objects.values_list(*columns).get() == of_page
