"""What a mail says, judged again at the moment it is written."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from alerts.enums import AlertKind, DeliveryKind, Form, Outcome
from alerts.letters import at_desk, mime, write
from alerts.letters.writing import thread_of
from alerts.links import read_unsubscribe_link
from alerts.models import Alert, Delivery
from alerts.operations.raising import raise_alerts
from authorizations.models import PostGap
from brands.enums import Role
from brands.models import Membership
from campaigns.operations.flights import pause_flights
from tests.alerts import scenes
from tests.alerts.letters.stage import Stage
from tests.world import DAY, NOW, spark_code

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage():
    return Stage()


# --- What happens and when -------------------------------------------------------------------------------------
def test_a_code_that_ends_is_told_with_all_there_is_to_know(stage):
    letter = stage.letter(stage.ana, stage.stops())
    # Her clock in the subject, the zone named inside; days are the ad account's.
    assert letter.subject == "Stops Thu 26 Nov 12:05: Morning routine · @maya.glow · Q4 Glow"
    for body in (letter.text, letter.html):
        assert "Stops Thu 26 Nov, 12:05 CET – 25 days before the flight ends" in body
        assert "The code ends. Last full day: Wed 25 Nov (America/New_York)." in body
        assert "Ask @maya.glow for 60 days" in body
        assert "≈ $420 a day" in body
        assert "Glow US, to Mon 21 Dec" in body
        assert "You get this because you look after @maya.glow." in body
        assert "Nobody else was told." in body
        assert "I am on it" in body


def test_times_are_those_of_the_reader(stage):
    alert = stage.stops()
    letter = stage.letter(stage.jonas, alert)  # without a zone of his own: the brand's
    assert letter.subject.startswith("Stops Thu 26 Nov 06:05: ")
    assert "Stops Thu 26 Nov, 06:05 EST" in letter.text
    assert "You get this because you are the buyer of Q4 Glow." in letter.text


def test_who_has_no_zone_reads_the_clock_of_the_brand_that_it_is_about(stage):
    other = Stage(name="Aaa first by name", time_zone="Asia/Tokyo")
    Membership.objects.create(user=stage.jonas, brand=other.brand, role=Role.BUYER, created_at=NOW)
    alert = stage.stops()
    assert "06:05 EST" in stage.letter(stage.jonas, alert).text
    scenes.closed(alert, NOW)
    # The one mail over all brands has one clock: that of the first.
    assert "20:05 JST" in stage.morning(stage.jonas, stage.stops(title="B")).text


def test_a_code_that_ended_says_since_when(stage):
    letter = stage.letter(stage.ana, stage.stopped())
    assert letter.subject == "Stopped Fri 20 Nov 15:05: Night routine · @maya.glow · Q4 Glow"
    assert "Has not run since Fri 20 Nov, 15:05 CET: code ended" in letter.text


def test_a_flight_that_never_ran_did_not_stop(stage):
    flight = stage.flown(stage.ready("Never"))
    alert = scenes.alert(stage, flight, lapses_at=flight.starts_at, step=-1)
    assert stage.letter(stage.ana, alert).subject.startswith("Does not run: Never")


def test_rights_that_end_ask_for_a_pause_and_never_say_stops(stage):
    letter = stage.letter(stage.ana, stage.pause_by())
    assert letter.subject == "Pause by Tue 24 Nov: What I eat · @maya.glow · Q4 Glow"
    assert "Rights end Tue 24 Nov: pause it that day" in letter.text
    assert "TikTok does not know the contract" in letter.text
    body = letter.html.partition("</head>")[2]
    assert "stops" not in (letter.subject + letter.text + body).lower()


def test_rights_that_are_over_say_pause_now_and_where_to_note_it(stage):
    alert = stage.pause_now()
    letter = stage.letter(stage.jonas, alert)
    assert letter.subject.startswith("Pause now: What I eat")
    assert "Runs without permission since Sat 21 Nov: pause it now" in letter.text
    assert "It is paused in Ads Manager" in letter.html
    assert f"/alerts/{alert.pk}/" in letter.text
    assert "stops" not in (letter.subject + letter.text).lower()


def test_nobody_is_asked_to_pause_what_tiktok_has_stopped(stage):
    letter = stage.letter(stage.ana, stage.pause_now(coded=False))
    assert "pause it now" not in letter.text
    assert "without permission" not in letter.text
    assert "Rights ended: agree them before it runs again" in letter.text
    assert "paused in Ads Manager" not in letter.text


def test_rights_that_ended_while_the_code_was_over_did_not_stop_anything(stage):
    post = stage.post(stage.maya, title="What I eat")
    stage.right(stage.day(-60), stage.day(-2), post=post)
    stage.code(post, stage.now - 40 * DAY, 30)
    stage.flown(post)
    raise_alerts(now=stage.now)
    Alert.objects.exclude(kind=AlertKind.RIGHTS).delete()
    letter = write(Delivery.objects.get(user=stage.ana), now=stage.now)
    assert letter.subject.startswith("Rights ended ")
    assert "topped Thu" not in letter.subject
    assert "TikTok has stopped it for another reason." in letter.text


def test_a_planned_flight_cannot_start(stage):
    letter = stage.letter(stage.ana, stage.cannot_start())
    assert letter.subject == "Cannot start Wed 25 Nov: Get ready · @maya.glow · Q4 Glow"
    assert "Cannot start Wed 25 Nov: no code" in letter.text
    assert "starts Wed 25 Nov, to Mon 21 Dec" in letter.text


def test_a_replacement_is_to_be_applied(stage):
    alert, _ = stage.to_apply()
    letter = stage.letter(stage.jonas, alert)
    assert letter.subject == "Apply by Wed 25 Nov 09:05: Before and after · @maya.glow · Q4 Glow"
    assert "Open the new code" in letter.html


def test_several_flights_are_one_mail_with_the_sum_by_currency(stage):
    alert = stage.stops()
    flight = alert.hits.get().flight
    euro = stage.account(name="Glow EU", currency="EUR", time_zone="Europe/Paris")
    more = stage.flown(
        flight.post, last=None, campaign=stage.campaign("Holiday"), ad_account=euro, daily_spend=Decimal(80)
    )
    unknown = stage.flown(flight.post, last=20, campaign=stage.campaign("Third"), daily_spend=None)
    for each in (more, unknown):
        alert.hits.create(brand=stage.brand, flight=each)
    letter = stage.letter(stage.ana, alert)
    assert letter.subject == "Stops Thu 26 Nov 12:05: Morning routine · @maya.glow · Q4 Glow + 2"
    # They end on different days: none of their ends belongs into the headline.
    assert "before the flight ends" not in letter.text
    assert "It hits 3 flights" in letter.text
    assert "Together ≈ $420 + €80 a day" in letter.text
    assert "Glow EU, no end planned" in letter.text


def test_a_right_of_a_creator_is_one_mail_for_all_posts(stage):
    right = stage.right(stage.day(-60), stage.day(3), creator=stage.maya)
    flights = []
    for title in ("First", "Second"):
        post = stage.post(stage.maya, title=title)
        stage.code(post, stage.now - 5 * DAY, 60)
        flights.append(stage.flown(post))
    alert = scenes.alert(stage, *flights, kind=AlertKind.RIGHTS, lapses_at=right.ends_at, subject_id=right.pk)
    letter = stage.letter(stage.ana, alert)
    assert letter.subject == "Pause by Tue 24 Nov: 2 posts · @maya.glow · Q4 Glow"
    assert "First · Q4 Glow" in letter.text
    assert "Second · Q4 Glow" in letter.text


# --- Judged again ----------------------------------------------------------------------------------------------
def test_a_renewed_code_needs_no_mail(stage):
    alert = stage.stops()
    message = stage.message(stage.ana, alert)
    stage.code(alert.hits.get().flight.post, NOW, 60)
    assert write(message, now=NOW) is None


def test_a_paused_flight_needs_no_mail(stage):
    alert = stage.stops()
    message = stage.message(stage.ana, alert)
    pause_flights(flights=[alert.hits.get().flight], **stage.by)
    assert write(message, now=NOW) is None


def test_a_closed_alert_needs_no_mail(stage):
    alert = stage.stops()
    message = stage.message(stage.ana, alert)
    scenes.closed(alert, NOW, Outcome.SUPERSEDED)
    assert write(message, now=NOW) is None


def test_what_no_longer_holds_is_left_out_and_what_is_left_is_told_alone(stage):
    stops, paused = stage.stops(), stage.pause_by()
    message = stage.message(stage.ana, stops, paused, kind=DeliveryKind.SUMMARY)
    pause_flights(flights=[paused.hits.get().flight], **stage.by)
    letter = write(message, now=NOW)
    assert letter.subject.startswith("Stops Thu 26 Nov")
    assert letter.notices == (message.notices.get(alert=stops).pk,)
    assert "What I eat" not in letter.text


@pytest.mark.parametrize("change", [{"role": Role.VIEWER}, None])
def test_who_may_only_read_or_left_the_brand_gets_no_mail(stage, change):
    message = stage.message(stage.ana, stage.stops())
    membership = Membership.objects.filter(user=stage.ana)
    membership.update(**change) if change else membership.delete()
    assert write(message, now=NOW) is None


def test_who_is_inactive_gets_no_mail(stage):
    message = stage.message(stage.ana, stage.stops())
    stage.ana.is_active = False
    stage.ana.save()
    assert write(message, now=NOW) is None


def test_of_a_brand_one_has_left_nothing_is_told(stage):
    other = Stage(name="zq7canary", slug="zq7canary")
    Membership.objects.create(user=stage.ana, brand=other.brand, role=Role.MANAGER, created_at=NOW)
    theirs, own = other.stops(title="zq7canary"), stage.stops()
    message = stage.message(stage.ana, theirs, own, kind=DeliveryKind.SUMMARY)
    assert "zq7canary" in write(message, now=NOW).text
    Membership.objects.filter(brand=other.brand, user=stage.ana).delete()
    letter = write(message, now=NOW)
    assert "zq7canary" not in letter.subject + letter.text + letter.html
    assert letter.subject.startswith("Stops ")


# --- Several ---------------------------------------------------------------------------------------------------
def test_a_summary_is_grouped_most_urgent_first_and_most_money_first(stage):
    cheap = stage.stops(title="Cheap", daily_spend=Decimal(5))
    dear = stage.stops(title="Dear", daily_spend=Decimal(900))
    alerts = [cheap, stage.cannot_start(), stage.pause_now(), dear, stage.stopped(), stage.pause_by()]
    letter = stage.letter(stage.ana, *alerts, kind=DeliveryKind.SUMMARY)
    assert letter.subject == "1 to pause now, 1 stopped, 1 cannot start, 2 stop by Thursday · Glow Skincare"
    heads = ["PAUSE NOW", "STOPPED", "CANNOT START", "STOPS", "Dear", "Cheap", "PAUSE BY"]
    places = [letter.text.index(head) for head in heads]
    assert places == sorted(places)
    assert len(letter.notices) == 6


def test_a_summary_counts_rights_that_end_today(stage):
    alerts = [stage.pause_by(days=0), stage.stops()]
    letter = stage.letter(stage.ana, *alerts, kind=DeliveryKind.SUMMARY)
    assert letter.subject == "1 stops by Thursday, 1 to pause today · Glow Skincare"


def test_a_long_summary_names_25_and_counts_the_rest(stage):
    post = stage.ready()
    code = stage.code(post, NOW - 25 * DAY, 30)
    flights = [stage.flown(post) for _ in range(2)]
    subjects = [post, *(stage.post(stage.maya, title=f"P{number}") for number in range(27))]
    alerts = [
        scenes.alert(stage, flight, lapses_at=code.expires_at, subject_id=subject.pk)
        for subject, flight in zip(subjects, [flights[0], *[flights[1]] * 27], strict=True)
    ]
    letter = stage.letter(stage.ana, *alerts, kind=DeliveryKind.SUMMARY)
    assert letter.text.count("code ends") == 25
    assert f"and 3 more: http://127.0.0.1:8000/b/{stage.brand.slug}/alerts/" in letter.text
    assert "and 3 more" in letter.html


# --- Who else, and how to act ----------------------------------------------------------------------------------
def test_it_says_who_else_was_told(stage):
    alert = stage.stops()
    scenes.told(alert, stage.jonas)
    scenes.waiting(alert, stage.member(Role.ADMIN, full_name="Kim Park"), Form.ROUND)
    letter = stage.letter(stage.ana, alert)
    assert "Also told: Jonas Weber, Kim Park (morning mail)." in letter.text
    assert "@example.com" not in letter.text


def test_of_many_who_were_told_the_first_are_named(stage):
    alert = stage.stops()
    for number in range(10):
        scenes.waiting(alert, stage.member(Role.BUYER, full_name=f"Buyer {number}"), Form.AT_ONCE)
    text = stage.letter(stage.ana, alert).text
    assert text.count("Buyer ") == 8
    assert "and others." in text


@pytest.mark.parametrize("step", [1, 0])
def test_at_the_last_step_nothing_can_be_put_off(stage, step):
    letter = stage.letter(stage.ana, stage.stops(step=step))
    assert "/mail/acknowledge/" not in letter.text + letter.html
    assert "/mail/snooze/" not in letter.text + letter.html


def test_who_stands_in_or_is_an_admin_reads_why(stage):
    alert = stage.stops()
    admin = stage.member(Role.ADMIN)
    assert "because you are an admin of Glow Skincare" in stage.letter(admin, alert).text
    assert "because you stand in for somebody" in stage.letter(stage.member(Role.BUYER), alert).text


def test_one_click_says_less_of_the_kinds_in_the_mail(stage):
    single = stage.letter(stage.ana, stage.stops())
    several = stage.letter(stage.ana, stage.stops(title="B"), stage.pause_by(), kind=DeliveryKind.SUMMARY)
    morning = stage.morning(stage.ana, stage.stops(title="C"))
    expected = [{AlertKind.CODE}, {AlertKind.CODE, AlertKind.RIGHTS}, set(AlertKind)]
    for letter, kinds in zip((single, several, morning), expected, strict=True):
        assert letter.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        url = letter.headers["List-Unsubscribe"].strip("<>")
        assert url in letter.html
        link = read_unsubscribe_link(url.rstrip("/").rpartition("/")[2], now=NOW)
        assert (link.user_id, set(link.kinds)) == (stage.ana.pk, kinds)


def test_all_steps_of_a_lapse_are_one_thread(stage):
    first = stage.stops(step=7)
    letter = stage.letter(stage.ana, first)
    assert letter.headers["References"] == letter.headers["In-Reply-To"] == thread_of(first)
    scenes.closed(first, NOW, Outcome.SUPERSEDED)
    hits = [hit.flight for hit in first.hits.all()]
    second = scenes.alert(stage, *hits, lapses_at=first.lapses_at, step=3)
    assert stage.letter(stage.ana, second).headers["References"] == letter.headers["References"]
    third = scenes.alert(stage, *hits, lapses_at=first.lapses_at + DAY, step=3)
    assert thread_of(third) != thread_of(first)


def test_links_are_of_site_url_whatever_the_clock_of_the_worker(stage):
    message = stage.message(stage.ana, stage.stops())
    with override_settings(SITE_URL="https://sparktrack.example"):
        letter = write(message, now=NOW)
        with time_machine.travel(NOW + timedelta(days=400), tick=False):
            assert write(message, now=NOW) == letter
    assert "127.0.0.1" not in letter.text + letter.html + str(letter.headers)


# --- Never ------------------------------------------------------------------------------------------------------
def test_no_mail_holds_a_code_or_its_ending(stage):
    code = spark_code(424242)
    alert = stage.stops()
    post = alert.hits.get().flight.post
    stage.code(post, NOW - 60 * DAY, 7, code=code, source_post_code=spark_code(434343))
    apply_alert, new = stage.to_apply()
    letter = stage.letter(stage.ana, alert, apply_alert, kind=DeliveryKind.SUMMARY)
    single = stage.letter(stage.jonas, apply_alert)
    for text in (letter.text, letter.html, single.text, single.html, single.subject):
        for secret in (code, code[-4:], spark_code(434343), new.ending):
            assert secret not in text


def test_the_mail_asks_nothing_of_another_host_and_has_no_picture(stage):
    html = stage.letter(stage.ana, stage.stops()).html
    assert "<img" not in html
    assert "url(" not in html
    assert "<script" not in html


def test_names_with_line_breaks_stay_in_their_line(stage):
    alert = stage.stops(title="Morning\r\nBcc: evil@example.com")
    type(stage.q4).objects.filter(pk=stage.q4.pk).update(name="Q4\nX-Evil: 1")
    message = stage.message(stage.ana, alert)
    letter = write(message, now=NOW)
    assert "\nBcc:" not in letter.text
    head = mime(message, letter).partition(b"\r\n\r\n")[0]
    assert not [line for line in head.split(b"\r\n") if line.startswith((b"Bcc", b"X-Evil"))]


# --- The price -------------------------------------------------------------------------------------------------
def test_ten_letters_at_one_desk_are_judged_with_as_many_queries_as_one(stage):
    messages = [stage.message(stage.ana, stage.stops(title=f"T{number}")) for number in range(10)]
    with CaptureQueriesContext(
        connection,
    ) as one:
        write(messages[0], now=NOW)
    with CaptureQueriesContext(connection) as ten:
        at_once = at_desk(messages, now=NOW)
        letters = [at_once(message, now=NOW) for message in messages]
    # Besides the names of who else was told of each.
    # One more question: whether any of them is very long.
    assert len(ten) - 10 == len(one) <= 9
    assert [letter.subject for letter in letters] == [write(each, now=NOW).subject for each in messages]


def test_what_takes_its_turn_later_is_judged_afresh(stage):
    alert = stage.stops()
    messages = [stage.message(stage.ana, alert), stage.message(stage.jonas, alert)]
    at_once = at_desk(messages, now=NOW)
    pause_flights(flights=[alert.hits.get().flight], **stage.by)
    assert at_once(messages[0], now=NOW + timedelta(seconds=1)) is not None
    assert at_once(messages[1], now=NOW + timedelta(seconds=3)) is None


def test_one_that_cannot_be_looked_up_does_not_hold_up_the_others(stage, caplog):
    good, broken = stage.stops(), stage.stops(title="Broken")
    messages = [stage.message(stage.ana, good), stage.message(stage.jonas, broken)]
    PostGap.objects.filter(post=broken.hits.get().flight.post).update(reasons="code_eaten")
    at_once = at_desk(messages, now=NOW)
    assert at_once(messages[0], now=NOW).subject.startswith("Stops ")
    with pytest.raises(ValueError, match="code_eaten"):
        at_once(messages[1], now=NOW)
