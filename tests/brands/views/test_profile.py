import pytest

from brands.models import AuditEntry
from tests.brands.people import browser
from tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_name_and_zone_are_saved_and_noted_with_address_and_request():
    member = MembershipFactory()
    client = browser(member.user)
    response = client.post(
        "/account/",
        {"full_name": "Ada", "time_zone": "Asia/Tokyo"},
        headers={"x-request-id": "a-sane-request-id"},
    )
    assert response["Location"] == "/account/"
    member.user.refresh_from_db()
    assert (member.user.full_name, member.user.time_zone) == ("Ada", "Asia/Tokyo")
    entry = AuditEntry.objects.get()
    assert (entry.brand, entry.actor_id, entry.actor_label) == (
        member.brand,
        str(member.user.pk),
        member.user.email,
    )
    assert (entry.ip, entry.request_id) == ("127.0.0.1", "a-sane-request-id")


def test_a_zone_there_is_not_gets_a_message_beside_the_field_and_nothing_is_saved():
    user = UserFactory(full_name="Ada")
    response = browser(user).post("/account/", {"full_name": "Eve", "time_zone": "Mars/Olympus"})
    assert response.status_code == 422
    assert "No such time zone" in response.content.decode()
    user.refresh_from_db()
    assert user.full_name == "Ada"


def test_a_name_is_shown_as_text():
    user = UserFactory(full_name="<script>alert(1)</script>")
    page = browser(user).get("/account/").content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
