"""Brands: making one with its first admin invited, changing the settings that no coverage depends on.

Its time zone and whether it tracks rights change what may run: those are in authorizations.operations.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db import IntegrityError, transaction

from brands.enums import Role
from brands.models import Brand
from brands.operations.audit import Change, record_changes
from brands.operations.invitations import Invite, IssuedInvitation, invite_people
from sparktrack.core.actors import Actor
from sparktrack.core.refusals import RefusedError
from sparktrack.core.zones import is_zone

_CURRENCY = re.compile(r"[A-Z]{3}")
# Warnings of a brand: at most so many, at most so many days before a lapse; on the last day everybody is told.
MOST_STEPS = 10
MAX_STEP = 365
_LAST_STEP = 1
# The windows that TikTok's app offers, in days; the longest text that names of ads are made of.
WINDOWS = (7, 30, 60, 365)
_LONGEST_TEMPLATE = 300
_MOST_VIEWS = 2**31 - 1
# What may follow /b/ besides brands, now or later.
_RESERVED = frozenset({"new", "admin", "api", "static"})


class BrandRefusedError(RefusedError):
    """A brand, or settings of one, that cannot be stored."""


def add_brand(
    *,
    slug: str,
    name: str,
    time_zone: str,
    admin_email: str,
    currency: str = "USD",
    now: datetime,
    actor: Actor,
) -> tuple[Brand, IssuedInvitation]:
    """A new brand and the invitation of its first admin.

    Raises BrandRefusedError for a slug that is malformed or taken, an unknown IANA zone, a currency that is not three
    letters; InvitationRefusedError for a malformed e-mail. Then nothing is written.
    """
    _require_slug(slug)
    if not is_zone(time_zone):
        raise BrandRefusedError(f"No such time zone: {time_zone}.", field="time_zone")
    brand = Brand(
        slug=slug, name=_name(name), time_zone=time_zone, currency=_currency(currency), created_at=now
    )
    try:
        with transaction.atomic():
            brand.save(force_insert=True)
            after = {"slug": slug, "name": brand.name, "time_zone": time_zone, "currency": brand.currency}
            record_changes(brand, [Change("brand.added", brand, after=after)], now=now, actor=actor)
            (issued,) = invite_people(
                brand=brand, invites=[Invite(admin_email, Role.ADMIN)], now=now, actor=actor
            )
    except IntegrityError:
        raise BrandRefusedError(f"There is a brand {slug} already.", field="slug") from None
    return brand, issued


def change_brand_settings(*, brand: Brand, values: Mapping[str, Any], now: datetime, actor: Actor) -> bool:
    """Set any of name, currency, warning_steps, digest_hour, expiring_days, window_days, ad_name_template,
    strong_views, strong_engagement; says whether anything changed.

    ``warning_steps`` are at most ten days before a lapse, 1 among them, in any order; they are stored largest first.
    ``strong_views`` and ``strong_engagement`` (percent of the views) may be None: any. What an ad name may be made of
    is known further right (campaigns.ad_names); here the template only has to fit. Raises BrandRefusedError for a
    value out of range, ValueError for another field.
    """
    new = {name: _CLEAN[name](value) for name, value in values.items() if _known(name)}
    with transaction.atomic():
        stored = Brand.objects.select_for_update().get(pk=brand.pk)
        before = {name: getattr(stored, name) for name in new if getattr(stored, name) != new[name]}
        for name in before:
            setattr(stored, name, new[name])
            setattr(brand, name, new[name])
        if before:
            stored.save(update_fields=sorted(before))
            change = Change("brand.settings_changed", stored, before, {name: new[name] for name in before})
            record_changes(brand, [change], now=now, actor=actor)
    return bool(before)


def _known(name: str) -> bool:
    if name not in _CLEAN:
        raise ValueError(f"{name} of a brand is not changed here.")
    return True


def _require_slug(slug: str) -> None:
    try:
        validate_slug(slug)
    except ValidationError:
        slug_is_bad = True
    else:
        slug_is_bad = slug != slug.lower() or not 2 <= len(slug) <= 60 or slug in _RESERVED
    if slug_is_bad:
        raise BrandRefusedError(
            f"Not a usable short name: {slug or 'empty'}. Take 2 to 60 of a-z, 0-9, - and _.", field="slug"
        )


def _name(value: Any) -> str:
    name = " ".join(str(value).split())
    if not 1 <= len(name) <= 120:
        raise BrandRefusedError("A brand needs a name of at most 120 characters.", field="name")
    return name


def _currency(value: Any) -> str:
    currency = str(value).strip().upper()
    if not _CURRENCY.fullmatch(currency):
        raise BrandRefusedError(f"Not a currency: {value}. Take three letters such as EUR.", field="currency")
    return currency


def _steps(value: Any) -> list[int]:
    steps = list(value) if isinstance(value, list | tuple) else []
    if not steps or any(type(step) is not int or not 1 <= step <= MAX_STEP for step in steps):
        raise BrandRefusedError("Warning steps are whole days from 1 to 365.", field="warning_steps")
    if _LAST_STEP not in steps:
        raise BrandRefusedError("The warning of the last day stays: keep the 1.", field="warning_steps")
    if len(set(steps)) > MOST_STEPS:
        raise BrandRefusedError(f"At most {MOST_STEPS} warning steps.", field="warning_steps")
    return sorted(set(steps), reverse=True)


def _hour(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= 23:
        raise BrandRefusedError("The hour of the digest is 0 to 23.", field="digest_hour")
    return value


def _days(value: Any) -> int:
    if type(value) is not int or not 1 <= value <= MAX_STEP:
        raise BrandRefusedError("A code is about to expire for 1 to 365 days.", field="expiring_days")
    return value


def _window(value: Any) -> int:
    if type(value) is not int or value not in WINDOWS:
        raise BrandRefusedError("Creators can be asked for 7, 30, 60 or 365 days.", field="window_days")
    return value


def _template(value: Any) -> str:
    template = " ".join(str(value).split())
    if len(template) > _LONGEST_TEMPLATE:
        raise BrandRefusedError(
            f"The template of ad names has at most {_LONGEST_TEMPLATE} characters.", field="ad_name_template"
        )
    return template


def _views(value: Any) -> int | None:
    if value is not None and (type(value) is not int or not 0 <= value <= _MOST_VIEWS):
        raise BrandRefusedError("Views are a whole number, or nothing.", field="strong_views")
    return value


def _engagement(value: Any) -> Decimal | None:
    if value is None:
        return None
    try:
        percent = Decimal(str(value)).quantize(Decimal("0.01"))
    except InvalidOperation:
        percent = Decimal(-1)
    if not (percent.is_finite() and 0 <= percent <= 100):
        raise BrandRefusedError("Engagement is 0 to 100 percent, or nothing.", field="strong_engagement")
    return percent


_CLEAN = {
    "name": _name,
    "currency": _currency,
    "warning_steps": _steps,
    "digest_hour": _hour,
    "expiring_days": _days,
    "window_days": _window,
    "ad_name_template": _template,
    "strong_views": _views,
    "strong_engagement": _engagement,
}
