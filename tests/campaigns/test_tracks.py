"""The timeline of a post has a lane for everything that decides, and grey for what decides nothing."""

from datetime import timedelta

import pytest

from authorizations.enums import RightTrigger
from authorizations.operations.codes import reject_codes
from authorizations.operations.links import LinkDraft, open_links
from authorizations.windows import Term
from campaigns.pictures import Kind
from campaigns.queries.post import post_page
from campaigns.tracks import post_timeline, timeline_sentence
from posts.enums import Method
from sparktrack.core.wording import TimeWords
from tests.world import DAY, NOW, World

pytestmark = pytest.mark.django_db

TODAY = NOW.date()
TIMES = TimeWords(now=NOW, zone="UTC", viewer_zone="UTC")


@pytest.fixture
def world():
    return World()


def draw(world, post):
    """The timeline of a post, and the kinds of its pieces by the first word of each lane."""
    picture = post_timeline(post_page(world.brand, post.pk, now=NOW), TIMES)
    return picture, {
        lane.label.split(" ")[0]: [piece.kind for piece in lane.pieces] for lane in picture.lanes
    }


def test_code_rights_post_and_flight_each_have_a_lane(world):
    post = world.post()
    code = world.code(post, NOW - 10 * DAY, days=12)
    world.right(TODAY - 10 * DAY, post=post, contract_reference="2026-098")
    flight = world.flight(post, TODAY - 10 * DAY, TODAY + 9 * DAY)
    picture, kinds = draw(world, post)
    assert timeline_sentence(picture) == (
        f"Code ending {code.ending} · 11 Nov – 23 Nov. Rights 2026-098 · 11 Nov – open. "
        f"When the post may run, not from 23 Nov. "
        f"Flight {flight.campaign} · 11 Nov – 30 Nov, not 23 Nov – 30 Nov."
    )
    assert kinds["Code"] == kinds["Rights"] == [Kind.PAST, Kind.RUN]
    assert kinds["When"] == kinds["Flight"] == [Kind.GAP, Kind.PAST, Kind.RUN, Kind.GAP]


def test_a_rejected_code_and_a_right_without_paid_use_are_grey(world):
    post = world.post()
    code = world.code(post, NOW - 10 * DAY, days=30)
    reject_codes(codes=[code], error="4013 format error", **world.by)
    world.right(TODAY - 10 * DAY, post=post, paid_amplification=False)
    picture, kinds = draw(world, post)
    assert kinds["Code"] == kinds["Rights"] == [Kind.PLANNED]
    assert picture.lanes[0].label.endswith("rejected by TikTok")
    assert picture.lanes[1].label.startswith("Rights (not paid)")


def test_an_account_link_is_a_lane_of_a_post_without_code(world):
    post = world.post(method=Method.LINKED_ACCOUNT)
    draft = LinkDraft(post.creator, world.account(), NOW - 5 * DAY)
    open_links(drafts=[draft], **world.by)
    picture, kinds = draw(world, post)
    assert picture.lanes[0].label == "Account link · 16 Nov – open"
    assert kinds["Account"] == [Kind.PAST, Kind.RUN]


def test_what_has_not_begun_has_a_lane_without_a_bar(world):
    post = world.post()
    world.right(None, post=post, trigger=RightTrigger.POSTING, term=Term(days=90))
    flight = world.flight(post, None)
    picture, kinds = draw(world, post)
    assert kinds["Rights"] == kinds["Flight"] == []
    assert picture.lanes[0].label == "Rights · not started"
    assert picture.lanes[-1].label == f"Flight {flight.campaign} · no dates yet"


def test_the_time_before_the_first_code_is_not_painted_red(world):
    post = world.post()
    world.code(post, NOW - 10 * DAY, days=30)
    world.right(TODAY - 20 * DAY, post=post)
    picture, _ = draw(world, post)
    gaps = [piece for piece in picture.lanes[2].pieces if piece.kind is Kind.GAP]
    before_rights = (
        100
        * (NOW - 20 * DAY - timedelta(hours=14.1) - picture.starts_at)
        / (picture.ends_at - picture.starts_at)
    )
    assert gaps[0].x == pytest.approx(before_rights, abs=0.2)


def test_of_a_long_history_the_newest_and_what_still_counts_are_drawn_and_the_rest_is_said(world):
    post = world.post()
    codes = [world.code(post, NOW - days * DAY, days=7) for days in range(200, 1, -7)]
    world.code(post, NOW + 5 * DAY, days=7)
    for days in range(90, 9, -9):
        world.flight(post, TODAY - days * DAY, TODAY - (days - 5) * DAY)
    endless = world.flight(post, TODAY - 300 * DAY)
    picture, _ = draw(world, post)
    labels = [lane.label for lane in picture.lanes]
    drawn = [label for label in labels if label.startswith("Code")]
    assert len(drawn) == 5
    assert any(codes[-1].ending in label for label in drawn)
    assert not any(codes[0].ending in label for label in drawn)
    assert sum(label.startswith("Flight") for label in labels) == 5
    assert any(label.startswith(f"Flight {endless.campaign} ") for label in labels)
    assert picture.left_out == f"Not drawn: {len(codes) - 4} older codes, 5 older flights."
    assert timeline_sentence(picture).endswith(picture.left_out)
    assert picture.height < 600


def test_a_short_history_is_drawn_whole(world):
    post = world.post()
    for days in range(35, 0, -7):
        world.code(post, NOW - days * DAY, days=7)
    picture, _ = draw(world, post)
    assert sum(lane.label.startswith("Code") for lane in picture.lanes) == 5
    assert picture.left_out == ""
