"""Creators: the page, the forms."""

from datetime import timedelta

import pytest
import time_machine

from authorizations.operations.links import LinkDraft, open_links
from brands.enums import Role
from creators.models import Creator
from posts.enums import MetricsSource, Stage
from posts.operations.metrics import Metrics, record_metrics
from posts.operations.stages import StageReached, record_stages
from tests.workplace.creatordesk import address, busy
from tests.world import DAY, NOW, World, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world():
    return World()


@pytest.fixture
def client(world):
    return client_of(world.member(Role.MANAGER))


def test_a_post_that_never_came_is_late_the_day_after_it_was_due(world, client):
    maya = world.creator("maya")
    world.post(maya, details={"post_due_on": world.day(0)})
    assert "0 of 1" not in client.get(address(world, "creator", maya.pk)).content.decode()
    with time_machine.travel(NOW + DAY, tick=False):
        late = client_of(world.member(Role.MANAGER)).get(address(world, "creator", maya.pk))
        assert "0 of 1" in late.content.decode()


def test_the_day_of_a_post_is_counted_where_the_brand_is(client, world):
    far = World(time_zone="Pacific/Auckland")
    maya = far.creator("maya")
    # Noon in UTC is the next day there.
    record_stages(
        stages=[StageReached(far.post(maya, details={"post_due_on": far.day(-1)}), Stage.POSTED, NOW - DAY)],
        **far.by,
    )
    page = client_of(far.member(Role.MANAGER)).get(address(far, "creator", maya.pk))
    assert "0 of 1" in page.content.decode()


def test_a_viewer_sees_neither_contacts_nor_notes(world):
    maya = world.creator(
        "maya",
        details={
            "email": "secret@example.com",
            "agent_name": "Secret Agency",
            "agent_email": "agent.secret@example.com",
            "notes": "secret note",
        },
    )
    viewer = client_of(world.member(Role.VIEWER))
    everything = ["email", "agent", "manager", "country"]
    viewer.post(address(world, "list-columns", "creators"), {"column": everything})
    pages = [
        viewer.get(address(world, "creator", maya.pk)),
        viewer.get(address(world, "creators")),
        viewer.get(address(world, "creators"), {"export": "csv"}),
    ]
    for page in pages:
        content = b"".join(page.streaming_content) if page.streaming else page.content
        assert b"secret" not in content.lower()


def test_creators_of_another_brand_are_nowhere(world, client):
    other = World()
    stranger = other.creator("canary")
    assert "canary" not in client.get(address(world, "creators")).content.decode()
    assert client.get(address(world, "creator", stranger.pk)).status_code == 404
    assert client.post(address(world, "edit-creator", stranger.pk), {"handle": "x"}).status_code == 404


def test_list_and_page_take_the_same_queries_for_one_and_for_many(
    world, client, django_assert_max_num_queries
):
    maya = world.creator("maya")
    client.get(address(world, "creators"))
    for number in (1, 30):
        for post in [*world.posts(number), *(world.post(maya) for _ in range(number))]:
            world.code(post, NOW - DAY)
        with django_assert_max_num_queries(14):
            client.get(address(world, "creators"))
        with django_assert_max_num_queries(16):
            client.get(address(world, "creator", maya.pk))


def test_a_creator_is_added_from_the_link_of_the_profile(world, client):
    manager = world.member(Role.MANAGER)
    fields = {
        "handle": "https://www.tiktok.com/@Maya.Glow?lang=en",
        "display_name": "Maya",
        "country": "de",
        "time_zone": "Europe/Berlin",
        "tags": "skin, hair, skin",
        "manager": manager.pk,
    }
    answer = client.post(address(world, "add-creator"), fields)
    row = Creator.objects.get(brand=world.brand)
    assert answer["Location"] == address(world, "creator", row.pk)
    assert (row.handle, row.country, row.tags, row.manager) == ("maya.glow", "DE", ["skin", "hair"], manager)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"handle": "not a handle"}, "handle"),
        ({"handle": "known"}, "@known is already on file."),
        ({"handle": "new", "country": "Germany"}, "at most 2 characters"),
        ({"handle": "new", "country": "1!"}, "Two letters"),
        ({"handle": "new", "time_zone": "Mars/Base"}, "There is no time zone Mars/Base."),
        ({"handle": "new", "email": "nope"}, "valid email"),
    ],
)
def test_what_cannot_be_kept_is_said_beside_its_field_and_nothing_is_lost(world, client, fields, words):
    world.creator("known")
    answer = client.post(address(world, "add-creator"), {**fields, "display_name": "Kept name"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert "Kept name" in page
    assert Creator.objects.filter(brand=world.brand).count() == 1


def seen(client, url):
    form = client.get(url).context["form"]
    return {name: form[name].value() or "" for name in form.fields}


def test_a_new_handle_keeps_the_old_one_and_the_brands_own_account_needs_no_code(world, client):
    maya = world.creator("maya")
    post = world.post(maya)
    assert post.gaps.exists()
    url = address(world, "edit-creator", maya.pk)
    client.post(url, {**seen(client, url), "handle": "@maya.new", "own_account": "on"})
    maya.refresh_from_db()
    assert (maya.handle, maya.former_handles, maya.own_account) == ("maya.new", ["maya"], True)
    assert not post.gaps.exists()


def test_a_refused_handle_leaves_the_rest_as_it_was(world, client):
    world.creator("known")
    maya = world.creator("maya")
    url = address(world, "edit-creator", maya.pk)
    answer = client.post(url, {**seen(client, url), "handle": "known", "display_name": "New"})
    maya.refresh_from_db()
    assert answer.status_code == 422
    assert (maya.handle, maya.display_name) == ("maya", "")


def test_who_comes_second_sees_both_versions(world, client):
    maya = world.creator("maya")
    url = address(world, "edit-creator", maya.pk)
    first, second = seen(client, url), seen(client, url)
    client.post(url, {**first, "display_name": "Maya A", "country": "US"})
    with time_machine.travel(NOW + timedelta(minutes=2), tick=False):
        answer = client.post(url, {**second, "display_name": "Maya B"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "2 min ago, to: Maya A" in page
    assert 'value="Maya B"' in page
    maya.refresh_from_db()
    assert (maya.display_name, maya.country) == ("Maya A", "US")


def test_the_page_has_posts_numbers_rights_links_and_former_handles(world, client):
    maya = busy(world)
    Creator.objects.filter(pk=maya.pk).update(former_handles=["maya.old"])
    post = maya.posts.order_by("pk")[0]
    numbers = {"views": 10_000, "likes": 400, "comments": 90, "shares": 10}
    record_metrics(metrics=[Metrics(post, NOW, MetricsSource.PERSON, numbers)], **world.by)
    world.right(world.day(-1), world.day(30), creator=maya)
    open_links(drafts=[LinkDraft(maya, world.account(name="US"), NOW)], **world.by)
    page = client.get(address(world, "creator", maya.pk)).content.decode()
    for words in ("formerly", "@maya.old", "10,000", "5.0 %", "maya@example.com", "Mon 21 Dec", "US: from"):
        assert words in page, words
