"""The audit: who did what to what, and how it was before."""

import csv
import io
import re
from html import unescape
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from brands.enums import Role
from brands.models import AuditEntry
from brands.operations.edits import Edit
from campaigns.operations.flights import Move, edit_flights, move_flights
from creators.operations import edit_creators
from sparktrack.core.actors import Actor, ActorKind
from tests.world import DAY, NOW, World, client_of
from workplace.audit_words import KINDS

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world():
    return World(name="Northbeam", time_zone="America/New_York")


@pytest.fixture
def admin(world):
    return world.member(Role.ADMIN, full_name="Ingrid Solberg")


@pytest.fixture
def client(admin):
    return client_of(admin)


def by(world, user, **values):
    actor = Actor(kind=ActorKind.USER, id=str(user.pk), label=user.email, request_id="r-1")
    return {**world.by, "actor": actor, **values}


def show(client, world, **query):
    return client.get(reverse("audit", args=[world.brand.slug], query=query))


def words(response):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def actions(response):
    return [line.entry.action for line in response.context["listed"].lines]


def test_values_are_said_before_and_after(world, admin, client):
    mara = world.member(Role.MANAGER, full_name="Mara Okafor")
    creator = world.creator("maya.glow")
    flight = world.flight(world.post(creator), world.day(0), world.day(9))
    edit_creators(edits=[Edit(creator, {"manager": mara, "country": "DE"})], **by(world, admin))
    move_flights(moves=[Move(flight, world.day(0), world.day(20))], **by(world, admin))
    edit_flights(edits=[Edit(flight, {"daily_spend": 250})], **by(world, admin))
    said = words(show(client, world))
    assert "manager Mara Okafor" in said
    assert "last day Mon 30 Nov → Fri 11 Dec" in said
    assert "ends at Tue 1 Dec, 00:00 EST → Sat 12 Dec, 00:00 EST" in said
    assert "daily spend 100 → 250" in said
    assert "Flight moved" in said
    assert "Ingrid Solberg" in said
    assert "@maya.glow" in said
    assert str(mara.pk) not in re.sub(r'<option value="[^"]*"', "", show(client, world).content.decode())


def test_it_is_narrowed_by_person_kind_action_period_text_and_thing(world, admin, client):
    creator = world.creator("maya.glow")
    other = world.creator("liam.cooks")
    edit_creators(edits=[Edit(creator, {"country": "DE"})], **by(world, admin, now=NOW - 3 * DAY))
    edit_creators(edits=[Edit(other, {"country": "DE"})], **by(world, admin))
    everything = len(actions(show(client, world)))
    assert everything == 4
    assert actions(show(client, world, who=admin.pk)) == ["creator.edited"] * 2
    assert actions(show(client, world, by="system")) == ["creator.added"] * 2
    assert len(actions(show(client, world, kind="creator"))) == 4
    assert actions(show(client, world, kind="flight")) == []
    assert actions(show(client, world, action="edited")) == ["creator.edited"] * 2
    assert actions(show(client, world, until="2026-11-20")) == ["creator.edited"]
    assert actions(show(client, world, since="2026-11-19", until="2026-11-21", who=admin.pk)) == [
        "creator.edited"
    ]
    for query in ({"q": "maya"}, {"q": str(creator.pk)}, {"thing": creator.pk}):
        assert set(actions(show(client, world, **query))) == {"creator.added", "creator.edited"}
        assert len(actions(show(client, world, **query))) == 2
    page = show(client, world).content.decode()
    assert f"?thing={creator.pk}" in page


@pytest.mark.parametrize(
    "query", [{"colour": "red"}, {"kind": "spaceship"}, {"thing": "x"}, {"since": "soon"}]
)
def test_a_filter_that_cannot_be_is_refused(query, world, client):
    answer = show(client, world, **query)
    assert answer.status_code == 400


def test_the_filtered_period_is_kept_as_a_sheet(world, admin, client):
    creator = world.creator("maya.glow")
    edit_creators(edits=[Edit(creator, {"country": "=1+1"})], **by(world, admin))
    answer = show(client, world, action="edited", export="csv")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert len(rows) == 1
    assert rows[0]["What was done"] == "Creator edited: @maya.glow"
    assert rows[0]["Before → after"] == "country: =1+1"
    assert rows[0]["When"] == "2026-11-21T14:05:00Z"


def test_it_goes_on_behind_the_last_line(world, client):
    world.posts(30)  # each a creator and a post
    first = show(client, world)
    second = show(client, world, after=first.context["listed"].next_cursor)
    seen = [line.pk for page in (first, second) for line in page.context["listed"].lines]
    assert len(seen) == len(set(seen)) == 60
    assert AuditEntry.objects.count() == 60


def test_a_post_leads_admins_to_its_own_history(world, client):
    post = world.post(title="Glow")
    link = f"{reverse('audit', args=[world.brand.slug])}?thing={post.pk}"
    assert link in client.get(reverse("post", args=[world.brand.slug, post.pk])).content.decode()
    manager = client_of(world.member(Role.MANAGER))
    assert link not in manager.get(reverse("post", args=[world.brand.slug, post.pk])).content.decode()
    assert actions(client.get(link)) == ["post.added"]


def test_nothing_of_another_brand_is_in_it(world, client):
    other = World()
    creator = other.creator("zq7canary")
    assert "zq7canary" not in words(show(client, world, q="zq7canary").content and show(client, world))
    assert actions(show(client, world, thing=creator.pk)) == []


def test_it_takes_the_same_queries_however_long_it_is(world, admin, client):
    show(client, world)
    counts = []
    for number in (1, 2, 47):
        for creator in [world.creator(details={"manager": admin}) for _ in range(number)]:
            edit_creators(edits=[Edit(creator, {"manager": None})], **by(world, admin))
        with CaptureQueriesContext(connection) as queries:
            answer = show(client, world)
        counts.append(len(queries))
    assert len(set(counts)) == 1
    assert counts[0] <= 12
    assert len(answer.content) < 60_000


def test_every_kind_that_is_written_has_its_filter():
    found = set()
    for app in ("brands", "creators", "posts", "authorizations", "campaigns", "alerts", "workplace"):
        for path in (Path(settings.BASE_DIR) / app).rglob("*.py"):
            if "operations" in str(path) or "importers" in str(path):
                found |= set(re.findall(r'(?:action=|Change\(\s*)"([a-z_]+)\.[a-z_]+"', path.read_text()))
    assert len(found) > 10
    assert found <= set(KINDS)


@pytest.mark.parametrize("query", ["until=9999-12-31", "since=0001-01-01", "until=x"])
def test_days_that_nobody_plans_in_are_refused(query):
    world = World()
    url = reverse("audit", args=[world.brand.slug])
    assert client_of(world.member(Role.ADMIN)).get(f"{url}?{query}").status_code == 400
