from datetime import UTC, datetime

import pytest

from brands.models import AdAccount, AuditEntry
from brands.operations.ad_accounts import (
    AdAccountRefusedError,
    NewAdAccount,
    add_ad_accounts,
    edit_ad_accounts,
)
from brands.operations.edits import Edit, OtherBrandError
from sparktrack.core.actors import system_actor
from tests.factories import AdAccountFactory, BrandFactory

pytestmark = pytest.mark.django_db

BY = {"now": datetime(2026, 11, 21, 12, tzinfo=UTC), "actor": system_actor("test")}


def test_ad_accounts_are_added_with_audit():
    brand = BrandFactory()
    rows = add_ad_accounts(
        brand=brand,
        accounts=[NewAdAccount(" US ", "7001234567890123456", "America/New_York", "usd"), NewAdAccount("EU")],
        **BY,
    )
    assert [(row.name, row.advertiser_id, row.time_zone, row.currency) for row in rows] == [
        ("US", "7001234567890123456", "America/New_York", "USD"),
        ("EU", "", "", ""),
    ]
    assert AuditEntry.objects.filter(brand=brand, action="ad_account.added").count() == 2


@pytest.mark.parametrize(
    "account",
    [
        NewAdAccount(""),
        NewAdAccount("Taken"),
        NewAdAccount("Other", "7001"),
        NewAdAccount("Other", "70012345"),
        NewAdAccount("Other", time_zone="Berlin"),
        NewAdAccount("Other", currency="Euro"),
    ],
)
def test_a_wrong_or_taken_ad_account_is_refused_and_none_of_the_list_is_written(account):
    brand = BrandFactory()
    AdAccountFactory(brand=brand, name="Taken", advertiser_id="70012345")
    with pytest.raises(AdAccountRefusedError):
        add_ad_accounts(brand=brand, accounts=[NewAdAccount("Good"), account], **BY)
    assert AdAccount.objects.count() == 1


def test_two_brands_may_use_the_same_ad_account():
    AdAccountFactory(name="Shared", advertiser_id="70012345")
    add_ad_accounts(brand=BrandFactory(), accounts=[NewAdAccount("Shared", "70012345")], **BY)
    assert AdAccount.objects.count() == 2


def test_an_edit_changes_and_notes_only_what_differs():
    account = AdAccountFactory(name="Old", currency="USD")
    changed = edit_ad_accounts(
        brand=account.brand, edits=[Edit(account, {"name": "New", "currency": "usd"})], **BY
    )
    assert changed == [account]
    assert AuditEntry.objects.get().after == {"name": "New"}


def test_an_edit_is_refused_for_the_zone_for_another_brand_and_for_a_taken_name():
    account = AdAccountFactory()
    other = AdAccountFactory(brand=account.brand, name="Taken")
    with pytest.raises(ValueError, match="time_zone"):
        edit_ad_accounts(brand=account.brand, edits=[Edit(account, {"time_zone": "UTC"})], **BY)
    with pytest.raises(OtherBrandError):
        edit_ad_accounts(brand=BrandFactory(), edits=[Edit(account, {"name": "X"})], **BY)
    with pytest.raises(AdAccountRefusedError):
        edit_ad_accounts(brand=account.brand, edits=[Edit(account, {"name": other.name})], **BY)
