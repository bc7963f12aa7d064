"""Up to 500 rows by one request: all of them or none, and errors say which."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from creators.models import Creator
from sparktrack.core.ids import uuid7
from tests.api.scripts import script
from tests.audit import entries
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World()


@pytest.fixture
def caller(world):
    return script(world)


def pointers(answer, status):
    assert answer.status_code == status, answer.content
    return [error["pointer"] for error in answer.json()["errors"]]


def ids(rows):
    return [{"id": str(row.pk)} for row in rows]


def test_many_are_added_changed_and_deleted_in_order(world, caller):
    names = ["cleo", "anna", "bea"]
    added = caller.post("creators/bulk", [{"handle": name} for name in names])
    assert added.status_code == 201
    rows = added.json()["results"]
    assert [row["handle"] for row in rows] == names
    changes = [{"id": row["id"], "display_name": row["handle"].title()} for row in reversed(rows)]
    changed = caller.patch("creators/bulk", changes)
    assert changed.status_code == 200
    assert [row["display_name"] for row in changed.json()["results"]] == ["Bea", "Anna", "Cleo"]
    assert len(entries(world.brand, "creator.edited")) == 3
    gone = caller.delete("creators/bulk", [{"id": row["id"]} for row in rows])
    assert (gone.status_code, gone.content) == (204, b"")
    assert not Creator.objects.exists()


def test_wrong_ones_are_named_by_their_place_and_nothing_is_done(caller):
    items = [{"handle": "anna"}, {"handle": "a b"}, {"handle": "bea", "notes": 5}, {"name": "cleo"}, 7]
    assert pointers(caller.post("creators/bulk", items), 400) == [
        "/1/handle",
        "/2/notes",
        "/3/name",
        "/4",
    ]
    assert not Creator.objects.exists()


def test_refused_ones_are_named_by_their_place_and_nothing_is_done(world, caller):
    world.creator("anna")
    world.creator("cleo")
    items = [{"handle": name} for name in ("bea", "anna", "dora", "cleo", "bea")]
    answer = caller.post("creators/bulk", items)
    assert pointers(answer, 422) == ["/1/handle", "/3/handle", "/4/handle"]
    assert answer.json()["detail"] == "Some were refused; nothing was done."
    assert sorted(Creator.objects.values_list("handle", flat=True)) == ["anna", "cleo"]
    assert len(entries(world.brand, "creator.added")) == 2
    rows = [world.creator(name) for name in ("eva", "fay")]
    edits = [{"id": str(rows[0].pk), "notes": "x"}, {"id": str(rows[1].pk), "handle": "anna"}]
    assert pointers(caller.patch("creators/bulk", edits), 422) == ["/1/handle"]
    assert pointers(caller.patch("creators/bulk", edits[1:2]), 422) == ["/0/handle"]
    rows[0].refresh_from_db()
    assert rows[0].notes == ""


def test_missing_ones_are_named_and_nothing_is_done(world, caller):
    mine, theirs, never = world.creator("maya"), World().creator("iris"), uuid7()
    items = [*ids([mine, theirs]), {"id": str(never)}]
    for answer in (
        caller.patch("creators/bulk", [{**item, "notes": "x"} for item in items]),
        caller.delete("creators/bulk", items),
    ):
        assert answer.status_code == 404
        assert answer.json()["missing"] == [str(theirs.pk), str(never)]
    assert list(Creator.objects.order_by("pk").values_list("notes", flat=True)) == ["", ""]


def test_each_row_is_named_once_and_by_its_id(world, caller):
    row = world.creator("maya")
    for send in (caller.patch, caller.delete):
        assert pointers(send("creators/bulk", ids([row, row])), 400) == ["/1/id"]
        assert pointers(send("creators/bulk", [{}]), 400) == ["/0/id"]
        assert pointers(send("creators/bulk", [{"id": "x"}]), 400) == ["/0/id"]
    assert Creator.objects.get() == row


def test_one_to_500_at_once(caller):
    for body in ([], {}, {"handle": "maya"}, "maya", [{"handle": f"c{n}"} for n in range(501)]):
        for send in (caller.post, caller.patch, caller.delete):
            assert send("creators/bulk", body).status_code == 400
    assert not Creator.objects.exists()
    answer = caller.post("creators/bulk", [{"handle": f"c{number}"} for number in range(500)])
    assert answer.status_code == 201
    assert len(answer.json()["results"]) == Creator.objects.count() == 500


def test_many_take_as_many_queries_as_few(world, caller):
    member = world.member()
    caller.post("creators", {"handle": "maya"})  # notes that the token was used
    numbers = []
    for start, number in ((0, 2), (2, 40)):
        items = [{"handle": f"c{place}", "manager": str(member.pk)} for place in range(start, start + number)]
        with CaptureQueriesContext(connection) as seen:
            assert caller.post("creators/bulk", items).status_code == 201
        numbers.append(len(seen))
    assert numbers[0] == numbers[1], numbers


def test_what_others_need_holds_all_of_them_back(world, caller):
    free, post = world.creator("maya"), world.post(title="Glow")
    answer = caller.delete("creators/bulk", ids([free, post.creator]))
    assert answer.status_code == 409
    assert [each["name"] for each in answer.json()["dependents"]] == ["Glow"]
    assert Creator.objects.count() == 2
