"""Posts as coverage sees them: added, gone and back, their method, their brief, whose account they are on."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from authorizations.models import PostGap
from authorizations.operations.posts import (
    PostDraft,
    add_posts,
    attach_brief,
    change_method,
    mark_posts_back,
    mark_posts_gone,
    set_own_account,
    set_rights_tracking,
)
from brands.models import Brand
from brands.operations.edits import OtherBrandError
from creators.models import Creator
from posts.enums import Lane, Method
from posts.models import Post
from posts.operations.briefs import add_briefs
from posts.operations.posts import DuplicatePostError
from sparktrack.tiktok.links import BadPostId, posted_at
from tests.audit import changes, entries
from tests.authorizations.test_gaps import reasons_now
from tests.world import DAY, NOW, World

pytestmark = pytest.mark.django_db

POST_ID = "7690248111420345644"
URL = f"https://www.tiktok.com/@maya/video/{POST_ID}"


@pytest.fixture
def world():
    return World()


@pytest.fixture
def brief(world):
    return add_briefs(drafts=[{"title": "Glow"}], **world.by)[0]


def state(post):
    return Post.objects.filter(pk=post.pk).values().get()


# --- add ---------------------------------------------------------------------------------------------------------
def test_a_post_keeps_what_is_said_of_it_and_has_its_gaps_from_the_first_moment(world, brief):
    creator, old = world.creator(), world.post()
    draft = PostDraft(
        creator,
        brief,
        "Cold brew",
        URL,
        POST_ID,
        method=Method.TIKTOK_ONE,
        replaces=old,
        unavailable_from=NOW,
        details={"sku": "SKU-1", "lane": Lane.READY_FOR_SPARK, "payment_state": "due"},
    )
    (post,) = add_posts(drafts=[draft], **world.by)
    row = Post.objects.get(pk=post.pk)
    assert (row.creator, row.brief, row.title, row.url, row.tiktok_post_id) == (
        creator,
        brief,
        "Cold brew",
        URL,
        POST_ID,
    )
    assert (row.method, row.replaces, row.unavailable_from, row.created_at) == ("tiktok_one", old, NOW, NOW)
    assert (row.sku, row.lane, row.payment_state) == ("SKU-1", "ready_for_spark", "due")
    assert reasons_now(world, post) == "no_rights,post_unavailable"
    assert changes(world.brand, "post.added")[-1] == (
        {},
        {"creator": str(creator.pk), "url": URL, "tiktok_post_id": POST_ID},
    )


def test_the_day_of_posting_comes_from_the_id_when_nothing_better_is_known(world):
    better = datetime(2026, 11, 1, tzinfo=UTC)
    known, guessed, unknown = add_posts(
        drafts=[
            PostDraft(world.creator(), tiktok_post_id=POST_ID, posted_at=better),
            PostDraft(world.creator(), tiktok_post_id="7690248111420345645"),
            PostDraft(world.creator()),
        ],
        **world.by,
    )
    assert (known.posted_at, guessed.posted_at, unknown.posted_at) == (better, posted_at(POST_ID), None)


@pytest.mark.parametrize("name", ["tiktok_post_id", "url"])
def test_an_id_or_url_that_the_brand_has_is_refused_once_there_or_twice_in_a_call(world, name):
    said = {name: {"tiktok_post_id": POST_ID, "url": URL}[name]}
    drafts = [PostDraft(world.creator(), **said) for _ in range(2)]
    with pytest.raises(DuplicatePostError, match="there twice") as refused:
        add_posts(drafts=[PostDraft(world.creator()), *drafts], **world.by)
    assert refused.value.field == name
    assert not Post.objects.exists()
    add_posts(drafts=drafts[:1], **world.by)
    with pytest.raises(DuplicatePostError, match="already on file"):
        add_posts(drafts=[PostDraft(world.creator()), drafts[1]], **world.by)
    assert Post.objects.count() == PostGap.objects.count() == 1
    other = World()
    assert add_posts(drafts=[PostDraft(other.creator(), **said)], **other.by)


def test_posts_that_are_not_live_yet_have_no_id_and_no_url_together(world):
    assert len(add_posts(drafts=[PostDraft(world.creator()) for _ in range(3)], **world.by)) == 3


@pytest.mark.parametrize("odd", ["123", "abc", f" {POST_ID}", f"{POST_ID}\n", "1" * 21, "٧" * 19])
def test_an_id_that_is_none_is_refused(world, odd):
    with pytest.raises(BadPostId):
        add_posts(
            drafts=[PostDraft(world.creator()), PostDraft(world.creator(), tiktok_post_id=odd)], **world.by
        )
    assert not Post.objects.exists()


@pytest.mark.parametrize(
    "name", ["brand", "id", "created_at", "creator", "method", "url", "title", "nonsense"]
)
def test_details_hold_details_only(world, name):
    with pytest.raises(ValueError, match=f"Not edited here: {name}"):
        add_posts(drafts=[PostDraft(world.creator(), details={name: "x"})], **world.by)


def test_rows_of_another_brand_are_refused(world):
    other = World()
    creator = world.creator()
    foreign_brief = add_briefs(drafts=[{"title": "Glow"}], **other.by)[0]
    for draft in (
        PostDraft(other.creator()),
        PostDraft(creator, foreign_brief),
        PostDraft(creator, replaces=other.post()),
    ):
        with pytest.raises(OtherBrandError):
            add_posts(drafts=[PostDraft(creator), draft], **world.by)
    assert not Post.objects.for_brand(world.brand).exists()


# --- gone, back, method, brief -----------------------------------------------------------------------------------
def test_what_coverage_sees_of_a_post_is_noted_with_before_and_after(world, brief):
    post = world.post()
    mark_posts_gone(posts=[post], since=NOW - DAY, **world.by)
    mark_posts_back(posts=[post], **world.by)
    change_method(posts=[post], method=Method.ACCOUNT_LEVEL, **world.by)
    attach_brief(posts=[post], brief=brief, **world.by)
    attach_brief(posts=[post], brief=None, **world.by)
    gone = (NOW - DAY).isoformat()
    assert changes(world.brand, "post.gone") == [({"unavailable_from": None}, {"unavailable_from": gone})]
    assert changes(world.brand, "post.back") == [({"unavailable_from": gone}, {"unavailable_from": None})]
    assert changes(world.brand, "post.method_changed") == [({"method": "code"}, {"method": "account_level"})]
    assert changes(world.brand, "post.brief_attached") == [
        ({"brief": None}, {"brief": str(brief.pk)}),
        ({"brief": str(brief.pk)}, {"brief": None}),
    ]


def test_a_method_that_needs_no_code_opens_the_post(world):
    post = world.post()
    world.right(NOW.date(), post=post)
    assert reasons_now(world, post) == "no_code"
    change_method(posts=[post], method=Method.SHOP_AFFILIATE, **world.by)
    assert reasons_now(world, post) == ""


def test_a_brief_of_another_brand_is_refused(world):
    other = World()
    post, foreign = world.post(), add_briefs(drafts=[{"title": "Glow"}], **other.by)[0]
    with pytest.raises(OtherBrandError):
        attach_brief(posts=[post], brief=foreign, **world.by)
    assert state(post)["brief_id"] is None


OPERATIONS = {
    "post.gone": lambda posts, by, _: mark_posts_gone(posts=posts, since=NOW, **by),
    "post.back": lambda posts, by, _: mark_posts_back(posts=posts, **by),
    "post.method_changed": lambda posts, by, _: change_method(posts=posts, method=Method.TIKTOK_ONE, **by),
    "post.brief_attached": lambda posts, by, brief: attach_brief(posts=posts, brief=brief, **by),
}
every_operation = pytest.mark.parametrize("action", OPERATIONS)


def some_posts(world, number):
    creator = world.creator()
    posts = add_posts(drafts=[PostDraft(creator) for _ in range(number)], **world.by)
    Post.objects.update(unavailable_from=NOW - DAY)  # for the one that takes it back
    return posts


@every_operation
def test_nothing_is_a_sequence_too(world, action):
    assert OPERATIONS[action]([], world.by, None) == []
    assert entries(world.brand) == []


@every_operation
def test_a_post_of_another_brand_is_refused_and_nothing_of_the_call_is_written(world, brief, action):
    ours, foreign = some_posts(world, 1), some_posts(World(), 1)
    before = [state(post) for post in (*ours, *foreign)]
    with pytest.raises(OtherBrandError):
        OPERATIONS[action]([*ours, *foreign], world.by, brief)
    assert [state(post) for post in (*ours, *foreign)] == before
    assert entries(world.brand, action) == []


@every_operation
def test_doing_it_again_or_twice_in_a_call_leaves_one_trace(world, brief, action):
    posts = some_posts(world, 2)
    assert OPERATIONS[action]([*posts, *posts], world.by, brief) == posts
    assert OPERATIONS[action](posts, world.by, brief) == []
    assert sorted(entry.object_id for entry in entries(world.brand, action)) == sorted(
        post.pk for post in posts
    )


@every_operation
def test_sixty_posts_take_as_many_queries_as_three(world, brief, action, django_assert_max_num_queries):
    def queries(number):
        posts = some_posts(world, number)
        with django_assert_max_num_queries(1000) as counted:
            OPERATIONS[action](posts, world.by, brief)
        return sum("SAVEPOINT" not in query["sql"] for query in counted.captured_queries)

    few = queries(3)
    assert queries(60) - few <= (0 if connection.vendor == "postgresql" else 2)
    assert few <= 14


def test_adding_sixty_posts_takes_as_many_queries_as_three(world, django_assert_max_num_queries):
    creator = world.creator()

    def queries(number):
        first = int(POST_ID) + number * 1000
        drafts = [
            PostDraft(creator, tiktok_post_id=str(first + n), url=f"https://vm.tiktok.com/{first + n}/")
            for n in range(number)
        ]
        with django_assert_max_num_queries(1000) as counted:
            add_posts(drafts=drafts, **world.by)
        return sum("SAVEPOINT" not in query["sql"] for query in counted.captured_queries)

    few = queries(3)
    assert queries(60) - few <= (0 if connection.vendor == "postgresql" else 4)


# --- own accounts, rights tracking -------------------------------------------------------------------------------
def test_own_accounts_are_set_once_and_noted(world):
    creators = [world.creator(), world.creator()]
    posts = [world.post(creator) for creator in creators]
    assert set_own_account(creators=[*creators, creators[0]], own=True, **world.by) == creators
    assert set_own_account(creators=creators, own=True, **world.by) == []
    assert [reasons_now(world, post) for post in posts] == ["", ""]
    assert (
        changes(world.brand, "creator.own_account_set")
        == [({"own_account": False}, {"own_account": True})] * 2
    )


def test_a_creator_of_another_brand_is_refused(world):
    ours, foreign = world.creator(), World().creator()
    with pytest.raises(OtherBrandError):
        set_own_account(creators=[ours, foreign], own=True, **world.by)
    assert not Creator.objects.filter(own_account=True).exists()


def test_rights_tracking_is_a_fact_of_the_brand_as_it_is_now(world):
    post = world.post()
    world.code(post, NOW - timedelta(hours=1))
    stale = Brand.objects.get(pk=world.brand.pk)
    assert set_rights_tracking(tracks=False, **world.by).tracks_rights is False
    world.brand.refresh_from_db()
    assert reasons_now(world, post) == ""
    set_rights_tracking(tracks=True, **{**world.by, "brand": stale})  # ``stale`` says True already
    world.brand.refresh_from_db()
    assert reasons_now(world, post) == "no_rights"
    assert set_rights_tracking(tracks=True, **world.by).tracks_rights is True
    assert changes(world.brand, "brand.rights_tracking_set") == [
        ({"tracks_rights": True}, {"tracks_rights": False}),
        ({"tracks_rights": False}, {"tracks_rights": True}),
    ]


def test_rights_tracking_of_one_brand_touches_no_other(world):
    other = World()
    post = other.post()
    set_rights_tracking(tracks=False, **world.by)
    assert reasons_now(other, post) == "no_code,no_rights"
