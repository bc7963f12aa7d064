import pytest

from brands.models import AuditEntry
from creators.models import Creator
from tests.adminpages import add_url, change_url, errors, saved, staff_client, submit
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def client():
    return staff_client()


def test_a_creator_is_added_as_the_operation_does(client):
    world = World()
    typed = {"brand": world.brand, "handle": "https://www.tiktok.com/@Maya.Glow", "tags": "skin, , slow"}
    assert saved(submit(client, add_url(Creator), **typed))
    creator = Creator.objects.get()
    assert (creator.handle, creator.tags, creator.brand) == ("maya.glow", ["skin", "slow"], world.brand)
    entry = AuditEntry.objects.get(action="creator.added")
    assert (entry.actor_label, entry.object_id) == ("root@example.com", creator.pk)


def test_a_text_that_is_no_handle_is_said_in_the_form(client):
    refused = submit(client, add_url(Creator), brand=World().brand, handle="not a handle")
    assert "is not a TikTok handle" in str(errors(refused))
    assert not Creator.objects.exists()


def test_a_handle_that_is_taken_is_said_in_the_form(client):
    world = World()
    world.creator("maya.glow")
    assert errors(submit(client, add_url(Creator), brand=world.brand, handle="@maya.glow"))
    other = world.creator("liam_cooks")
    assert errors(submit(client, change_url(other), handle="maya.glow"))
    assert AuditEntry.objects.filter(action="creator.renamed").count() == 0


def test_a_new_handle_keeps_the_old_one_and_the_rest_is_edited(client):
    creator = World().creator("maya.glow")
    assert saved(submit(client, change_url(creator), handle="maya.shine", country="US", tags="skin"))
    creator.refresh_from_db()
    assert (creator.handle, creator.former_handles) == ("maya.shine", ["maya.glow"])
    assert (creator.country, creator.tags) == ("US", ["skin"])
    actions = AuditEntry.objects.filter(object_id=creator.pk).exclude(action="creator.added")
    assert {entry.action for entry in actions} == {"creator.renamed", "creator.edited"}


def test_sending_a_form_back_unchanged_leaves_no_trace(client):
    creator = World().creator("maya.glow", details={"tags": ["a", "b"]})
    before = AuditEntry.objects.count()
    assert saved(submit(client, change_url(creator)))
    assert AuditEntry.objects.count() == before
