"""Adding and changing a post, and what its link says while it is pasted."""

import pytest
from django.urls import reverse

from brands.enums import Role
from brands.operations.edits import Edit
from creators.models import Creator
from posts.models import Post
from posts.operations.briefs import add_briefs
from posts.operations.posts import edit_posts
from tests.world import World, client_of

pytestmark = pytest.mark.django_db

ID = "7301184422019655681"
LONG = f"https://www.tiktok.com/@maya/video/{ID}"


@pytest.fixture
def world(time_machine):
    world = World()
    time_machine.move_to(world.now, tick=False)
    return world


@pytest.fixture
def client(world):
    return client_of(world.member(Role.MANAGER, full_name="Tomas Vega"))


def address(world, name, *args):
    return reverse(name, args=[world.brand.slug, *args])


def brief_of(world, title="Glow"):
    return add_briefs(drafts=[{"title": title}], **world.by)[0]


def test_a_link_alone_makes_a_post_and_its_creator(world, client):
    add = address(world, "add-post")
    asked = client.post(add, {"link": LONG, "method": "code", "title": "Glow"})
    text = asked.content.decode()
    assert asked.status_code == 422
    assert "@maya is not on file yet. Save again" in text
    assert 'value="Glow"' in text
    assert not Creator.objects.exists()
    brief = brief_of(world)
    again = {
        "link": LONG,
        "method": "linked_account",
        "new_creator": "maya",
        "brief": brief.pk,
        "lane": "ready_for_spark",
    }
    answer = client.post(add, {**again, "payment_state": "due", "notes": "Nice"}, follow=True)
    post = Post.objects.get()
    assert "is on file." in answer.content.decode()
    assert (post.creator.handle, post.url, post.tiktok_post_id, post.brief) == ("maya", LONG, ID, brief)
    assert (post.method, post.lane, post.payment_state, post.notes) == (
        "linked_account",
        "ready_for_spark",
        "due",
        "Nice",
    )
    assert post.posted_at.date().isoformat() == "2023-11-14"
    same = client.post(add, {"link": LONG, "method": "code"})
    assert same.status_code == 422
    assert "is already on file." in same.content.decode()


def test_a_short_link_is_kept_and_flagged(world, client):
    world.creator("maya")
    data = {"link": "https://vm.tiktok.com/ZMabc123/", "handle": "@maya", "method": "code"}
    answer = client.post(address(world, "add-post"), data, follow=True)
    assert "Its short link says neither id nor day" in answer.content.decode()
    assert Post.objects.get().url == "https://vm.tiktok.com/ZMabc123/"


def test_the_form_begins_with_what_the_address_says(world, client):
    creator, brief = world.creator("maya"), brief_of(world)
    text = client.get(address(world, "add-post"), {"creator": creator.pk, "brief": brief.pk}).content.decode()
    assert 'value="maya"' in text
    assert f'<option value="{brief.pk}" selected>Glow</option>' in text


def test_nothing_of_another_brand_comes_into_a_post(world, client):
    other = World()
    theirs, brief = other.creator("canary"), brief_of(other, "Canary")
    add = address(world, "add-post")
    assert client.get(add, {"creator": theirs.pk}).status_code == 404
    assert client.get(add, {"brief": brief.pk}).status_code == 404
    assert client.get(add, {"brief": "x"}).status_code == 404
    answer = client.post(add, {"handle": "canary", "brief": brief.pk, "method": "code"})
    assert answer.status_code == 422
    assert "Choose a brief of this brand." in answer.content.decode()
    assert "Canary" not in client.get(add).content.decode()
    foreign = other.post(theirs, title="Canary", url=LONG.replace("maya", "canary"), tiktok_post_id=ID)
    for name in ("edit-post", "redo-post", "note-numbers"):
        assert client.get(address(world, name, foreign.pk)).status_code == 404
        assert (
            client.post(address(world, name, foreign.pk), {"title": "x", "method": "code"}).status_code == 404
        )
    look = client.get(address(world, "read-post-link"), {"link": LONG.replace("maya", "canary")})
    assert "on file already" not in look.content.decode()
    assert client.get(address(world, "read-post-link"), {"post": foreign.pk}).status_code == 404
    assert not Post.objects.for_brand(world.brand).exists()
    assert not Creator.objects.for_brand(world.brand).exists()


def test_what_is_pasted_is_read_at_once(world, client):
    world.creator("maya")
    read = address(world, "read-post-link")
    text = client.get(read, {"link": LONG, "handle": "liam"}).content.decode()
    assert f"Post {ID} of @maya, posted Tue 14 Nov 2023." in text
    for value in ('value="maya"', f'value="{ID}"', 'value="2023-11-14"'):
        assert value in text
    assert "@noor is new here" in client.get(read, {"link": LONG.replace("maya", "noor")}).content.decode()
    assert "Instagram" in client.get(read, {"link": "https://www.instagram.com/p/x"}).content.decode()
    assert "says neither id nor day" in client.get(read, {"link": "vm.tiktok.com/ZMabc123"}).content.decode()
    known = world.post(Creator.objects.get(), title="Here", url=LONG, tiktok_post_id=ID)
    text = client.get(read, {"link": LONG}).content.decode()
    assert "on file already: Here." in text
    assert known.get_absolute_url() in text
    own = client.get(read, {"link": LONG, "post": known.pk}).content.decode()
    assert "on file already" not in own
    assert client.get(read, {"link": "", "handle": "\x00"}).status_code == 200


def stored_form(client, url):
    """What the browser would send back, unchanged."""
    form = client.get(url).context["form"]
    data = {name: form[name].value() for name in form.fields}
    return {name: "" if value is None else str(value) for name, value in data.items()}


def test_a_post_is_changed_all_of_it_or_nothing(world, client):
    post = world.post(world.creator("maya"), title="Glow")
    world.post(world.creator("liam"), title="Other", tiktok_post_id="7301184422019655682")
    url = address(world, "edit-post", post.pk)
    brief = brief_of(world)
    data = {**stored_form(client, url), "brief": brief.pk, "method": "tiktok_one", "title": "Glow two"}
    refused = client.post(url, {**data, "tiktok_post_id": "7301184422019655682"})
    assert refused.status_code == 422
    assert "is already on file." in refused.content.decode()
    post.refresh_from_db()
    assert (post.title, post.method, post.brief) == ("Glow", "code", None)
    client.post(url, {**data, "link": LONG})
    post.refresh_from_db()
    assert (post.title, post.method, post.brief) == ("Glow two", "tiktok_one", brief)
    assert (post.url, post.tiktok_post_id, post.posted_at.year) == (LONG, ID, 2023)
    assert "Nothing had changed." in client.post(url, stored_form(client, url), follow=True).content.decode()
    theirs = client.post(url, {**stored_form(client, url), "link": LONG.replace("maya", "noor")})
    assert "The link is of @noor, not of @maya." in theirs.content.decode()


def test_two_people_who_change_the_same_see_both_versions(world, client):
    post = world.post(title="Glow")
    url = address(world, "edit-post", post.pk)
    data = stored_form(client, url)
    edit_posts(edits=[Edit(post, {"offer": "20 % off"})], **world.by)
    answer = client.post(url, {**data, "offer": "Free bag", "title": "Glow two"})
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "to: 20 % off. Save again to put yours in its place." in text
    assert 'value="Free bag"' in text
    post.refresh_from_db()
    assert (post.title, post.offer) == ("Glow", "20 % off")
    client.post(url, {**data, "was": answer.context["form"].data["was"], "offer": "Free bag"})
    post.refresh_from_db()
    assert post.offer == "Free bag"


@pytest.mark.parametrize("number", [1, 30])
def test_the_form_asks_the_database_the_same_however_much_there_is(
    world, client, number, django_assert_max_num_queries
):
    for post in world.posts(number):
        brief_of(world, f"Brief {post.pk}")
    with django_assert_max_num_queries(8):
        client.get(address(world, "add-post"))


def test_a_refused_post_leaves_no_new_creator_on_file(world, client):
    world.post(world.creator("known"), tiktok_post_id=ID)
    fields = {"link": LONG, "method": "code", "new_creator": "maya"}
    answer = client.post(address(world, "add-post"), fields)
    assert answer.status_code == 422
    assert not Creator.objects.filter(brand=world.brand, handle="maya").exists()
