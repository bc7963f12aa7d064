"""The peak: which flights and posts survive a named period, what limits the others, what to ask for."""

import re
from datetime import date
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from brands.enums import Role
from brands.models import AuditEntry
from campaigns.operations.flights import end_flights
from posts.enums import Lane
from sparktrack.core.ids import uuid7
from tests.world import DAY, World, client_of
from workplace.models import SavedPeak
from workplace.operations.peaks import PeakRefusedError, save_peak
from workplace.queries.flights_peak import GROUPS, peak_answer
from workplace.queries.peaks import Peak, usual_peak

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(time_machine):
    world = World(tracks_rights=False)
    time_machine.move_to(world.now, tick=False)
    return world


def named(world, **posts):
    """A post for each name, with a code of so many days from now; None: no code."""
    made = {}
    for name, days in posts.items():
        made[name] = world.post(world.creator(name), title=name.title())
        if days:
            world.code(made[name], world.now, days)
    return made


@pytest.mark.parametrize(
    ("today", "first", "last"),
    [
        (date(2026, 11, 21), date(2026, 11, 23), date(2026, 11, 30)),
        (date(2026, 11, 30), date(2026, 11, 23), date(2026, 11, 30)),
        (date(2026, 12, 1), date(2027, 11, 22), date(2027, 11, 29)),
        (date(2024, 1, 1), date(2024, 11, 25), date(2024, 12, 2)),
    ],
)
def test_the_usual_peak_is_the_week_of_black_friday_to_cyber_monday(today, first, last):
    peak = usual_peak(today)
    assert (peak.name, peak.first, peak.last) == (f"BFCM {first.year}", first, last)


def test_flights_and_posts_stand_in_the_group_of_their_fate(world):
    posts = named(world, ada=365, bea=4, cy=365, di=4, eve=None, flo=4, gus=3)
    world.flight(posts["ada"], world.day(-1), world.day(30))
    world.flight(posts["bea"], world.day(-1), world.day(30))
    # Over before its code ends: it ends in the peak, as planned.
    world.flight(posts["flo"], world.day(-1), world.day(3))
    # Ends in the peak as well, but its code does before: it falls short.
    world.flight(posts["gus"], world.day(-1), world.day(5))
    end_flights(flights=[world.flight(posts["di"], world.day(-1), world.day(30))], **world.by)
    world.post(title="Kept out", details={"lane": Lane.KEEP_OUT_OF_PAID})
    found = peak_answer(world.brand, Peak("Week", world.day(2), world.day(9)), now=world.now)
    groups = {name: [line.post.title for line in found.lines[name]] for name in GROUPS}
    assert groups == {
        "surviving": ["Ada"],
        "ending": ["Flo"],
        "falling": ["Gus", "Bea"],
        "ready": ["Cy"],
        "lacking": ["Eve", "Di"],
    }
    assert found.counts == {"surviving": 1, "ending": 1, "falling": 2, "ready": 1, "lacking": 2}
    _, bea = found.lines["falling"]
    assert bea.gaps[0].starts_at == world.now + 4 * DAY
    assert bea.at_risk.amount == 600  # 25 Nov 14:05 to 1 Dec 00:00 are six begun days


def test_counts_come_first_then_what_to_ask_for(world):
    posts = named(world, ada=365, bea=4)
    for post in posts.values():
        world.flight(post, world.day(-1), world.day(20))
    answer = client_of(world.member(Role.VIEWER)).get(f"/b/{world.brand.slug}/peak/")
    text = " ".join(answer.content.decode().split())
    assert "1 of 2 planned flights survives BFCM 2026" in text
    assert "Mon 23 Nov – Mon 30 Nov · days of" in text
    assert "Ask @bea for 30 days: Bea" in text
    assert "≈ $600 at risk" in text
    asked = {"first": world.day(10), "last": world.day(12)}
    later = client_of(world.member(Role.VIEWER)).get(f"/b/{world.brand.slug}/peak/", asked).content.decode()
    assert "Code ends too early" in later
    assert "Code ended" not in later


def test_the_days_stand_in_the_address_and_wrong_ones_are_refused(world):
    client = client_of(world.member(Role.BUYER))
    url = f"/b/{world.brand.slug}/peak/"
    shown = client.get(url, {"name": "Mothers day", "first": "2027-05-03", "last": "2027-05-09"})
    assert "No flight is planned for Mothers day" in shown.content.decode()
    for first, last in (("2027-05-09", "2027-05-03"), ("2027-01-01", "2027-12-31"), ("soon", "")):
        assert client.get(url, {"first": first, "last": last}).status_code == 400
    over = client.get(url, {"name": "Spring", "first": "2026-05-03", "last": "2026-05-09"})
    assert "Spring is over" in over.content.decode()


def test_large_brands_are_counted_so_far_and_say_so(world, monkeypatch):
    monkeypatch.setattr("workplace.queries.flights_peak.COUNTED", 2)
    monkeypatch.setattr("workplace.views.flights_peak.COUNTED", 2)
    monkeypatch.setattr("workplace.queries.flights_peak.NEWEST", 3)
    posts = world.posts(8)
    for post in posts[:4]:
        world.flight(post, world.day(-1), world.day(20))
    text = client_of(world.member(Role.VIEWER)).get(f"/b/{world.brand.slug}/peak/").content.decode()
    assert "2+ planned flights fall short of BFCM 2026, 0 survive" in text
    assert "Of posts without a flight the newest 5000 are looked at." in text


def test_nothing_of_another_brand_is_counted_and_queries_are_constant(world):
    other = World(tracks_rights=False)
    for post in named(other, secretive=365).values():
        other.flight(post, other.day(-1), other.day(20))
    client, url = client_of(world.member(Role.VIEWER)), f"/b/{world.brand.slug}/peak/"
    assert "secretive" not in client.get(url).content.decode()
    counts = []
    for more in (1, 30):
        for post in world.posts(more):
            world.flight(post, world.day(-1), world.day(20))
        with CaptureQueriesContext(connection) as queries:
            page = client.get(url)
        counts.append(len(queries))
    assert f"0 of {sum((1, 30))} planned flights" in page.content.decode()
    assert len(page.content) < 60_000
    assert counts[0] <= counts[1] <= 18


def hrefs(page, words):
    """The addresses of the links with these words."""
    found = re.findall(r'<a [^>]*?href="([^"]+)"[^>]*>(.*?)</a>', page, re.DOTALL)
    return [unescape(href) for href, inner in found if words in inner]


def test_large_groups_have_pages_of_their_own_and_every_line_is_reached(world, monkeypatch):
    monkeypatch.setattr("workplace.queries.flights_peak.PER_PAGE", 5)
    for post in world.posts(17):
        world.flight(post, world.day(-1), world.day(30))
    idle = world.posts(13)
    client, url = client_of(world.member(Role.VIEWER)), f"/b/{world.brand.slug}/peak/"
    page = client.get(url).content.decode()
    for words, number in (("All 17", 17), ("All 13", 13)):
        (address,) = hrefs(page, words)
        seen = []
        while address:
            shown = client.get(url + address).content.decode()
            seen += re.findall(r'<p class="who"><a href="([^"]+)"', shown)
            address = next(iter(hrefs(shown, "Next page")), "")
        assert len(seen) == len(set(seen)) == number
    assert {path.split("/")[-2] for path in seen} == {str(post.pk) for post in idle}
    for odd in ("group=falling&after=x", "group=dreams", f"group=falling&after={uuid7()}"):
        assert client.get(f"{url}?{odd}").status_code == 400


def test_a_peak_is_kept_shown_in_the_calendar_and_deleted(world):
    buyer, viewer = (client_of(world.member(role)) for role in (Role.BUYER, Role.VIEWER))
    slug = world.brand.slug
    url = f"/b/{slug}/peak/"
    days = {"name": "Singles  day", "first": "2026-11-24", "last": "2026-11-25"}
    assert 'id="keep-peak"' not in viewer.get(url, days).content.decode()
    assert viewer.post(f"{url}keep/", days).status_code == 403
    assert "Keep Singles day" in " ".join(buyer.get(url, days).content.decode().split())
    page = buyer.post(f"{url}keep/", days, follow=True).content.decode()
    assert "Singles day is kept" in page
    (kept,) = SavedPeak.objects.for_brand(world.brand)
    assert (kept.name, kept.first_on, kept.last_on) == ("Singles day", date(2026, 11, 24), date(2026, 11, 25))
    # It stands in the calendar, and among the peaks, for everybody; the other one as well.
    for shown in (viewer.get(url), viewer.get(f"/b/{slug}/calendar/")):
        assert "Singles day" in shown.content.decode()
        assert "BFCM 2026" in shown.content.decode()
    # The same name gets other days.
    buyer.post(f"{url}keep/", {**days, "last": "2026-11-26"})
    kept.refresh_from_db()
    assert kept.last_on == date(2026, 11, 26)
    assert viewer.post(f"{url}{kept.pk}/delete/").status_code == 403
    assert buyer.post(f"/b/{World().brand.slug}/peak/{kept.pk}/delete/").status_code == 404
    assert "not kept any more" in buyer.post(f"{url}{kept.pk}/delete/", follow=True).content.decode()
    assert not SavedPeak.objects.exists()
    actions = AuditEntry.objects.filter(object_id=kept.pk).order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["peak.kept", "peak.moved", "peak.deleted"]


def test_the_next_kept_peak_opens_and_those_of_other_brands_do_not(world):
    other = World()
    for brand, name in ((world, "Early sale"), (other, "Canary sale")):
        save_peak(name=name, first_on=world.day(0), last_on=world.day(1), **brand.by)
    page = client_of(world.member(Role.VIEWER)).get(f"/b/{world.brand.slug}/peak/").content.decode()
    assert "Peak: Early sale" in page
    assert "Canary" not in page


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("", "2026-11-24", "2026-11-25"),
        ("x" * 61, "2026-11-24", "2026-11-25"),
        ("Sale", "2026-11-25", "2026-11-24"),
        ("Sale", "2026-01-01", "2026-12-01"),
    ],
)
def test_what_is_no_peak_is_not_kept_and_stays_typed(world, name, first, last):
    sent = {"name": name, "first": first, "last": last}
    answer = client_of(world.member(Role.BUYER)).post(f"/b/{world.brand.slug}/peak/keep/", sent)
    assert answer.status_code == 400
    assert f'value="{first}"' in answer.content.decode()
    assert not SavedPeak.objects.exists()
    with pytest.raises(PeakRefusedError):
        save_peak(name=name, first_on=date.fromisoformat(first), last_on=date.fromisoformat(last), **world.by)


def test_words_say_what_ends_during_the_peak(world):
    for name, post in named(world, ada=365, flo=365).items():
        world.flight(post, world.day(-1), world.day(3 if name == "flo" else 40))
    text = client_of(world.member(Role.VIEWER)).get(f"/b/{world.brand.slug}/peak/").content.decode()
    assert "1 of 2 planned flights survives BFCM 2026" in text
    assert "1 ends during it, as planned." in text
    assert "End during the peak" in text
