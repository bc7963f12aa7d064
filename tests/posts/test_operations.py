"""Briefs, what posts say, stages and numbers."""

from datetime import timedelta

import pytest
from django.db import connection

from brands.enums import Role
from brands.operations.edits import Edit, OtherBrandError
from posts.enums import MetricsSource, Stage
from posts.models import Brief, MetricsSnapshot, Post, StageEvent
from posts.operations.briefs import DuplicateBriefError, UsageDaysError, add_briefs, edit_briefs
from posts.operations.metrics import Metrics, NegativeNumberError, record_metrics
from posts.operations.posts import DuplicatePostError, edit_posts
from posts.operations.stages import StageReached, record_stages
from sparktrack.core.actors import Actor, ActorKind
from sparktrack.tiktok.links import BadLink, BadPostId, OtherPlatform, posted_at
from tests.audit import changes, entries
from tests.world import DAY, NOW, World

pytestmark = pytest.mark.django_db

POST_ID = "7690248111420345644"


@pytest.fixture
def world():
    return World()


def briefs(world, *titles):
    return add_briefs(drafts=[{"title": title} for title in titles], **world.by)


def stored(row):
    return type(row).objects.get(pk=row.pk)


# --- briefs ------------------------------------------------------------------------------------------------------
def test_a_brief_keeps_what_is_said(world):
    draft = {"title": "Glow", "product_truth": "It glows", "usage_days": 90, "usage_paid": True}
    (brief,) = add_briefs(drafts=[draft], **world.by)
    assert {name: getattr(stored(brief), name) for name in draft} == draft
    assert changes(world.brand, "brief.added") == [({}, draft)]


def test_a_title_is_there_once_in_a_brand(world):
    with pytest.raises(DuplicateBriefError, match="Glow is there twice"):
        briefs(world, "Shine", "Glow", "Glow")
    assert not Brief.objects.exists()
    glow, shine = briefs(world, "Glow", "Shine")
    with pytest.raises(DuplicateBriefError, match="called Glow already") as refused:
        briefs(world, "New", "Glow")
    assert refused.value.field == "title"
    for edits in (
        [Edit(shine, {"title": "Glow"})],
        [Edit(shine, {"title": "X"}), Edit(glow, {"title": "X"})],
        [Edit(shine, {"title": "Glow"}), Edit(glow, {"title": "Shine"})],
    ):
        with pytest.raises(DuplicateBriefError):
            edit_briefs(edits=edits, **world.by)
    assert (stored(glow).title, stored(shine).title) == ("Glow", "Shine")
    assert Brief.objects.count() == 2
    assert briefs(World(), "Glow")


@pytest.mark.parametrize("days", [0, -1, 36_501, 2**63])
def test_a_brief_asks_for_usage_of_a_possible_length(world, days):
    with pytest.raises(UsageDaysError) as refused:
        add_briefs(drafts=[{"title": "Glow", "usage_days": days}], **world.by)
    assert refused.value.field == "usage_days"
    (brief,) = briefs(world, "Glow")
    with pytest.raises(UsageDaysError):
        edit_briefs(edits=[Edit(brief, {"usage_days": days})], **world.by)
    assert stored(brief).usage_days is None


def test_briefs_are_edited_and_noted(world):
    glow, shine = briefs(world, "Glow", "Shine")
    edits = [Edit(glow, {"title": "Glow", "usage_days": 30}), Edit(shine, {"title": "Shine"})]
    assert edit_briefs(edits=edits, **world.by) == [glow]
    assert changes(world.brand, "brief.edited") == [({"usage_days": None}, {"usage_days": 30})]


def test_other_fields_and_other_brands_are_refused(world):
    (glow,) = briefs(world, "Glow")
    (foreign,) = briefs(World(), "Glow")
    with pytest.raises(ValueError, match="Not edited here: brand"):
        add_briefs(drafts=[{"title": "X", "brand": foreign.brand}], **world.by)
    with pytest.raises(ValueError, match="Not edited here: created_at"):
        edit_briefs(edits=[Edit(glow, {"created_at": NOW})], **world.by)
    with pytest.raises(OtherBrandError):
        edit_briefs(edits=[Edit(glow, {"title": "X"}), Edit(foreign, {"title": "Y"})], **world.by)
    assert stored(glow).title == "Glow"


# --- what posts say ----------------------------------------------------------------------------------------------
def test_posts_are_edited_and_noted(world):
    post = world.post(title="Old")
    other = world.post()
    edits = [Edit(post, {"title": "New", "sku": ""}), Edit(other, {"lane": ""})]
    assert edit_posts(edits=edits, **world.by) == [post]
    assert stored(post).title == "New"
    assert changes(world.brand, "post.edited") == [({"title": "Old"}, {"title": "New"})]


def test_an_edit_takes_back_nothing_that_somebody_else_wrote_meanwhile(world):
    first, second = world.post(title="A"), world.post()
    edit_posts(edits=[Edit(Post.objects.get(pk=first.pk), {"notes": "theirs"})], **world.by)
    edit_posts(edits=[Edit(first, {"title": "B"}), Edit(second, {"notes": "x"})], **world.by)
    assert (stored(first).title, stored(first).notes) == ("B", "theirs")


def test_a_post_gets_its_day_from_the_id_it_gets_unless_a_better_one_is_known(world):
    unknown, known, told = world.post(), world.post(posted_at=NOW), world.post()
    edit_posts(
        edits=[
            Edit(unknown, {"tiktok_post_id": POST_ID}),
            Edit(known, {"tiktok_post_id": POST_ID[:-1] + "5"}),
            Edit(told, {"tiktok_post_id": POST_ID[:-1] + "6", "posted_at": NOW - DAY}),
        ],
        **world.by,
    )
    assert [stored(post).posted_at for post in (unknown, known, told)] == [posted_at(POST_ID), NOW, NOW - DAY]


@pytest.mark.parametrize(
    ("name", "value"), [("tiktok_post_id", POST_ID), ("url", f"https://www.tiktok.com/@a/video/{POST_ID}")]
)
def test_an_id_or_url_of_another_post_is_refused(world, name, value):
    first, second, third = world.post(**{name: value}), world.post(), world.post()
    for edits in (
        [Edit(third, {"title": "x"}), Edit(second, {name: value})],
        [Edit(second, {name: f"{value[:-1]}0"}), Edit(third, {name: f"{value[:-1]}0"})],
    ):
        with pytest.raises(DuplicatePostError) as refused:
            edit_posts(edits=edits, **world.by)
        assert refused.value.field == name
    assert {getattr(stored(post), name) for post in (second, third)} == {""}
    assert stored(third).title == ""
    assert edit_posts(edits=[Edit(first, {name: value})], **world.by) == []
    elsewhere = World()
    assert edit_posts(edits=[Edit(elsewhere.post(), {name: value})], **elsewhere.by)


def test_an_id_that_is_none_is_refused(world):
    with pytest.raises(BadPostId):
        edit_posts(edits=[Edit(world.post(), {"tiktok_post_id": "12"})], **world.by)


@pytest.mark.parametrize(
    "name", ["brand", "creator", "brief", "method", "unavailable_from", "replaces", "created_at"]
)
def test_what_changes_coverage_is_not_edited_here(world, name):
    with pytest.raises(ValueError, match=f"Not edited here: {name}"):
        edit_posts(edits=[Edit(world.post(), {name: None})], **world.by)


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("javascript:alert(1)//www.tiktok.com/@a/video/7690248111420345644", BadLink),
        ("https://evil.example/@a/video/7690248111420345644", BadLink),
        ("https://www.tiktok.com.evil.example/@a/video/7690248111420345644", BadLink),
        ("https://www.tiktok.com@evil.example/@a/video/7690248111420345644", BadLink),
        ("https://www.instagram.com/p/Cxyz/", OtherPlatform),
    ],
)
def test_what_says_open_on_tiktok_leads_to_tiktok(world, url, error):
    post = world.post()
    with pytest.raises(error):
        edit_posts(edits=[Edit(post, {"url": url})], **world.by)
    with pytest.raises(error):
        world.post(url=url)
    assert not Post.objects.exclude(url="").exists()


def test_a_post_of_another_brand_is_not_edited(world):
    ours, foreign = world.post(), World().post()
    with pytest.raises(OtherBrandError):
        edit_posts(edits=[Edit(ours, {"title": "x"}), Edit(foreign, {"title": "x"})], **world.by)
    assert (stored(ours).title, stored(foreign).title) == ("", "")


# --- stages ------------------------------------------------------------------------------------------------------
def test_stages_are_noted_once_with_who(world):
    post, person = world.post(), world.member(Role.MANAGER)
    by = {**world.by, "actor": Actor(ActorKind.USER, id=str(person.pk), label=person.email)}
    reached = [StageReached(post, Stage.BRIEFED, NOW), StageReached(post, Stage.POSTED, NOW)]
    rows = record_stages(stages=[*reached, reached[0]], **by)
    assert {(row.stage, row.at, row.by) for row in StageEvent.objects.all()} == {
        ("briefed", NOW, person),
        ("posted", NOW, person),
    }
    assert len(rows) == 2
    assert record_stages(stages=reached, **by) == []
    (later,) = record_stages(stages=[*reached, StageReached(post, Stage.BRIEFED, NOW + DAY)], **by)
    assert later.at == NOW + DAY
    assert changes(world.brand, "post.stage_reached") == [
        ({}, {"stage": "briefed", "at": NOW.isoformat()}),
        ({}, {"stage": "posted", "at": NOW.isoformat()}),
        ({}, {"stage": "briefed", "at": (NOW + DAY).isoformat()}),
    ]
    assert {entry.object_id for entry in entries(world.brand, "post.stage_reached")} == {post.pk}


# --- numbers -----------------------------------------------------------------------------------------------------
def test_numbers_are_kept_once_for_each_source_and_instant(world):
    post = world.post()
    person = Metrics(post, NOW, MetricsSource.PERSON, {"views": 10, "likes": 0})
    sheet = Metrics(post, NOW, MetricsSource.SHEET, {"views": 9})
    assert len(record_metrics(metrics=[person, sheet, person], **world.by)) == 2
    again = Metrics(post, NOW, MetricsSource.PERSON, {"views": 99})
    assert record_metrics(metrics=[again, sheet], **world.by) == []
    kept = MetricsSnapshot.objects.get(source="person")
    assert (kept.views, kept.likes, kept.comments) == (10, 0, None)
    assert changes(world.brand, "post.metrics_recorded") == [
        ({}, {"views": 10, "likes": 0}),
        ({}, {"views": 9}),
    ]


def test_numbers_below_zero_or_of_nothing_known_are_refused(world):
    good = Metrics(world.post(), NOW, MetricsSource.SHEET, {"views": 1})
    with pytest.raises(NegativeNumberError, match="Likes cannot be -3"):
        record_metrics(
            metrics=[good, Metrics(world.post(), NOW, MetricsSource.SHEET, {"likes": -3})], **world.by
        )
    with pytest.raises(ValueError, match="Not edited here: plays"):
        record_metrics(
            metrics=[good, Metrics(world.post(), NOW, MetricsSource.SHEET, {"plays": 3})], **world.by
        )
    assert not MetricsSnapshot.objects.exists()


def test_posts_of_another_brand_get_no_stage_and_no_numbers(world):
    ours, foreign = world.post(), World().post()
    with pytest.raises(OtherBrandError):
        record_stages(stages=[StageReached(post, Stage.POSTED, NOW) for post in (ours, foreign)], **world.by)
    with pytest.raises(OtherBrandError):
        record_metrics(
            metrics=[Metrics(post, NOW, MetricsSource.SHEET, {"views": 1}) for post in (ours, foreign)],
            **world.by,
        )
    assert not StageEvent.objects.exists()
    assert not MetricsSnapshot.objects.exists()


def test_nothing_is_a_sequence_too(world):
    assert add_briefs(drafts=[], **world.by) == edit_briefs(edits=[], **world.by) == []
    assert edit_posts(edits=[], **world.by) == record_stages(stages=[], **world.by) == []
    assert record_metrics(metrics=[], **world.by) == []
    assert entries(world.brand) == []


def test_sixty_take_as_many_queries_as_three(world, django_assert_max_num_queries):
    def queries(number):
        posts = world.posts(number)
        with django_assert_max_num_queries(1000) as counted:
            edit_posts(
                edits=[
                    Edit(post, {"tiktok_post_id": str(int(POST_ID) + number * 100 + n)})
                    for n, post in enumerate(posts)
                ],
                **world.by,
            )
            record_stages(stages=[StageReached(post, Stage.POSTED, NOW) for post in posts], **world.by)
            record_metrics(
                metrics=[
                    Metrics(post, NOW + timedelta(hours=1), MetricsSource.SHEET, {"views": 1})
                    for post in posts
                ],
                **world.by,
            )
        return sum("SAVEPOINT" not in query["sql"] for query in counted.captured_queries)

    few = queries(3)
    assert queries(60) - few <= (0 if connection.vendor == "postgresql" else 6)
