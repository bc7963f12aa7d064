"""The pages behind the links of mails: they show on GET, act on POST, for the person of the mail."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client

from alerts.enums import AlertKind, DeliveryKind, Wish
from alerts.links import LINK_LIFE, Purpose, alert_url, unsubscribe_url
from alerts.models import Alert, AlertWish
from alerts.operations.saying import acknowledge, snooze
from brands.enums import Role
from brands.models import AuditEntry, Membership
from sparktrack.core.days import first_instant
from tests.alerts import scenes
from tests.alerts.letters.stage import Stage
from tests.factories import UserFactory
from tests.world import NOW, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def stage():
    return Stage()


@pytest.fixture
def browser():
    """Somebody's mail program, not logged in; CSRF is checked where a page asks for it."""
    return Client(enforce_csrf_checks=True)


def path(url):
    return url.removeprefix("http://127.0.0.1:8000")


def link(stage, alert, purpose=Purpose.ACKNOWLEDGE, user=None):
    return path(alert_url(purpose, user_id=(user or stage.ana).pk, alert_id=alert.pk, now=NOW))


def fewer(stage, *kinds, user=None):
    return path(unsubscribe_url(user_id=(user or stage.ana).pk, kinds=kinds, now=NOW))


def text(response):
    return " ".join(response.content.decode().split())


# --- Looking changes nothing -----------------------------------------------------------------------------------
def test_scanners_of_mails_change_nothing(stage, browser):
    alert = stage.stops(step=7)
    urls = [link(stage, alert, purpose) for purpose in (Purpose.ACKNOWLEDGE, Purpose.SNOOZE)]
    urls.append(fewer(stage, AlertKind.CODE))
    before = (Alert.objects.values().get(), AuditEntry.objects.count(), AlertWish.objects.count())
    for _ in range(25):
        for url in urls:
            assert browser.get(url, headers={"user-agent": "Safelinks"}).status_code == 200
            assert browser.head(url).status_code == 200
    assert (Alert.objects.values().get(), AuditEntry.objects.count(), AlertWish.objects.count()) == before


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_refused(method, stage, browser):
    assert getattr(browser, method)(link(stage, stage.stops())).status_code == 405


def test_no_cache_search_engine_or_other_site_learns_of_a_link(stage, browser):
    alert = stage.stops()
    for url in (
        link(stage, alert),
        link(stage, alert, Purpose.SNOOZE),
        fewer(stage, AlertKind.CODE),
        "/mail/snooze/x/",
    ):
        response = browser.get(url)
        assert response["Cache-Control"] == "no-store, private"
        assert response["Referrer-Policy"] == "no-referrer"
        assert response["X-Robots-Tag"] == "noindex, nofollow"
        assert '<meta name="robots" content="noindex, nofollow">' in text(response)


# --- Acknowledge -----------------------------------------------------------------------------------------------
def test_one_button_takes_a_lapse_upon_the_person_of_the_mail(stage, browser):
    alert = stage.stops()
    page = text(browser.get(link(stage, alert)))
    assert "Stops Thu 26 Nov, 12:05 CET" in page
    assert "Morning routine @maya.glow · Glow Skincare" in page
    response = browser.post(link(stage, alert), follow=True)
    assert "You are on it." in text(response)
    alert.refresh_from_db()
    assert (alert.acknowledged_by, alert.acknowledged_at) == (stage.ana, NOW)
    entry = AuditEntry.objects.get(action="alert.acknowledged")
    assert (entry.actor_id, entry.actor_label) == (str(stage.ana.pk), stage.ana.email)


@pytest.mark.parametrize("said", ["acknowledged", "snoozed"])
def test_mails_are_forwarded_so_no_page_shows_the_address_of_a_colleague(said, stage, browser):
    nameless = stage.member(Role.BUYER, full_name="", email="tom.k@agency.example")
    alert = stage.stops(step=7)
    about = {"brand": stage.brand, "alerts": [alert], "by": nameless, "now": NOW, "actor": stage.by["actor"]}
    if said == "acknowledged":
        acknowledge(**about)
    else:
        snooze(**about, until=first_instant(date(2026, 11, 23), stage.brand.time_zone), reason="On its way")
    for purpose in (Purpose.ACKNOWLEDGE, Purpose.SNOOZE):
        assert "@agency.example" not in text(browser.get(link(stage, alert, purpose)))
    shown = Purpose.SNOOZE if said == "snoozed" else Purpose.ACKNOWLEDGE
    assert "Tom.k" in text(browser.get(link(stage, alert, shown)))


def test_whoever_is_logged_in_the_person_of_the_mail_acts(stage):
    alert = stage.stops()
    client_of(stage.jonas).post(link(stage, alert))
    alert.refresh_from_db()
    assert alert.acknowledged_by == stage.ana


def test_it_can_be_undone_where_it_was_said(stage, browser):
    alert = stage.stops()
    browser.post(link(stage, alert))
    assert "Undo" in text(browser.get(link(stage, alert)))
    browser.post(link(stage, alert), {"undo": "1"})
    alert.refresh_from_db()
    assert alert.acknowledged_at is None
    assert "I am on it" in text(browser.get(link(stage, alert)))


def test_nobody_takes_back_what_somebody_else_said(stage, browser):
    alert = stage.stops()
    browser.post(link(stage, alert, user=stage.jonas))
    page = text(browser.get(link(stage, alert)))
    assert "Jonas Weber is on it." in page
    assert "Undo" not in page
    browser.post(link(stage, alert), {"undo": "1"})
    alert.refresh_from_db()
    assert alert.acknowledged_by == stage.jonas


def test_an_old_mail_acts_on_the_step_that_is_open_now(stage, browser):
    old = stage.stops(step=7)
    scenes.closed(old, NOW, "superseded")
    new = scenes.alert(stage, old.hits.get().flight, lapses_at=old.lapses_at, step=3)
    browser.post(link(stage, old))
    new.refresh_from_db()
    assert new.acknowledged_by == stage.ana


def test_what_is_settled_has_no_button(stage, browser):
    alert = scenes.closed(stage.stops(), NOW)
    for purpose in (Purpose.ACKNOWLEDGE, Purpose.SNOOZE):
        for response in (browser.get(link(stage, alert, purpose)), browser.post(link(stage, alert, purpose))):
            assert response.status_code == 200
            assert "Nothing left to do here" in text(response)
            assert "<form" not in text(response).partition("<main")[2]


# --- Snooze ----------------------------------------------------------------------------------------------------
def test_a_button_puts_it_off_until_tomorrow(stage, browser):
    alert = stage.stops()
    url = link(stage, alert, Purpose.SNOOZE)
    page = text(browser.get(url))
    assert 'value="2026-11-22"' in page
    assert 'value="2026-11-24"' in page
    response = browser.post(url, {"until": "2026-11-22", "reason": "She is travelling"}, follow=True)
    assert "Quiet until Sun 22 Nov." in text(response)
    assert "Ana Silva: She is travelling" in text(response)
    alert.refresh_from_db()
    assert alert.snoozed_until == first_instant(date(2026, 11, 22), "America/New_York")
    browser.post(url, {"undo": "1"})
    alert.refresh_from_db()
    assert alert.snoozed_until is None


def test_a_day_of_ones_own_counts_where_no_button_names_one(stage, browser):
    alert = stage.stops()
    browser.post(link(stage, alert, Purpose.SNOOZE), {"until": "", "day": "2026-11-25", "reason": "Later"})
    alert.refresh_from_db()
    assert alert.snoozed_until == first_instant(date(2026, 11, 25), "America/New_York")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"until": "2026-11-22", "reason": " "}, "Say why it can wait"),
        ({"until": "2026-11-26", "reason": "x"}, "take Wed 25 Nov or earlier"),
        ({"until": "2026-11-21", "reason": "x"}, "Take a day that is still to come"),
        ({"until": "tomorrow", "reason": "x"}, "Enter a valid date"),
        ({"reason": "x"}, "This field is required"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_typed_is_lost(data, said, stage, browser):
    alert = stage.stops()
    response = browser.post(link(stage, alert, Purpose.SNOOZE), data)
    assert response.status_code == 422
    assert said in text(response)
    if data["reason"].strip():
        assert f'value="{data["reason"]}"' in text(response)
    alert.refresh_from_db()
    assert alert.snoozed_until is None


@pytest.mark.parametrize("step", [1, 0])
def test_on_the_last_day_nothing_can_be_put_off(step, stage, browser):
    alert = stage.stops(step=step)
    url = link(stage, alert, Purpose.SNOOZE)
    assert "it cannot be put off any more" in text(browser.get(url))
    browser.post(url, {"until": "2026-11-22", "reason": "x"})
    alert.refresh_from_db()
    assert alert.snoozed_until is None


# --- Links that lead nowhere -----------------------------------------------------------------------------------
def test_expired_garbled_and_deleted_are_the_same_plain_page(stage, browser):
    alert = stage.stops()
    good = link(stage, alert)
    gone = link(stage, stage.stopped())
    Alert.objects.exclude(pk=alert.pk).delete()
    pages = set()
    for url in (good[:-3] + "xx/", "/mail/acknowledge/nonsense/", gone):
        for response in (browser.get(url), browser.post(url)):
            assert response.status_code == 404
            pages.add(text(response))
    with time_machine.travel(NOW + LINK_LIFE + timedelta(seconds=1), tick=False):
        pages.add(text(browser.post(good)))
    assert len(pages) == 1
    assert "Glow" not in pages.pop()
    alert.refresh_from_db()
    assert alert.acknowledged_at is None


@pytest.mark.parametrize("left", ["gone", "viewer", "inactive"])
def test_who_can_do_nothing_in_the_brand_any_more_is_refused_politely(left, stage, browser):
    alert = stage.stops()
    membership = Membership.objects.filter(user=stage.ana)
    if left == "gone":
        membership.delete()
    elif left == "viewer":
        membership.update(role=Role.VIEWER)
    else:
        type(stage.ana).objects.filter(pk=stage.ana.pk).update(is_active=False)
    for purpose in (Purpose.ACKNOWLEDGE, Purpose.SNOOZE):
        url = link(stage, alert, purpose)
        for response in (browser.get(url), browser.post(url, {"until": "2026-11-22", "reason": "x"})):
            assert response.status_code == 403
            assert "This is not yours any more" in text(response)
            assert "Glow" not in text(response)
            assert "Morning routine" not in text(response)
    alert.refresh_from_db()
    assert (alert.acknowledged_at, alert.snoozed_until) == (None, None)


def test_a_link_signed_for_a_stranger_does_nothing(stage, browser):
    alert = stage.stops()
    assert browser.post(link(stage, alert, user=UserFactory())).status_code == 403


# --- Fewer mails -----------------------------------------------------------------------------------------------
def test_the_one_click_of_a_mail_provider_needs_neither_login_nor_cookie(stage, browser):
    url = fewer(stage, AlertKind.CODE, AlertKind.RIGHTS)
    response = browser.post(url, {"List-Unsubscribe": "One-Click"})
    assert response.status_code == 200  # no redirect (RFC 8058)
    assert "set-cookie" not in response.headers
    chosen = dict(AlertWish.objects.filter(user=stage.ana).values_list("kind", "wish"))
    assert chosen == {AlertKind.CODE: Wish.NOTHING, AlertKind.RIGHTS: Wish.NOTHING}
    assert "still comes for flights of your own" in text(response)


def test_people_choose_between_fewer_and_none_and_can_undo(stage, browser):
    url = fewer(stage, AlertKind.CODE)
    assert "Fewer mails about codes" in text(browser.get(url))
    assert "only in your morning mail" in text(browser.post(url, {"wish": "digest"}))
    assert AlertWish.objects.get(user=stage.ana).wish == Wish.DIGEST
    assert "No more mails about codes" in text(browser.post(url, {"wish": "nothing"}))
    browser.post(url, {"wish": "usual"})
    assert not AlertWish.objects.exists()


def test_the_link_of_a_morning_mail_is_about_all_alerts(stage, browser):
    page = text(browser.post(fewer(stage, *AlertKind)))
    assert "No more mails about alerts" in page
    assert "All mails again" in page
    assert "Undo" not in page  # what was chosen before is not known any more


def test_a_link_of_somebody_who_is_gone_is_no_link(stage, browser):
    url = fewer(stage, AlertKind.CODE)
    type(stage.ana).objects.filter(pk=stage.ana.pk).update(is_active=False)
    assert browser.post(url).status_code == 404
    assert not AlertWish.objects.exists()


# --- Every link in a mail --------------------------------------------------------------------------------------
def test_every_link_in_every_mail_answers_its_reader(stage, browser):
    alert, _ = stage.to_apply()
    letters = [
        stage.letter(stage.ana, stage.stops()),
        stage.letter(stage.ana, stage.pause_now()),
        stage.letter(stage.jonas, alert),
        stage.letter(stage.ana, stage.stopped(), stage.cannot_start(), kind=DeliveryKind.SUMMARY),
        stage.morning(stage.jonas, stage.pause_by()),
    ]
    urls = {
        url for letter in letters for url in re.findall(r"https?://[^\s\"<>]+", letter.text + letter.html)
    }
    assert len(urls) > 15
    for url in sorted(urls):
        assert url.startswith("http://127.0.0.1:8000"), url
        for client in (client_of(stage.ana), client_of(stage.jonas)):
            assert client.get(path(url) or "/", follow=True).status_code == 200, url
        assert browser.get(path(url) or "/").status_code in {200, 302}, url
