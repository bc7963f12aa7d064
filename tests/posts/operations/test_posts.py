"""What posts say, and what they may not."""

import pytest

from brands.operations.edits import Edit, OtherBrandError
from posts.models import Post
from posts.operations.posts import DuplicatePostError, edit_posts
from sparktrack.tiktok.links import BadLink, BadPostId, OtherPlatform, posted_at
from tests.audit import changes
from tests.world import DAY, NOW, World

pytestmark = pytest.mark.django_db

POST_ID = "7690248111420345644"


@pytest.fixture
def world():
    return World()


def stored(row):
    return type(row).objects.get(pk=row.pk)


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
