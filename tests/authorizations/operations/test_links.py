"""Account links: opened, closed; the windows of posts that need no code."""

from datetime import timedelta

import pytest
from django.db import connection

from authorizations.models import AccountLink
from authorizations.operations.links import LinkDraft, close_links, open_links, see_links
from authorizations.windows import WindowError
from brands.operations.edits import OtherBrandError
from posts.enums import Method
from tests.audit import changes, entries
from tests.authorizations.test_gaps import reasons_now
from tests.world import DAY, NOW, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World(tracks_rights=False)


def state(link):
    return AccountLink.objects.filter(pk=link.pk).values().get()


def test_a_link_is_the_window_of_every_post_of_the_creator_that_needs_no_code(world):
    creator = world.creator()
    linked, coded = world.post(creator, method=Method.LINKED_ACCOUNT), world.post(creator)
    account = world.account()
    (link,) = open_links(drafts=[LinkDraft(creator, account, NOW - DAY)], **world.by)
    assert (link.creator, link.ad_account, link.starts_at, link.ends_at) == (
        creator,
        account,
        NOW - DAY,
        None,
    )
    assert (link.last_seen_at, link.created_at) == (NOW, NOW)
    assert (reasons_now(world, linked), reasons_now(world, coded)) == ("", "no_code")
    close_links(links=[link], at=NOW, **world.by)
    assert reasons_now(world, linked) == "code_expired"
    assert changes(world.brand, "link.opened") == [
        ({}, {"starts_at": (NOW - DAY).isoformat(), "ends_at": None})
    ]
    assert changes(world.brand, "link.closed") == [({"ends_at": None}, {"ends_at": NOW.isoformat()})]


def test_a_creator_has_one_open_link_to_an_account_but_many_that_ended(world):
    creator, us, eu = world.creator(), world.account(), world.account()
    past = [LinkDraft(creator, us, NOW - 9 * DAY, NOW - 8 * DAY)] * 2
    open_links(drafts=[*past, LinkDraft(creator, us, NOW - DAY), LinkDraft(creator, eu, NOW)], **world.by)
    assert AccountLink.objects.count() == 4
    with pytest.raises(WindowError, match="already linked"):
        open_links(drafts=[*past, LinkDraft(creator, us, NOW)], **world.by)
    assert AccountLink.objects.count() == 4


def test_two_open_links_to_one_account_in_a_call_are_refused(world):
    draft = LinkDraft(world.creator(), world.account(), NOW)
    with pytest.raises(WindowError, match="already linked"):
        open_links(drafts=[draft, draft], **world.by)
    assert not AccountLink.objects.exists()
    assert entries(world.brand, "link.opened") == []


@pytest.mark.parametrize("ends_at", [NOW, NOW - DAY])
def test_a_link_that_ends_before_it_starts_is_refused(world, ends_at):
    creator, account = world.creator(), world.account()
    with pytest.raises(WindowError, match="ends before it starts"):
        open_links(drafts=[LinkDraft(creator, account, NOW, ends_at)], **world.by)
    (link,) = open_links(drafts=[LinkDraft(creator, account, NOW)], **world.by)
    with pytest.raises(WindowError, match="ends before it starts"):
        close_links(links=[link], at=ends_at, **world.by)
    assert state(link)["ends_at"] is None


def test_closing_at_the_same_instant_again_leaves_no_trace(world):
    (link,) = open_links(drafts=[LinkDraft(world.creator(), world.account(), NOW - DAY)], **world.by)
    assert close_links(links=[link, link], at=NOW, **world.by) == [link]
    assert close_links(links=[link], at=NOW, **world.by) == []
    assert len(entries(world.brand, "link.closed")) == 1


def test_rows_of_another_brand_are_refused(world):
    other = World()
    ours = LinkDraft(world.creator(), world.account(), NOW)
    for creator, account in ((other.creator(), world.account()), (world.creator(), other.account())):
        with pytest.raises(OtherBrandError):
            open_links(drafts=[ours, LinkDraft(creator, account, NOW)], **world.by)
    assert not AccountLink.objects.exists()
    (foreign,) = open_links(drafts=[LinkDraft(other.creator(), other.account(), NOW)], **other.by)
    (link,) = open_links(drafts=[ours], **world.by)
    with pytest.raises(OtherBrandError):
        close_links(links=[link, foreign], at=NOW + DAY, **world.by)
    assert {row.ends_at for row in AccountLink.objects.all()} == {None}


def test_nothing_is_a_sequence_too(world):
    assert open_links(drafts=[], **world.by) == close_links(links=[], at=NOW, **world.by) == []
    assert entries(world.brand) == []


def test_sixty_links_take_as_many_queries_as_three(world, django_assert_max_num_queries):
    account = world.account()

    def queries(number):
        drafts = [LinkDraft(world.creator(), account, NOW) for _ in range(number)]
        with django_assert_max_num_queries(1000) as counted:
            links = open_links(drafts=drafts, **world.by)
            close_links(links=links, at=NOW + timedelta(hours=1), **world.by)
        return sum("SAVEPOINT" not in query["sql"] for query in counted.captured_queries)

    few = queries(3)
    assert queries(60) - few <= (0 if connection.vendor == "postgresql" else 3)


def test_a_link_was_last_seen_when_somebody_looked_last(world):
    draft = LinkDraft(world.creator(), world.account(), NOW - 9 * DAY)
    (link,) = open_links(drafts=[draft], **{**world.by, "now": NOW - 5 * DAY})
    assert see_links(links=[link], at=NOW - 6 * DAY, **world.by) == []
    (seen,) = see_links(links=[link], at=NOW - DAY, **world.by)
    assert (seen.last_seen_at, state(link)["last_seen_at"]) == (NOW - DAY, NOW - DAY)
    assert changes(world.brand, "link.seen") == [
        (
            {"last_seen_at": (NOW - 5 * DAY).isoformat()},
            {"last_seen_at": (NOW - DAY).isoformat()},
        )
    ]
    with pytest.raises(WindowError, match="still to come"):
        see_links(links=[link], at=NOW + timedelta(seconds=1), **world.by)
    with pytest.raises(OtherBrandError):
        see_links(links=[link], at=NOW, **World().by)
