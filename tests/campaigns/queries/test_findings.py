"""The findings: each kind is found where it is and not where it is not, as the plain rules say."""

from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from authorizations.enums import EndSource
from authorizations.operations.codes import Verification, reject_codes, revoke_codes, verify_codes
from authorizations.operations.posts import set_rights_tracking
from campaigns.enums import ImportState
from campaigns.importers.messages import Problem
from campaigns.models import ImportedRow, ImportRun
from campaigns.operations.flights import end_flights, pause_flights
from campaigns.queries import duplicates as duplicates_module
from campaigns.queries import findings as module
from campaigns.queries.duplicates import Same
from campaigns.queries.findings import UNVERIFIED, findings
from campaigns.todos import post_todos
from creators.operations import rename_creator
from tests.campaigns.findings_oracle import assert_findings_agree
from tests.campaigns.scenes import (
    SCENES,
    blocked,
    covered,
    ready_post,
    stops,
    unplanned,
    waiting,
    without_rights,
)
from tests.world import DAY, NOW, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World()


def found(world, now=NOW, run=None):
    world.brand.refresh_from_db()
    return findings(world.brand, now=now, run=run)


# --- Against the rules, whatever is on file --------------------------------------------------------------------------
def test_each_scene_is_found_where_the_rules_put_it(world):
    for scene in SCENES.values():
        scene(world)
        scene(world, daily_spend=Decimal("7.50"), ad_account=world.account(currency="EUR"))
    for days in (-1, 0, 3, 6, 19, 40):
        assert_findings_agree(world.brand, NOW + days * DAY)


DAYS = st.integers(-120, 60)
FATES = st.sampled_from(["", "", "revoked", "rejected"])
CODES = st.tuples(DAYS, st.sampled_from([7, 30, 60]), st.sampled_from(EndSource), FATES)
RIGHTS = st.tuples(DAYS, st.none() | st.integers(0, 90), st.booleans())
FLIGHTS = st.tuples(DAYS, st.none() | st.integers(0, 60), st.booleans(), st.booleans())
POSTS = st.tuples(
    st.sampled_from(["", "Soup", "Bread"]),
    st.booleans(),
    st.lists(CODES, max_size=2),
    st.lists(RIGHTS, max_size=2),
    st.lists(FLIGHTS, max_size=3),
)


@settings(max_examples=15)
@given(st.lists(POSTS, min_size=1, max_size=5), st.booleans(), st.integers(-30, 30))
def test_random_brands_are_found_as_the_rules_say(posts, tracks, days):
    with transaction.atomic():
        world = World(tracks_rights=tracks)
        creators = [world.creator(), world.creator()]
        campaign, account = world.campaign(), world.account(currency="EUR")
        for number, (title, known, codes, rights, flights) in enumerate(posts):
            post_id = str(7301184422019655000 + number) if known else ""
            post = world.post(creators[number % 2], title=title, tiktok_post_id=post_id)
            for start, length, source, fate in codes:
                code = world.code(post, NOW + start * DAY, length, end_source=source)
                if fate == "revoked":
                    revoke_codes(codes=[code], at=code.starts_at + DAY, **world.by)
                elif fate:
                    reject_codes(codes=[code], error="Error", **world.by)
            for start, length, paid in rights:
                end = None if length is None else world.day(start + length)
                world.right(world.day(start), end, post=post, paid_amplification=paid)
            for start, length, elsewhere, is_paused in flights:
                end = None if length is None else world.day(start + length)
                used = account if elsewhere else None
                flight = world.flight(post, world.day(start), end, campaign=campaign, ad_account=used)
                if is_paused:
                    pause_flights(flights=[flight], **world.by)
        assert_findings_agree(world.brand, NOW + days * DAY)
        transaction.set_rollback(True)


def test_the_number_of_queries_does_not_grow(world):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            findings(world.brand, now=NOW)
        return len(captured)

    def grow():
        for scene in SCENES.values():
            scene(world)
        creator = world.creator()
        for _ in range(2):
            world.post(creator, title=creator.handle)
        world.right(world.day(-90), world.day(-3), post=(lone := world.post()))
        world.code(lone, NOW - DAY, 60)

    grow()
    few = queries()
    for _ in range(2):
        grow()
    assert queries() == few <= 16


# --- Ends nobody verified --------------------------------------------------------------------------------------------
def test_an_end_that_was_read_in_ads_manager_or_at_tiktok_is_no_finding(world):
    flight = covered(world)
    (end,) = found(world).unverified.lines
    assert (end.post_id, end.source) == (flight.post_id, EndSource.COMPUTED)
    code = flight.post.codes.get()
    verify_codes(verifications=[Verification(code, code.expires_at, code.starts_at)], **world.by)
    assert found(world).unverified.count == 0


def test_codes_that_no_flight_needs_are_only_counted(world):
    ready_post(world)
    unplanned(world)
    pause_flights(flights=[covered(world)], **world.by)
    end_flights(flights=[covered(world)], **world.by)
    assert found(world).unverified.count == 0
    assert found(world).idle_unverified.count == 4


def test_a_code_that_was_replaced_need_not_be_verified_any_more(world):
    post = world.post()
    old = world.code(post, NOW - DAY)
    new = world.code(post, NOW, supersedes=old)
    world.flight(post, world.day(0), world.day(9))
    assert [end.ends_at for end in found(world).unverified.lines] == [new.expires_at]
    reject_codes(codes=[new], error="No such code", **world.by)
    assert [end.ends_at for end in found(world).unverified.lines] == [old.expires_at]


def test_the_post_page_asks_to_verify_the_same_ends(world):
    for source in EndSource:
        post = world.post()
        code = world.code(post, NOW - DAY, end_source=source)
        todos = post_todos(post, codes=[code], uses={}, ends={}, rights=[], flights=[], now=NOW, zone="UTC")
        asked = any(todo.title == "Verify the end" for todo in todos)
        assert asked == (source in UNVERIFIED)


# --- Rights and codes that drifted apart -----------------------------------------------------------------------------
def drifting(world, code_days, rights_days):
    """A post whose code and rights end so many days from now (negative: ago)."""
    post = world.post()
    world.code(post, NOW + (code_days - 60) * DAY, 60)
    world.right(world.day(-100), None if rights_days is None else world.day(rights_days), post=post)
    return post


def test_a_code_that_outlives_its_rights_is_found(world):
    post = drifting(world, 20, -5)
    (drift,) = found(world).drifted.lines
    assert (drift.post_id, drift.rights_over, drift.until) == (post.pk, True, NOW + 20 * DAY)
    assert not drift.again


def test_rights_that_outlive_their_code_are_found_for_a_while(world):
    lately, open_ended = drifting(world, -5, 30), drifting(world, -6, None)
    drifting(world, -91, 30)
    first, second = found(world).drifted.lines
    assert (first.post_id, first.rights_over, first.since) == (lately.pk, False, NOW - 5 * DAY)
    assert (second.post_id, second.until) == (open_ended.pk, None)


def test_a_new_code_that_starts_later_ends_the_drift(world):
    post = drifting(world, -5, 30)
    world.code(post, NOW + 3 * DAY)
    (drift,) = found(world).drifted.lines
    assert (drift.until, drift.again) == (NOW + 3 * DAY, True)


def test_posts_that_fly_and_brands_without_rights_have_no_drift(world):
    without_rights(world)
    assert found(world).drifted.count == 0
    drifting(world, -5, 30)
    assert found(world).drifted.count == 1
    set_rights_tracking(tracks=False, **world.by)
    assert found(world).drifted.count == 0


# --- Twice -----------------------------------------------------------------------------------------------------------
def twice(world, same):
    return [item for item in found(world).duplicates.lines if item.same is same]


def test_posts_of_one_creator_with_one_title_are_found_unless_both_have_an_id(world):
    creator = world.creator("maya")
    one = world.post(creator, title="Soup", tiktok_post_id="7301184422019655681")
    other = world.post(creator, title="Soup", tiktok_post_id="7301184422019655682")
    world.post(world.creator(), title="Soup")
    world.post(creator)
    world.post(creator)
    assert twice(world, Same.TITLE) == []
    third = world.post(creator, title="Soup")
    (line,) = twice(world, Same.TITLE)
    assert (line.name, line.handles, line.posts) == ("Soup", ("maya",), (one.pk, other.pk, third.pk))


def test_flights_of_a_post_that_overlap_are_found(world):
    post, campaign = ready_post(world), world.campaign("Q4")
    first, second = world.account(), world.account()
    world.flight(post, world.day(0), world.day(9), campaign=campaign, ad_account=first)
    world.flight(post, world.day(10), world.day(19), campaign=campaign, ad_account=first)
    world.flight(post, world.day(0), world.day(9), campaign=campaign, ad_account=second)
    world.flight(post, world.day(0), world.day(9), ad_account=first)
    world.flight(post, None, campaign=campaign)
    assert twice(world, Same.FLIGHT) == []
    # Nobody said in which account: it may be the same. It overlaps three of them and is one line.
    world.flight(post, world.day(9), None, campaign=campaign)
    (line,) = twice(world, Same.FLIGHT)
    assert (line.posts, line.campaign, line.starts_on, line.ends_on) == ((post.pk,), "Q4", world.day(9), None)


def test_creators_that_look_the_same_are_found(world):
    for old, new in (("noah", "noah.pours"), ("zoe", "zoe.unboxes")):
        rename_creator(creator=world.creator(old), handle=new, **world.by)
    for handle in ("maya.glow", "maya_glow", "mayaglow", "noah"):
        world.creator(handle)
    lines = found(world).duplicates.lines
    assert [(line.same, line.handles) for line in lines] == [
        (Same.FORMER_HANDLE, ("noah.pours", "noah")),
        (Same.HANDLE, ("maya.glow", "maya_glow", "mayaglow")),
    ]


def import_run(world, **fields):
    fields = {"state": ImportState.APPLIED, "file_name": "t.csv", "created_at": NOW, **fields}
    return ImportRun.objects.create(brand=world.brand, **fields)


def report(*codes):
    return {"errors": [{"row": row, "code": code, "message": f"Row {row}: {code}"} for row, code in codes]}


def test_what_the_newest_import_had_twice_is_said(world):
    import_run(world, report=report((2, Problem.DUPLICATE_CODE)), created_at=NOW - DAY)
    assert [item.row for item in found(world).pasted_twice.lines] == [2]
    newest = report((9, Problem.DUPLICATE_ROW), (4, Problem.DUPLICATE_CODE), (5, Problem.BAD_DATE))
    import_run(world, report=newest)
    import_run(world, report=report((7, Problem.DUPLICATE_CODE)), state=ImportState.REFUSED)
    assert [item.row for item in found(world).pasted_twice.lines] == [4, 9]


# --- One import ------------------------------------------------------------------------------------------------------
def test_an_import_limits_the_findings_to_the_posts_it_touched(world):
    run = import_run(world)
    flight, other = blocked(world), stops(world)
    creator = world.creator()
    by_creator = world.post(creator, title="Soup")
    right = world.right(world.day(-9), creator=creator)
    touched = {"flight": flight.pk, "authorizationcode": other.post.codes.get().pk, "usageright": right.pk}
    waiting(world)
    without_rights(world)
    for kind, pk in touched.items():
        ImportedRow.objects.create(brand=world.brand, run=run, kind=kind, object_id=pk, label="x")
    limited = found(world, run=run)
    assert (limited.blocked.count, limited.stops.count) == (1, 1)
    assert (limited.waiting.count, limited.without_rights.count) == (0, 0)
    assert limited.flights == 2
    assert [end.post_id for end in limited.unverified.lines] == [other.post_id]
    # A post of another import with the same title as one of this is part of this one's news.
    world.post(creator, title="Soup")
    (line,) = found(world, run=run).duplicates.lines
    assert by_creator.pk in line.posts


# --- Bounds ----------------------------------------------------------------------------------------------------------
def test_lines_and_counts_are_bounded(world, monkeypatch):
    monkeypatch.setattr(module, "LINES", 2)
    for target in (module, duplicates_module):
        monkeypatch.setattr(target, "MOST_COUNTED", 3)
    for _ in range(5):
        stops(world)
        drifting(world, 20, -5)
        creator = world.creator()
        for _ in range(2):
            world.post(creator, title="Soup")
    shown = found(world)
    assert (len(shown.stops.lines), shown.stops.count) == (2, 5)
    for part in (shown.unverified, shown.drifted, shown.duplicates):
        assert (len(part.lines), part.count, part.is_bound) == (2, 3, True)


def test_the_next_thing_to_happen_is_named_however_far_it_is(world):
    assert found(world).next_at is None
    post = world.post()
    code = world.code(post, NOW - DAY, 60)
    world.right(world.day(-9), post=post)
    world.flight(post, world.day(0), None)
    assert found(world).next_at == code.expires_at
