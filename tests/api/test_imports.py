"""Imports of the API: a sheet goes in as through the pages, with the same questions, and comes out again."""

import base64
import io

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import Workbook

from brands.enums import Role, TokenScope
from brands.operations.edits import Edit
from campaigns.models import ImportRun
from creators.models import Creator
from posts.models import Post
from posts.operations.posts import edit_posts
from sparktrack.celery import app
from tests.api.parity import left_in
from tests.api.scripts import person, script
from tests.campaigns.importdesk import BAD, Pages, good, tsv, with_owners, work
from tests.world import NOW, World, spark_code

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world():
    return World(time_zone="America/New_York")


def sent(content, name="sheet.csv", **more):
    content = content.encode() if isinstance(content, str) else content
    return {"name": name, "content": base64.b64encode(content).decode(), **more}


def uploaded(caller, content, **more):
    answer = caller.post("imports", sent(content, **more))
    assert answer.status_code == 201, answer.content
    assert answer["Location"] == f"/api/v1/imports/{answer.json()['id']}"
    return answer.json()


def worked(answer):
    """What a worker does when it is woken."""
    assert answer.status_code == 202, answer.content
    return work(ImportRun.objects.get(pk=answer.json()["id"]))


def previewed(caller, content, body=None):
    run = uploaded(caller, content)
    return worked(caller.post(f"imports/{run['id']}/preview", body or {}))


def test_an_upload_says_what_is_seen_of_the_sheet(world):
    writer = script(world)
    run = uploaded(writer, tsv(good()))
    assert (run["state"], run["attempt"], run["kept"], run["problem"]) == ("uploaded", 0, True, "")
    assert (run["file_name"], run["sheets"], run["looked_at"], run["header_row"]) == (
        "sheet.csv",
        [],
        None,
        1,
    )
    columns = {column["header"]: column for column in run["columns"]}
    assert columns["Post link"]["meaning"] == "post_url"
    assert columns["Spark code"]["samples"] == [f"…{spark_code(1)[-4:]}"]
    assert (run["outcomes"]["create"], run["created"], run["date_question"]) == (0, {}, None)
    assert writer.get(f"imports/{run['id']}").json() == run
    (listed,) = writer.get("imports?state=uploaded&q=sheet").json()["results"]
    assert listed == run
    assert writer.get("imports?state=applied").json()["results"] == []


def test_preview_apply_and_undo_go_through_a_worker(world):
    writer = script(world)
    run = uploaded(writer, tsv(good(1), good(2, **BAD)))
    path = f"imports/{run['id']}"
    asked = writer.post(f"{path}/preview", {})
    assert (asked.status_code, asked["Location"]) == (202, f"/api/v1/{path}")
    assert (asked.json()["state"], asked.json()["attempt"]) == ("reading", 1)
    worked(asked)
    shown = writer.get(path).json()
    assert shown["state"] == "previewed"
    assert shown["outcomes"] == {
        "create": 1,
        "update": 0,
        "unchanged": 0,
        "conflict": 0,
        "error": 1,
        "skipped": 0,
    }
    assert (shown["created"]["posts"], shown["created"]["codes"]) == (1, 1)

    refused = writer.post(f"{path}/apply", {"attempt": 1})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/skip_errors")
    assert writer.post(f"{path}/apply", {"attempt": 0, "skip_errors": True}).status_code == 422
    worked(writer.post(f"{path}/apply", {"attempt": 1, "skip_errors": True}))
    assert writer.get(path).json()["state"] == "applied"
    assert Post.objects.for_brand(world.brand).count() == 1

    undone = writer.post(f"{path}/undo")
    assert (undone.status_code, undone.json()["state"]) == (200, "undone")
    assert not Post.objects.for_brand(world.brand).exists()
    assert writer.post(f"{path}/undo").status_code == 422


@pytest.fixture
def at_once():
    """Messages are taken where they are sent."""
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


@pytest.mark.usefixtures("at_once")
def test_a_worker_is_woken_once_the_wish_is_stored(world, django_capture_on_commit_callbacks):
    writer = script(world)
    path = f"imports/{uploaded(writer, tsv(good()))['id']}"
    for action, state in (("preview", "previewed"), ("apply", "applied")):
        with django_capture_on_commit_callbacks(execute=True):
            for _ in range(2):
                assert writer.post(f"{path}/{action}", {}, idempotency_key=action).status_code == 202
        assert writer.get(path).json()["state"] == state
    assert Post.objects.for_brand(world.brand).count() == 1


def test_rows_of_a_preview_are_paged_by_key_with_outcomes_and_messages(world):
    writer = script(world)
    run = previewed(writer, tsv(good(1), good(2, **BAD), good(3)))
    path = f"imports/{run.pk}/rows"
    first = writer.get(f"{path}?limit=2").json()
    assert first["header"][:2] == ["Creator handle", "Post link"]
    assert [(row["number"], row["outcome"]) for row in first["results"]] == [(2, "create"), (3, "error")]
    (message,) = first["results"][1]["messages"]
    assert (message["column"], message["code"], message["error"]) == ("Days", "bad_window", True)
    assert {effect["kind"] for effect in first["results"][0]["effects"]} >= {"posts", "codes"}
    rest = writer.get(first["next"].partition("/api/v1/")[2]).json()
    assert ([row["number"] for row in rest["results"]], rest["next"]) == ([4], None)
    (wrong,) = writer.get(f"{path}?outcome=error").json()["results"]
    assert wrong["number"] == 3
    for odd in ("limit=0", "cursor=x", "cursor=", "outcome=fine", "page=2"):
        assert writer.get(f"{path}?{odd}").status_code == 400, odd


def test_a_list_of_imports_costs_the_same_however_long_it_is(world):
    writer, counts = script(world), []
    for number in range(3):
        previewed(writer, tsv(good(number)))
        if number != 1:
            with CaptureQueriesContext(connection) as found:
                answer = writer.get("imports")
            assert len(answer.json()["results"]) == number + 1
            counts.append(len(found))
    assert counts[0] == counts[1] <= 5
    trimmed = writer.get("imports?fields=state,created").json()["results"][0]
    assert set(trimmed) == {"id", "state", "created"}
    assert trimmed["created"]["posts"] == 1


def test_no_answer_holds_a_code(world):
    writer, codes = script(world), [spark_code(number) for number in (1, 2)]
    run = previewed(writer, tsv(good(1), good(2, **BAD, notes=f"old one {codes[0]}")))
    told = [
        writer.get(path).content.decode()
        for path in ("imports", f"imports/{run.pk}", f"imports/{run.pk}/rows")
    ]
    odd = sent(tsv(good(1)), name=f"{codes[0]}.csv")
    told.append(writer.post("imports", odd).content.decode())
    for text in told:
        assert not any(code in text or code[1:] in text for code in codes)


def test_what_cannot_be_guessed_is_asked_and_said(world):
    writer, mara = script(world), world.member(Role.BUYER, full_name="Mara Lind")
    stranger = World().member(Role.BUYER)
    sheet = with_owners().replace("2026-11-01", "03/04/2027").replace("2026-12-01", "05/06/2027")
    sheet = sheet.replace("2026-10-20", "02/03/2027").replace("Days", "Good for")
    run = uploaded(writer, sheet)
    path = f"imports/{run['id']}/preview"
    assert set(run["date_question"]["readings"]) == {"dmy", "mdy"}
    refused = writer.post(path, {})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/date_order")
    for body, status, pointer in (
        ({"date_order": "ydm"}, 400, "/date_order"),
        ({"date_order": "dmy", "columns": {"Nowhere": "title"}}, 422, "/columns"),
        ({"date_order": "dmy", "columns": {"Good for": "post_url"}}, 422, "/columns"),
        ({"date_order": "dmy", "columns": {"Good for": "colour"}}, 400, "/columns/Good for"),
        ({"date_order": "dmy", "sheet": "Second"}, 422, "/sheet"),
        ({"date_order": "dmy", "owners": [{"name": "Mara"}]}, 400, "/owners/0"),
        (
            {"date_order": "dmy", "owners": [{"name": "Mara", "user": str(stranger.pk)}]},
            400,
            "/owners/0/user",
        ),
        ({"colour": 1}, 400, "/colour"),
    ):
        answer = writer.post(path, body)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (status, pointer), body
    assert writer.get(f"imports/{run['id']}").json()["state"] == "uploaded"

    said = {
        "date_order": "mdy",
        "columns": {"Good for": "window_days", "Title": ""},
        "owners": [{"name": "Jo W.", "user": str(mara.pk)}],
    }
    worked(writer.post(path, said))
    shown = writer.get(f"imports/{run['id']}").json()
    assert shown["unknown_owners"] == [{"name": "Mara", "rows": 1}]
    assert shown["date_order"] == "mdy"
    meanings = {column["header"]: column["meaning"] for column in shown["columns"]}
    assert (meanings["Good for"], meanings["Title"]) == ("window_days", "")
    # Said once, it stands until somebody says otherwise.
    worked(writer.post(path, {"owners": [{"name": "Mara", "user": str(mara.pk)}]}))
    again = writer.get(f"imports/{run['id']}").json()
    assert (again["unknown_owners"], again["attempt"], again["date_order"]) == ([], 2, "mdy")


def test_a_sheet_of_a_workbook_is_chosen_at_the_upload_or_later(world):
    writer, book = script(world), Workbook()
    for name, title in (("First", "One"), ("Second", "Two")):
        sheet = book.create_sheet(name)
        for cells in (["Creator handle", "Title", "Days"], ["maya", title, 30]):
            sheet.append(cells)
    stream = io.BytesIO()
    book.save(stream)
    run = uploaded(writer, stream.getvalue(), sheet="Second")
    assert (run["looked_at"], run["sheets"]) == ("Second", ["Sheet", "First", "Second"])
    assert (
        writer.post("imports", sent(stream.getvalue(), sheet="Third")).json()["errors"][0]["pointer"]
        == "/sheet"
    )
    worked(writer.post(f"imports/{run['id']}/preview", {"sheet": "First"}))
    shown = writer.get(f"imports/{run['id']}").json()
    assert (shown["looked_at"], shown["sheet"]) == ("First", "First")
    (row,) = writer.get(f"imports/{run['id']}/rows").json()["results"]
    assert row["cells"][1] == "One"


def test_what_is_no_sheet_is_refused_and_nothing_is_kept(world):
    writer = script(world)
    for body, status, pointer in (
        ({}, 400, "/name"),
        ({"name": "a.csv", "content": "%%%"}, 400, "/content"),
        (sent(b"PK\x03\x04 broken", name="a.xlsx"), 422, "/content"),
        ({**sent("a"), "colour": 1}, 400, "/colour"),
    ):
        answer = writer.post("imports", body)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (status, pointer), body
    assert not ImportRun.objects.exists()


def test_an_undo_that_something_stands_in_the_way_of_names_it(world):
    writer = script(world)
    run = previewed(writer, tsv(good(1)))
    worked(writer.post(f"imports/{run.pk}/apply", {}))
    post = Post.objects.get()
    edit_posts(edits=[Edit(post, {"title": "Changed"})], **world.by)
    answer = writer.post(f"imports/{run.pk}/undo")
    assert answer.status_code == 409
    (found,) = answer.json()["dependents"]
    assert (found["type"], found["id"]) == ("post", str(post.pk))


def test_an_import_is_for_those_who_may_import_and_of_one_brand(world):
    run = uploaded(script(world), tsv(good(1)))
    paths = (f"imports/{run['id']}", f"imports/{run['id']}/rows")
    for caller in (script(world, TokenScope.READ), person(world, Role.BUYER), person(world, Role.VIEWER)):
        assert {caller.get(path).status_code for path in ("imports", *paths)} == {403}
        assert caller.post("imports", sent("a")).status_code == 403
        for action in ("preview", "apply", "undo", "discard"):
            assert caller.post(f"imports/{run['id']}/{action}", {}).status_code == 403, action
    stranger = script(World())
    assert {stranger.get(path).status_code for path in paths} == {404}
    for action in ("preview", "apply", "undo", "discard"):
        assert stranger.post(f"imports/{run['id']}/{action}", {}).status_code == 404, action
    discarded = person(world).post(f"imports/{run['id']}/discard")
    assert (discarded.json()["state"], discarded.json()["kept"]) == ("discarded", False)
    assert script(world).post(f"imports/{run['id']}/preview", {}).status_code == 422


def test_a_request_that_is_sent_again_is_not_done_again(world):
    writer = script(world)
    first, again = (writer.post("imports", sent(tsv(good(1))), idempotency_key="k") for _ in range(2))
    assert (again.json(), again["Idempotency-Replayed"]) == (first.json(), "true")
    path = f"imports/{first.json()['id']}/preview"
    asked, repeated = (writer.post(path, {}, idempotency_key="p") for _ in range(2))
    assert (repeated.status_code, repeated.json()["attempt"]) == (202, asked.json()["attempt"])
    assert repeated["Location"] == asked["Location"]


def test_the_page_and_the_endpoint_leave_the_same(world):
    other = World(time_zone="America/New_York")
    sheet = tsv(good(1), good(2), good(3, **BAD))
    pages = Pages(world)
    run = pages.applied(sheet, skip_errors="on")
    assert run.state == "applied"
    caller = script(other)
    answer = caller.post("imports", sent(sheet, name="pasted.tsv"))
    worked(caller.post(f"imports/{answer.json()['id']}/preview", {}))
    done = worked(caller.post(f"imports/{answer.json()['id']}/apply", {"skip_errors": True}))
    assert done.state == "applied"
    assert left_in(other.brand, Creator, Post) == left_in(world.brand, Creator, Post)
    assert done.report == run.report
    pages.post("import-undo", run)
    assert caller.post(f"imports/{done.pk}/undo").status_code == 200
    assert left_in(other.brand, Creator, Post) == left_in(world.brand, Creator, Post)
