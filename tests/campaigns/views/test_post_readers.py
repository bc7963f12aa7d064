"""Who sees what on the page of a post."""

import re
from decimal import Decimal

import pytest
import time_machine

from brands.enums import Role
from brands.models import Membership
from brands.operations.edits import Edit
from posts.operations.posts import edit_posts
from sparktrack.core.actors import Actor, ActorKind
from tests.campaigns.postpage import text
from tests.campaigns.scenes import ready_post
from tests.world import NOW, World, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world():
    return World()


@pytest.fixture
def show(world):
    """Opens the page of a post as a member with a role."""

    def get(post, role=Role.VIEWER):
        return client_of(world.member(role)).get(f"/b/{world.brand.slug}/posts/{post.pk}/")

    return get


SECRETS = {
    "fee": "41234",
    "cap": "51234",
    "contact": "contact@creators.example",
    "agent": "agent@creators.example",
    "hand-off": "Only for us: hand-off",
    "notes": "Only for us: notes",
    "creator": "Only for us: creator",
}


def full_of_secrets(world):
    creator = world.creator(
        details={
            "email": SECRETS["contact"],
            "agent_email": SECRETS["agent"],
            "agent_name": "Fern Talent",
            "notes": SECRETS["creator"],
        }
    )
    post = ready_post(
        world, creator=creator, details={"hand_off_note": SECRETS["hand-off"], "notes": SECRETS["notes"]}
    )
    world.right(
        world.day(-9),
        post=post,
        fee=Decimal(SECRETS["fee"]),
        spend_cap=Decimal(SECRETS["cap"]),
        # So that every line of a right is on the page.
        contract_reference="2026-1",
        comments_owner="Northbeam",
        asset_owner="Northbeam",
        granted_by="Fern Talent",
        creator_may_remove=True,
        channels=["tiktok"],
        territories=["US"],
    )
    world.flight(post, world.day(-1), world.day(20))
    return post


def test_a_viewer_sees_no_fee_no_contact_and_no_internal_note(world, show):
    post = full_of_secrets(world)
    pages = show(post, Role.VIEWER).content.decode()
    client = client_of(world.member(Role.VIEWER))
    for query in ("", "?section=stops", "?section=covered", "?q=creator"):
        pages += client.get(f"/b/{world.brand.slug}/{query}").content.decode()
    for name, secret in SECRETS.items():
        assert secret not in pages.replace(",", ""), name


def test_buyers_read_fee_and_spend_cap_in_the_brands_currency(world, show):
    rights = text(show(full_of_secrets(world), Role.BUYER), "rights")
    assert "Fee $41,234" in rights
    assert "Spend cap $51,234" in rights
    assert "Granted by Fern Talent" in rights
    assert "Fern" not in text(show(full_of_secrets(world), Role.VIEWER), "rights")


def test_a_viewer_does_not_see_notes_by_way_of_the_history(world, show):
    post = full_of_secrets(world)
    edit_posts(edits=[Edit(post, {"notes": "Only for us: later", "hand_off_note": "x"})], **world.by)
    page = show(post, Role.VIEWER).content.decode()
    assert "Only for us" not in page
    assert "Post edited" in text(show(post), "history")


def test_a_viewer_sees_no_email_of_a_colleague(world, show):
    post = full_of_secrets(world)
    ada = world.member(Role.MANAGER, email="ada@brand.example", full_name="Ada Lovelace")
    by = {**world.by, "actor": Actor(ActorKind.USER, str(ada.pk), ada.email)}
    edit_posts(edits=[Edit(post, {"title": "Other"})], **by)
    for role in (Role.VIEWER, Role.BUYER):
        assert "ada@brand.example" not in show(post, role).content.decode()
        assert "Post edited: title Ada Lovelace" in text(show(post, role), "history")
    # Of somebody who left, the e-mail is all that is known: for those who may read contacts.
    Membership.objects.filter(user=ada).delete()
    assert "Post edited: title somebody who left" in text(show(post, Role.VIEWER), "history")
    assert "Post edited: title ada@brand.example" in text(show(post, Role.BUYER), "history")


def test_buyers_read_the_hand_off_note(world, show):
    assert SECRETS["hand-off"] in show(full_of_secrets(world), Role.BUYER).content.decode()


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)//https://www.tiktok.com/",
        "data:text/html,x",
        "https://tiktok.com.evil.example/@a/video/7301184422019655681",
        "//evil.example",
    ],
)
def test_the_page_links_to_tiktok_and_nowhere_else(url, world, show):
    post = world.post(url="https://www.tiktok.com/@a/video/7301184422019655681")
    assert 'href="https://www.tiktok.com/@a/video/' in show(post).content.decode()
    type(post).objects.filter(pk=post.pk).update(url=url)
    links = re.findall(r'href="([^"]*)"', show(post).content.decode())
    assert url not in links
