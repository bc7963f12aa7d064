"""The inventory of the API: posts outside any flight, judged as the board judges them."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from authorizations.operations.posts import mark_posts_gone
from brands.enums import Role, TokenScope
from campaigns.models import Flight
from campaigns.queries.board import idle_posts
from campaigns.queries.lines import inventory_lines, stored_gaps
from tests.api.scripts import person, script
from tests.world import DAY, NOW, World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world():
    return World(time_zone="America/New_York")


def ready(world, title, days=30):
    """A post whose code lasts for so many days from now."""
    post = world.post(world.creator(f"{title.lower()}.makes"), title=title)
    world.code(post, NOW - DAY, days + 1)
    world.right(date(2026, 11, 1), date(2027, 11, 1), post=post)
    return post


def titles(answer):
    return [row["title"] for row in answer.json()["results"]]


def test_a_post_that_waits_says_until_when_it_could_run(world):
    post = ready(world, "Glow")
    answer = script(world, TokenScope.READ).get("inventory")
    assert answer.json() == {
        "results": [
            {
                "id": str(post.pk),
                "creator": str(post.creator_id),
                "handle": "glow.makes",
                "title": "Glow",
                "url": "",
                "tiktok_post_id": "",
                "product": "",
                "sku": "",
                "lane": post.lane,
                "ready": True,
                "verdict": "lapses",
                "runnable_until": "2026-12-21T14:05:00Z",
                "last_full_day": "2026-12-20",
                "reasons": ["code_expired"],
                "gaps": [
                    {
                        "starts_at": "2026-12-21T14:05:00Z",
                        "ends_at": "2027-11-02T04:00:00Z",
                        "reasons": ["code_expired"],
                    },
                    {
                        "starts_at": "2027-11-02T04:00:00Z",
                        "ends_at": None,
                        "reasons": ["code_expired", "rights_expired"],
                    },
                ],
            }
        ],
        "next": None,
    }


def test_one_that_may_not_run_says_why_and_can_be_asked_for_alone(world):
    ready(world, "Glow")
    bare = world.post(world.creator("bare"), title="Bare")
    reader = script(world, TokenScope.READ)
    row = reader.get(f"inventory/{bare.pk}").json()
    assert (row["ready"], row["verdict"], row["runnable_until"]) == (False, "blocked", None)
    assert row["reasons"] == ["no_code", "no_rights"]
    assert titles(reader.get("inventory?ready=false")) == ["Bare"]
    assert titles(reader.get("inventory?ready=true")) == ["Glow"]
    assert titles(reader.get("inventory?creator=@bare")) == ["Bare"]
    assert titles(reader.get("inventory?q=glow")) == ["Glow"]
    for odd in ("ready=maybe", "creator=%20%2F", "colour=red"):
        assert reader.get(f"inventory?{odd}").status_code == 400, odd


def test_a_gap_that_begins_or_ends_at_this_moment_is_told_from_one_that_does_not(world):
    until_now = world.post(title="Over")
    world.code(until_now, NOW - 30 * DAY, 30)
    world.right(date(2026, 10, 1), date(2027, 11, 1), post=until_now)
    from_now = world.post(title="Begun")
    world.code(from_now, NOW, 30)
    world.right(date(2026, 10, 1), date(2027, 11, 1), post=from_now)
    gone = ready(world, "Gone")
    mark_posts_gone(posts=[gone], since=NOW, **world.by)
    later = ready(world, "Later", days=2)
    reader = script(world, TokenScope.READ)
    rows = {row["title"]: row["ready"] for row in reader.get("inventory").json()["results"]}
    assert rows == {"Over": False, "Begun": True, "Gone": False, "Later": True}
    assert set(titles(reader.get("inventory?ready=true"))) == {"Begun", "Later"}
    assert later.title in titles(reader.get("inventory?ready=true"))


def test_a_flight_takes_a_post_out_until_it_is_over(world):
    flying, flown, planned = ready(world, "Flying"), ready(world, "Flown"), ready(world, "Planned")
    world.flight(flying, date(2026, 11, 1))
    world.flight(planned, None)
    flight = world.flight(flown, date(2026, 10, 1), date(2026, 12, 1))
    Flight.objects.filter(pk=flight.pk).update(ended_at=NOW - timedelta(seconds=1))
    reader = script(world, TokenScope.READ)
    assert titles(reader.get("inventory")) == ["Flown"]
    assert reader.get(f"inventory/{flying.pk}").status_code == 404


def test_it_says_what_the_board_says(world):
    for number in range(3):
        ready(world, f"Glow{number}", days=10 * number + 1)
    posts = list(idle_posts(world.brand, now=NOW).order_by("-pk"))
    gaps = stored_gaps(world.brand, [post.pk for post in posts], after=NOW)
    board = [
        (str(line.post.pk), line.coverage.verdict.value, line.coverage.runnable_until)
        for line in inventory_lines(world.brand, posts, gaps, now=NOW)
    ]
    rows = person(world, Role.VIEWER).get("inventory").json()["results"]
    assert [row["id"] for row in rows] == [pk for pk, _, _ in board]
    assert [row["verdict"] for row in rows] == [verdict for _, verdict, _ in board]
    assert [row["runnable_until"] for row in rows] == [
        until.isoformat().replace("+00:00", "Z") for _, _, until in board
    ]


def test_pages_by_key_go_through_all_of_it_and_cost_the_same(world):
    world.posts(1)
    reader = script(world, TokenScope.READ)
    reader.get("inventory")  # notes that the token was used
    counts = []
    for more in (0, 11):
        world.posts(more) if more else None
        with CaptureQueriesContext(connection) as found:
            assert reader.get("inventory").status_code == 200
        counts.append(len(found))
    assert counts[0] == counts[1] <= 5
    seen, path = [], "inventory?limit=5&sort=oldest&fields=id"
    while path:
        answer = reader.get(path).json()
        seen += [row["id"] for row in answer["results"]]
        path = answer["next"] and answer["next"].partition("/api/v1/")[2]
    assert len(seen) == len(set(seen)) == 12
    assert seen == sorted(seen)


def test_it_is_only_read_and_only_by_its_own_brand(world):
    post = ready(world, "Glow")
    writer = script(world)
    assert writer.post("inventory", {}).status_code == 405
    assert writer.delete(f"inventory/{post.pk}").status_code == 405
    assert script(World()).get(f"inventory/{post.pk}").status_code == 404
