from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.brands.people import browser, is_logged_in
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

START = datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_a_login_idles_out_after_twelve_hours():
    with time_machine.travel(START, tick=False) as clock:
        client = browser(UserFactory())
        assert is_logged_in(client)
        clock.shift(timedelta(hours=12, seconds=1))
        assert not is_logged_in(client)


def test_a_login_that_is_used_stays_until_it_is_fourteen_days_old():
    with time_machine.travel(START, tick=False) as clock:
        client = browser(UserFactory())
        assert is_logged_in(client)
        for _ in range(14 * 24 // 8 - 1):
            clock.shift(timedelta(hours=8))
            assert is_logged_in(client)
        clock.shift(timedelta(hours=8))
        assert not is_logged_in(client)


def test_using_a_page_often_does_not_save_the_session_each_time(django_assert_max_num_queries):
    client = browser(UserFactory())
    client.get("/accounts/factors/")
    with django_assert_max_num_queries(6) as queries:
        client.get("/accounts/factors/")
    assert not [query for query in queries.captured_queries if "UPDATE" in query["sql"]]


def test_the_list_shows_ones_sessions_and_ends_all_but_this():
    user = UserFactory()
    here = browser(user, HTTP_USER_AGENT="Here/1")
    elsewhere = browser(user, HTTP_USER_AGENT="Elsewhere/1", REMOTE_ADDR="198.51.100.7")
    browser(UserFactory(), HTTP_USER_AGENT="Stranger/1")
    page = here.get("/accounts/sessions/").content.decode()
    assert "Here/1" in page
    assert "Elsewhere/1" in page
    assert "198.51.100.7" in page
    assert "Stranger/1" not in page
    here.post("/accounts/sessions/")
    assert is_logged_in(here)
    assert not is_logged_in(elsewhere)
