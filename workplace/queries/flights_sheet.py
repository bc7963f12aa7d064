"""The launch sheet of a flight: what a buyer types into Ads Manager, and what to make sure of before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from authorizations.enums import CodeStatus
from authorizations.models import AuthorizationCode, CodeUse, UsageRight
from authorizations.rules import Code, code_status
from brands.models import Brand
from campaigns.ad_names import build_ad_name, check_template
from campaigns.enums import Check
from campaigns.models import Flight
from campaigns.queries.history import people_of
from campaigns.queries.lines import FlightDates, JudgedFlight, judged, stored_gaps
from posts.enums import Method
from workplace.queries.flights import apply_by_of, counting_rights, flight_of, name_parts

_USABLE = {CodeStatus.ACTIVE, CodeStatus.EXPIRING, CodeStatus.SCHEDULED}


@dataclass(frozen=True, slots=True)
class SheetCode:
    """A code that can be taken to Ads Manager; ``applied``: it is noted for the account of the flight."""

    code: AuthorizationCode
    status: CodeStatus
    ends_at: datetime
    applied: bool


@dataclass(frozen=True, slots=True)
class Ticked:
    """One check: who ticked it and when, None while nobody did. ``by_id``: of the person, empty for a script."""

    check: Check
    by: str
    at: datetime | None
    by_id: str = ""


@dataclass(frozen=True, slots=True)
class LaunchSheet:
    """What the sheet of a flight shows at one instant."""

    flight: Flight
    line: JudgedFlight
    codes: Sequence[SheetCode]
    rights: Sequence[UsageRight]
    checks: Sequence[Ticked]
    needs_code: bool
    apply_by: datetime | None

    @property
    def open(self) -> int:
        """How many checks nobody ticked."""
        return sum(each.at is None for each in self.checks)


def launch_sheet(brand: Brand, flight_id: UUID, *, now: datetime) -> LaunchSheet:
    """The sheet of one flight; seven queries. Raises Flight.DoesNotExist."""
    flight = flight_of(brand, flight_id)
    post = flight.post
    gaps = stored_gaps(brand, [post.pk], after=now).get(post.pk, [])
    names = people_of(brand).names
    return LaunchSheet(
        flight=flight,
        line=JudgedFlight(
            **judged(
                FlightDates.of(flight),
                gaps,
                zone=brand.zone_of(flight.ad_account),
                currency=brand.currency_of(flight.ad_account),
                now=now,
            )
        ),
        codes=_codes(brand, flight, now),
        rights=counting_rights(brand, post),
        checks=[_ticked(flight, check, names) for check in Check],
        needs_code=post.method == Method.CODE and not post.creator.own_account,
        apply_by=apply_by_of(brand, flight, now=now),
    )


def _codes(brand: Brand, flight: Flight, now: datetime) -> list[SheetCode]:
    """The codes that can be used, the one that lasts longest first."""
    codes = AuthorizationCode.objects.for_brand(brand).filter(post=flight.post_id)
    uses = CodeUse.objects.for_brand(brand).filter(code__post=flight.post_id)
    used: dict[UUID, set[UUID | None]] = {}
    for code_id, account in uses.values_list("code_id", "ad_account_id"):
        used.setdefault(code_id, set()).add(account)
    found = []
    for code in codes.order_by("-expires_at", "-pk"):
        window = Code(code.starts_at, code.expires_at, code.revoked_at, rejected=code.rejected_at is not None)
        status = code_status(window, now=now, expiring_days=brand.expiring_days)
        if status in _USABLE:
            ends_at = min(code.expires_at, code.revoked_at or code.expires_at)
            accounts = used.get(code.pk, set())
            applied = flight.ad_account_id in accounts if flight.ad_account_id else bool(accounts)
            found.append(SheetCode(code, status, ends_at, applied))
    return found


def _ticked(flight: Flight, check: Check, names: Mapping[str, str]) -> Ticked:
    kept = flight.checklist.get(check.value)
    if not kept:
        return Ticked(check, "", None)
    by = names.get(kept["by"], "somebody who left") if kept["by"] else "a script"
    return Ticked(check, by, datetime.fromisoformat(kept["at"]), kept["by"])


def proposed_name(brand: Brand, sheet: LaunchSheet) -> str:
    """The name of the ad by the template of the brand; empty where that cannot be used."""
    flight = sheet.flight
    if check_template(brand.ad_name_template):
        return ""
    parts = name_parts(
        brand,
        flight.post,
        sheet.rights,
        starts_on=flight.starts_on,
        campaign=flight.campaign.name,
        account=flight.ad_account,
        buyer=flight.buyer,
    )
    return build_ad_name(brand.ad_name_template, parts)
