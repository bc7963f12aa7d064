"""Uses of codes: noted once, found by code and ad account, never changed."""

import pytest
import time_machine

from authorizations.models import CodeUse
from brands.enums import Role, TokenScope
from tests.api.parity import left_in
from tests.api.scripts import person, script
from tests.world import DAY, NOW, World, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world():
    return World()


@pytest.fixture
def code(world):
    return world.code(world.post(), NOW - DAY)


def test_a_use_is_noted_once(world, code):
    account = world.account()
    buyer = person(world, Role.BUYER)
    body = {"code": str(code.pk), "ad_account": str(account.pk)}
    answer = buyer.post("code-uses", body)
    use = CodeUse.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {
        "id": str(use.pk),
        "code": str(code.pk),
        "ad_account": str(account.pk),
        "by": str(use.by_id),
        "at": "2026-11-21T14:05:00Z",
    }
    again = script(world).post("code-uses", body)
    assert (again.status_code, again.json()) == (200, answer.json())
    nowhere = script(world).post("code-uses", {"code": str(code.pk)})
    assert (nowhere.status_code, nowhere.json()["ad_account"], nowhere.json()["by"]) == (201, None, None)
    assert buyer.get(f"code-uses/{use.pk}").json() == answer.json()


def test_uses_are_found_by_code_and_ad_account(world, code):
    account, caller = world.account(), script(world)
    for body in ({"code": str(code.pk), "ad_account": str(account.pk)}, {"code": str(code.pk)}):
        caller.post("code-uses", body)
    other = world.code(world.post(title="Second"), NOW - DAY)
    caller.post("code-uses", {"code": str(other.pk)})

    def number(query):
        return len(caller.get(f"code-uses?{query}").json()["results"])

    assert [number(f"code={code.pk}"), number(f"ad_account={account.pk}"), number("q=second")] == [2, 1, 1]
    assert [number(f"updated_since={day}T00:00:00Z") for day in (NOW.date(), (NOW + DAY).date())] == [3, 0]
    assert caller.get("code-uses?code=nobody").status_code == 400


def test_what_is_foreign_or_not_allowed_notes_nothing(world, code):
    foreign = World()
    theirs = foreign.code(foreign.post(), NOW - DAY)
    caller = script(world)
    for body, pointer in (
        ({"code": str(theirs.pk)}, "/code"),
        ({"code": str(code.pk), "ad_account": str(foreign.account().pk)}, "/ad_account"),
        ({"code": str(code.pk), "by": str(world.member().pk)}, "/by"),
        ({}, "/code"),
    ):
        answer = caller.post("code-uses", body)
        assert answer.status_code == 400
        assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    for caller in (person(world, Role.VIEWER), script(world, TokenScope.READ)):
        assert caller.post("code-uses", {"code": str(code.pk)}).status_code == 403
    assert not CodeUse.objects.exists()
    use = script(foreign).post("code-uses", {"code": str(theirs.pk)}).json()
    caller = script(world)
    assert caller.get(f"code-uses/{use['id']}").status_code == 404
    assert caller.delete(f"code-uses/{use['id']}").status_code == 405


def test_lists_take_as_many_queries_whatever_their_length(world, django_assert_max_num_queries):
    caller = script(world)
    caller.get("code-uses")  # the first use of a token is written down
    for number in (1, 20):
        for code in world.codes(world.posts(number), NOW - DAY):
            CodeUse.objects.create(brand=world.brand, code=code, at=NOW)
        with django_assert_max_num_queries(2):
            assert caller.get("code-uses").status_code == 200


def test_the_page_and_the_endpoint_leave_the_same():
    paged, asked = World(), World()
    for world in (paged, asked):
        account = world.account(name="Northbeam", advertiser_id="7012345678901234567")
        code = world.code(world.post(), NOW - DAY, code="#same code of both=")
        if world is asked:
            script(world).post("code-uses", {"code": str(code.pk), "ad_account": str(account.pk)})
        else:
            url = f"/b/{world.brand.slug}/codes/{code.pk}/applied/"
            sent = client_of(world.member(Role.BUYER)).post(url, {"ad_account": str(account.pk)})
            assert sent.status_code == 302
    left = [left_in(world.brand, CodeUse) for world in (paged, asked)]
    assert left[0][0] == left[1][0]
    assert [entry for entry in left[0][1] if entry[0] == "code.applied"] == [
        entry for entry in left[1][1] if entry[0] == "code.applied"
    ]
