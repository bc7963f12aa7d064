"""Planning a flight, and changing one: what is stored, what is refused, who may."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from authorizations.operations.codes import Use, mark_applied
from brands.enums import Role
from brands.models import AuditEntry
from brands.operations.edits import Edit
from campaigns.models import Campaign, Flight
from campaigns.operations.flights import edit_flights
from tests.workplace.flightdesk import LINK, address, asked
from tests.world import DAY, World, client_of, spark_code

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(time_machine):
    world = World(tracks_rights=False, time_zone="America/New_York")
    time_machine.move_to(world.now, tick=False)
    return world


@pytest.fixture
def buyer(world):
    return world.member(Role.BUYER, full_name="Priya Raman")


@pytest.fixture
def post(world):
    post = world.post(world.creator("maya"), title="Morning pour", url=LINK, tiktok_post_id=LINK[-19:])
    world.code(post, world.now, 7)
    return post


def test_a_flight_is_planned_in_a_new_campaign_and_in_one_that_is_there(world, buyer, post):
    client = client_of(buyer)
    data = asked(
        world, starts_on=1, ends_on=4, daily_spend="120.50", buyer=buyer.pk, call_to_action="Shop now"
    )
    made = client.post(address(world, "add/"), data)
    row = Flight.objects.get()
    assert (made.status_code, made["Location"]) == (302, address(world, f"{row.pk}/"))
    assert (row.post, row.campaign.name, row.buyer, row.daily_spend) == (
        post,
        "Winter",
        buyer,
        Decimal("120.50"),
    )
    assert (row.ends_on, row.call_to_action) == (world.day(4), "Shop now")
    assert client.post(address(world, "add/"), data | {"post": "maya morning"}).status_code == 302
    assert Campaign.objects.count() == 1
    assert set(AuditEntry.objects.filter(actor_label=buyer.email).values_list("action", flat=True)) == {
        "campaign.added",
        "flight.planned",
    }


def test_the_form_begins_with_the_post_or_campaign_that_one_came_from(world, buyer, post):
    campaign = world.campaign("Spring")
    page = client_of(buyer).get(address(world, f"add/?post={post.pk}&campaign={campaign.pk}"))
    text = page.content.decode()
    assert 'value="Morning pour · @maya"' in text
    assert 'value="Spring"' in text
    assert "Ready to run until" in text


def test_a_post_is_found_by_whatever_names_it_and_by_its_id_where_two_have_one_name(world, buyer):
    maya = world.creator("maya")
    odd = world.post(maya, title="Before/After: what happened next to my morning coffee, told in ten words")
    twins = [world.post(maya, title="Twin") for _ in range(2)]
    client = client_of(buyer)
    for post in (odd, *twins):
        form = client.get(address(world, f"add/?post={post.pk}")).context["form"]
        found = client.post(address(world, "add/"), {"post": form["post"].value(), "check": "dates"})
        assert found.context["form"].cleaned_data["post"] == post
    assert (
        client.post(address(world, "add/"), {"post": "before/after"}).context["form"].cleaned_data["post"]
        == odd
    )


def test_a_campaign_in_other_capitals_is_no_new_one(world, buyer, post):
    world.campaign("Winter Drop")
    client_of(buyer).post(address(world, "add/"), asked(world, campaign=" winter  drop "))
    assert Flight.objects.get().campaign.name == "Winter Drop"


def test_a_duplicate_takes_the_words_of_the_other_but_not_its_name(world, buyer, post):
    flight = world.flight(post, world.day(1), world.day(9), ad_name="Old name", call_to_action="Shop now")
    form = client_of(buyer).get(address(world, f"add/?like={flight.pk}")).context["form"]
    assert form["post"].value() == "Morning pour · @maya"
    assert (form["starts_on"].value(), form["daily_spend"].value()) == (world.day(1), Decimal(100))
    assert (form["call_to_action"].value(), form["ad_name"].value()) == ("Shop now", None)


@pytest.mark.parametrize(
    ("values", "field", "said"),
    [
        ({"post": ""}, "post", "Say which post."),
        ({"post": "nothing like it"}, "post", "No post fits."),
        ({"post": "latte"}, "post", "More than one post fits."),
        ({"campaign": " "}, "campaign", "Say in which campaign"),
        ({"starts_on": 5, "ends_on": 4}, "ends_on", "The flight ends before it starts."),
        ({"ends_on": 4}, "ends_on", "A flight with an end needs a start."),
        ({"daily_spend": "-1"}, "daily_spend", "greater than or equal to 0"),
        ({"ad_name": "Hot 🔥"}, "ad_name", "TikTok takes no emoji"),
    ],
)
@pytest.mark.usefixtures("post")
def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(world, buyer, values, field, said):
    for _ in range(2):
        world.post(title="Latte art")
    answer = client_of(buyer).post(
        address(world, "add/"), asked(world, landing_page="https://x.example", **values)
    )
    assert answer.status_code == 422
    assert said in " ".join(answer.context["form"].errors[field])
    assert 'value="https://x.example"' in answer.content.decode()
    assert not Flight.objects.exists()


def test_nothing_of_another_brand_can_be_planned(world, buyer, post):
    other = World()
    theirs = other.post(title="Secret pour", url=f"{LINK[:-1]}2", tiktok_post_id="7301184422019655682")
    account, flight = other.account(), other.flight(theirs, other.day(1), other.day(9))
    client = client_of(buyer)
    for text in (theirs.url, theirs.tiktok_post_id, "Secret pour", str(theirs.pk)):
        answer = client.post(address(world, "add/"), asked(world, post=text))
        assert answer.context["form"].errors["post"], text
    refused = client.post(address(world, "add/"), asked(world, ad_account=account.pk))
    assert refused.context["form"].errors["ad_account"] == ["Choose an ad account of this brand."]
    for rest in (f"{flight.pk}/", f"add/?like={flight.pk}", f"check/?flight={flight.pk}"):
        assert client.get(address(world, rest)).status_code == 404
    assert "Secret" not in client.get(address(world, f"add/?post={theirs.pk}")).content.decode()


def test_campaign_account_dates_and_words_are_changed_at_once(world, buyer, post):
    flight, account = world.flight(post, world.day(1), world.day(9)), world.account(time_zone="Asia/Tokyo")
    client, url = client_of(buyer), address(world, f"{flight.pk}/")
    form = client.get(url).context["form"]
    data = {name: form[name].value() or "" for name in form.fields} | {
        "campaign": "Spring",
        "ad_account": account.pk,
        "ends_on": world.day(12),
        "ad_name": "New",
    }
    assert client.post(url, data).status_code == 302
    flight.refresh_from_db()
    assert (flight.campaign.name, flight.ad_account, flight.ad_name) == ("Spring", account, "New")
    assert (flight.ends_on, flight.ends_at) == (world.day(12), datetime(2026, 12, 3, 15, tzinfo=UTC))
    assert flight.starts_on == world.day(1)


def test_a_replacement_that_is_not_applied_is_told_as_on_the_board(world, buyer):
    post, account = world.post(title="Mask"), world.account(name="Northbeam US")
    old = world.code(post, world.now - 20 * DAY, 30)
    mark_applied(uses=[Use(old, account)], **world.by)
    world.code(post, world.now, 60, supersedes=old)
    flight = world.flight(post, world.day(-2), world.day(30), ad_account=account)
    client = client_of(buyer)
    for rest in (f"{flight.pk}/", f"{flight.pk}/launch-sheet/"):
        assert "Apply the replacement by Tue 1 Dec" in client.get(address(world, rest)).content.decode()
    asked = {"flight": flight.pk, "campaign": "X", "starts_on": world.day(-2), "ends_on": world.day(5)}
    other = client.get(address(world, "check/"), asked | {"ad_account": account.pk}).content.decode()
    assert "Covered to the end" in other


def test_the_second_of_two_who_change_the_dates_sees_both(world, buyer, post):
    flight = world.flight(post, world.day(1), world.day(9))
    client, url = client_of(buyer), address(world, f"{flight.pk}/")
    form = client.get(url).context["form"]
    edit_flights(edits=[Edit(flight, {"call_to_action": "Sign up"})], **world.by)
    data = {name: form[name].value() or "" for name in form.fields} | {"call_to_action": "Shop now"}
    answer = client.post(url, data)
    assert answer.status_code == 409
    assert "to: Sign up" in answer.content.decode()
    assert Flight.objects.get().call_to_action == "Sign up"


def test_a_viewer_plans_nothing(world, post):
    client = client_of(world.member(Role.VIEWER))
    flight = world.flight(post, world.day(1), world.day(9))
    for rest in ("add/", "check/", f"{flight.pk}/"):
        assert client.get(address(world, rest)).status_code == 403
    assert client.post(address(world, f"{flight.pk}/end/")).status_code == 403


def test_the_form_takes_few_queries_however_much_is_on_file(world, buyer, post):
    client, flight = client_of(buyer), world.flight(post, world.day(1), world.day(9))
    client.get(address(world, f"{flight.pk}/"))
    counts = []
    for more in (1, 30):
        for each in world.posts(more):
            world.flight(each, world.day(1))
        with CaptureQueriesContext(connection) as queries:
            page = client.get(address(world, f"{flight.pk}/"))
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 14
    assert len(page.content) < 60_000


def test_no_code_stands_on_the_page(world, buyer, post):
    code = spark_code(77)
    world.code(post, world.now, 30, code=code)
    flight = world.flight(post, world.day(1), world.day(9))
    assert code not in client_of(buyer).get(address(world, f"{flight.pk}/")).content.decode()
