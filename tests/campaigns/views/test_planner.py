"""The page of the planner: open to everybody, it stores nothing, and a link carries the whole plan."""

import re
from html import unescape
from urllib.parse import urlsplit

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from brands.enums import Role
from tests.factories import BrandFactory, MembershipFactory, UserFactory
from tests.world import NOW, client_of

pytestmark = pytest.mark.django_db

ASKED = {
    "starts_on": "2026-11-01",
    "ends_on": "2026-11-30",
    "generated_on": "2026-10-03",
    "zone": "Europe/Berlin",
    "account_zone": "America/New_York",
}


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(NOW, tick=False):
        yield


def planner(client, **changes):
    """The page with the usual question, changed; None leaves a field out."""
    asked = {name: value for name, value in (ASKED | changes).items() if value is not None}
    return client.get(reverse("planner"), asked)


def text(response):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def value_of(response, name):
    """What stands in the field ``name`` of the form."""
    found = re.search(rf'<input[^>]*name="{name}"[^>]*>', response.content.decode())
    value = re.search(r'value="([^"]*)"', found[0])
    return unescape(value[1]) if value else ""


# --- Open to everybody ------------------------------------------------------------------------------------------------
def test_a_stranger_gets_the_answer_without_a_query_a_session_or_a_cookie(client):
    with CaptureQueriesContext(connection) as captured:
        empty = client.get(reverse("planner"))
        answered = planner(client)
    assert (empty.status_code, answered.status_code) == (200, 200)
    assert len(captured) == 0
    assert not client.cookies
    assert "Ask for 60 days, not 30" in text(answered)


def test_a_member_sees_their_brands_and_begins_in_their_zones(client):
    brand = BrandFactory(name="Northbeam", time_zone="America/New_York")
    user = MembershipFactory(brand=brand, role=Role.VIEWER).user
    page = client_of(user).get(reverse("planner"))
    assert "Northbeam" in text(page)
    assert value_of(page, "zone") == value_of(page, "account_zone") == "America/New_York"
    user.time_zone = "Asia/Kathmandu"
    user.save()
    page = client_of(user).get(reverse("planner"))
    assert value_of(page, "zone") == "Asia/Kathmandu"
    assert value_of(page, "account_zone") == "America/New_York"


def test_somebody_without_a_brand_begins_in_utc_like_a_stranger(client):
    for page in (client.get(reverse("planner")), client_of(UserFactory()).get(reverse("planner"))):
        assert value_of(page, "zone") == value_of(page, "account_zone") == "UTC"
        assert value_of(page, "generated_on") == "2026-11-21"


def test_the_login_leads_to_the_planner(client):
    assert reverse("planner") in client.get(reverse("account_login")).content.decode()


# --- The answer -------------------------------------------------------------------------------------------------------
def test_the_answer_comes_first_with_both_clocks(client):
    page = planner(client)
    assert re.search(r"<h1[^>]*>\s*Ask for 60 days, not 30\s*</h1>", page.content.decode())
    said = text(page)
    assert said.index("Ask for 60 days, not 30") < said.index("30 days short") < said.index("Change the plan")
    assert "ends Tue 1 Dec, 23:00 CET" in said
    assert "Tue 1 Dec, 17:00 EST at the ad account · last full day there Mon 30 Nov" in said


def test_the_link_on_the_page_gives_the_same_page(client):
    page = planner(client, time="18:30", rights="dates", rights_from="2026-11-01", rights_to="2026-11-20")
    link = value_of_id(page, "link")
    assert link.startswith("http://testserver/planner/?starts_on=2026-11-01")
    parts = urlsplit(link)
    assert client.get(f"{parts.path}?{parts.query}").content == page.content


def value_of_id(response, name):
    found = re.search(rf'<input[^>]*id="{name}"[^>]*>', response.content.decode())
    return unescape(re.search(r'value="([^"]*)"', found[0])[1])


def test_what_a_chat_appends_to_a_link_does_not_matter(client):
    assert planner(client, utm_source="chat").status_code == 200
    assert client.get(reverse("planner"), {"utm_source": "chat"}).status_code == 200


def test_a_longest_window_narrows_the_choice(client):
    said = text(planner(client, longest="30"))
    assert "365 days last" not in said
    # From 1 November on 30 days would last, but for the hours that Berlin is ahead of New York.
    assert "Even 30 days are too short" in said


def test_days_of_rights_that_do_not_count_are_kept_but_not_judged(client):
    page = planner(client, rights="perpetual", rights_from="2026-12-01", rights_to="2026-12-05")
    assert page.status_code == 200
    assert "they are perpetual" in text(page)
    assert value_of(page, "rights_to") == "2026-12-05"


# --- What is wrong stands beside its field ----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"starts_on": None}, "starts_on", "Say which day."),
        ({"starts_on": "soon"}, "starts_on", "This is not a day. Write it as 2026-11-30."),
        ({"starts_on": "1999-12-31"}, "starts_on", "Choose a year from 2000 to 2100."),
        ({"ends_on": "2101-01-01"}, "ends_on", "Choose a year from 2000 to 2100."),
        ({"ends_on": "9999-12-31"}, "ends_on", "Choose a year from 2000 to 2100."),
        ({"ends_on": "2026-02-29"}, "ends_on", "This is not a day. Write it as 2026-11-30."),
        ({"ends_on": "2026-10-31"}, "ends_on", "The flight ends before it starts."),
        ({"generated_on": "2026-12-01", "zone": "UTC"}, None, ""),
        ({"generated_on": "2026-12-02"}, "generated_on", "The flight is over before that."),
        ({"time": "25:00"}, "time", "This is not a time. Write it as 18:30."),
        ({"generated_on": "2026-03-29", "time": "02:30"}, "time", "Clocks in Europe/Berlin skipped 02:30 that day."),
        ({"zone": "Mars/Base"}, "zone", "No such time zone. Choose one of the list, such as Europe/Berlin."),
        ({"zone": "../../etc/passwd"}, "zone", "No such time zone."),
        ({"account_zone": ""}, "account_zone", "This field is required."),
        ({"rights": "some"}, "rights", "Choose one of the four."),
        ({"rights": "dates"}, "rights_from", "Say which day."),
        ({"rights": "dates", "rights_from": "2026-11-01"}, "rights_to", "Say which day."),
        (
            {"rights": "dates", "rights_from": "2026-11-02", "rights_to": "2026-11-01"},
            "rights_to",
            "The rights end before they start.",
        ),
        ({"longest": "31"}, "longest", "Choose 7, 30, 60 or 365 days."),
        (
            {"generated_on": "2011-12-30", "zone": "Pacific/Apia"},
            "generated_on",
            "There was no 30 December 2011 in Pacific/Apia: clocks skipped that day.",
        ),
        (
            {"starts_on": "2011-12-30", "ends_on": "2011-12-30", "account_zone": "Pacific/Apia"},
            "ends_on",
            "There was no 30 December 2011 in Pacific/Apia: clocks skipped that day.",
        ),
    ],
)  # fmt: skip
def test_a_mistake_stands_beside_its_field_and_nothing_typed_is_lost(changes, field, message, client):
    if "2011" in str(changes):
        changes = {"generated_on": "2011-12-01", **changes}
    page = planner(client, **changes)
    if field is None:
        assert page.status_code == 200
        return
    assert page.status_code == 400
    errors = dict(
        re.findall(r'<p class="error" id="id_(\w+)_error">(.*?)</p>', page.content.decode(), re.DOTALL)
    )
    assert message in " ".join(unescape(errors[field]).split())
    for name, value in changes.items():
        if value and name not in {"rights", "longest"}:
            assert value_of(page, name) == value
    assert 'aria-invalid="true"' in page.content.decode()


def test_what_is_typed_is_escaped(client):
    page = planner(client, zone='"><script>alert(1)</script>')
    assert b"<script>alert" not in page.content
    assert page.status_code == 400
