"""The list of rights: how long, what is dangerous, who may see what."""

import csv
import io

import pytest
import time_machine
from django.urls import reverse

from brands.enums import AttachmentSubject, Role
from brands.operations.attachments import Link, Subject, attach_links
from tests.workplace.rightsdesk import Rights
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


@pytest.fixture
def url(world):
    return reverse("rights", args=[world.brand.slug])


def contracts(response):
    assert response.status_code == 200
    return [line.right.contract_reference for line in response.context["listed"].lines]


def dangers(response):
    return {
        line.right.contract_reference: line.danger and line.danger.cell
        for line in response.context["listed"].lines
    }


def test_what_ends_first_stands_first_and_what_is_over_last(world, client, url):
    Rights(world)
    response = client.get(url)
    page = response.content.decode()
    assert contracts(response)[:2] == ["soon", "long"]
    assert contracts(response)[-1] == "over"
    for words in (
        "Thu 12 Nov – Thu 26 Nov",
        "90 days from posting, which has not happened",
        "every post of the creator",
        "not stated",
        "not approved",
    ):
        assert words in page, words


def test_the_dangerous_cell_that_comes_first_is_named(world, client, url):
    Rights(world)
    response = client.get(url)
    assert dangers(response) == {
        "soon": "spends",
        "long": "stops",
        "over": "spends",
        "open": None,
        "ever": None,  # without paid use no ad may run on it anyway
        "waits": None,
    }
    page = response.content.decode()
    assert "Code valid, rights over</span><small>now" in page
    assert "Code valid, rights over</span><small>from Fri 27 Nov" in page
    assert "Rights valid, code over</span><small>from Fri 11 Dec" in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"ends": "7"}, {"soon"}),
        ({"ends": "over"}, {"over"}),
        ({"paid": "no"}, {"ever"}),
        ({"term": "waiting"}, {"waits"}),
        ({"term": "unstated"}, {"open"}),
        ({"term": "perpetual"}, {"ever"}),
        ({"danger": "spends"}, {"soon", "over"}),
        ({"danger": "stops"}, {"long"}),
        ({"creator": "@maya"}, {"soon"}),
        ({"q": "glow"}, {"soon"}),
        ({"q": "gifts"}, {"open"}),
        ({"q": "zoe"}, {"long"}),
    ],
)
def test_it_is_narrowed(world, client, url, query, found):
    Rights(world)
    assert set(contracts(client.get(url, query))) == found


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Tokyo", "Pacific/Kiritimati"])
def test_the_last_day_counts_as_the_column_of_days_left_counts_it(zone):
    world = World(time_zone=zone)
    client, url = client_of(world.member(Role.MANAGER)), reverse("rights", args=[world.brand.slug])
    post = world.post()
    for day in range(-2, 10):
        world.right(world.day(-30), world.day(day), post=post, contract_reference=f"day {day}")

    def left(**query):
        sheet = client.get(url, {"export": "csv", **query}).getvalue().decode("utf-8-sig")
        return {int(row["Days left"]) for row in csv.DictReader(io.StringIO(sheet))}

    assert left(ends="7") == {days for days in left() if 0 <= days <= 7} == set(range(8))
    assert left(ends="over") == {days for days in left() if days < 0}


def test_rights_with_closer_ones_below_are_not_dangerous_for_those(world, client, url):
    maya = world.creator("maya")
    post = world.post(maya)
    world.code(post, NOW - DAY, days=30)
    world.right(world.day(-9), world.day(5), creator=maya, contract_reference="all")
    world.right(world.day(-9), world.day(90), post=post, contract_reference="own")
    assert dangers(client.get(url)) == {"all": None, "own": "stops"}


def test_fees_and_contacts_are_for_those_who_may_read_them(world, url):
    right = world.right(world.day(-9), post=world.post(), fee=77123, granted_by="Canary Agent")
    attach_links(
        subject=Subject(AttachmentSubject.RIGHT, right.pk), links=[Link("https://a.example")], **world.by
    )
    for role, may in ((Role.VIEWER, False), (Role.BUYER, True)):
        client = client_of(world.member(role))
        page = client.get(url).content.decode()
        assert ("77,123" in page) is may
        assert "1 file" in page
        assert 'value="extend"' not in page
        sheet = client.get(url, {"export": "csv"}).getvalue().decode()
        assert ("77123" in sheet) is may
        assert "Canary" not in sheet  # a column for those who choose it, and may
    assert (
        client_of(world.member(Role.BUYER)).post(url, {"do": "extend", "id": str(right.pk)}).status_code
        == 403
    )


def test_nothing_of_another_brand_is_listed_found_or_extended(world, client, url):
    other = World()
    foreign = other.right(
        other.day(-9), other.day(5), post=other.post(title="Canary"), contract_reference="Canary"
    )
    assert contracts(client.get(url)) == contracts(client.get(url, {"q": "canary"})) == []
    answer = client.post(
        url, {"do": "extend", "id": str(foreign.pk), "extend-length": "9", "extend-unit": "days"}
    )
    assert answer.status_code == 422
    assert "No line was chosen" in answer.content.decode()


def test_a_sheet_has_days_and_numbers(world, client, url):
    Rights(world)
    sheet = client.get(url, {"export": "csv", "ends": "7"}).getvalue().decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(sheet))
    assert (row["Applies to"], row["Last day"], row["Days left"]) == ("Glow", "2026-11-26", "5")


def test_the_number_of_queries_is_the_same_for_one_right_and_for_fifty(
    world, client, url, django_assert_max_num_queries
):
    client.get(url)
    for number in (1, 49):
        for post in world.posts(number):
            world.right(world.day(-9), world.day(5), post=post, approved_by=None)
        with django_assert_max_num_queries(11):
            page = client.get(url)
        assert len(page.content) < 60_000
