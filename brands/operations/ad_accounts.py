"""Ad accounts of a brand. Their time zone moves the days of flights, so it changes in authorizations.operations."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from brands.models import AdAccount, Brand
from brands.operations.audit import BATCH, Change, record_changes
from brands.operations.edits import Edit, edit_stored
from sparktrack.core.actors import Actor
from sparktrack.core.refusals import RefusedError
from sparktrack.core.zones import is_zone

_ADVERTISER = re.compile(r"\d{5,32}")
_CURRENCY = re.compile(r"[A-Z]{3}")
_EDITABLE = frozenset({"name", "advertiser_id", "currency"})


class AdAccountRefusedError(RefusedError):
    """An ad account that cannot be stored."""


@dataclass(frozen=True, slots=True)
class NewAdAccount:
    """What is known of an ad account; empty zone and currency mean the brand's."""

    name: str
    advertiser_id: str = ""
    time_zone: str = ""
    currency: str = ""


def add_ad_accounts(
    *, brand: Brand, accounts: Sequence[NewAdAccount], now: datetime, actor: Actor
) -> list[AdAccount]:
    """Store new ad accounts. Raises AdAccountRefusedError: no or taken name or id, unknown zone, odd currency."""
    rows = []
    for account in accounts:
        if account.time_zone and not is_zone(account.time_zone):
            raise AdAccountRefusedError(f"No such time zone: {account.time_zone}.", field="time_zone")
        values = _clean(
            {"name": account.name, "advertiser_id": account.advertiser_id, "currency": account.currency}
        )
        rows.append(AdAccount(brand=brand, time_zone=account.time_zone, created_at=now, **values))
    try:
        with transaction.atomic():
            AdAccount.objects.bulk_create(rows, batch_size=BATCH)
            changes = [
                Change(
                    "ad_account.added",
                    row,
                    after={"name": row.name, "advertiser_id": row.advertiser_id, "time_zone": row.time_zone},
                )
                for row in rows
            ]
            record_changes(brand, changes, now=now, actor=actor)
    except IntegrityError:
        raise _taken() from None
    return rows


def edit_ad_accounts(
    *, brand: Brand, edits: Sequence[Edit[AdAccount]], now: datetime, actor: Actor
) -> list[AdAccount]:
    """Change name, advertiser_id or currency; returns the accounts that changed.

    Raises AdAccountRefusedError, OtherBrandError, ValueError for another field.
    """
    cleaned = [Edit(edit.row, {**edit.values, **_clean(edit.values)}) for edit in edits]
    try:
        with transaction.atomic():
            return edit_stored(
                AdAccount,
                brand=brand,
                edits=cleaned,
                editable=_EDITABLE,
                action="ad_account.changed",
                now=now,
                actor=actor,
            )
    except IntegrityError:
        raise _taken() from None


def _taken() -> AdAccountRefusedError:
    return AdAccountRefusedError("There is an ad account with this name or id already.", field="name")


def _clean(values: Mapping[str, Any]) -> dict[str, str]:
    cleaned = {name: " ".join(str(values[name]).split()) for name in _EDITABLE if name in values}
    if "name" in cleaned and not 1 <= len(cleaned["name"]) <= 120:
        raise AdAccountRefusedError("An ad account needs a name of at most 120 characters.", field="name")
    if cleaned.get("advertiser_id") and not _ADVERTISER.fullmatch(cleaned["advertiser_id"]):
        raise AdAccountRefusedError("An advertiser id is a number of 5 to 32 digits.", field="advertiser_id")
    if cleaned.get("currency"):
        cleaned["currency"] = cleaned["currency"].upper()
        if not _CURRENCY.fullmatch(cleaned["currency"]):
            raise AdAccountRefusedError("A currency is three letters such as EUR.", field="currency")
    return cleaned
