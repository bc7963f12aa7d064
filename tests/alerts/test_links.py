"""Signed links: what they carry, for how long, and that one is none of another."""

from datetime import timedelta

import pytest

from alerts.enums import AlertKind
from alerts.links import (
    LINK_LIFE,
    BadLinkError,
    Purpose,
    alert_url,
    read_alert_link,
    read_unsubscribe_link,
    unsubscribe_url,
)
from sparktrack.core.ids import uuid7
from sparktrack.core.logs import redact
from tests.world import NOW

USER, ALERT = uuid7(), uuid7()


def token(url):
    return url.rstrip("/").rpartition("/")[2]


def link(purpose=Purpose.SNOOZE):
    return token(alert_url(purpose, user_id=USER, alert_id=ALERT, now=NOW))


def test_a_link_carries_person_and_alert():
    found = read_alert_link(Purpose.SNOOZE, link(), now=NOW)
    assert (found.user_id, found.alert_id) == (USER, ALERT)


def test_a_link_to_unsubscribe_carries_person_and_kinds():
    url = unsubscribe_url(user_id=USER, kinds={AlertKind.RIGHTS, AlertKind.CODE}, now=NOW)
    found = read_unsubscribe_link(token(url), now=NOW)
    assert (found.user_id, found.kinds) == (USER, (AlertKind.CODE, AlertKind.RIGHTS))


def test_a_link_lasts_thirty_days_and_not_a_second_longer():
    last = NOW.replace(microsecond=0) + LINK_LIFE - timedelta(microseconds=1)
    read_alert_link(Purpose.SNOOZE, link(), now=last)
    with pytest.raises(BadLinkError):
        read_alert_link(Purpose.SNOOZE, link(), now=last + timedelta(microseconds=1))


@pytest.mark.parametrize("other", [Purpose.ACKNOWLEDGE, Purpose.UNSUBSCRIBE])
def test_a_link_of_one_purpose_is_none_of_another(other):
    with pytest.raises(BadLinkError):
        read_alert_link(other, link(), now=NOW)
    with pytest.raises(BadLinkError):
        read_unsubscribe_link(link(), now=NOW)


@pytest.mark.parametrize(
    "garble", [lambda t: t[:-1], lambda t: t.replace(".", "", 1), lambda t: "", lambda t: "~~~"]
)
def test_a_garbled_link_is_refused(garble):
    with pytest.raises(BadLinkError):
        read_alert_link(Purpose.SNOOZE, garble(link()), now=NOW)


def test_whose_link_it_is_cannot_be_changed():
    other = link().replace(USER.hex, uuid7().hex)
    with pytest.raises(BadLinkError):
        read_alert_link(Purpose.SNOOZE, other, now=NOW)


@pytest.mark.parametrize("purpose", Purpose)
def test_logs_leave_the_signed_part_out(purpose):
    url = alert_url(purpose, user_id=USER, alert_id=ALERT, now=NOW)
    assert token(url) not in redact(f"GET {url} 200")
    assert "[key]" in redact(url)
