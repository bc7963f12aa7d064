"""Account links: opened, seen, closed; what they decide follows."""

import pytest
import time_machine

from authorizations.models import AccountLink, PostGap
from authorizations.operations.links import LinkDraft, open_links
from authorizations.operations.posts import change_method
from brands.enums import Role, TokenScope
from posts.enums import Method
from tests.api.scripts import person, script
from tests.audit import changes
from tests.world import DAY, NOW, World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world():
    return World(tracks_rights=False)


@pytest.fixture
def link(world):
    draft = LinkDraft(world.creator("maya"), world.account(name="Northbeam"), NOW - 9 * DAY)
    return open_links(drafts=[draft], **world.by)[0]


def pointers(answer):
    return [error["pointer"] for error in answer.json()["errors"]]


def test_a_link_is_opened_and_its_posts_run_from_then_on(world):
    post = world.post()
    change_method(posts=[post], method=Method.LINKED_ACCOUNT, **world.by)
    account, caller = world.account(), script(world)
    body = {
        "creator": str(post.creator_id),
        "ad_account": str(account.pk),
        "starts_at": "2026-11-20T09:00:00+01:00",
    }
    answer = caller.post("account-links", body)
    row = AccountLink.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {
        "id": str(row.pk),
        **body,
        "starts_at": "2026-11-20T08:00:00Z",
        "ends_at": None,
        "last_seen_at": "2026-11-21T14:05:00Z",
        "created_at": "2026-11-21T14:05:00Z",
    }
    assert [gap.ends_at for gap in PostGap.objects.filter(post=post)] == [row.starts_at]
    again = caller.post("account-links", body)
    assert (again.status_code, pointers(again)) == (422, [""])
    early = caller.post("account-links", {**body, "ends_at": "2026-11-01T00:00:00Z"})
    assert (early.status_code, pointers(early)) == (422, ["/ends_at"])
    refused = caller.post("account-links/bulk", [{**body, "ends_at": "2026-11-21T00:00:00Z"}, body])
    assert pointers(refused) == ["/1"]
    assert AccountLink.objects.count() == 1


def test_a_link_is_seen_and_closed(world, link):
    caller = script(world)
    path = f"account-links/{link.pk}"
    seen = caller.post(f"{path}/last-seen", {"at": "2026-11-21T14:00:00Z"})
    assert seen.json()["last_seen_at"] == "2026-11-21T14:05:00Z"  # it was seen later than that
    AccountLink.objects.update(last_seen_at=NOW - DAY)
    assert caller.post(f"{path}/last-seen", {}).json()["last_seen_at"] == "2026-11-21T14:05:00Z"
    assert len(changes(world.brand, "link.seen")) == 1
    ahead = caller.post(f"{path}/last-seen", {"at": "2026-11-22T00:00:00Z"})
    assert (ahead.status_code, pointers(ahead)) == (422, ["/at"])
    early = caller.post(f"{path}/close", {"at": "2026-11-01T00:00:00Z"})
    assert (early.status_code, pointers(early)) == (422, ["/at"])
    assert caller.post(f"{path}/close", {}).json()["ends_at"] == "2026-11-21T14:05:00Z"
    assert len(changes(world.brand, "link.closed")) == 1
    assert caller.delete(path).status_code == 405


def test_links_are_found(world, link):
    caller = script(world, TokenScope.READ)

    def number(query):
        return len(caller.get(f"account-links?{query}").json()["results"])

    for query in ("creator=maya", "open=true", f"ad_account={link.ad_account_id}", "q=northbeam"):
        assert number(query) == 1, query
    assert [number("open=false"), number("creator=noah")] == [0, 0]
    assert caller.get("account-links?open=perhaps").status_code == 400


def test_nothing_of_another_brand_and_nothing_without_leave(world, link):
    foreign = World()
    draft = LinkDraft(foreign.creator(), foreign.account(), NOW - DAY)
    (theirs,) = open_links(drafts=[draft], **foreign.by)
    caller = script(world)
    assert caller.get(f"account-links/{theirs.pk}").status_code == 404
    assert caller.post(f"account-links/{theirs.pk}/close", {}).status_code == 404
    body = {
        "creator": str(theirs.creator_id),
        "ad_account": str(theirs.ad_account_id),
        "starts_at": "2026-11-20T08:00:00Z",
    }
    assert sorted(pointers(caller.post("account-links", body))) == ["/ad_account", "/creator"]
    assert pointers(caller.post("account-links", {**body, "brand": 1})) == ["/brand"]
    for caller in (person(world, Role.BUYER), script(world, TokenScope.READ)):
        assert caller.post("account-links", body).status_code == 403
        for action in ("close", "last-seen"):
            assert caller.post(f"account-links/{link.pk}/{action}", {}).status_code == 403
    assert AccountLink.objects.filter(ends_at=None).count() == 2


def test_lists_take_as_many_queries_whatever_their_length(world, link, django_assert_max_num_queries):
    caller = script(world)
    caller.get("account-links")  # the first use of a token is written down
    for number in (0, 10):
        open_links(
            drafts=[LinkDraft(world.creator(), world.account(), NOW) for _ in range(number)], **world.by
        )
        with django_assert_max_num_queries(2):
            assert len(caller.get("account-links").json()["results"]) == number + 1
