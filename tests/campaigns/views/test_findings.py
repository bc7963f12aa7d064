"""The page of the findings and its text: the same words, by brand, for every role, bounded in queries."""

import re
from html import unescape

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from brands.enums import Role
from campaigns.enums import ImportState
from campaigns.models import ImportedRow, ImportRun
from sparktrack.core.ids import uuid7
from tests.campaigns.scenes import SCENES, blocked, ready_post, stops, waiting
from tests.world import NOW, World, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    with time_machine.travel(NOW, tick=False):
        yield World(name="Northbeam", time_zone="America/New_York")


@pytest.fixture
def viewer(world):
    return client_of(world.member(Role.VIEWER))


def page(client, world, **query):
    return client.get(reverse("findings", args=[world.brand.slug], query=query))


def as_text(client, world, **query):
    return client.get(reverse("findings_text", args=[world.brand.slug], query=query))


def words(response):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def test_the_page_answers_first_and_leads_on(viewer, world):
    for scene in SCENES.values():
        scene(world)
    shown = page(viewer, world).content.decode()
    assert re.search(r"<h1[^>]*>1 ad runs without rights, about \$100 a day</h1>", shown)
    parts = re.findall(r'<section id="([\w-]+)"', shown)
    assert parts == ["without-rights", "blocked", "stops", "must-pause", "waiting", "unverified"]
    assert re.findall(r'class="chip" href="#([\w-]+)"', shown) == parts
    for line in re.findall(r"<li>.*?</li>", shown, re.DOTALL):
        if 'class="when"' in line:
            assert re.search(rf'href="/b/{world.brand.slug}/posts/', line)
            assert re.search(r'class="next">\s*\w', line)


def test_the_text_on_the_page_is_the_text_behind_the_link(viewer, world):
    stops(world)
    shown = page(viewer, world).content.decode()
    inside = re.search(r'<pre id="as-text"[^>]*>(.*?)</pre>', shown, re.DOTALL)[1]
    answer = as_text(viewer, world)
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert unescape(inside) == answer.content.decode()
    assert answer.content.decode().startswith("Northbeam: findings, Sat 21 Nov, 09:05 EST\n")


def test_everybody_reads_times_on_their_own_clock(world):
    stops(world)
    reader = client_of(world.member(Role.VIEWER, time_zone="Asia/Kathmandu"))
    assert "19:50 UTC+05:45" in words(page(reader, world))
    assert (
        as_text(reader, world).content.decode().startswith("Northbeam: findings, Sat 21 Nov, 19:50 UTC+05:45")
    )


def test_a_plan_is_a_link_to_the_planner_that_answers(viewer, world):
    waiting(world)
    link = re.search(r'href="(/planner/[^"]+)"', page(viewer, world).content.decode())[1]
    answer = viewer.get(unescape(link))
    assert answer.status_code == 200
    assert "Ask for 30 days, not 7" in words(answer)


def test_a_brand_without_anything_is_told_where_to_begin(viewer, world):
    shown = words(page(viewer, world))
    assert "Nothing to look at yet" in shown
    assert "A manager or admin of Northbeam can import the sheet you keep." in shown
    manager = page(client_of(world.member(Role.MANAGER)), world)
    assert f'class="btn primary" href="/b/{world.brand.slug}/imports/"' in manager.content.decode()
    assert as_text(viewer, world).status_code == 200


def test_more_than_fits_is_a_link_to_the_same_on_the_board(viewer, world, monkeypatch):
    monkeypatch.setattr("campaigns.queries.findings.LINES", 1)
    for _ in range(3):
        stops(world)
    shown = page(viewer, world).content.decode()
    found = re.search(r'href="([^"]+)">and 2 more on the board', shown)
    board = viewer.get(unescape(found[1]))
    assert board.status_code == 200
    assert board.content.count(b'<p class="when">') == 3
    assert b"and 2 more\n" in as_text(viewer, world).content


# --- One import ------------------------------------------------------------------------------------------------------
def import_of(world, *flights):
    """An import that made these flights."""
    run = ImportRun.objects.create(
        brand=world.brand, state=ImportState.APPLIED, file_name="tracker.xlsx", created_at=NOW
    )
    for flight in flights:
        ImportedRow.objects.create(brand=world.brand, run=run, kind="flight", object_id=flight.pk, label="x")
    return run


def test_an_import_has_findings_of_its_own(viewer, world):
    run = import_of(world, blocked(world))
    stops(world)
    shown = page(viewer, world, **{"import": run.pk})
    assert "1 flight is blocked" in words(shown)
    assert "Stop in the next 14 days" not in words(shown)
    assert "tracker.xlsx" in words(shown)
    answer = as_text(viewer, world, **{"import": run.pk}).content.decode()
    assert answer.startswith("Northbeam: findings of tracker.xlsx, ")
    assert f"?import={run.pk}" in shown.content.decode()


@pytest.mark.parametrize("wanted", ["nothing", "00000000-0000-0000-0000-000000000000", "\x00", "%"])
def test_an_import_that_is_not_there_is_not_found(wanted, viewer, world):
    for answer in (page(viewer, world, **{"import": wanted}), as_text(viewer, world, **{"import": wanted})):
        assert answer.status_code == 404


def test_an_import_of_another_brand_is_not_there(viewer, world):
    run = import_of(World())
    assert page(viewer, world, **{"import": run.pk}).status_code == 404
    assert page(viewer, world, **{"import": uuid7()}).status_code == 404


# --- Everybody, by brand, bounded ------------------------------------------------------------------------------------
def test_every_role_reads_the_same(world):
    for scene in SCENES.values():
        scene(world)
    answers = {as_text(client_of(world.member(role)), world).content for role in Role}
    assert len(answers) == 1


def test_nothing_of_another_brand_is_counted(viewer, world):
    stops(world)
    before = as_text(viewer, world).content
    other = World()
    for scene in SCENES.values():
        scene(other)
    ready_post(other, title="Soup")
    assert as_text(viewer, world).content == before


def test_what_people_typed_is_escaped(viewer, world):
    nasty = '<script>alert("x")</script>'
    post = ready_post(world, code_days=5, title=nasty)
    world.flight(post, world.day(-1), world.day(20), campaign=world.campaign(nasty))
    shown = page(viewer, world)
    assert b"<script>alert" not in shown.content
    assert nasty in words(shown) or nasty in unescape(shown.content.decode())


@pytest.mark.parametrize("name", ["findings", "findings_text"])
def test_the_number_of_queries_does_not_grow(name, viewer, world):
    address = reverse(name, args=[world.brand.slug])

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert viewer.get(address).status_code == 200
        return len(captured)

    for scene in SCENES.values():
        scene(world)
    queries()  # the first page of a session also notes when it began
    few = queries()
    for scene in SCENES.values():
        scene(world)
    assert queries() == few
    assert few <= 19
