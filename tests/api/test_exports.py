"""The tracker of the API: the rows of the sheet, masked; in clear only on record."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from brands.enums import Role, TokenScope
from campaigns.exporters import HEADER, export_rows
from sparktrack.api.models import KeptAnswer
from tests.api.scripts import person, script
from tests.audit import entries
from tests.world import DAY, NOW, World, spark_code

pytestmark = pytest.mark.django_db

PATH = "exports/tracker"


@pytest.fixture(autouse=True)
def _now():
    cache.clear()
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world():
    return World(time_zone="America/New_York")


def full(world, title="Glow", number=1):
    """A post with a code, a right and a flight."""
    creator = world.creator(f"{title.lower()}.makes", details={"email": "glow@example.org"})
    post = world.post(creator, title=title, details={"notes": "Secretive"})
    world.code(post, NOW - DAY, 30, code=spark_code(number))
    world.right(date(2026, 11, 1), post=post)
    buyer = world.member(Role.BUYER)
    world.flight(post, date(2026, 11, 2), campaign=world.campaign(f"Winter {title}"), buyer=buyer)
    return post, buyer


def test_a_post_is_a_row_with_the_columns_of_the_sheet(world):
    _, buyer = full(world)
    answer = person(world).get(PATH).json()
    assert answer == {
        "results": [
            {
                **dict.fromkeys(HEADER),
                "handle": "glow.makes",
                "creator_email": "glow@example.org",
                "title": "Glow",
                "code": f"…{spark_code(1)[-4:]}",
                "starts_at": "2026-11-20T14:05:00Z",
                "window_days": 30,
                "expires_at": "2026-12-20T14:05:00Z",
                "source": "computed",
                "status": "active",
                "paid": True,
                "rights_start": "2026-11-01",
                "rights_end": "not stated",
                "campaign": "Winter Glow",
                "flight_start": "2026-11-02",
                "daily_spend": "100.00",
                "verdict": "lapses",
                "runnable_until": "2026-12-20T14:05:00Z",
                "buyer": buyer.email,
                "lane": answer["results"][0]["lane"],
                "notes": "Secretive",
            }
        ],
        "next": None,
    }


def test_the_rows_are_those_of_the_sheet_page_by_page(world):
    for number in range(5):
        full(world, f"Glow{number}", number + 1)
    world.posts(2)
    seen, path, caller = [], f"{PATH}?limit=2", person(world)
    while path:
        answer = caller.get(path).json()
        seen += answer["results"]
        path = answer["next"] and answer["next"].partition("/api/v1/")[2]
    sheet = [dict(zip(HEADER, row, strict=True)) for row in export_rows(world.brand, now=NOW)]
    for name in ("handle", "title", "code", "verdict", "campaign"):
        assert [row[name] for row in seen] == [row[name] or None for row in sheet]
    spends = [row["daily_spend"] and Decimal(row["daily_spend"]) for row in seen]
    assert spends == [row["daily_spend"] for row in sheet]
    for odd in ("limit=0", "limit=201", "cursor=x", "colour=red"):
        assert caller.get(f"{PATH}?{odd}").status_code == 400, odd


def test_columns_that_are_not_for_a_reader_are_not_there(world):
    full(world)
    viewer, reader = person(world, Role.VIEWER), script(world, TokenScope.READ)
    for caller, hidden in ((viewer, {"creator_email", "buyer", "notes"}), (reader, {"notes"})):
        (row,) = caller.get(PATH).json()["results"]
        assert set(HEADER) - set(row) == hidden


def test_codes_in_clear_are_on_record_and_kept_nowhere(world):
    full(world)
    caller = script(world)
    answer = caller.post(f"{PATH}/reveal", {"limit": 200}, idempotency_key="once")
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store, private")
    (row,) = answer.json()["results"]
    assert (row["code"], answer.json()["cursor"]) == (spark_code(1), None)
    (entry,) = entries(world.brand, "code.revealed")
    assert entry.actor_label == "token write script"
    assert not KeptAnswer.objects.exists()
    assert len(entries(world.brand, "code.revealed")) == 1
    assert spark_code(1) not in caller.get(PATH).content.decode()


def test_revealed_pages_go_on_behind_their_cursor_and_have_an_end(world):
    for number in range(3):
        full(world, f"Glow{number}", number + 1)
    caller, codes, body = person(world), [], {"limit": 2}
    while True:
        answer = caller.post(f"{PATH}/reveal", body).json()
        codes += [row["code"] for row in answer["results"]]
        if answer["cursor"] is None:
            break
        body = {"limit": 2, "cursor": answer["cursor"]}
    assert codes == [spark_code(number) for number in (1, 2, 3)]
    statuses = [caller.post(f"{PATH}/reveal", {}).status_code for _ in range(9)]
    assert statuses == [200] * 8 + [429]
    assert len(entries(world.brand, "code.revealed")) == 3 + 8 * 3


def test_whoever_may_not_reveal_sees_and_leaves_nothing(world):
    full(world)
    for caller in (person(world, Role.BUYER), person(world, Role.VIEWER), script(world, TokenScope.READ)):
        assert caller.post(f"{PATH}/reveal", {}).status_code == 403
    for body in ({"limit": 0}, {"limit": "5"}, {"cursor": 5}, {"cursor": "x"}, {"revealed": True}, []):
        assert person(world).post(f"{PATH}/reveal", body).status_code == 400, body
    assert entries(world.brand, "code.revealed") == []
    assert script(World()).get(PATH).json()["results"] == []


def test_a_page_costs_the_same_however_long_it_is(world):
    reader, counts = script(world, TokenScope.READ), []
    full(world)
    reader.get(PATH)  # notes that the token was used
    for number in (0, 3):
        for each in range(number):
            full(world, f"More{each}", each + 10)
        with CaptureQueriesContext(connection) as found:
            assert reader.get(PATH).status_code == 200
        counts.append(len(found))
    assert counts[0] == counts[1] <= 6
