"""What a fresh look found: what could be learnt, broken or made slow at the edges of what all resources share."""

import base64
import json
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine

from authorizations.models import AuthorizationCode, UsageRight
from authorizations.operations.requests import RequestDraft, request_codes
from authorizations.secrets import open_code
from brands.enums import Role, TokenScope
from brands.models import Membership
from sparktrack.api.versions import version_of
from sparktrack.core.clock import utc_now
from tests.access.everything import Everything
from tests.api.rows import resources
from tests.api.scripts import person, script
from tests.world import World

pytestmark = pytest.mark.django_db

NOBODY = "01a202a6-bb83-7513-b6ef-d802883adfad"


def test_a_version_does_not_tell_a_fee_to_whoever_tries_amounts(settings):
    world = World()
    world.right(world.day(0), post=world.post(), fee=Decimal("3.00"))
    (right,) = UsageRight.objects.for_brand(world.brand)
    tag = script(world, TokenScope.READ).get(f"rights/{right.pk}")["ETag"].strip('"').split("-")[0]
    assert version_of(right) == tag
    # Whoever tries at home has another key.
    settings.FINGERPRINT_KEY = b"x" * 32
    for cents in range(600):
        right.fee = Decimal(cents) / 100
        assert version_of(right) != tag


@pytest.mark.parametrize(
    "at", ["0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-14:00", "2026-11-21T00:00"]
)
def test_no_list_fails_for_a_year_that_no_database_has(at):
    reader = person(World(), Role.ADMIN)
    for name, views in resources().items():
        if "updated_since" in views.shelf.filters.base_filters:
            answer = reader.get(f"{name}?updated_since={at}")
            assert answer.status_code == 400, name
            assert answer.json()["errors"][0]["parameter"] == "updated_since"


def test_no_cursor_fails_for_a_year_that_no_database_has():
    reader = person(World(), Role.ADMIN)
    for name, views in resources().items():
        for sort in views.shelf.sorts:
            place = json.dumps([sort.key, "0001-01-01T00:00:00+14:00", NOBODY]).encode()
            cursor = base64.urlsafe_b64encode(place).decode().rstrip("=")
            assert reader.get(f"{name}?sort={sort.key}&cursor={cursor}").status_code < 500, (name, sort.key)


def test_what_may_not_be_read_may_not_be_asked_for_either():
    world = Everything()
    viewer = person(world, Role.VIEWER)
    for path in ("audit", f"imports/{world.ids['run']}/rows"):
        assert viewer.get(path).status_code == 403
        assert viewer.head(path).status_code == 403


def test_many_rows_have_no_version_to_compare():
    world = World()
    creator = world.creator()
    writer = script(world)
    body = [{"id": str(creator.pk)}]
    for send in (writer.delete, writer.patch, writer.post):
        refused = send("creators/bulk", body, if_match='"0000000000000000"')
        assert refused.status_code == 400
        assert refused.json()["errors"][0]["parameter"] == "If-Match"


def test_a_post_that_went_on_to_another_stage_is_not_as_it_was_seen():
    world = World()
    writer, post = script(world), world.post()
    tag = writer.get(f"posts/{post.pk}")["ETag"]
    assert writer.post(f"posts/{post.pk}/stage", {"stage": "approved"}, if_match=tag).status_code == 200
    again = writer.post(f"posts/{post.pk}/stage", {"stage": "posted"}, if_match=tag)
    assert again.status_code == 412
    assert again.json()["current"]["stage"] == "approved"


def test_names_of_channels_cannot_be_tried_out_by_whoever_may_not_see_them():
    world = Everything()
    assert person(world, Role.ADMIN).get("deliveries?q=a").status_code == 200
    for caller in (person(world, Role.VIEWER), script(world)):
        assert caller.get("deliveries?q=a").status_code == 400


@pytest.mark.parametrize("prefix", ["import-", "change-", "page-", "undo-", "stk_"])
def test_a_callers_request_id_is_never_a_mark_of_ours(prefix):
    answer = script(World()).get("brands", x_request_id=f"{prefix}01a202a6bb837513")
    assert not answer["X-Request-ID"].startswith(prefix)


def test_what_was_changed_since_is_found_wherever_its_answer_shows_it():
    world = World()
    with time_machine.travel(world.now, tick=False) as clock:
        writer = script(world)
        post, account = world.post(), world.account()
        flight = world.flight(post, world.day(1), world.day(9))
        code = world.code(post, world.now)
        clock.shift(timedelta(hours=2))
        since = utc_now().isoformat().replace("+00:00", "Z")
        changed = {
            f"codes/{code.pk}/extend": ({"days": 30}, ["codes", "posts", "flights"]),
            f"flights/{flight.pk}/launch": ({}, ["flights", "posts", "campaigns"]),
            f"codes/{code.pk}/apply": ({"ad_account": str(account.pk)}, ["code-uses"]),
        }
        for path, (body, lists) in changed.items():
            # Nothing of this kind since the last one: each change is looked for alone.
            clock.shift(timedelta(hours=2))
            since = utc_now().isoformat().replace("+00:00", "Z")
            before = [len(writer.get(f"{name}?updated_since={since}").json()["results"]) for name in lists]
            assert before == [0] * len(lists)
            assert writer.post(path, body).status_code == 200, path
            after = [len(writer.get(f"{name}?updated_since={since}").json()["results"]) for name in lists]
            assert after == [1] * len(lists), path


def test_a_new_handle_and_a_new_alert_are_changes_too():
    world = Everything()
    with time_machine.travel(world.now + timedelta(hours=2), tick=False):
        writer = script(world)
        since = utc_now().isoformat().replace("+00:00", "Z")
        assert writer.patch(f"creators/{world.maker.pk}", {"handle": "another"}).status_code == 200
        found = {row["handle"] for row in writer.get(f"posts?updated_since={since}").json()["results"]}
        assert found == {"another"}
    with time_machine.travel(world.now, tick=False):
        since = (world.now - timedelta(hours=2)).isoformat().replace("+00:00", "Z")
        assert writer.get(f"alerts?updated_since={since}").json()["results"]


def test_a_post_whose_creator_was_asked_for_a_code_is_not_deleted():
    world = World()
    writer, post = script(world), world.post()
    (request,) = request_codes(drafts=[RequestDraft(post, 30)], **world.by)
    refused = writer.delete(f"posts/{post.pk}")
    assert refused.status_code == 409
    assert [each["id"] for each in refused.json()["dependents"]] == [str(request.pk)]


def test_what_is_refused_counts_too(settings):
    settings.API_REQUESTS_A_MINUTE = 2
    reader = script(World(), TokenScope.READ)
    assert [reader.get("audit").status_code for _ in range(3)] == [403, 403, 429]


@pytest.mark.parametrize("name", ["\u200b", " \u2060 ", "\u00ad"])
def test_a_name_that_nobody_can_see_is_none(name):
    answer = script(World()).post("campaigns", {"name": name})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "/name"


def test_a_code_whose_key_is_gone_holds_up_no_other():
    world = World()
    codes = world.codes(world.posts(3), world.now)
    AuthorizationCode.objects.filter(pk=codes[1].pk).update(key_id="gone")
    answer = script(world).post("exports/tracker/reveal", {})
    assert answer.status_code == 200
    shown = [row["code"] for row in answer.json()["results"]]
    assert shown == [open_code(codes[0]), f"…{codes[1].ending}", open_code(codes[2])]


def test_a_flight_of_a_buyer_who_left_is_copied_for_the_buyer_of_its_campaign():
    world = World()
    buyer = world.member(Role.BUYER)
    flight = world.flight(world.post(), world.day(1), world.day(9), buyer=buyer)
    Membership.objects.filter(user=buyer).delete()
    copy = script(world).post(f"flights/{flight.pk}/duplicate", {})
    assert copy.status_code == 201
    assert copy.json()["buyer"] is None


def test_no_browser_keeps_what_a_person_read_and_a_script_may():
    world = World()
    assert person(world).get("creators")["Cache-Control"] == "private, no-store"
    assert script(world).get("creators")["Cache-Control"] == "private, no-cache"
