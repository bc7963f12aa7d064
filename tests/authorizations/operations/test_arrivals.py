"""Codes that arrive in a message: for posts on file, for new ones, one transaction for all."""

import pytest

from authorizations.models import AuthorizationCode
from authorizations.operations.arrivals import Arrival, NewPost, creators_called, record_arrivals
from authorizations.operations.recording import DuplicateCodeError
from authorizations.secrets import open_from_page, seal_for_page
from creators.models import Creator
from creators.operations import rename_creator
from posts.models import Post
from sparktrack.core.secrets import UndecryptableError
from sparktrack.tiktok.links import BadHandle, parse_post_link
from tests.world import DAY, NOW, World, spark_code

pytestmark = pytest.mark.django_db

LONG = parse_post_link("https://www.tiktok.com/@maya.glow/video/7301184422019655681")
SHORT = parse_post_link("https://vm.tiktok.com/ZMhAbCdEf/")


@pytest.fixture
def world():
    return World()


def arrival(post, code=None, **fields):
    return Arrival(post, code or spark_code(), **{"starts_at": NOW, "window_days": 30, **fields})


def test_posts_and_creators_that_are_missing_are_put_on_file_once(world):
    items = [arrival(NewPost(LONG)), arrival(NewPost(SHORT, "maya.glow")), arrival(NewPost(LONG))]
    saved = record_arrivals(arrivals=items, **world.by)
    assert [item.code.post.tiktok_post_id for item in saved] == [LONG.post_id, "", LONG.post_id]
    assert Creator.objects.get().handle == "maya.glow"
    assert set(Post.objects.values_list("url", flat=True)) == {LONG.url, SHORT.url}


def test_what_somebody_added_meanwhile_is_used_also_under_a_former_handle(world):
    maya = world.creator("maya.old")
    rename_creator(creator=maya, handle="maya.new", **world.by)
    rename_creator(creator=world.creator("maya.glow"), handle="glow", **world.by)
    post = world.post(maya, tiktok_post_id=LONG.post_id)
    known, other = record_arrivals(
        arrivals=[arrival(NewPost(LONG)), arrival(NewPost(SHORT, "maya.old"))], **world.by
    )
    assert known.code.post == post
    assert other.code.post.creator == maya
    assert creators_called(world.brand, ["maya.old", "maya", ""]) == {"maya.old": maya}
    assert creators_called(World().brand, ["maya.old"]) == {}


def test_a_code_takes_over_from_the_last_one_that_tiktok_did_not_refuse(world):
    post = world.post()
    first = world.code(post, NOW - 20 * DAY)
    last = world.code(post, NOW - 10 * DAY)
    new, same = spark_code(), world.code(world.post(), NOW, code=spark_code(77))
    saved = record_arrivals(
        arrivals=[
            arrival(post, new, replaces=True),
            arrival(same.post, spark_code(77), replaces=True, window_days=60),
        ],
        **world.by,
    )
    assert saved[0].code.supersedes == last
    assert saved[1].code.supersedes is None
    assert first.superseded_by.count() == 0


def test_nothing_is_written_if_one_of_them_is_refused(world):
    world.code(world.post(title="Other"), NOW, code=spark_code(5))
    with pytest.raises(DuplicateCodeError, match="Other"):
        record_arrivals(arrivals=[arrival(NewPost(LONG)), arrival(world.post(), spark_code(5))], **world.by)
    with pytest.raises(BadHandle):
        record_arrivals(arrivals=[arrival(NewPost(SHORT))], **world.by)
    assert AuthorizationCode.objects.count() == 1
    assert not Post.objects.filter(tiktok_post_id=LONG.post_id).exists()


def test_a_sealed_text_opens_for_the_same_person_in_the_same_brand_for_half_a_day(world):
    own = {"brand_id": world.brand.pk, "user_id": world.member().pk}
    token = seal_for_page("#secret", now=NOW, **own)
    assert "secret" not in token
    assert open_from_page(token, now=NOW + DAY / 2, **own) == "#secret"
    others = ({"brand_id": World().brand.pk}, {"user_id": world.member().pk}, {"now": NOW + DAY})
    for other in others:
        with pytest.raises(UndecryptableError):
            open_from_page(token, **{"now": NOW, **own, **other})
    for broken in ("", "x", "k.é", token[:-5]):
        with pytest.raises(UndecryptableError):
            open_from_page(broken, now=NOW, **own)
