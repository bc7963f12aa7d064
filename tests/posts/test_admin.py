from datetime import timedelta

import pytest

from brands.models import AuditEntry
from posts.models import Brief, MetricsSnapshot, Post, StageEvent
from posts.operations.briefs import add_briefs
from tests.adminpages import add_url, change_url, errors, saved, staff_client, submit
from tests.world import NOW, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def client():
    return staff_client()


def test_a_brief_is_added_and_edited(client):
    world = World()
    assert saved(submit(client, add_url(Brief), brand=world.brand, title="Gifting", usage_days=90))
    brief = Brief.objects.get()
    assert saved(submit(client, change_url(brief), claim_boundaries="No cures."))
    brief.refresh_from_db()
    assert (brief.title, brief.usage_days, brief.claim_boundaries) == ("Gifting", 90, "No cures.")
    assert {e.action for e in AuditEntry.objects.filter(object_id=brief.pk)} == {
        "brief.added",
        "brief.edited",
    }


def test_a_title_that_is_taken_is_said_in_the_form(client):
    world = World()
    add_briefs(drafts=[{"title": "Gifting"}, {"title": "Winter"}], **world.by)
    assert errors(submit(client, add_url(Brief), brand=world.brand, title="Gifting"))
    assert errors(submit(client, change_url(Brief.objects.get(title="Winter")), title="Gifting"))
    assert sorted(Brief.objects.values_list("title", flat=True)) == ["Gifting", "Winter"]


def test_what_a_post_says_is_edited(client):
    post = World().post(title="Morning routine")
    assert saved(submit(client, change_url(post), title="Evening routine", lane="ready_for_spark"))
    post.refresh_from_db()
    assert (post.title, post.lane) == ("Evening routine", "ready_for_spark")
    entry = AuditEntry.objects.get(action="post.edited")
    assert entry.before == {"title": "Morning routine", "lane": ""}


def test_a_post_id_that_another_post_has_is_said_in_the_form(client):
    world = World()
    world.post(tiktok_post_id="7301184422019655681")
    other = world.post()
    refused = submit(client, change_url(other), tiktok_post_id="7301184422019655681")
    assert errors(refused)
    assert Post.objects.get(pk=other.pk).tiktok_post_id == ""


def test_a_post_id_that_is_none_is_said_in_the_form(client):
    assert errors(submit(client, change_url(World().post()), tiktok_post_id="abc"))


def test_a_stage_is_noted_once(client):
    post = World().post()
    at = NOW - timedelta(days=2)
    assert saved(submit(client, add_url(StageEvent), post=post, stage="posted", at=at))
    event = StageEvent.objects.get()
    assert (event.brand, event.at, event.by.email) == (post.brand, at.replace(second=0), "root@example.com")
    assert errors(submit(client, add_url(StageEvent), post=post, stage="posted", at=at))
    assert client.post(change_url(event), {"stage": "approved"}).status_code == 403
    assert AuditEntry.objects.get(action="post.stage_reached").object_id == post.pk


def test_numbers_are_kept_once_and_what_nobody_gave_stays_open(client):
    post = World().post()
    assert saved(submit(client, add_url(MetricsSnapshot), post=post, at=NOW, source="person", views=1200))
    snapshot = MetricsSnapshot.objects.get()
    assert (snapshot.views, snapshot.likes, snapshot.brand) == (1200, None, post.brand)
    assert errors(submit(client, add_url(MetricsSnapshot), post=post, at=NOW, source="person", views=1300))
    assert client.post(change_url(snapshot), {"views": "1"}).status_code == 403
