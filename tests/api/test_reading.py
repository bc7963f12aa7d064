"""How lists and rows are read: parameters, pages by key, fields, counts, ETags. Creators stand for all resources."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from brands.enums import Role, TokenScope
from creators.models import Creator
from creators.operations import CreatorDraft, add_creators
from sparktrack.api import reading
from tests.api.scripts import ROOT, person, script
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World()


@pytest.fixture
def reader(world):
    return script(world, TokenScope.READ)


def handles(answer):
    """Whom a page names, in order."""
    assert answer.status_code == 200, answer.json()
    return [row["handle"] for row in answer.json()["results"]]


def creators(world, *names):
    return add_creators(drafts=[CreatorDraft(name) for name in names], **world.by)


def queries(reader, path):
    """The SQL that reading ``path`` takes, but for the token, which is found first."""
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert reader.get(path).status_code == 200
    return [query["sql"] for query in seen if "apitoken" not in query["sql"]]


# --- Parameters ------------------------------------------------------------------------------------------------------
SENSELESS = (
    ("nothing=1", "nothing"),
    ("handle=maya", "handle"),
    ("page=2", "page"),
    ("sort=handles", "sort"),
    ("sort=-pk", "sort"),
    ("manager=nobody", "manager"),
    ("limit=0", "limit"),
    ("limit=201", "limit"),
    ("limit=-1", "limit"),
    ("limit=1e3", "limit"),
    ("limit=", "limit"),
    ("limit=٣", "limit"),
    ("cursor=nonsense", "cursor"),
    ("cursor=W10", "cursor"),
    ("count=yes", "count"),
    ("fields=", "fields"),
    ("fields=handle,code", "fields"),
    ("fields=brand", "fields"),
    ("omit=nothing", "omit"),
    ("fields=handle&omit=notes", "omit"),
    ("updated_since=yesterday", "updated_since"),
    ("updated_since=%20", "updated_since"),
)


@pytest.mark.once
def test_a_parameter_that_makes_no_sense_is_named(reader):
    for query, parameter in SENSELESS:
        answer = reader.get(f"creators?{query}")
        assert answer.status_code == 400, query
        assert {error["parameter"] for error in answer.json()["errors"]} == {parameter}, query


@pytest.mark.once
def test_a_parameter_of_lists_means_nothing_elsewhere(world, reader):
    row = world.creator()
    for path in (f"creators/{row.pk}?limit=5", f"creators/{row.pk}?q=a", f"creators/{row.pk}?count=true"):
        assert reader.get(path).status_code == 400
    writer = script(world)
    assert writer.post("creators?fields=handle", {"handle": "maya"}).status_code == 400
    assert writer.patch(f"creators/{row.pk}?nothing=1", {}).status_code == 400
    assert writer.delete(f"creators/{row.pk}?nothing=1").status_code == 400
    assert list(Creator.objects.all()) == [row]


# --- Fields ----------------------------------------------------------------------------------------------------------
def test_fields_and_omit_trim_the_answer_and_the_query(world, reader):
    world.creator("maya", details={"notes": "a canary", "display_name": "Maya"})
    whole = reader.get("creators").json()["results"][0]
    few = reader.get("creators?fields=handle,display_name").json()["results"][0]
    assert few == {name: whole[name] for name in ("id", "handle", "display_name")}
    rest = reader.get("creators?omit=handle,tags").json()["results"][0]
    assert rest == {name: value for name, value in whole.items() if name not in {"handle", "tags"}}
    (sql,) = queries(reader, "creators?fields=display_name")
    columns = sql.partition(" FROM ")[0]
    assert '"display_name"' in columns
    for name in ("notes", "email", "agent_name", "tags", "former_handles", "created_at"):
        assert f'"{name}"' not in columns
    one = reader.get(f"creators/{whole['id']}?fields=handle").json()
    assert one == {"id": whole["id"], "handle": "maya"}


def test_what_a_caller_may_not_see_is_no_field_for_them(world, reader):
    world.creator("maya", details={"notes": "a canary", "email": "maya@example.com"})
    viewer = person(world, Role.VIEWER)
    assert {"notes", "email"} & set(viewer.get("creators").json()["results"][0]) == set()
    row = reader.get("creators").json()["results"][0]
    assert row["email"] == "maya@example.com"
    assert "notes" not in row
    for caller, name in ((viewer, "email"), (reader, "notes")):
        for asked in ("fields", "omit"):
            answer = caller.get(f"creators?{asked}={name}")
            assert answer.status_code == 400
            assert "canary" not in answer.content.decode()


# --- Pages -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("sort", ["posts", "handle"])
def test_a_walk_sees_each_row_once_whatever_is_added_meanwhile(world, reader, sort):
    known = [f"creator.{number:02}" for number in range(7)]
    creators(world, *known)
    seen, address = [], f"creators?limit=2&sort={sort}&fields=handle"
    while address:
        page = reader.get(address)
        seen += handles(page)
        # Ahead of the place that was reached, in either order.
        creators(world, f"aaa.{len(seen)}")
        address = page.json()["next"]
        assert address is None or address.startswith(f"http://testserver{ROOT}/creators?")
        address = address and address.partition(f"{ROOT}/")[2]
    assert seen == (known[::-1] if sort == "posts" else known)


def test_a_cursor_is_of_its_order(world, reader):
    creators(world, "anna", "bea", "cleo")
    cursor = (
        reader.get("creators?limit=1&sort=handle").json()["next"].partition("cursor=")[2].partition("&")[0]
    )
    assert handles(reader.get(f"creators?sort=handle&cursor={cursor}")) == ["bea", "cleo"]
    answer = reader.get(f"creators?sort=posts&cursor={cursor}")
    assert [error["parameter"] for error in answer.json()["errors"]] == ["cursor"]


def test_rows_are_counted_when_asked_and_so_far(world, reader, monkeypatch):
    creators(world, "anna", "bea", "cleo")
    assert "count" not in reader.get("creators").json()
    page = reader.get("creators?count=true&limit=1&q=a").json()
    assert (page["count"], page["count_is_bound"]) == (2, False)
    assert len(queries(reader, "creators?count=true")) == 2
    monkeypatch.setattr(reading, "COUNTED", 2)
    page = reader.get("creators?count=true").json()
    assert (page["count"], page["count_is_bound"]) == (2, True)


def test_a_list_takes_as_many_queries_however_long_it_is(world, reader):
    reader.get("creators")  # notes that the token was used
    numbers = []
    for more in (1, 2, 47):
        world.posts(more)
        numbers.append(len(queries(reader, "creators?limit=200")))
    assert numbers == [1, 1, 1]


def test_what_changed_since_an_instant(world, reader):
    creators(world, "anna")
    world.now = world.now.replace(hour=20)
    creators(world, "bea")
    assert handles(reader.get("creators?updated_since=2026-11-21T20:00:00Z")) == ["bea"]
    assert handles(reader.get("creators?updated_since=2026-11-21T21:00:00%2B02:00")) == ["bea"]


# --- ETags -----------------------------------------------------------------------------------------------------------
def test_what_the_caller_has_is_not_sent_again(world, reader):
    row = world.creator("maya")
    for path in ("creators", f"creators/{row.pk}"):
        first = reader.get(path)
        tag = first["ETag"]
        for seen in (tag, f"W/{tag}", f'"nothing", {tag}', "*"):
            again = reader.get(path, if_none_match=seen)
            assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)
            assert "Content-Type" not in again
        assert reader.get(path, if_none_match='"nothing"').status_code == 200
        Creator.objects.update(display_name=f"Maya {path}")
        assert reader.get(path, if_none_match=tag).status_code == 200


def test_the_etag_is_of_what_the_caller_sees(world, reader):
    row = world.creator("maya")
    whole, part = (
        reader.get(f"creators/{row.pk}")["ETag"],
        reader.get(f"creators/{row.pk}?fields=handle")["ETag"],
    )
    assert whole.partition("-")[0] == part.partition("-")[0]
    assert whole != part
    viewer = person(world, Role.VIEWER).get(f"creators/{row.pk}")
    assert viewer["ETag"] != whole
    assert {"Authorization", "Cookie"} <= set(viewer["Vary"].split(", "))
    assert viewer["Cache-Control"] == "private, no-store"


@pytest.mark.once
def test_head_says_what_get_says_without_the_body(world, reader):
    row = world.creator()
    for path in ("creators", f"creators/{row.pk}"):
        shown, told = reader.get(path), reader._client.head(f"{ROOT}/{path}")
        assert (told.status_code, told.content) == (200, b"")
        assert (told["ETag"], told["Content-Length"]) == (shown["ETag"], shown["Content-Length"])
