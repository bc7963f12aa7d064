"""Many rows are changed, and refused, in about as many statements as few: others of the brand wait meanwhile."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from brands.enums import Role
from brands.models import AdAccount
from campaigns.operations.flights import FlightDraft, plan_flights
from creators.models import Creator
from posts.models import Brief
from sparktrack.api.many import all_or_nothing
from sparktrack.api.problems import RefusedItemsError
from sparktrack.core.refusals import RefusedError
from tests.api.scripts import person, script
from tests.world import World

pytestmark = pytest.mark.django_db


def creators(world, number):
    """Each gets another handle."""
    rows = [post.creator for post in world.posts(number)]
    return "creators", [{"id": str(row.pk), "handle": f"new.{row.handle}"} for row in rows]


def flights(world, number):
    """Each is checked, and runs in an account of its own."""
    campaign, accounts = world.campaign(), ad_accounts_of(world, number)
    drafts = [FlightDraft(post, campaign, starts_on=world.day(1)) for post in world.posts(number)]
    rows = plan_flights(drafts=drafts, **world.by)
    return "flights", [
        {"id": str(row.pk), "checklist": ["music"], "ad_account": str(account.pk)}
        for row, account in zip(rows, accounts, strict=True)
    ]


def posts(world, number):
    """Each was made for a brief of its own."""
    at = {"brand": world.brand, "created_at": world.now}
    briefs = Brief.objects.bulk_create(
        Brief(title=f"Brief {number}.{place}", **at) for place in range(number)
    )
    return "posts", [
        {"id": str(row.pk), "brief": str(brief.pk)}
        for row, brief in zip(world.posts(number), briefs, strict=True)
    ]


def ad_accounts(world, number):
    """Each reads its days in another zone, those of a flight among them."""
    rows, campaign = ad_accounts_of(world, number), world.campaign()
    drafts = [
        FlightDraft(post, campaign, None, account, world.day(1))
        for post, account in zip(world.posts(number), rows, strict=True)
    ]
    plan_flights(drafts=drafts, **world.by)
    return "ad-accounts", [{"id": str(row.pk), "time_zone": "Asia/Tokyo"} for row in rows]


def ad_accounts_of(world, number):
    at = {"brand": world.brand, "created_at": world.now}
    names = [f"Account {number}.{place}" for place in range(number)]
    return AdAccount.objects.bulk_create(AdAccount(name=name, **at) for name in names)


@pytest.mark.once
@pytest.mark.parametrize("changed", [creators, flights, posts, ad_accounts])
def test_200_rows_take_as_many_statements_as_20_and_one(changed):
    world = World()
    caller, counts = person(world, Role.ADMIN), []
    caller.get("creators")  # notes that they are there
    for number in (1, 20, 200):
        path, body = changed(world, number)
        with CaptureQueriesContext(connection) as sent:
            answer = caller.patch(f"{path}/bulk", body)
        assert answer.status_code == 200, answer.json()
        said = [{name: row[name] for name in body[0]} for row in answer.json()["results"]]
        assert said == body
        counts.append(len(sent))
    assert counts[0] == counts[1] == counts[2] <= 60, counts


def test_one_refused_among_200_takes_few_more_statements_than_among_20():
    world = World()
    caller, counts = script(world), []
    caller.get("creators")  # notes that the token was used
    world.creator("anna")
    for number in (20, 200):
        items = [{"handle": f"c{place}"} for place in range(number)]
        items[number * 2 // 3]["handle"] = "anna"
        with CaptureQueriesContext(connection) as sent:
            answer = caller.post("creators/bulk", items)
        assert [error["pointer"] for error in answer.json()["errors"]] == [f"/{number * 2 // 3}/handle"]
        counts.append(len(sent))
    assert counts[1] < 2 * counts[0] < 500, counts


@given(st.integers(2, 60), st.sets(st.integers(0, 59)), st.booleans())
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_refused_one_is_named_and_no_other(number, bad, all_bad):
    items = list(range(number))
    bad = set(items) if all_bad else bad & set(items)
    tries = []

    def do(part):
        tries.append(len(part))
        if found := bad.intersection(part):
            raise RefusedError(f"{min(found)}")
        return "done"

    if not bad:
        assert all_or_nothing(do, items) == "done"
        return
    with pytest.raises(RefusedItemsError) as refused:
        all_or_nothing(do, items)
    assert set(refused.value.errors) == bad
    assert all(error.message == str(place) for place, error in refused.value.errors.items())
    assert len(tries) <= min(2 * number, 4 * len(bad) * number.bit_length())


def test_what_is_refused_beside_an_earlier_one_is_named_alone():
    world = World()
    items = [{"handle": name} for name in ("a", "b", "c", "a", "d", "e", "b", "f")]
    answer = script(world).post("creators/bulk", items)
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/3/handle", "/6/handle"]
    assert not Creator.objects.exists()
