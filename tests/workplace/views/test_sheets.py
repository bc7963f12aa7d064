"""Sheets of lists are read by machines: days and instants in ISO, plain numbers, the currency beside them."""

import csv
import io
import re
from datetime import date, datetime
from decimal import Decimal

import pytest
from django.urls import reverse

from authorizations.operations.codes import Verification, verify_codes
from brands.enums import Role
from posts.enums import MetricsSource
from posts.operations.briefs import add_briefs
from posts.operations.metrics import Metrics, record_metrics
from tests.world import DAY, NOW, World, client_of
from workplace.enums import Place
from workplace.views.audit import AUDIT
from workplace.views.briefs_list import BRIEFS
from workplace.views.campaigns_list import CAMPAIGNS
from workplace.views.codes_list import CODES
from workplace.views.creators_list import CREATORS
from workplace.views.flights_list import FLIGHTS
from workplace.views.posts_list import POSTS
from workplace.views.rights_list import RIGHTS

pytestmark = pytest.mark.django_db

LISTS = (AUDIT, BRIEFS, CAMPAIGNS, CODES, CREATORS, FLIGHTS, POSTS, RIGHTS)
# What people read and programs do not: "26 Nov", "2 d ago", "$1,400".
FOR_PEOPLE = re.compile(r"\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b|\d+ \w+ ago|[$€≈]|\d,\d\d\d")


def instant(text):
    assert text.endswith("Z")
    return datetime.fromisoformat(text)


DAYS = {"First day", "Last day", "May run until", "Due", "Made"}
INSTANTS = {
    "Starts",
    "Ends",
    "Checked",
    "On file since",
    "Dangerous from",
    "Ready until",
    "First from",
    "When",
}
NUMBERS = {
    "A day",
    "At risk",
    "Fee (EUR)",
    "Spend cap (EUR)",
    "Money at risk (EUR)",
    "Money at risk (USD)",
} | {
    *("Days", "Days left", "Views", "Engagement", "Comments", "Flights", "Posts", "Good codes", "Proof"),
    *("Posts without a code", "On time", "Of posts due", "Days from post to code"),
}
PARSERS = dict.fromkeys(DAYS, date.fromisoformat) | dict.fromkeys(INSTANTS, instant)
PARSERS |= dict.fromkeys(NUMBERS, Decimal)


@pytest.fixture
def world(time_machine):
    world = World(tracks_rights=True, currency="EUR")
    time_machine.move_to(world.now, tick=False)
    brief = add_briefs(drafts=[{"title": "Gifts"}], **world.by)[0]
    post = world.post(title="Glow", brief=brief, details={"draft_due_on": world.day(3)})
    was_due = {"post_due_on": world.day(-1)}
    posted = world.post(
        post.creator,
        title="Live",
        tiktok_post_id="7301184422019655681",
        posted_at=NOW - 3 * DAY,
        details=was_due,
    )
    numbers = {"views": 12000, "likes": 900, "comments": 60}
    record_metrics(metrics=[Metrics(posted, NOW, MetricsSource.PERSON, numbers)], **world.by)
    for each in (post, posted):
        (code,) = world.codes([each], world.now - 2 * DAY, 7)
        verify_codes(verifications=[Verification(code, code.expires_at)], **world.by)
        world.right(world.day(-9), world.day(60), post=each, fee=1500, spend_cap=Decimal("2500.50"))
    dollars = world.account(name="Glow US", currency="USD", time_zone="America/New_York")
    world.flight(post, world.day(-1), world.day(20), daily_spend=1200)
    world.flight(posted, world.day(-1), None, ad_account=dollars, daily_spend=Decimal("70.50"))
    return world


def sheet(world, client, page):
    """The sheet of a list with all of its columns."""
    keys = [column.key for column in page.columns]
    client.post(reverse("list-columns", args=[world.brand.slug, page.place]), {"column": keys})
    answer = client.get(reverse(page.route, args=[world.brand.slug]), {"export": "csv"})
    return list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))


def test_each_list_gives_days_instants_and_numbers_that_machines_read(world):
    assert {page.place for page in LISTS} == set(Place)
    client, read = client_of(world.member(Role.ADMIN)), set()
    for page in LISTS:
        rows = sheet(world, client, page)
        assert rows, page.place
        for row in rows:
            for head, cell in row.items():
                if cell and (parse := PARSERS.get(head)):
                    parse(cell)
                    read.add(head)
                elif page is not AUDIT:  # what it quotes are values of all kinds, in words
                    assert not FOR_PEOPLE.search(cell), (page.place, head, cell)
    assert set(PARSERS) == read


def test_money_stands_beside_its_currency(world):
    client = client_of(world.member(Role.ADMIN))
    flights = {row["Flight"]: row for row in sheet(world, client, FLIGHTS)}
    assert (flights["Glow"]["A day"], flights["Glow"]["Currency"]) == ("1200.00", "EUR")
    assert (flights["Live"]["A day"], flights["Live"]["Currency"]) == ("70.50", "USD")
    assert (flights["Glow"]["First day"], flights["Glow"]["Last day"]) == ("2026-11-20", "2026-12-11")
    assert flights["Live"]["Last day"] == ""
    assert {row["Fee (EUR)"] for row in sheet(world, client, RIGHTS)} == {"1500.00"}
