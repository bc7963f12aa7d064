"""The calendar of a brand: what stands on which day, in the month and in the agenda."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse

from authorizations.operations.codes import revoke_codes
from brands.enums import Role
from campaigns.operations.flights import end_flights, pause_flights
from posts.enums import Stage
from posts.operations.stages import StageReached, record_stages
from tests.campaigns.scenes import many_flights, must_pause, ready_post, stops, waiting
from tests.world import DAY, NOW, World, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world():
    return World(time_zone="America/New_York")


@pytest.fixture
def show(world):
    """Opens the calendar of ``world`` as a viewer in Berlin."""
    client = client_of(world.member(Role.VIEWER, time_zone="Europe/Berlin"))

    def get(**parameters):
        return client.get(f"/b/{world.brand.slug}/calendar/", parameters)

    return get


def words(html):
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def agenda(response):
    """The days of the agenda: date → lines."""
    assert response.status_code == 200
    html = response.content.decode()
    return {
        re.search(r'datetime="([\d-]+)"', part)[1]: [
            words(line) for line in re.findall(r"<li>.*?</li>", part, re.DOTALL)
        ]
        for part in re.findall(r'<section class="day.*?</section>', html, re.DOTALL)
    }


def cells(response):
    """The days of the month: date → its lines."""
    assert response.status_code == 200
    html = response.content.decode()
    found = {}
    for cell in re.findall(r"<td.*?</td>", html, re.DOTALL):
        if day := re.search(r'datetime="([\d-]+)"', cell):
            found[day[1]] = [words(line) for line in re.findall(r"<li>.*?</li>", cell, re.DOTALL)]
    return found


# --- What stands on which day ---------------------------------------------------------------------------------------
def test_the_month_is_a_table_of_weeks_with_today_marked(world, show):
    response = show()
    page = response.content.decode()
    assert list(cells(response)) == [f"2026-11-{day:02}" for day in range(1, 31)]
    assert re.findall(r'<abbr title="(\w+)">', page)[0] == "Monday"
    (today,) = re.findall(r'<td class="today.*?</td>', page, re.DOTALL)
    assert words(today) == "21 Saturday today"
    assert "Nothing happens in November 2026" in page


def test_an_instant_stands_on_the_day_and_clock_of_the_reader(world, show):
    post = world.post(title="Night routine")
    # 2 December 2026, 23:30 in New York is the next day in Berlin.
    world.code(post, NOW - 20 * DAY + timedelta(hours=14, minutes=25), days=32)
    world.right(world.day(-30), post=post)
    world.flight(post, world.day(-5), world.day(20))
    found = cells(show(month="2026-12"))
    assert found["2026-12-04"] == ["Stops 05:30 Night routine"]
    line = agenda(show(month="2026-12", view="agenda"))["2026-12-04"][0]
    assert line.startswith("Stops Night routine @")
    assert line.endswith("Fri 4 Dec, 05:30 CET The code ends.")


def test_typed_days_stand_on_their_day_wherever_one_looks_from(world, show):
    post = ready_post(world, rights_days=5, title="Five pours")
    world.flight(
        post, date(2026, 11, 24), date(2026, 12, 9), ad_account=world.account(time_zone="Pacific/Auckland")
    )
    found = cells(show())
    assert found["2026-11-24"] == ["Starts Five pours"]
    assert found["2026-11-26"] == ["Pause Five pours"]
    assert cells(show(month="2026-12"))["2026-12-09"] == ["Ends Five pours"]
    # Said once: whoever asks for the rights alone finds their last day.
    assert cells(show(kind="rights"))["2026-11-26"] == [f"Rights end Five pours · @{post.creator.handle}"]
    assert "stops" not in " ".join(agenda(show(view="agenda"))["2026-11-26"]).lower()


def test_what_cannot_start_says_so_on_its_first_day(world, show):
    flight = waiting(world)
    (line,) = agenda(show(view="agenda"))["2026-11-26"]
    assert line.startswith(f"Cannot start {flight.post}")
    assert cells(show(kind="starts"))["2026-11-26"] == [f"Starts {flight.post}"]


def test_the_past_stays_as_it_was(world, show):
    post = world.post(title="Gone")
    world.code(post, NOW - 20 * DAY, days=60)
    world.right(world.day(-30), post=post)
    flight = world.flight(post, world.day(-12), world.day(9))
    revoke_codes(codes=list(post.codes.all()), at=NOW - 3 * DAY, **world.by)
    end_flights(flights=[flight], **world.by)
    found = cells(show())
    assert found["2026-11-09"] == ["Starts Gone"]
    assert found["2026-11-18"] == ["Stops 15:05 Gone"]
    assert found["2026-11-21"] == ["Ended Gone"]
    assert cells(show(month="2026-11"))["2026-11-30"] == []


def test_a_paused_flight_runs_into_nothing(world, show):
    flight = stops(world)
    assert cells(show(kind="stops"))["2026-11-26"]
    pause_flights(flights=[flight], **world.by)
    assert not cells(show(kind="stops"))["2026-11-26"]
    assert cells(show(month="2026-12", kind="ends"))["2026-12-11"]


def test_drafts_and_posts_stand_on_the_day_they_are_due(world, show):
    due = {"draft_due_on": date(2026, 11, 23), "post_due_on": date(2026, 11, 30)}
    waited, here = world.post(title="Ramen", details=due), world.post(title="Soup", details=due)
    record_stages(stages=[StageReached(here, Stage.DRAFT_RECEIVED, NOW)], **world.by)
    lines = agenda(show(view="agenda"))
    assert lines["2026-11-23"] == [
        f"Draft due Ramen @{waited.creator.handle}",
        f"Draft due Soup @{here.creator.handle} It is here.",
    ]
    assert [line.split(" @")[0] for line in lines["2026-11-30"]] == ["Post due Ramen", "Post due Soup"]
    assert "To come: 1 draft is due, 2 posts are due." in show().content.decode()


def test_the_week_of_black_friday_is_marked_and_leads_to_what_survives_it(show):
    page = show().content.decode()
    assert "BFCM 2026: what survives it" in page
    assert "peak/?name=BFCM%202026&amp;first=2026-11-23&amp;last=2026-11-30" in page
    assert re.findall(r'<td class="[^"]*peak[^"]*">.*?datetime="([^"]+)"', page, re.DOTALL) == [
        f"2026-11-{day}" for day in range(23, 31)
    ]
    assert "BFCM" not in show(month="2026-10").content.decode()
    # Cyber Monday lies in December where November begins on a Friday.
    assert "BFCM 2030" in show(month="2030-12").content.decode()


def test_rights_lead_to_their_page(world, show):
    right = world.right(world.day(-30), world.day(5), creator=world.creator())
    assert reverse("right", args=[world.brand.slug, right.pk]) in show().content.decode()


# --- Narrowing and going on -----------------------------------------------------------------------------------------
def test_it_can_be_narrowed_by_buyer_campaign_creator_and_kind(world, show):
    kim = world.member(Role.BUYER)
    own, other = must_pause(world, buyer=kim), must_pause(world)
    due = world.post(own.post.creator, title="Due", details={"post_due_on": date(2026, 11, 27)})

    def shown(**asked):
        found = agenda(show(view="agenda", **asked))
        return {
            name for name in (str(own.post.creator), str(other.post.creator), "Due") if name in str(found)
        }

    assert shown() == {str(own.post.creator), str(other.post.creator), str(due)}
    assert shown(buyer=str(kim.pk)) == {str(own.post.creator)}
    assert shown(campaign=str(other.campaign_id)) == {str(other.post.creator)}
    assert shown(creator=own.post.creator.handle) == {str(own.post.creator), "Due"}
    assert shown(kind="post", creator=own.post.creator.handle) == {str(own.post.creator), "Due"}
    kinds = {
        line.split()[0] for lines in agenda(show(view="agenda", kind="pause")).values() for line in lines
    }
    assert kinds == {"Pause"}


def test_what_does_not_fit_is_in_the_agenda(world, show):
    posts = world.posts(6)
    for post in posts:
        world.flight(post, world.day(-40), date(2026, 11, 27))
    lines = cells(show(kind="ends"))["2026-11-27"]
    assert len(lines) == 4
    assert lines[-1] == "3 more on Fri 27 Nov 2026"
    page = show(kind="ends").content.decode()
    assert page.count('href="?kind=ends&amp;month=2026-11&amp;view=agenda&amp;day=2026-11-27"') == 2
    assert list(agenda(show(kind="ends", day="2026-11-27"))) == ["2026-11-27"]
    assert len(agenda(show(kind="ends", view="agenda"))["2026-11-27"]) == 6


def test_neighbour_months_keep_the_filters_and_come_to_an_end(world, show):
    page = show(kind="ends", view="agenda").content.decode()
    assert re.search(r'rel="prev"[^>]*href="\?kind=ends&amp;month=2026-10&amp;view=agenda"', page)
    assert re.search(r'rel="next"[^>]*href="\?kind=ends&amp;month=2026-12&amp;view=agenda"', page)
    assert 'rel="next"' not in show(month="2027-12").content.decode()
    assert show(month="2031-02").status_code == 200
    assert reverse("calendar") in page


def test_what_nobody_can_ask_for_is_refused(show):
    for name, value in (
        ("month", "2026-13"),
        ("month", "soon"),
        ("kind", "x"),
        ("view", "x"),
        ("color", "1"),
        ("buyer", "1"),
    ):
        response = show(**{name: value})
        assert response.status_code == 400, name
        assert "Show this month" in response.content.decode()


# --- Bounds ---------------------------------------------------------------------------------------------------------
def test_queries_and_bytes_are_bounded(world, show, django_assert_max_num_queries):
    show()
    for number in (1, 2, 47):
        many_flights(world, [f"Post {place}" for place in range(number)], code_days=lambda place: place % 9)
        for view in ("month", "agenda"):
            with django_assert_max_num_queries(11):
                assert len(show(view=view).content) < 60_000


def test_a_month_that_is_too_full_says_so(world, show, monkeypatch):
    monkeypatch.setattr("workplace.queries.calendar.MOST_ROWS", 2)
    for _ in range(2):
        stops(world)
    assert "narrow it down" not in show().content.decode()
    stops(world)
    assert "narrow it down" in show().content.decode()


def test_another_brand_is_not_in_it(world, show):
    canary = World()
    flight = stops(canary, campaign=canary.campaign("zq7canary"))
    must_pause(canary)
    assert "zq7canary" not in show(view="agenda").content.decode()
    assert not any(cells(show()).values())
    assert show(campaign=str(flight.campaign_id)).status_code == 400
