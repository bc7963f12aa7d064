"""The pages of alerts: a line a lapse, who was told and how it fared, what people say of it."""

import re
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from alerts.enums import AlertKind, AttemptOutcome, DeliveryState, Form, Outcome
from alerts.models import Alert, Notice
from alerts.operations.saying import acknowledge, snooze
from brands.enums import Role
from brands.models import AuditEntry
from campaigns.models import Flight
from tests.alerts import scenes
from tests.campaigns.scenes import must_pause, ready_post, stops, without_rights
from tests.world import DAY, NOW, World, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    with time_machine.travel(NOW, tick=False):
        yield World(name="Northbeam", time_zone="America/New_York")


@pytest.fixture
def mara(world):
    return world.member(Role.MANAGER, full_name="Mara Okafor", time_zone="Europe/Berlin")


@pytest.fixture
def jonas(world):
    return world.member(Role.BUYER, full_name="Jonas Weber")


@pytest.fixture
def client(world, jonas):
    return client_of(jonas)


def flight_of(world, mara, jonas, *, code_days=5, **post):
    """Running until the code ends, of a creator that Mara looks after, bought by Jonas."""
    creator = world.creator(details={"manager": mara})
    made = ready_post(world, code_days=code_days, creator=creator, **post)
    return world.flight(made, world.day(-1), world.day(20), buyer=jonas)


def show(client, world, **query):
    return client.get(reverse("alerts", args=[world.brand.slug], query=query))


def opened(client, world, alert):
    return client.get(reverse("alert", args=[world.brand.slug, alert.pk]))


def send(client, name, world, *ids, **data):
    return client.post(reverse(name, args=[world.brand.slug, *ids]), data)


def words(response):
    body = re.search(r"<main.*</main>", response.content.decode(), re.DOTALL)[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def titles(response):
    return re.findall(r'class="who">\s*<a href="[^"]+">([^<]+)</a>', response.content.decode())


# --- The list -------------------------------------------------------------------------------------------------------
def test_a_line_says_what_ends_when_whose_move_it_is_who_was_told_and_the_money(world, mara, jonas, client):
    flight = flight_of(world, mara, jonas, title="Morning routine")
    row = scenes.alert(world, flight)
    scenes.told(row, mara)
    scenes.waiting(row, jonas)
    page = show(client, world)
    said = words(page)
    assert "in 5 d" in said
    assert "Thu 26 Nov, 09:05 EST" in said
    assert "Code ends" in said
    assert "Mara's move 3 days before · told Mara, waits for Jonas" in said
    assert "$100 a day" in said
    assert f"· {flight.campaign} · Jonas" in said
    assert reverse("alert", args=[world.brand.slug, row.pk]) in page.content.decode()


def test_the_words_for_rights_never_say_that_anything_stops(world, client):
    coming = scenes.alert(world, must_pause(world), kind=AlertKind.RIGHTS)
    late = scenes.alert(
        world, without_rights(world), kind=AlertKind.RIGHTS, lapses_at=world.now - 3 * DAY, step=-1
    )
    for page in (show(client, world), opened(client, world, coming), opened(client, world, late)):
        assert not re.search(r"\bstop", words(page), re.IGNORECASE)
    assert "Rights end Thu 26 Nov: pause it that day" in words(opened(client, world, coming))
    assert "Runs without permission" in words(opened(client, world, late))


def test_only_the_side_that_lapses_is_spoken_of(world, client):
    post = ready_post(world, code_days=9, rights_days=3)
    flight = world.flight(post, world.day(-1), world.day(20))
    scenes.alert(world, flight, kind=AlertKind.CODE, lapses_at=world.now + 9 * DAY)
    said = words(show(client, world))
    assert "Code ends" in said
    assert "Rights end" not in said


def test_a_lapse_with_many_flights_is_one_line_with_their_money(world, mara, jonas, client):
    post = ready_post(world, code_days=5)
    account = world.account(currency="GBP")
    flights = [world.flight(post, world.day(-1), world.day(20)) for _ in range(7)]
    pounds = world.flight(post, world.day(-1), world.day(20), ad_account=account)
    row = scenes.alert(world, *flights, pounds)
    said = words(show(client, world))
    assert "8 flights" in said
    assert "£100 + $700 a day" in said
    assert len(titles(show(client, world))) == 1
    assert "Flights it hits 8" in words(opened(client, world, row))


def test_states_are_tabs(world, mara, jonas, client):
    flight = flight_of(world, mara, jonas)
    rows = [scenes.alert(world, flight, lapses_at=world.now + days * DAY) for days in (5, 6, 7, 8, 9, 40)]
    acknowledge(alerts=[rows[1]], by=mara, **world.by)
    snooze(alerts=[rows[2]], until=world.now + 2 * DAY, reason="At the lawyer's", by=mara, **world.by)
    scenes.closed(rows[3], world.now - DAY)
    scenes.closed(rows[4], world.now - DAY, Outcome.SUPERSEDED)
    scenes.closed(rows[5], world.now - 31 * DAY)
    said = words(show(client, world))
    assert "Open 1 Acknowledged 1 Snoozed 1 Closed" in said
    assert "Mara has it" in words(show(client, world, state="acknowledged"))
    assert "At the lawyer's (Mara)" in words(show(client, world, state="snoozed"))
    closed = show(client, world, state="closed")
    assert "Resolved" in words(closed)
    for state in ("open", "acknowledged", "snoozed", "closed"):
        assert len(titles(show(client, world, state=state))) == 1


def test_a_snooze_that_is_over_is_open_again(world, client):
    scenes.alert(
        world, stops(world), snoozed_until=world.now, snooze_reason="Wait", lapses_at=world.now + 9 * DAY
    )
    assert len(titles(show(client, world))) == 1


def test_it_can_be_narrowed_to_mine_a_kind_and_a_post(world, mara, jonas, client):
    first = flight_of(world, mara, jonas, title="First")
    second = flight_of(world, mara, jonas, title="Second")
    scenes.told(scenes.alert(world, first), mara)
    row = scenes.alert(world, second, kind=AlertKind.RIGHTS)
    scenes.waiting(row, jonas, Form.DIGEST)
    assert titles(show(client, world, whose="mine")) == ["Second"]
    assert titles(show(client, world, kind="code")) == ["First"]
    assert titles(show(client, world, post=str(second.post_id))) == ["Second"]


def test_a_quiet_step_is_still_mine(world, mara, jonas, client):
    flight = flight_of(world, mara, jonas)
    scenes.told(scenes.closed(scenes.alert(world, flight, step=7), world.now, Outcome.SUPERSEDED), jonas)
    scenes.alert(world, flight, step=3)
    assert len(titles(show(client, world, whose="mine"))) == 1


@pytest.mark.parametrize(
    "query", [{"colour": "red"}, {"state": "lost"}, {"after": "x"}, {"post": "7"}, {"kind": "\0"}]
)
def test_what_is_no_filter_is_400_and_leads_back(query, world, client):
    page = show(client, world, **query)
    assert page.status_code == 400
    assert "Show all open alerts" in words(page)


@pytest.mark.parametrize("state", ["open", "closed"])
def test_pages_go_by_key_and_show_every_line_once(state, world, client, monkeypatch):
    monkeypatch.setattr("alerts.queries.alerts.PAGE_LINES", 2)
    flight = stops(world)
    for number in range(5):
        row = scenes.alert(
            world, flight, lapses_at=world.now + (5 + number // 2) * DAY, kind="code", step=number + 2
        )
        if state == "closed":
            scenes.closed(row, world.now - (number // 2) * DAY)
        else:
            Alert.objects.filter(pk=row.pk).update(subject_id=row.pk)
    seen, page = [], show(client, world, state=state)
    while True:
        html = page.content.decode()
        seen += re.findall(r'class="who">\s*<a href="([^"]+)"', html)
        link = re.search(r'href="([^"]+)">Next page', html)
        if not link:
            break
        page = client.get(f"{reverse('alerts', args=[world.brand.slug])}{unescape(link[1])}")
    assert len(seen) == len(set(seen)) == 5


def test_an_empty_list_says_what_would_stand_there(world, client):
    assert "Nobody has to do anything" in words(show(client, world))
    assert "Nothing waits for you" in words(show(client, world, whose="mine"))
    assert "Nothing is put off" in words(show(client, world, state="snoozed"))
    assert "No alert fits" in words(show(client, world, kind="post"))


@pytest.mark.parametrize("state", ["open", "closed"])
def test_the_number_of_queries_is_the_same_with_one_three_and_fifty_lines(state, world, mara, jonas, client):
    flight = flight_of(world, mara, jonas)

    def queries(rows):
        while Alert.objects.count() < rows:
            row = scenes.alert(world, flight, lapses_at=world.now + (5 + Alert.objects.count()) * DAY)
            scenes.told(row, mara)
            if state == "closed":
                scenes.closed(row, world.now)
        with CaptureQueriesContext(connection) as captured:
            assert len(titles(show(client, world, state=state))) == rows
        return len(captured)

    queries(1)  # the first page of a session also notes when it began
    few = queries(1)
    assert queries(3) == queries(50) == few
    assert few <= 15


def test_one_s_own_alerts_are_those_of_all_brands(world, mara, jonas, client):
    other = World(name="Southlight")
    other.brand.memberships.create(user=jonas, role=Role.BUYER, created_at=NOW)
    left = World(name="Leftlane")
    for place in (world, other, left):
        scenes.told(scenes.alert(place, stops(place)), jonas)
    scenes.alert(world, stops(world))
    page = client.get(reverse("my-alerts"))
    assert len(titles(page)) == 2
    assert "Northbeam" in words(page)
    assert "Southlight" in words(page)
    assert "Leftlane" not in words(page)
    assert client.get(reverse("my-alerts", query={"colour": "red"})).status_code == 400


# --- One lapse ------------------------------------------------------------------------------------------------------
def test_every_attempt_to_tell_somebody_is_there_with_its_outcome(world, mara, jonas, client):
    flight = flight_of(world, mara, jonas)
    row = scenes.alert(world, flight, step=0, lapses_at=world.now)
    delivery = scenes.message(mara, world.now, subject="ZQ7 of another brand", message=None)
    scenes.waiting(row, mara, Form.AT_ONCE, delivery=delivery)
    scenes.tried(delivery, AttemptOutcome.DEFERRED, "451 4.7.1 greylisted")
    scenes.tried(delivery, None)
    scenes.tried(delivery, answer="250 2.0.0 queued")
    refused = scenes.message(jonas, world.now, state=DeliveryState.FAILED, problem="550 no such user")
    scenes.waiting(row, jonas, Form.AT_ONCE, delivery=refused)
    scenes.tried(refused, AttemptOutcome.REFUSED, "550 no such user")
    room = scenes.message(scenes.channel(world, "Launches"), world.now, alert=row, event="alert.raised")
    scenes.tried(room, answer="200")
    said = words(opened(client, world, row))
    for part in (
        "Mara Okafor mail at once accepted Sat 21 Nov, 09:05 EST",
        "deferred, tried again 451 4.7.1 greylisted",
        "cut short: nobody knows whether it arrived",
        "accepted 250 2.0.0 queued",
        "Jonas Weber mail at once not delivered",
        "refused 550 no such user",
        "Launches Slack accepted",
        f"{mara.email}",
        "3 attempts",
    ):
        assert part in said
    assert "ZQ7" not in said


def test_an_attempt_under_way_is_not_called_cut_short(world, mara, client):
    row = scenes.alert(world, stops(world), step=0)
    delivery = scenes.message(mara, world.now, state=DeliveryState.SENDING)
    scenes.waiting(row, mara, Form.AT_ONCE, delivery=delivery)
    scenes.tried(delivery, None)
    assert "under way" in words(opened(client, world, row))


def test_viewers_see_who_was_told_but_no_address_and_no_answer(world, mara, client):
    viewer = client_of(world.member(Role.VIEWER))
    row = scenes.alert(world, stops(world))
    delivery = scenes.message(mara, world.now, problem=f"550 <{mara.email}>", state=DeliveryState.FAILED)
    scenes.waiting(row, mara, delivery=delivery)
    scenes.tried(delivery, AttemptOutcome.REFUSED, f"550 <{mara.email}>")
    said = words(opened(viewer, world, row))
    assert "Mara Okafor" in said
    assert mara.email not in said
    assert "550" not in said
    assert "I have it" not in said
    assert mara.email in words(opened(client, world, row))


def test_what_waits_says_for_whose_morning(world, mara, jonas, client):
    row = scenes.alert(world, flight_of(world, mara, jonas))
    scenes.waiting(row, mara)
    scenes.waiting(row, mara, Form.DIGEST, repeat_on=world.day(1))
    said = words(opened(client, world, row))
    # Sat 21 Nov in New York and Berlin: the next working morning is Monday, 8:00 of her own clock.
    assert "Mara Okafor morning mail waits until Mara's morning, Mon 23 Nov, 02:00 EST" in said
    assert "line of the morning mail, again waits" in said
    assert "Sun 22 Nov, 02:00 EST" in said


def test_all_steps_of_the_lapse_are_told_and_those_to_come(world, mara, jonas, client):
    flight = flight_of(world, mara, jonas)
    early = scenes.alert(world, flight, step=14, raised_at=world.now - 9 * DAY)
    scenes.told(early, mara, Form.DIGEST)
    scenes.closed(early, world.now, Outcome.SUPERSEDED)
    skipped = scenes.closed(scenes.alert(world, flight, step=30), world.now, Outcome.SKIPPED)
    newest = scenes.alert(world, flight, step=7)
    for asked in (early, newest, skipped):
        said = words(opened(client, world, asked))
        assert said.index("7 days before ·") < said.index("14 days before ·")
        assert "30 days before" not in said
        assert "Mon 23 Nov, 09:05 EST 3 days before: in the morning mail" in said
        assert "Wed 25 Nov, 09:05 EST 1 day before: to buyer and manager" in said
        assert "Thu 26 Nov, 09:05 EST at the lapse: at once" in said


def test_quiet_steps_are_not_among_those_to_come(world, mara, jonas, client):
    row = scenes.alert(world, flight_of(world, mara, jonas), step=7)
    acknowledge(alerts=[row], by=mara, **world.by)
    said = words(opened(client, world, row))
    assert "3 days before:" not in said
    assert "1 day before:" in said
    snooze(alerts=[row], until=world.now + 3 * DAY, reason="Soon", by=mara, **world.by)
    said = words(opened(client, world, row))
    assert "3 days before:" not in said
    assert "1 day before:" in said


def test_the_page_of_a_closed_one_and_of_one_without_flights(world, mara, jonas, client):
    flight = flight_of(world, mara, jonas, title="Morning routine")
    row = scenes.closed(scenes.alert(world, flight), world.now)
    said = words(opened(client, world, row))
    assert "Resolved" in said
    assert "Open it again" not in said
    lone = scenes.alert(world, lapses_at=world.now + 6 * DAY)
    assert "The flights that it hit were deleted." in words(opened(client, world, lone))
    assert show(client, world).status_code == 200


def test_the_page_of_a_lapse_takes_the_same_queries_however_much_was_said(world, mara, jonas, client):
    row = scenes.alert(world, flight_of(world, mara, jonas), step=0, lapses_at=world.now)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert opened(client, world, row).status_code == 200
        return len(captured)

    scenes.told(row, mara)
    scenes.waiting(row, jonas)
    acknowledge(alerts=[row], by=mara, **world.by)
    queries()
    few = queries()
    for days in range(1, 4):
        delivery = scenes.message(mara, world.now)
        scenes.tried(delivery)
        Notice.objects.create(
            brand=world.brand,
            alert=row,
            user=mara,
            form="round",
            repeat_on=world.day(days),
            delivery=delivery,
            created_at=world.now,
        )
    assert queries() == few
    assert few <= 22


# --- What people say ------------------------------------------------------------------------------------------------
def test_several_are_acknowledged_at_once_and_that_can_be_undone(world, mara, jonas, client):
    rows = [scenes.alert(world, stops(world)) for _ in range(3)]
    back = reverse("alerts", args=[world.brand.slug], query={"kind": "code"})
    answer = send(client, "alerts-acknowledge", world, alert=[row.pk for row in rows[:2]], back=back)
    assert answer.status_code == 302
    assert answer["Location"].startswith(f"{back}&did=acknowledged.")
    page = client.get(answer["Location"])
    assert "2 alerts acknowledged. Undo" in words(page)
    assert len(titles(page)) == 1
    assert Alert.objects.filter(acknowledged_by=jonas).count() == 2
    assert AuditEntry.objects.filter(brand=world.brand, action="alert.acknowledged").count() == 2
    undo = re.search(r'action="[^"]+/reopen/".*?</form>', page.content.decode(), re.DOTALL)[0]
    ids = re.findall(r'name="alert" value="([^"]+)"', undo)
    answer = send(client, "alerts-reopen", world, alert=ids, back=page.request["PATH_INFO"])
    assert "Open again." in words(client.get(answer["Location"]))
    assert not Alert.objects.exclude(acknowledged_at=None).exists()
    # Somebody else's address undoes nothing for me.
    assert "Undo" not in words(
        client_of(mara).get(page.request["PATH_INFO"] + "?" + page.request["QUERY_STRING"])
    )


def test_nothing_chosen_and_what_is_not_there_changes_nothing(world, client):
    other = World()
    foreign = scenes.alert(other, stops(other))
    for chosen in ([], [str(foreign.pk)], ["x", "\0"]):
        answer = send(client, "alerts-acknowledge", world, alert=chosen)
        assert "Nothing was chosen." in words(client.get(answer["Location"]))
    assert not Alert.objects.exclude(acknowledged_at=None).exists()


@pytest.mark.parametrize(
    "place", ["https://evil.example/b/", "//evil.example", "/accounts/logout/", "", "/\\evil.example"]
)
def test_a_form_leads_back_to_pages_of_the_brand_only(place, world, client):
    row = scenes.alert(world, stops(world))
    answer = send(client, "alerts-acknowledge", world, alert=row.pk, back=place)
    assert answer["Location"].startswith(f"/b/{world.brand.slug}/alerts/?did=")


def test_a_lapse_is_snoozed_until_a_day_with_a_reason_and_opened_again(world, jonas, client):
    row = scenes.alert(world, stops(world), lapses_at=world.now + 9 * DAY)
    answer = send(
        client, "alert-snooze", world, row.pk, until="2026-11-25", reason="Contract at the lawyer's"
    )
    assert answer.status_code == 302
    row.refresh_from_db()
    assert row.snoozed_until.isoformat() == "2026-11-25T05:00:00+00:00"  # that day's begin in New York
    said = words(client.get(answer["Location"]))
    assert "Snoozed to Wed 25 Nov by Jonas Weber: Contract at the lawyer's" in said
    assert "Snoozed: Contract at the lawyer's Jonas Weber" in said
    send(client, "alerts-reopen", world, alert=row.pk)
    row.refresh_from_db()
    assert row.snoozed_until is None


@pytest.mark.parametrize(
    ("until", "reason", "said"),
    [
        ("2026-11-25", "", "Say why it can wait"),
        ("2026-11-21", "Soon", "still to come"),
        ("2026-11-30", "Soon", "take Sun 29 Nov or earlier"),
        ("x", "Soon", "Enter a valid date"),
    ],
)
def test_a_snooze_that_cannot_be_is_refused_beside_the_field(until, reason, said, world, client):
    row = scenes.alert(world, stops(world), lapses_at=world.now + 9 * DAY)
    answer = send(client, "alert-snooze", world, row.pk, until=until, reason=reason)
    assert answer.status_code == 422
    assert said in words(answer)
    assert f'value="{until}"' in answer.content.decode()
    row.refresh_from_db()
    assert row.snoozed_until is None


def test_on_the_last_day_nothing_is_put_off(world, client):
    row = scenes.alert(world, stops(world), step=1, lapses_at=world.now + DAY)
    assert "Snooze" not in words(opened(client, world, row)).replace("Snoozed", "")
    answer = send(client, "alert-snooze", world, row.pk, until="2026-11-22", reason="Soon")
    assert answer.status_code == 422


def test_paused_in_ads_manager_is_noted_for_all_flights_that_run_without_rights(world, mara, jonas, client):
    post = ready_post(world, rights_days=-3)
    flights = [world.flight(post, world.day(-10), world.day(20)) for _ in range(2)]
    row = scenes.alert(world, *flights, kind=AlertKind.RIGHTS, lapses_at=world.now - 3 * DAY, step=0)
    page = opened(client, world, row)
    assert "All 2 are paused in Ads Manager" in words(page)
    assert "Every morning until it is paused" in words(page)
    named = re.findall(r'name="flight" value="([^"]+)"', page.content.decode())
    answer = send(client, "alert-paused", world, row.pk, flight=named)
    assert "Noted: paused in Ads Manager." in words(client.get(answer["Location"]))
    assert Flight.objects.filter(paused_at=NOW).count() == 2
    # A second press, or a flight that is none of it, does nothing.
    answer = send(client, "alert-paused", world, row.pk, flight=named)
    assert "Nothing was chosen." in words(client.get(answer["Location"]))


def test_viewers_may_say_nothing(world):
    viewer = client_of(world.member(Role.VIEWER))
    row = scenes.alert(world, stops(world), lapses_at=world.now + 9 * DAY)
    assert send(viewer, "alerts-acknowledge", world, alert=row.pk).status_code == 403
    assert send(viewer, "alert-snooze", world, row.pk, until="2026-11-25", reason="x").status_code == 403
    page = show(viewer, world).content.decode()
    assert 'type="checkbox"' not in page


def test_what_is_said_of_an_old_step_goes_to_the_open_one(world, mara, jonas, client):
    flight = flight_of(world, mara, jonas)
    old = scenes.closed(scenes.alert(world, flight, step=7), world.now, Outcome.SUPERSEDED)
    new = scenes.alert(world, flight, step=3, raised_at=world.now + timedelta(seconds=1))
    send(client, "alert-snooze", world, old.pk, until="2026-11-24", reason="Soon")
    new.refresh_from_db()
    assert new.snooze_reason == "Soon"
