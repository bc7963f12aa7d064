"""Codes of the API: recorded, extended, replaced, revoked, revealed, as the pages do it."""

import re

import pytest
import time_machine
from django.core.cache import cache
from django.urls import reverse

from authorizations.models import AuthorizationCode
from authorizations.operations.codes import revoke_codes
from authorizations.operations.requests import RequestDraft, request_codes
from authorizations.secrets import open_code
from brands.enums import Role, TokenScope
from sparktrack.api.models import KeptAnswer
from tests.api.scripts import person, script
from tests.audit import changes, entries
from tests.world import DAY, NOW, World, client_of, spark_code

pytestmark = pytest.mark.django_db

SECRET = "#CanaryCanaryCanary0123456789+/abcdefghijklmnopqrstuvwxyzABCDEFg="


@pytest.fixture(autouse=True)
def _now():
    cache.clear()
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world():
    return World(time_zone="America/New_York")


@pytest.fixture
def code(world):
    return world.code(world.post(title="Routine"), NOW - 10 * DAY, 30, code=SECRET)


def pointers(answer):
    return [error["pointer"] for error in answer.json()["errors"]]


def test_a_code_is_shown_by_its_ending(world, code):
    account = world.account()
    caller = script(world)
    assert caller.post(f"codes/{code.pk}/apply", {"ad_account": str(account.pk)}).status_code == 200
    answer = caller.get(f"codes/{code.pk}")
    assert answer.status_code == 200
    assert answer.json() == {
        "id": str(code.pk),
        "post": str(code.post_id),
        "creator": str(code.post.creator_id),
        "ending": SECRET[-4:],
        "status": "active",
        "starts_on": None,
        "starts_at": "2026-11-11T14:05:00Z",
        "start_assumed": False,
        "expires_on": None,
        "expires_at": "2026-12-11T14:05:00Z",
        "ends_at": "2026-12-11T14:05:00Z",
        "window_days": 30,
        "end_source": "computed",
        "last_checked_at": None,
        "revoked_at": None,
        "rejected_at": None,
        "rejected_error": "",
        "supersedes": None,
        "has_source_post_code": False,
        "applied_to": [{"ad_account": str(account.pk), "at": "2026-11-21T14:05:00Z"}],
        "created_at": "2026-11-21T14:05:00Z",
    }
    assert person(world, Role.VIEWER).get(f"codes/{code.pk}").json()["ending"] == SECRET[-4:]
    assert caller.delete(f"codes/{code.pk}").status_code == 405


def test_codes_are_found_as_their_list_finds_them(world, code):
    account = world.account()
    other = world.code(world.post(), NOW - 40 * DAY, 30)
    caller = script(world)
    caller.post("code-uses", {"code": str(other.pk), "ad_account": str(account.pk)})

    def found(query):
        return [row["id"] for row in caller.get(f"codes?{query}").json()["results"]]

    for query in (
        "status=active",
        "expires_before=2026-12-31&status=active",
        f"post={code.post_id}",
        "ending=EFg%3D",
        f"creator={code.post.creator.handle}",
        "applied_to=none",
        "source=computed&status=active",
    ):
        assert found(query) == [str(code.pk)], query
    assert found(f"applied_to={account.pk}") == [str(other.pk)]
    assert found("expires_before=2026-11-15") == [str(other.pk)]
    assert found(f"post={World().post().pk}") == []
    assert caller.get("codes?post=nobody").status_code == 400
    trimmed = caller.get("codes?fields=status,creator,applied_to&sort=creator").json()["results"][0]
    assert set(trimmed) == {"id", "status", "creator", "applied_to"}


@pytest.mark.parametrize("query", ["", "?fields=ending", "?sort=creator&limit=2"])
def test_lists_take_as_many_queries_whatever_their_length(world, django_assert_max_num_queries, query):
    caller = script(world)
    caller.get("codes")  # the first use of a token is written down
    world.codes(world.posts(3), NOW - DAY)
    with django_assert_max_num_queries(4):
        assert caller.get(f"codes{query}").status_code == 200
    world.codes(world.posts(20), NOW - DAY)
    with django_assert_max_num_queries(4):
        assert caller.get(f"codes{query}").status_code == 200


def test_a_new_code_is_recorded_and_the_same_again_is_told_of(world):
    post, caller = world.post(), script(world)
    body = {"post": str(post.pk), "code": SECRET, "starts_on": "2026-11-20", "window_days": 30}
    answer = caller.post("codes", body)
    assert answer.status_code == 201
    row = AuthorizationCode.objects.get(brand=world.brand)
    assert answer["Location"] == f"/api/v1/codes/{row.pk}"
    assert answer["ETag"]
    said = answer.json()
    assert (said["id"], said["outcome"], said["status"]) == (str(row.pk), "created", "active")
    assert (said["starts_on"], said["starts_at"]) == ("2026-11-20", "2026-11-20T05:00:00Z")
    assert open_code(row) == SECRET
    again = caller.post("codes", body)
    assert (again.status_code, again.json()["outcome"]) == (200, "repeated")
    longer = caller.post("codes", {**body, "window_days": 60})
    assert (longer.status_code, longer.json()["outcome"]) == (200, "extended")
    assert longer.json()["expires_at"] == "2027-01-19T05:00:00Z"
    assert AuthorizationCode.objects.count() == 1


def test_a_code_without_a_start_counts_from_the_day_its_creator_was_asked(world):
    asked, other = world.post(), world.post()
    by = {**world.by, "now": NOW - 3 * DAY}
    request_codes(drafts=[RequestDraft(asked, 30)], **by)
    caller = script(world)
    bodies = [{"post": str(post.pk), "code": spark_code(), "window_days": 30} for post in (asked, other)]
    rows = caller.post("codes/bulk", bodies).json()["results"]
    assert [row["starts_on"] for row in rows] == ["2026-11-18", "2026-11-20"]
    assert {(row["start_assumed"], row["end_source"]) for row in rows} == {(True, "assumed")}


def test_many_codes_are_recorded_or_none(world):
    posts, caller = world.posts(2), script(world)
    bodies = [
        {"post": str(post.pk), "code": spark_code(), "starts_on": "2026-11-20", "window_days": 30}
        for post in posts
    ]
    refused = caller.post("codes/bulk", [bodies[0], {**bodies[0], "post": str(posts[1].pk)}])
    assert (refused.status_code, pointers(refused)) == (422, ["/1/code"])
    assert not AuthorizationCode.objects.exists()
    answer = caller.post("codes/bulk", [*bodies, bodies[0]])
    assert answer.status_code == 201
    assert [row["outcome"] for row in answer.json()["results"]] == ["created", "created", "repeated"]
    assert caller.post("codes/bulk", bodies).status_code == 200


def test_what_makes_no_code_is_said_beside_its_field(world):
    body = {"post": str(world.post().pk), "code": SECRET, "starts_on": "2026-11-20", "window_days": 30}
    caller = script(world)
    for change, status, pointer in (
        ({"code": "…k2Y="}, 400, "/code"),
        ({"code": " "}, 400, "/code"),
        ({"code": "#\ud800"}, 400, "/code"),
        ({"window_days": None}, 400, "/window_days"),
        ({"window_days": 36_501}, 400, "/window_days"),
        ({"window_days": "30"}, 400, "/window_days"),
        ({"starts_at": "2026-11-20T10:00:00Z"}, 400, "/starts_at"),
        ({"expires_on": "2026-12-20"}, 400, "/expires_on"),
        ({"end_source": "tiktok"}, 400, "/end_source"),
        ({"status": "active"}, 400, "/status"),
        ({"starts_on": "2026-11-22"}, 422, "/starts_on"),
        ({"starts_on": "0001-01-01"}, 400, "/starts_on"),
    ):
        answer = caller.post("codes", {**body, **change})
        assert (answer.status_code, pointers(answer)) == (status, [pointer]), change
    assert not AuthorizationCode.objects.exists()


def test_nothing_of_another_brand_is_named(world, code):
    foreign = World()
    theirs = foreign.code(foreign.post(), NOW - DAY)
    caller = script(world)
    body = {"post": str(theirs.post_id), "code": spark_code(), "window_days": 30}
    assert pointers(caller.post("codes", body)) == ["/post"]
    body = {"post": str(code.post_id), "code": spark_code(), "window_days": 30, "supersedes": str(theirs.pk)}
    assert pointers(caller.post("codes", body)) == ["/supersedes"]
    assert pointers(caller.post(f"codes/{code.pk}/apply", {"ad_account": str(foreign.account().pk)})) == [
        "/ad_account"
    ]
    kept = list(AuthorizationCode.objects.order_by("pk").values())
    for path in ("extend", "replace", "revoke", "unrevoke", "verify", "correct", "reject", "apply", "reveal"):
        assert caller.post(f"codes/{theirs.pk}/{path}", {}).status_code == 404, path
    assert caller.get(f"codes/{theirs.pk}").status_code == 404
    assert list(AuthorizationCode.objects.order_by("pk").values()) == kept


def test_each_action_needs_its_leave(world, code):
    viewer, buyer = person(world, Role.VIEWER), person(world, Role.BUYER)
    reader = script(world, TokenScope.READ)
    for path in ("extend", "replace", "revoke", "unrevoke", "verify", "correct", "reject", "apply", "reveal"):
        for caller in (viewer, reader):
            assert caller.post(f"codes/{code.pk}/{path}", {}).status_code == 403, path
        wants = 403 if path in {"verify", "correct", "reject"} else (200, 400, 422)
        assert buyer.post(f"codes/{code.pk}/{path}", {}).status_code in (
            wants if isinstance(wants, tuple) else (wants,)
        ), path
    assert viewer.post("codes", {}).status_code == 403
    assert reader.post("codes/bulk", []).status_code == 403


def test_a_code_is_extended(world, code):
    caller = script(world)

    def sent(**body):
        return caller.post(f"codes/{code.pk}/extend", body)

    assert sent(days=30).json()["expires_at"] == "2027-01-10T14:05:00Z"
    answer = sent(expires_on="2027-01-20", end_source="ads_manager").json()
    assert (answer["expires_at"], answer["end_source"]) == ("2027-01-20T14:05:00Z", "ads_manager")
    assert sent(expires_at="2027-01-21T00:00:00Z").json()["expires_at"] == "2027-01-21T00:00:00Z"
    for body, status, pointer in (
        ({}, 400, "/days"),
        ({"days": 1, "expires_on": "2027-02-01"}, 400, "/expires_on"),
        ({"expires_on": "2026-12-01"}, 422, "/expires_on"),
        ({"expires_on": "9999-12-31"}, 400, "/expires_on"),
        ({"days": 10**30}, 400, "/days"),
    ):
        answer = sent(**body)
        assert (answer.status_code, pointers(answer)) == (status, [pointer]), body


def test_a_replacement_takes_over(world, code):
    caller = script(world)
    new = spark_code()
    answer = caller.post(
        f"codes/{code.pk}/replace", {"code": new, "starts_on": "2026-11-21", "window_days": 30}
    )
    assert (answer.status_code, answer.json()["supersedes"]) == (201, str(code.pk))
    assert (answer.json()["post"], answer.json()["outcome"]) == (str(code.post_id), "created")
    (entry,) = changes(world.brand, "code.replaced")
    assert entry[1]["supersedes"] == str(code.pk)
    same = caller.post(f"codes/{code.pk}/replace", {"code": SECRET, "window_days": 30})
    assert (same.status_code, same.json()["outcome"], same.json()["id"]) == (200, "repeated", str(code.pk))
    wrong = {
        "post": str(world.post().pk),
        "code": spark_code(),
        "window_days": 30,
        "supersedes": str(code.pk),
    }
    assert pointers(caller.post("codes", wrong)) == ["/supersedes"]


def test_a_code_is_revoked_and_good_again(world, code):
    caller = script(world)
    answer = caller.post(f"codes/{code.pk}/revoke", {"at": "2026-11-20T08:00:00-05:00"}).json()
    assert (answer["status"], answer["ends_at"]) == ("revoked", "2026-11-20T13:00:00Z")
    assert pointers(caller.post(f"codes/{code.pk}/revoke", {})) == ["/at"]
    assert caller.post(f"codes/{code.pk}/unrevoke", {}).json()["status"] == "active"
    assert caller.post(f"codes/{code.pk}/unrevoke", {}).status_code == 422
    assert caller.post(f"codes/{code.pk}/revoke", {}).json()["revoked_at"] == "2026-11-21T14:05:00Z"


def test_a_code_is_refused_by_tiktok_and_read_in_ads_manager(world, code):
    caller = script(world)
    answer = caller.post(f"codes/{code.pk}/reject", {"error": f"4013 for {SECRET}"}).json()
    assert (answer["status"], answer["rejected_error"]) == ("rejected", f"4013 for …{SECRET[-4:]}")
    assert pointers(caller.post(f"codes/{code.pk}/reject", {})) == ["/error"]
    answer = caller.post(f"codes/{code.pk}/verify", {"expires_on": "2026-12-14"}).json()
    assert (answer["status"], answer["end_source"]) == ("active", "ads_manager")
    assert (answer["expires_at"], answer["last_checked_at"]) == (
        "2026-12-14T14:05:00Z",
        "2026-11-21T14:05:00Z",
    )
    body = {"starts_at": "2026-11-12T00:00:00Z", "expires_at": "2026-12-12T00:00:00Z", "end_source": "tiktok"}
    answer = caller.post(f"codes/{code.pk}/verify", body).json()
    assert (answer["starts_at"], answer["end_source"]) == ("2026-11-12T00:00:00Z", "tiktok")
    wrong = caller.post(f"codes/{code.pk}/verify", {"expires_on": "2026-11-01"})
    assert (wrong.status_code, pointers(wrong)) == (422, ["/expires_on"])


def test_a_window_is_corrected(world, code):
    caller = script(world)
    answer = caller.post(f"codes/{code.pk}/correct", {"starts_on": "2026-11-01", "window_days": 60}).json()
    assert (answer["starts_on"], answer["window_days"]) == ("2026-11-01", 60)
    assert answer["expires_at"] == "2026-12-31T04:00:00Z"
    for body, status, pointer in (
        ({}, 400, ""),
        ({"starts_on": "2026-11-22"}, 422, "/starts_on"),
        ({"expires_on": "2026-10-01"}, 422, "/expires_on"),
    ):
        wrong = caller.post(f"codes/{code.pk}/correct", body)
        assert (wrong.status_code, pointers(wrong)) == (status, [pointer]), body


def test_an_end_that_is_read_where_a_code_is_applied_counts(world, code):
    account, caller = world.account(time_zone="Asia/Tokyo"), script(world)
    body = {"ad_account": str(account.pk), "ends_on": "2026-12-13"}
    answer = caller.post(f"codes/{code.pk}/apply", body).json()
    assert (answer["expires_at"], answer["end_source"]) == ("2026-12-13T14:05:00Z", "ads_manager")
    assert [use["ad_account"] for use in answer["applied_to"]] == [str(account.pk)]
    assert pointers(caller.post(f"codes/{code.pk}/apply", {"ends_on": "2026-12-13"})) == ["/ad_account"]
    uses = caller.post(f"codes/{code.pk}/apply", {}).json()["applied_to"]
    assert [use["ad_account"] for use in uses] == [str(account.pk), None]


def test_what_was_seen_must_still_hold(world, code):
    caller = script(world)
    tag = caller.get(f"codes/{code.pk}")["ETag"]
    assert caller.post(f"codes/{code.pk}/extend", {"days": 7}, if_match=tag).status_code == 200
    late = caller.post(f"codes/{code.pk}/extend", {"days": 7}, if_match=tag)
    assert late.status_code == 412
    assert late.json()["current"]["expires_at"] == "2026-12-18T14:05:00Z"
    assert SECRET[:20] not in late.content.decode()


# --- The code itself -------------------------------------------------------------------------------------------------
def test_a_code_is_revealed_once_it_is_asked_for(world, code):
    caller = script(world)
    answer = caller.post(f"codes/{code.pk}/reveal", idempotency_key="one")
    assert answer.json() == {"id": str(code.pk), "code": SECRET, "source_post_code": ""}
    assert answer["Cache-Control"] == "no-store, private"
    (entry,) = entries(world.brand, "code.revealed")
    assert entry.actor_label == "token write script"
    assert not KeptAnswer.objects.exists()


def test_nobody_reveals_many_codes_in_an_hour(world, code, settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "reveal_code": "2/h/user"}
    caller, other = script(world), script(world)
    path = f"codes/{code.pk}/reveal"
    assert [caller.post(path).status_code for _ in range(3)] == [200, 200, 429]
    assert SECRET not in caller.post(path).content.decode()
    assert other.post(path).status_code == 200
    assert len(entries(world.brand, "code.revealed")) == 3


def test_a_code_whose_key_is_gone_is_said_to_be(world, code):
    AuthorizationCode.objects.update(key_id="gone")
    answer = script(world).post(f"codes/{code.pk}/reveal")
    assert (answer.status_code, "key is gone" in answer.json()["detail"]) == (409, True)
    assert not entries(world.brand, "code.revealed")


# --- As the pages do it ----------------------------------------------------------------------------------------------
def left_behind(world):
    """The rows of codes and the audit of the brand, without ids, actors and what is sealed."""
    hidden = {"id", "brand_id", "post_id", "ciphertext", "fingerprint", "supersedes_id"}
    rows = [
        {name: value for name, value in row.items() if name not in hidden}
        for row in AuthorizationCode.objects.for_brand(world.brand).order_by("pk").values()
    ]
    said = [
        (
            entry.action,
            *({k: v for k, v in part.items() if k != "post"} for part in (entry.before, entry.after)),
        )
        for entry in entries(world.brand)
        if entry.action.startswith("code.")
    ]
    return rows, said


@pytest.mark.parametrize(
    ("kind", "form", "body"),
    [
        ("extend", {"days": "30", "source": "creator"}, {"days": 30}),
        (
            "extend",
            {"ends_on": "2027-01-20", "source": "ads_manager"},
            {"expires_on": "2027-01-20", "end_source": "ads_manager"},
        ),
        ("verify", {"ends_on": "2026-12-14"}, {"expires_on": "2026-12-14"}),
        (
            "correct",
            {"starts_on": "2026-11-01", "window_days": "60"},
            {"starts_on": "2026-11-01", "window_days": 60},
        ),
        ("revoke", {"on": "2026-11-21"}, {}),
        ("unrevoke", {}, {}),
        ("reject", {"error": f"4013 {SECRET}"}, {"error": f"4013 {SECRET}"}),
    ],
)
def test_a_page_and_its_endpoint_leave_the_same(kind, form, body):
    paged, asked = World(time_zone="America/New_York"), World(time_zone="America/New_York")
    for world in (paged, asked):
        code = world.code(world.post(), NOW - 10 * DAY, 30, code=SECRET)
        if kind == "unrevoke":
            revoke_codes(codes=[code], at=NOW, **world.by)
        if world is asked:
            assert script(world).post(f"codes/{code.pk}/{kind}", body).status_code == 200
            continue
        client = client_of(world.member(Role.MANAGER))
        url = reverse(f"{kind}-code", args=[world.brand.slug, code.pk])
        was = re.search(r'name="was"\s+value="([^"]*)"', client.get(url).content.decode())[1]
        assert client.post(url, {"was": was, **form}).status_code == 302
    assert left_behind(paged) == left_behind(asked)


def test_a_pasted_and_a_sent_code_leave_the_same():
    paged, asked = World(time_zone="America/New_York"), World(time_zone="America/New_York")
    code = spark_code()
    post = paged.post(tiktok_post_id="7301184422019655681")
    client = client_of(paged.member(Role.MANAGER))
    url = reverse("paste-codes", args=[paged.brand.slug])
    link = f"https://www.tiktok.com/@{post.creator.handle}/video/7301184422019655681"
    page = client.post(url, {"message": f"{link} {code} 30 days", "when": "yesterday"})
    sealed = re.search(r'name="sealed"\s+value="([^"]+)"', page.content.decode())[1]
    (form,) = page.context["forms"]
    filled = {f"0-{name}": form[name].value() for name in form.fields}
    data = {name: value for name, value in filled.items() if value not in (None, False, "")}
    assert client.post(url, {"sealed": sealed, "do": "save", **data}).status_code == 302
    body = {"post": str(asked.post().pk), "code": code, "starts_on": "2026-11-20", "window_days": 30}
    assert script(asked).post("codes", body).status_code == 201
    assert left_behind(paged) == left_behind(asked)
