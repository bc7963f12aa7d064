"""What becomes of a code, through the API: extended, replaced, revoked, refused, applied, revealed, as pages do it."""

import re

import pytest
import time_machine
from django.core.cache import cache
from django.urls import reverse

from authorizations.models import AuthorizationCode
from authorizations.operations.codes import revoke_codes
from brands.enums import Role
from sparktrack.api.models import KeptAnswer
from tests.api.coderows import left_behind
from tests.api.scripts import script
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
