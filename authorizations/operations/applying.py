"""Codes taken to Ads Manager by a person, who reads there when each of them ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from authorizations.enums import EndSource
from authorizations.models import AuthorizationCode
from authorizations.operations.codes import Use, Verification, mark_applied, verify_codes
from authorizations.operations.gaps import coverage_change
from authorizations.windows import DAY, refuse_odd_year
from brands.models import AdAccount, Brand
from brands.operations.edits import require_brand, reread
from sparktrack.core.actors import Actor
from sparktrack.core.days import local_date


@dataclass(frozen=True, slots=True)
class Reading:
    """A code was taken to ``ad_account``, where it ends on ``ends_on``: the date as Ads Manager shows it."""

    code: AuthorizationCode
    ad_account: AdAccount
    ends_on: date


def apply_as_read(
    *, brand: Brand, readings: Sequence[Reading], now: datetime, actor: Actor
) -> list[AuthorizationCode]:
    """Note that codes are in use in ad accounts, with the ends that a person read there; returns the codes as they are.

    A date other than the one on file moves the end by whole days; the source is ``ads_manager`` then, and also where
    the date is confirmed, unless TikTok said the same. Whoever may mark a code as applied may say what they read: it
    is one act, and the end that counts is the one under which the ad runs. Raises WindowError for an end that is not
    after the start.
    """
    for reading in readings:
        require_brand(brand, reading.code, reading.ad_account)
    with coverage_change(brand) as touched:
        rows = reread(AuthorizationCode, brand, [reading.code for reading in readings])
        mark_applied(
            brand=brand,
            uses=[Use(rows[item.code.pk], item.ad_account) for item in readings],
            now=now,
            actor=actor,
        )
        verifications = []
        for reading in readings:
            row = rows[reading.code.pk]
            days = (reading.ends_on - shown_end(touched.brand, row, reading.ad_account)).days
            if days or row.end_source != EndSource.TIKTOK:
                refuse_odd_year(reading.ends_on)
                end = row.expires_at + days * DAY
                verifications.append(Verification(row, end, source=EndSource.ADS_MANAGER))
        verify_codes(brand=brand, verifications=verifications, now=now, actor=actor)
        return list(reread(AuthorizationCode, brand, rows.values()).values())


def shown_end(brand: Brand, code: AuthorizationCode, ad_account: AdAccount | None) -> date:
    """The day on which a code ends, as Ads Manager shows it: on the clock of the ad account, else of the brand."""
    return local_date(code.expires_at, brand.zone_of(ad_account))
