"""Rights of the API: granted, extended, ended, triggered, corrected, as the pages do it."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from authorizations.enums import RightTrigger
from authorizations.models import PostGap, UsageRight
from authorizations.windows import Term
from brands.enums import Role, TokenScope
from posts.operations.briefs import add_briefs
from tests.api.parity import left_in
from tests.api.scripts import person, script
from tests.audit import entries
from tests.world import NOW, World, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world():
    return World(time_zone="America/New_York")


@pytest.fixture
def right(world):
    return world.right(date(2026, 11, 1), term=Term(days=30), post=world.post(title="Glow"))


def pointers(answer):
    return [error["pointer"] for error in answer.json()["errors"]]


def test_rights_are_granted_with_all_that_the_contract_says(world):
    post, approver = world.post(), world.member(Role.MANAGER)
    body = {
        "post": str(post.pk),
        "trigger": "fixed",
        "starts_on": "2026-11-10",
        "term_months": 3,
        "paid_amplification": True,
        "channels": ["TikTok", "Instagram", "TikTok"],
        "territories": ["US"],
        "asset_owner": "Brand",
        "comments_owner": "Creator",
        "creator_may_remove": False,
        "fee": 900,
        "spend_cap": "5000.5",
        "contract_reference": "C-7",
        "granted_by": "Dana",
        "approved_by": str(approver.pk),
        "approved_at": "2026-11-09T15:00:00Z",
    }
    answer = script(world).post("rights", body)
    row = UsageRight.objects.get()
    assert answer.status_code == 201
    shown = {
        "id": str(row.pk),
        **body,
        "brief": None,
        "creator": None,
        "ends_on": None,
        "term_days": None,
        "perpetual": False,
        "starts_at": "2026-11-10T05:00:00Z",
        "ends_at": "2027-02-10T05:00:00Z",
        "last_day": "2027-02-09",
        "channels": ["TikTok", "Instagram"],
        "fee": "900.00",
        "spend_cap": "5000.50",
        "created_at": "2026-11-21T14:05:00Z",
    }
    assert answer.json() == shown
    assert script(world).get(f"rights/{row.pk}").json() == shown
    hidden = {"fee", "spend_cap"}
    reader = script(world, TokenScope.READ).get(f"rights/{row.pk}").json()
    viewer = person(world, Role.VIEWER).get(f"rights/{row.pk}").json()
    assert set(shown) - set(reader) == hidden
    assert set(shown) - set(viewer) == {*hidden, "granted_by"}
    assert person(world, Role.VIEWER).get("rights?fields=fee").status_code == 400


def test_rights_are_on_a_post_a_brief_or_a_creator_for_some_time(world):
    (brief,) = add_briefs(drafts=[{"title": "Gifts"}], **world.by)
    creator, caller = world.creator(), script(world)
    answer = caller.post(
        "rights/bulk",
        [
            {"brief": str(brief.pk), "paid_amplification": True, "trigger": "delivery", "term_days": 30},
            {
                "creator": str(creator.pk),
                "paid_amplification": True,
                "starts_on": "2026-11-01",
                "perpetual": True,
            },
            {"creator": str(creator.pk), "paid_amplification": False, "starts_on": "2026-11-01"},
            {
                "creator": str(creator.pk),
                "paid_amplification": False,
                "starts_on": "2026-11-01",
                "ends_on": "2026-11-30",
            },
        ],
    )
    assert answer.status_code == 201
    rows = answer.json()["results"]
    assert [(row["starts_at"] is None, row["perpetual"], row["last_day"]) for row in rows] == [
        (True, False, None),
        (False, True, None),
        (False, False, None),
        (False, False, "2026-11-30"),
    ]


def test_what_makes_no_right_is_said_beside_its_field(world):
    post, creator, caller = world.post(), world.creator(), script(world)
    body = {"post": str(post.pk), "paid_amplification": True, "starts_on": "2026-11-10", "term_days": 30}
    foreign = World()
    for change, status, pointer in (
        ({"creator": str(creator.pk)}, 400, "/post"),
        ({"post": None}, 400, "/post"),
        ({"post": str(foreign.post().pk)}, 400, "/post"),
        ({"approved_by": str(foreign.member().pk)}, 400, "/approved_by"),
        ({"paid_amplification": "yes"}, 400, "/paid_amplification"),
        ({"perpetual": True}, 400, "/perpetual"),
        ({"term_days": 0}, 400, "/term_days"),
        ({"term_days": 10**20}, 400, "/term_days"),
        ({"fee": "-1"}, 400, "/fee"),
        ({"ends_at": "2026-12-01T00:00:00Z"}, 400, "/ends_at"),
        ({"term_days": None, "ends_on": "2026-11-01"}, 422, "/ends_on"),
        ({"trigger": "posting", "starts_on": "2026-11-22"}, 422, "/starts_on"),
        ({"approved_at": "2026-11-09T15:00:00Z"}, 422, "/approved_by"),
    ):
        answer = caller.post("rights", {**body, **change})
        assert (answer.status_code, pointers(answer)) == (status, [pointer]), change
    without = {name: value for name, value in body.items() if name != "starts_on"}
    assert pointers(caller.post("rights", without)) == ["/starts_on"]
    assert pointers(caller.post("rights/bulk", [body, without])) == ["/1/starts_on"]
    assert not UsageRight.objects.exists()


def test_what_a_right_says_is_changed_but_not_its_time(world, right):
    caller = script(world)
    tag = caller.get(f"rights/{right.pk}")["ETag"]
    answer = caller.patch(f"rights/{right.pk}", {"fee": "10", "comments_owner": "Agency"}, if_match=tag)
    assert (answer.json()["fee"], answer.json()["comments_owner"]) == ("10.00", "Agency")
    assert caller.patch(f"rights/{right.pk}", {"fee": None}, if_match=tag).status_code == 412
    approver = world.member(Role.MANAGER)
    answer = caller.patch(f"rights/{right.pk}", {"approved_by": str(approver.pk)}).json()
    assert answer["approved_at"] == "2026-11-21T14:05:00Z"
    answer = caller.patch(f"rights/{right.pk}", {"approved_by": None}).json()
    assert (answer["approved_by"], answer["approved_at"]) == (None, None)
    assert pointers(caller.patch(f"rights/{right.pk}", {"term_days": 60})) == ["/term_days"]
    assert (
        caller.patch("rights/bulk", [{"id": str(right.pk), "paid_amplification": False}]).status_code == 200
    )
    assert PostGap.objects.filter(post=right.post, reasons__contains="paid_not_allowed").exists()
    assert caller.delete(f"rights/{right.pk}").status_code == 405
    assert caller.delete("rights/bulk", [{"id": str(right.pk)}]).status_code == 405


def test_rights_are_extended_and_end_early(world, right):
    caller = script(world)

    def sent(**body):
        return caller.post(f"rights/{right.pk}/extend", body)

    assert (sent(days=30).json()["term_days"], sent(days=1).json()["last_day"]) == (60, "2026-12-31")
    assert sent(months=1).json()["ends_on"] == "2027-01-31"
    assert sent(ends_on="2027-03-31").json()["last_day"] == "2027-03-31"
    for body, status, pointer in (
        ({}, 400, "/days"),
        ({"perpetual": False}, 400, "/days"),
        ({"days": 1, "months": 1}, 400, "/days"),
        ({"ends_on": "2027-03-01"}, 422, "/ends_on"),
    ):
        answer = sent(**body)
        assert (answer.status_code, pointers(answer)) == (status, [pointer]), body
    assert sent(perpetual=True).json()["perpetual"] is True
    assert pointers(sent(days=30)) == ["/days"]
    answer = caller.post(f"rights/{right.pk}/end", {"ends_on": "2026-12-31"})
    assert answer.json()["last_day"] == "2026-12-31"
    early = caller.post(f"rights/{right.pk}/end", {"ends_on": "2026-10-01"})
    assert (early.status_code, pointers(early)) == (422, ["/ends_on"])


def test_what_starts_a_right_happens_and_its_time_is_corrected(world, right):
    waits = world.right(None, trigger=RightTrigger.POSTING, term=Term(months=1), creator=world.creator())
    caller = script(world)
    answer = caller.post(f"rights/{waits.pk}/trigger", {"happened_on": "2026-11-15"}).json()
    assert (answer["starts_on"], answer["last_day"]) == ("2026-11-15", "2026-12-14")
    ahead = caller.post(f"rights/{waits.pk}/trigger", {"happened_on": "2026-11-22"})
    fixed = caller.post(f"rights/{right.pk}/trigger", {"happened_on": "2026-11-15"})
    assert [pointers(ahead), pointers(fixed)] == [["/happened_on"]] * 2

    def sent(**body):
        return caller.post(f"rights/{right.pk}/correct", body)

    assert sent(starts_on="2026-11-05").json()["last_day"] == "2026-12-04"
    assert sent(term_months=1).json()["last_day"] == "2026-12-04"
    unstated = sent(ends_on=None).json()
    assert (unstated["term_months"], unstated["ends_at"]) == (None, None)
    began = sent(trigger="delivery", starts_on=None).json()
    assert (began["trigger"], began["starts_at"]) == ("delivery", None)
    for body, status, pointer in (
        ({}, 400, ""),
        ({"trigger": "fixed"}, 422, "/starts_on"),
        ({"starts_on": "2026-11-05", "ends_on": "2026-11-01"}, 422, "/ends_on"),
    ):
        answer = sent(**body)
        assert (answer.status_code, pointers(answer)) == (status, [pointer]), body


def test_rights_are_found_as_their_list_finds_them(world, right):
    world.right(date(2026, 1, 1), date(2026, 2, 1), creator=world.creator(), contract_reference="C-9")
    caller = script(world, TokenScope.READ)

    def number(query):
        return len(caller.get(f"rights?{query}").json()["results"])

    for query in (
        f"post={right.post_id}",
        "ends=30",
        "ends=over",
        "q=c-9",
        f"creator={right.post.creator.handle}",
    ):
        assert number(query) == 1, query
    assert [number("term=perpetual"), number("paid=yes"), number("sort=newest&limit=2")] == [0, 2, 2]
    assert caller.get("rights?term=").status_code == 400  # nothing is narrowed by nothing
    trimmed = caller.get("rights?fields=last_day").json()["results"]
    assert [set(row) for row in trimmed] == [{"id", "last_day"}] * 2


@pytest.mark.parametrize("query", ["", "?fields=last_day"])
def test_lists_take_as_many_queries_whatever_their_length(world, django_assert_max_num_queries, query):
    caller = script(world)
    caller.get("rights")  # the first use of a token is written down
    for number in (1, 20):
        for post in world.posts(number):
            world.right(date(2026, 11, 1), post=post)
        with django_assert_max_num_queries(2):
            assert caller.get(f"rights{query}").status_code == 200


def test_nothing_of_another_brand_and_nothing_without_leave(world, right):
    foreign = World()
    theirs = foreign.right(date(2026, 11, 1), post=foreign.post())
    caller = script(world)
    assert caller.get(f"rights/{theirs.pk}").status_code == 404
    assert caller.patch(f"rights/{theirs.pk}", {"fee": 1}).status_code == 404
    missing = caller.patch("rights/bulk", [{"id": str(right.pk), "fee": 1}, {"id": str(theirs.pk), "fee": 1}])
    assert missing.json()["missing"] == [str(theirs.pk)]
    readers = [person(world, Role.BUYER), script(world, TokenScope.READ)]
    for action in ("extend", "end", "trigger", "correct"):
        assert caller.post(f"rights/{theirs.pk}/{action}", {}).status_code == 404
        assert {each.post(f"rights/{right.pk}/{action}", {}).status_code for each in readers} == {403}
    assert {each.post("rights", {}).status_code for each in readers} == {403}
    assert {each.patch(f"rights/{right.pk}", {}).status_code for each in readers} == {403}
    assert [entry.action for entry in entries(foreign.brand) if entry.action == "right.edited"] == []
    assert not UsageRight.objects.filter(fee__isnull=False).exists()


def test_the_page_and_the_endpoint_leave_the_same():
    paged, asked = World(time_zone="America/New_York"), World(time_zone="America/New_York")
    posts = {world: world.post() for world in (paged, asked)}
    client, caller = client_of(paged.member(Role.MANAGER)), script(asked)

    def same():
        left = [left_in(world.brand, UsageRight) for world in (paged, asked)]
        told = [[each for each in said if each[0].startswith("right.")] for _, said in left]
        assert (left[0][0], told[0]) == (left[1][0], told[1])

    url = f"{reverse('add-right', args=[paged.brand.slug])}?post={posts[paged].pk}"
    form = {"paid_amplification": "yes", "trigger": "fixed", "starts_on": "2026-11-10", "term": "days"}
    more = {"channels": "TikTok, Meta", "fee": "900", "creator_may_remove": "no", "contract_reference": "C-7"}
    assert client.post(url, {**form, "length": "30", **more}).status_code == 302
    answer = caller.post(
        "rights",
        {
            "post": str(posts[asked].pk),
            "paid_amplification": True,
            "starts_on": "2026-11-10",
            "term_days": 30,
            "channels": ["TikTok", "Meta"],
            "fee": "900",
            "creator_may_remove": False,
            "contract_reference": "C-7",
        },
    )
    assert answer.status_code == 201
    same()
    mine, theirs = (UsageRight.objects.get(brand=world.brand) for world in (paged, asked))
    for route, prefix, data, action, body in (
        ("extend-right", "longer", {"term": "days", "length": "7"}, "extend", {"days": 7}),
        (
            "extend-right",
            "longer",
            {"term": "last_day", "ends_on": "2027-01-31"},
            "extend",
            {"ends_on": "2027-01-31"},
        ),
        ("end-right", "end", {"ends_on": "2026-12-24"}, "end", {"ends_on": "2026-12-24"}),
    ):
        fields = {f"{prefix}-{name}": value for name, value in data.items()}
        page = reverse(route, args=[paged.brand.slug, mine.pk])
        assert client.post(page, fields).status_code == 302
        assert caller.post(f"rights/{theirs.pk}/{action}", body).status_code == 200
        same()
    page = reverse("right", args=[paged.brand.slug, mine.pk])
    shown = client.get(page).context["form"]
    data = {field.html_name: field.value() or "" for field in shown if field.name != "proofs"}
    data |= {"channels": "TikTok", "starts_on": "2026-11-12"}
    assert client.post(page, data).status_code == 302
    caller.post(f"rights/{theirs.pk}/correct", {"starts_on": "2026-11-12"})
    caller.patch(f"rights/{theirs.pk}", {"channels": ["TikTok"]})
    same()
