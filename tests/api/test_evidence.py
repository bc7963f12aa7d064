"""``evidence`` of the API: the pack of the page, chapter by chapter, for each role what it may read."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from alerts.models import Alert, Notice
from authorizations.operations.codes import Use, mark_applied
from brands.enums import AttachmentSubject, Role, TokenScope
from brands.operations.attachments import Link, Subject, attach_links
from campaigns.operations.flights import run_flights_anyway
from sparktrack.core.ids import uuid7
from tests.api.scripts import Caller, person, script
from tests.world import DAY, NOW, World, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(time_machine):
    world = World()
    time_machine.move_to(world.now, tick=False)
    return world


def filled(world, title="Glow"):
    """A post with all that a chapter can have."""
    post = world.post(world.creator("maya" + title.lower()), title=title)
    account, member = (
        world.account(name=f"Northbeam {title}"),
        world.member(Role.MANAGER, full_name="Dana Reyes"),
    )
    code = world.code(post, world.now)
    mark_applied(uses=[Use(code, account)], **world.by)
    right = world.right(world.day(0), world.day(60), post=post, fee="900.00", granted_by="Maya herself")
    attach_links(
        subject=Subject(AttachmentSubject.RIGHT, right.pk),
        links=[Link("https://a.example/900", "Contract 900 EUR")],
        **world.by,
    )
    flight = world.flight(post, world.day(0), world.day(40), ad_account=account)
    for reason in ("Agreed by mail", "Agreed again"):
        run_flights_anyway(flights=[flight], reason=reason, approver=member, **world.by)
        world.now += timedelta(minutes=1)
    alert = Alert.objects.create(
        brand=world.brand,
        kind="code",
        subject_id=post.pk,
        lapses_at=NOW + 30 * DAY,
        step=7,
        run=uuid7(),
        raised_at=NOW,
        acknowledged_at=NOW,
        acknowledged_by=member,
    )
    Notice.objects.create(brand=world.brand, alert=alert, user=member, form="at_once", created_at=NOW)
    world.now = NOW
    return post, code, right, flight


def test_a_chapter_has_what_the_page_has(world):
    post, code, right, flight = filled(world)
    answer = script(world).get(f"evidence?post={post.pk}")
    assert answer.status_code == 200, answer.content
    told = answer.json()
    (chapter,) = told.pop("results")
    assert told == {
        "next": None,
        "count": 1,
        "count_is_bound": False,
        "cut": False,
        "made_at": "2026-11-21T14:05:00Z",
        "time_zone": world.brand.time_zone,
    }
    assert chapter["post"] == {
        "id": str(post.pk),
        "title": "Glow",
        "url": "",
        "tiktok_post_id": "",
        "creator": str(post.creator_id),
        "handle": "mayaglow",
        "brief": None,
        "brief_title": "",
        "posted_at": None,
        "method": "code",
        "unavailable_from": None,
    }
    (of_code,) = chapter["codes"]
    assert (of_code["id"], of_code["ending"], of_code["status"]) == (str(code.pk), code.ending, "active")
    assert [(deed["action"], deed["what"], deed["by"]) for deed in of_code["deeds"]] == [
        ("code.recorded", "Recorded, 30 days", "sparktrack"),
        ("code.applied", "Taken to Northbeam Glow", "sparktrack"),
    ]
    (of_right,) = chapter["rights"]
    assert of_right["right"] == script(world).get(f"rights/{right.pk}").json()
    assert (of_right["level"], of_right["counts"], of_right["allows_paid"]) == ("post", True, True)
    assert of_right["attachments"][0]["name"] == "Contract 900 EUR"
    (of_flight,) = chapter["flights"]
    assert (of_flight["id"], of_flight["state"], of_flight["ad_account_name"]) == (
        str(flight.pk),
        "live",
        "Northbeam Glow",
    )
    assert (of_flight["run_anyway_reason"], of_flight["run_anyway_by_name"]) == (
        "Agreed again",
        "Dana Reyes",
    )
    assert [(each["reason"], each["approved_by"]) for each in of_flight["run_anyway_earlier"]] == [
        ("Agreed by mail", "Dana Reyes")
    ]
    (warning,) = chapter["warnings"]
    assert (warning["kind"], warning["step"], warning["acknowledged_by_name"]) == ("code", 7, "Dana Reyes")
    assert warning["told"] == [{"to": "Dana Reyes", "form": "mail", "state": None, "finished_at": None}]
    page = client_of(world.member(Role.MANAGER)).get(
        reverse("post-evidence", args=[world.brand.slug, post.pk])
    )
    words = page.content.decode()
    for each in (*of_code["deeds"], *of_flight["deeds"], *of_right["deeds"]):
        assert each["what"] in words


def test_fees_contacts_and_names_of_contracts_are_for_those_who_may_read_them(world):
    post, *_ = filled(world)
    for caller in (person(world, Role.VIEWER), script(world, TokenScope.READ)):
        answer = caller.get(f"evidence?post={post.pk}")
        assert "900" not in answer.content.decode()
        (of_right,) = answer.json()["results"][0]["rights"]
        assert of_right["attachments"][0]["is_file"] is False
        assert ("granted_by" in of_right["right"]) is (caller._brand == "")
        assert "fee" not in of_right["right"]


def test_the_address_of_who_left_is_for_those_who_may_read_contacts(world):
    post, *_, flight = filled(world)
    gone = world.member(Role.MANAGER, full_name="", email="gone@example.com")
    Caller(client_of(gone), world.brand.slug).post(f"flights/{flight.pk}/pause")
    gone.memberships.all().delete()
    viewer, reader = person(world, Role.VIEWER), script(world, TokenScope.READ)
    for path in (f"evidence?post={post.pk}", f"posts/{post.pk}/history"):
        said = viewer.get(path).content.decode()
        assert "gone@" not in said, path
        assert "somebody who left" in said, path
        assert "gone@example.com" in reader.get(path).content.decode(), path


@pytest.mark.once
def test_parts_follow_each_other_and_a_period_or_campaign_narrows_them(world):
    posts = world.posts(14)
    for post in posts:
        world.code(post, world.now)
    late = world.post(title="Late")
    flight = world.flight(late, world.day(300), world.day(310))
    world.flight(late, world.day(320), world.day(330))
    caller = script(world)
    first = caller.get("evidence").json()
    assert (len(first["results"]), first["count"]) == (12, 15)
    rest = caller.get(first["next"].partition("/api/v1/")[2]).json()
    assert (len(rest["results"]), rest["count"], rest["next"]) == (3, 15, None)
    ids = [chapter["post"]["id"] for chapter in (*first["results"], *rest["results"])]
    assert ids == sorted(str(post.pk) for post in (*posts, late))
    in_time = caller.get(f"evidence?from={world.day(250)}&to={world.day(400)}").json()
    of_campaign = caller.get(f"evidence?campaign={flight.campaign_id}").json()
    for found in (in_time, of_campaign):
        assert [chapter["post"]["title"] for chapter in found["results"]] == ["Late"]
    ((of_one,), (of_both,)) = (
        [chapter["flights"] for chapter in found["results"]] for found in (of_campaign, in_time)
    )
    assert ([each["id"] for each in of_one], len(of_both)) == ([str(flight.pk)], 2)
    other = World()
    for query, parameter in (
        ("post=x", "post"),
        (f"post={late.pk}&campaign={flight.campaign_id}", "campaign"),
        ("from=1999-01-01", "from"),
        ("from=", "from"),
        ("cursor=", "cursor"),
        ("first=2026-11-21", "first"),
        ("to=21.11.2026", "to"),
        ("from=2026-11-21&to=2026-11-20", "to"),
        ("cursor=x", "cursor"),
        ("after=x", "after"),
    ):
        answer = caller.get(f"evidence?{query}")
        assert answer.status_code == 400, query
        assert answer.json()["errors"][0]["parameter"] == parameter, query
    assert caller.get(f"evidence?post={other.post().pk}").status_code == 404
    assert caller.get(f"evidence?campaign={other.campaign().pk}").status_code == 404


@pytest.mark.once
def test_a_part_takes_the_same_number_of_statements_whatever_is_in_it(world):
    caller = script(world)

    def statements():
        with CaptureQueriesContext(connection) as found:
            assert caller.get("evidence").status_code == 200
        return len(found)

    filled(world, "One")
    statements()  # the first one notes that the token was used
    alone = statements()
    for title in ("Two", "Three", "Four"):
        filled(world, title)
    assert statements() == alone <= 14
