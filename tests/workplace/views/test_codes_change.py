"""What can be said of one code: longer, checked, corrected, revoked, refused; never over somebody else's head."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from authorizations.operations.codes import Extension, extend_codes
from brands.enums import Role
from tests.audit import entries
from tests.world import DAY, NOW, World, client_of, spark_code

pytestmark = pytest.mark.django_db

KINDS = ("extend", "verify", "correct", "revoke", "unrevoke", "reject")


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world():
    return World(time_zone="America/New_York")


@pytest.fixture
def code(world):
    return world.code(world.post(title="Routine"), NOW - 10 * DAY, 30, code=spark_code(4711))


def url(code, kind):
    return reverse(f"{kind}-code", args=[code.brand.slug, code.pk])


def was(answer):
    """What the page remembers of the code as its reader saw it."""
    return re.search(r'name="was"\s+value="([^"]*)"', answer.content.decode())[1]


def send(client, code, kind, **data):
    """The form as it is filled at first, with ``data``; the code as it is after that."""
    page = client.get(url(code, kind))
    assert spark_code(4711)[1:] not in page.content.decode()
    form = page.context["form"]
    filled = {name: form[name].value() for name in form.fields if form[name].value() not in (None, "")}
    answer = client.post(url(code, kind), {**filled, **data})
    code.refresh_from_db()
    return answer


def text(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_a_code_is_extended_by_days_or_until_a_day(world, code):
    client = client_of(world.member(Role.BUYER))
    answer = send(client, code, "extend", days="30")
    assert answer["Location"].endswith(f"#code-{code.pk}")
    assert (code.expires_at, code.end_source) == (NOW + 50 * DAY, "creator")
    send(client, code, "extend", ends_on="2027-01-20", source="ads_manager")
    assert (code.expires_at, code.end_source) == (NOW + 60 * DAY, "ads_manager")
    for data, words in (
        ({}, "Say by how many days"),
        ({"days": "7", "ends_on": "2027-02-01"}, "in one way"),
        ({"ends_on": "2026-12-01"}, "must end later"),
        ({"days": "lots"}, "Write a number"),
    ):
        answer = send(client, code, "extend", **data)
        assert (answer.status_code, words in text(answer)) == (422, True), words
    assert code.expires_at == NOW + 60 * DAY


def test_an_end_read_in_ads_manager_counts(world, code):
    client = client_of(world.member(Role.MANAGER))
    send(client, code, "verify")
    assert (code.end_source, code.expires_at, code.last_checked_at) == ("ads_manager", NOW + 20 * DAY, NOW)
    send(client, code, "verify", ends_on="2026-12-14", at="18:30")
    assert code.expires_at == NOW.replace(month=12, day=14, hour=23, minute=30)


def test_a_window_that_was_typed_wrongly_is_corrected(world, code):
    client = client_of(world.member(Role.MANAGER))
    send(client, code, "correct", starts_on="2026-11-01", at="", window_days="60")
    assert (str(code.starts_on), code.window_days) == ("2026-11-01", 60)
    assert code.expires_at == NOW.replace(day=1, hour=4, minute=0) + 60 * DAY
    assert "still to come" in text(send(client, code, "correct", starts_on="2026-11-22"))


def test_a_code_is_revoked_and_that_is_taken_back(world, code):
    client = client_of(world.member(Role.BUYER))
    send(client, code, "revoke")
    assert code.revoked_at == NOW
    assert send(client, code, "revoke").status_code == 422
    send(client, code, "unrevoke")
    assert code.revoked_at is None
    assert "is not revoked" in text(send(client, code, "unrevoke"))
    send(client, code, "revoke", on="2026-11-20", at="08:00")
    assert code.revoked_at == NOW.replace(day=20, hour=13, minute=0)


def test_a_refusal_of_tiktok_is_kept_in_its_words_without_the_code(world, code):
    client = client_of(world.member(Role.MANAGER))
    assert "4025 auth_code_expired" in client.get(url(code, "reject") + "?error=expired").content.decode()
    send(client, code, "reject", error=f"4013 for {spark_code(4711)}")
    assert code.rejected_error == f"4013 for …{spark_code(4711)[-4:]}"
    assert spark_code(4711) not in str([entry.after for entry in entries(world.brand)])
    assert send(client, code, "reject", error="").status_code == 422


def test_two_who_extend_the_same_code_do_not_both_do_it(world, code):
    client = client_of(world.member(Role.MANAGER))
    seen = was(client.get(url(code, "extend")))
    colleague = world.member(Role.BUYER, email="kim@example.com")
    send(client_of(colleague), code, "extend", days="30")
    with time_machine.travel(NOW + timedelta(minutes=5), tick=False):
        late = client.post(url(code, "extend"), {"was": seen, "days": "30", "source": "creator"})
    assert late.status_code == 409
    assert "kim@example.com changed this code 5 min ago" in text(late)
    assert 'value="30"' in late.content.decode()
    code.refresh_from_db()
    assert code.expires_at == NOW + 50 * DAY
    again = client.post(url(code, "extend"), {"was": was(late), "days": "30", "source": "creator"})
    assert again.status_code == 302
    code.refresh_from_db()
    assert code.expires_at == NOW + 80 * DAY


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_about_a_code_takes_few_queries(world, code, kind, django_assert_max_num_queries):
    extend_codes(extensions=[Extension(code, days=7)], **world.by)
    client = client_of(world.member(Role.MANAGER))
    with django_assert_max_num_queries(7):
        assert client.get(url(code, kind)).status_code == 200
