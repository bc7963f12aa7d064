"""The error desk: TikTok's words in, plain words out, about a post with a message ready."""

import re

import pytest
import time_machine
from django.urls import reverse

from brands.enums import Role
from tests.world import DAY, NOW, World, client_of, spark_code

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world():
    return World()


def desk(world):
    return reverse("error-desk", args=[world.brand.slug])


def text(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_a_pasted_error_is_explained_with_a_message_about_the_post(world):
    maya = world.creator("maya.glow", details={"display_name": "Maya"})
    post = world.post(
        maya, title="Routine", url="https://www.tiktok.com/@maya.glow/video/7301184422019655681"
    )
    code = world.code(post, NOW - DAY)
    world.flight(post, world.day(1), world.day(40))
    client = client_of(world.member(Role.MANAGER))
    about = f"{desk(world)}?code={code.pk}"
    answer = client.post(about, {"text": '{"code": 40002, "message": "auth_code_expired: …"}'})
    assert answer["Location"] == f"{about}&error=expired"
    page = client.get(answer["Location"])
    said = text(page)
    assert "The period of the code is over" in said
    assert "The creator moves." in said
    assert "Hi Maya, the ad code of your post has run out: Routine https://www.tiktok.com/" in said
    assert "extend it for 60 days" in said
    assert (
        f"{reverse('reject-code', args=[world.brand.slug, code.pk])}?error=expired" in page.content.decode()
    )
    ask = f"{reverse('post', args=[world.brand.slug, post.pk])}#ask"
    assert ask in page.content.decode()
    assert ask not in client_of(world.member(Role.VIEWER)).get(answer["Location"]).content.decode()
    buyer = client_of(world.member(Role.BUYER))
    assert "A manager can mark the code as refused" in text(buyer.get(answer["Location"]))


def test_what_is_not_known_stays_in_the_field_and_shows_no_code(world):
    client = client_of(world.member(Role.BUYER))
    answer = client.post(desk(world), {"text": f"Strange thing with {spark_code(4711)}"})
    assert answer.status_code == 422
    assert "names no error that we know" in text(answer)
    assert "Strange thing with …" in text(answer)
    assert spark_code(4711)[:30] not in answer.content.decode()
    assert client.post(desk(world), {}).status_code == 422


def test_every_error_can_be_chosen_and_its_page_needs_no_post(world, django_assert_max_num_queries):
    client = client_of(world.member(Role.VIEWER))
    page = client.get(desk(world)).content.decode()
    links = re.findall(r'href="(/b/[^"]+\?error=[^"]+)"', page)
    assert len(links) == 13
    for link in links:
        with django_assert_max_num_queries(5):
            assert client.get(link).status_code == 200
    assert "[link to the post]" in text(client.get(f"{desk(world)}?error=story"))


def test_nothing_of_another_brand_is_named_and_no_error_invented(world):
    other = World()
    code = other.code(other.post(title="Foreign"), NOW)
    client = client_of(world.member(Role.ADMIN))
    for query in (f"code={code.pk}", f"post={code.post_id}", "code=x", "error=nonsense"):
        assert client.get(f"{desk(world)}?{query}").status_code == 404
