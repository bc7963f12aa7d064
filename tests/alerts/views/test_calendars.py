"""A person's calendar: a secret address, read without a login, by what calendar programs are made of (icalendar)."""

import re
from datetime import date, timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar

from alerts.models import CalendarEvent, CalendarFeed
from alerts.operations.calendar_events import refresh_brand
from alerts.queries import calendars as queries
from alerts.queries.calendars import feed_events
from alerts.views import calendars
from authorizations.operations.codes import Extension, extend_codes
from brands.enums import Role
from brands.invitations import token_hash
from brands.models import AuditEntry, Membership
from campaigns.operations.flights import pause_flights
from sparktrack.core.clock import utc_now
from tests.factories import MembershipFactory
from tests.world import DAY, World, client_of, spark_code

pytestmark = pytest.mark.django_db

PAGE = "/account/calendar/"


class Desk:
    """A buyer with a flight that lapses in ten days, and their calendar."""

    def __init__(self, role=Role.BUYER):
        self.world = World(now=utc_now().replace(microsecond=0))
        self.user = self.world.member(role)
        self.code, self.flight = self.fly(buyer=self.user)
        self.client = client_of(self.user)

    def fly(self, title="Morning routine", **fields):
        post = self.world.post(fields.pop("creator", None), title=title)
        code = self.world.code(post, self.world.now - 5 * DAY, days=15, code=spark_code())
        self.world.right(self.world.day(-9), self.world.day(90), post=post)
        return code, self.world.flight(post, self.world.day(-1), self.world.day(28), **fields)

    def make(self):
        page = self.client.post(PAGE).content.decode()
        return re.search(r'value="http://[^/"]+(/calendar/cal_[\w-]+\.ics)"', page)[1]

    def refresh(self, at=None):
        refresh_brand(self.world.brand, now=at or utc_now())


@pytest.fixture
def desk():
    return Desk()


def events(answer):
    assert answer.status_code == 200
    return {
        str(each["SUMMARY"]).partition(":")[0]: each
        for each in Calendar.from_ical(answer.content).walk("VEVENT")
    }


def test_the_address_is_shown_once_and_only_its_hash_is_stored(desk):
    assert "It is off" in desk.client.get(PAGE).content.decode()
    answer = desk.client.post(PAGE)
    assert "no-store" in answer["Cache-Control"]
    token = re.search(r"cal_[\w-]+", answer.content.decode())[0]
    assert CalendarFeed.objects.get().token_hash == token_hash(token)
    assert 'href="webcal://' in answer.content.decode()
    page = desk.client.get(PAGE).content.decode()
    assert "It is on" in page
    assert token not in page
    assert not [entry for entry in AuditEntry.objects.values_list() if token in str(entry)]
    assert AuditEntry.objects.filter(action="person.calendar_made").count() == 1


def test_a_calendar_holds_what_lapses_and_ends_for_a_person(desk):
    path = desk.make()
    desk.refresh()
    answer = Client().get(path)
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Cache-Control"] == "private, max-age=300"
    assert not answer.cookies
    found = events(answer)
    assert set(found) == {"Stops", "Flight ends", "Last day of rights"}
    stops, ends = found["Stops"], found["Flight ends"]
    assert stops.decoded("DTSTART") == desk.code.expires_at
    assert ends.decoded("DTSTART") == desk.world.day(28)
    assert ends.decoded("DTEND") == desk.world.day(29)
    assert isinstance(ends.decoded("DTSTART"), date)
    assert (int(stops["SEQUENCE"]), str(stops["STATUS"]), str(stops["TRANSP"])) == (
        0,
        "CONFIRMED",
        "TRANSPARENT",
    )
    assert str(stops["URL"]).endswith(f"/b/{desk.world.brand.slug}/posts/{desk.flight.post_id}/")
    calendar = Calendar.from_ical(answer.content)
    assert (str(calendar["VERSION"]), str(calendar["X-WR-CALNAME"])) == ("2.0", "sparktrack")
    assert str(calendar["PRODID"]).startswith("-//sparktrack//")
    text = answer.content.decode()
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n" in text
    assert "DTSTART;VALUE=DATE:" in text


def test_lines_are_folded_and_texts_escaped(desk):
    desk.fly(title="Füße, Kaffee; \\ und " + "ein langer Titel " * 8 + "\nBEGIN:VALARM", buyer=desk.user)
    path = desk.make()
    desk.refresh()
    content = Client().get(path).content
    lines = content.split(b"\r\n")
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert max(map(len, lines)) <= 75
    assert not [line for line in lines if line.startswith(b"BEGIN:VALARM")]
    texts = [str(each["SUMMARY"]) for each in Calendar.from_ical(content).walk("VEVENT")]
    assert [text for text in texts if "Füße, Kaffee; \\ und ein langer" in text]


def test_an_unchanged_calendar_has_the_same_tag_and_is_not_sent_again(desk):
    path = desk.make()
    desk.refresh()
    first = Client().get(path)
    desk.refresh()
    again = Client().get(path, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"]
    extend_codes(extensions=[Extension(desk.code, days=7)], **desk.world.by)
    assert Client().get(path)["ETag"] == first["ETag"]  # looking changes nothing
    desk.refresh()
    changed = Client().get(path, headers={"If-None-Match": first["ETag"]})
    old, new = events(first)["Stops"], events(changed)["Stops"]
    assert str(old["UID"]) == str(new["UID"])
    assert int(new["SEQUENCE"]) == 1
    assert new.decoded("DTSTART") == desk.code.expires_at + 7 * DAY
    assert Client().head(path).status_code == 200


def test_a_cancelled_entry_says_so_for_thirty_days(desk):
    path = desk.make()
    desk.refresh()
    pause_flights(flights=[desk.flight], **desk.world.by)
    desk.refresh()
    stops = events(Client().get(path))["Stops"]
    assert (str(stops["STATUS"]), int(stops["SEQUENCE"])) == ("CANCELLED", 1)
    CalendarEvent.objects.update(cancelled_at=utc_now() - timedelta(days=31))
    assert not events(Client().get(path))


@pytest.mark.parametrize("token", ["cal_unknown", "x", "cal_" + "a" * 43])
def test_an_unknown_address_is_not_there(token):
    assert Client().get(f"/calendar/{token}.ics").status_code == 404


def test_a_renewed_or_stopped_address_is_dead_at_once(desk):
    old = desk.make()
    new = desk.make()
    assert [Client().get(path).status_code for path in (old, new)] == [404, 200]
    assert desk.client.post(f"{PAGE}stop/")["Location"] == PAGE
    assert Client().get(new).status_code == 404
    assert "It is off" in desk.client.get(PAGE).content.decode()
    assert desk.client.post(f"{PAGE}stop/").status_code == 302
    last = desk.make()
    desk.user.is_active = False
    desk.user.save()
    assert Client().get(last).status_code == 404


def test_everybody_sees_their_own_flights_and_admins_all_of_their_brands(desk):
    world = desk.world
    manager, admin, viewer = (world.member(role) for role in (Role.MANAGER, Role.ADMIN, Role.VIEWER))
    desk.fly(
        "Looked after", creator=world.creator(details={"manager": manager}), buyer=world.member(Role.BUYER)
    )
    _, unbought = desk.fly("Of the campaign")
    unbought.campaign.buyer = desk.user
    unbought.campaign.save()
    elsewhere = World(now=world.now)
    MembershipFactory(brand=elsewhere.brand, user=desk.user, role=Role.VIEWER)
    desk.refresh()
    seen = {}
    for user in (desk.user, manager, admin, viewer):
        client = client_of(user)
        token = re.search(r"cal_[\w-]+", client.post(PAGE).content.decode())[0]
        content = Client().get(f"/calendar/{token}.ics").content.decode().replace("\r\n ", "")
        seen[user] = {
            name for name in ("Morning routine", "Looked after", "Of the campaign") if name in content
        }
        assert content.count("BEGIN:VEVENT") == 3 * len(seen[user])  # lapse, last day, rights
    assert seen == {
        desk.user: {"Morning routine", "Of the campaign"},
        manager: {"Looked after"},
        admin: {"Morning routine", "Looked after", "Of the campaign"},
        viewer: set(),
    }


def test_who_leaves_a_brand_sees_nothing_of_it_any_more(desk):
    path = desk.make()
    desk.refresh()
    assert events(Client().get(path))
    Membership.objects.filter(user=desk.user).delete()
    assert not events(Client().get(path))


def test_it_holds_no_code_no_address_and_nothing_of_strangers(desk):
    other = Desk(Role.ADMIN)
    path = desk.make()
    for each in (desk, other):
        each.refresh()
    content = Client().get(path).content.decode().replace("\r\n ", "")
    assert "@example" not in content
    assert not re.search(r"#[\w+/]{20,}", content)
    assert desk.code.ending not in content
    assert other.world.brand.name not in content
    assert str(other.flight.post_id) not in content


def test_looking_too_often_is_refused_for_an_hour(desk, monkeypatch):
    monkeypatch.setattr(calendars, "_LOOKS_PER_HOUR", 2)
    path, other = desk.make(), Desk()
    assert [Client().get(path).status_code for _ in range(3)] == [200, 200, 429]
    assert Client().get(other.make()).status_code == 200
    cache.clear()
    assert Client().get(path).status_code == 200


def test_guesses_are_counted_together_and_fill_no_cache(settings, tmp_path, monkeypatch):
    monkeypatch.setattr(calendars, "_LOOKS_PER_HOUR", 0.2)  # of one address ten times as many
    backend = "django.core.cache.backends.filebased.FileBasedCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": tmp_path}}
    guesses = [Client().get(f"/calendar/cal_{number}.ics").status_code for number in range(4)]
    assert guesses == [404, 404, 429, 429]
    assert len(list(tmp_path.glob("*.djcache"))) == 1


@pytest.mark.parametrize(
    ("most", "kept"),
    [
        (1, {"Stops"}),
        (2, {"Stops", "Soon"}),
        (3, {"Stops", "Soon", "Late"}),
        (4, {"Stops", "Soon", "Late", "Was"}),
    ],
)
def test_of_too_many_entries_the_nearest_to_come_are_kept(most, kept, desk, monkeypatch):
    now, brand = desk.world.now, desk.world.brand
    monkeypatch.setattr(queries, "MOST_EVENTS", most)
    for summary, days in {"Late": 200, "Was": -5, "Stops": 2, "Soon": 9}.items():
        _, flight = desk.fly(buyer=desk.user)
        at = now + days * DAY
        when = {"at": at} if summary in {"Stops", "Was"} else {"on": at.date()}
        CalendarEvent.objects.create(
            brand=brand,
            kind="lapse",
            subject_id=flight.pk,
            summary=summary,
            changed_at=now,
            digest="0" * 64,
            **when,
        )
    assert {each.event.summary for each in feed_events(desk.user, now=now)} == kept


def test_a_calendar_takes_constantly_many_queries(desk):
    path = desk.make()
    desk.refresh()
    with CaptureQueriesContext(connection) as one:
        Client().get(path)
    desk.fly(buyer=desk.user)
    desk.fly(buyer=desk.user)
    desk.refresh()
    with CaptureQueriesContext(connection) as three:
        found = Client().get(path)
    assert len(Calendar.from_ical(found.content).walk("VEVENT")) == 9
    assert len(one) == len(three) <= 6
