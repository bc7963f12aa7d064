from datetime import UTC, datetime

import pytest

from brands.enums import Role
from brands.models import AuditEntry, Brand, Invitation
from brands.operations.brands import BrandRefusedError, add_brand, change_brand_settings
from brands.operations.invitations import InvitationRefusedError, open_invitation
from sparktrack.core.actors import system_actor
from tests.factories import BrandFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
BY = {"now": NOW, "actor": system_actor("test")}
GOOD = {
    "slug": "northbeam",
    "name": "Northbeam",
    "time_zone": "Europe/Berlin",
    "admin_email": "ada@example.com",
}


def test_a_new_brand_invites_its_first_admin():
    brand, issued = add_brand(**GOOD, currency="eur", **BY)
    assert (brand.slug, brand.time_zone, brand.currency) == ("northbeam", "Europe/Berlin", "EUR")
    invitation = open_invitation(issued.token, now=NOW)
    assert (invitation.brand, invitation.email, invitation.role) == (brand, "ada@example.com", Role.ADMIN)
    assert AuditEntry.objects.filter(brand=brand, action="brand.added").count() == 1


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"slug": ""}, BrandRefusedError),
        ({"slug": "a"}, BrandRefusedError),
        ({"slug": "North Beam"}, BrandRefusedError),
        ({"slug": "Northbeam"}, BrandRefusedError),
        ({"slug": "north/beam"}, BrandRefusedError),
        ({"slug": "x" * 61}, BrandRefusedError),
        ({"slug": "taken"}, BrandRefusedError),
        ({"name": "  "}, BrandRefusedError),
        ({"name": "x" * 121}, BrandRefusedError),
        ({"time_zone": "Berlin"}, BrandRefusedError),
        ({"time_zone": ""}, BrandRefusedError),
        ({"currency": "€"}, BrandRefusedError),
        ({"admin_email": "ada"}, InvitationRefusedError),
    ],
)
def test_a_brand_with_anything_wrong_is_refused_and_nothing_is_written(wrong, error):
    BrandFactory(slug="taken")
    with pytest.raises(error) as refusal:
        add_brand(**{**GOOD, **wrong}, **BY)
    assert "\n" not in str(refusal.value)
    assert Brand.objects.count() == 1
    assert not Invitation.objects.exists()
    assert not AuditEntry.objects.exists()


def test_settings_change_with_one_entry_and_the_same_again_leaves_no_trace():
    brand = BrandFactory(name="Old", currency="USD")
    values = {
        "name": "New",
        "currency": "chf",
        "warning_steps": [1, 14, 3],
        "digest_hour": 6,
        "expiring_days": 5,
    }
    assert change_brand_settings(brand=brand, values=values, **BY)
    assert not change_brand_settings(brand=brand, values=values, **BY)
    brand.refresh_from_db()
    assert (brand.name, brand.currency, brand.warning_steps) == ("New", "CHF", [14, 3, 1])
    assert (brand.digest_hour, brand.expiring_days) == (6, 5)
    entry = AuditEntry.objects.get()
    assert entry.before["name"] == "Old"
    assert entry.after["warning_steps"] == [14, 3, 1]


@pytest.mark.parametrize(
    "values",
    [
        {"name": ""},
        {"currency": "EURO"},
        {"warning_steps": []},
        {"warning_steps": [0]},
        {"warning_steps": [1.5]},
        {"warning_steps": [366]},
        {"warning_steps": [30, 7]},
        {"warning_steps": [1, *range(30, 40)]},
        {"digest_hour": 24},
        {"digest_hour": True},
        {"expiring_days": 0},
        {"window_days": 31},
        {"window_days": True},
        {"ad_name_template": "x" * 301},
        {"strong_views": -1},
        {"strong_views": 1.5},
        {"strong_engagement": 101},
        {"strong_engagement": "NaN"},
        {"strong_engagement": "lots"},
    ],
)
def test_a_setting_out_of_range_is_refused(values):
    brand = BrandFactory()
    with pytest.raises(BrandRefusedError):
        change_brand_settings(brand=brand, values=values, **BY)
    assert not AuditEntry.objects.exists()


def test_what_is_strong_may_be_anything():
    brand = BrandFactory()
    values = {"strong_views": None, "strong_engagement": None, "ad_name_template": " {date}  {sku} "}
    assert change_brand_settings(brand=brand, values=values, **BY)
    brand.refresh_from_db()
    assert (brand.strong_views, brand.strong_engagement) == (None, None)
    assert brand.ad_name_template == "{date} {sku}"


@pytest.mark.parametrize("name", ["time_zone", "tracks_rights", "slug", "id"])
def test_what_coverage_depends_on_is_not_a_setting_of_this_operation(name):
    with pytest.raises(ValueError, match=name):
        change_brand_settings(brand=BrandFactory(), values={name: "UTC"}, **BY)


def test_a_name_stays_on_one_line():
    brand, _ = add_brand(**{**GOOD, "name": " North\r\nBcc: eve@example.com\t beam "}, **BY)
    assert brand.name == "North Bcc: eve@example.com beam"
