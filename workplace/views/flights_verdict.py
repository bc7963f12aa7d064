"""The verdict beside the form of a flight: of what is typed at this moment; nothing is stored."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from typing import Any

from brands.access import BrandRequest, viewer_zone
from brands.models import Brand
from campaigns.ad_names import build_ad_name, check_template
from campaigns.drawing import money_of, strip_of
from campaigns.models import Flight
from campaigns.operations.flights import flight_dates
from campaigns.phrases import Subject
from campaigns.queries.lines import FlightDates
from posts.enums import Method
from posts.models import Post
from sparktrack.core.refusals import RefusedError
from sparktrack.core.wording import TimeWords
from workplace.flights_words import planned_words, traction_warning, zone_words
from workplace.forms.flights import FlightForm
from workplace.queries.flights import counting_rights, name_parts, planned_flight

# What a duplicate takes from its model.
COPIED = ("buyer", "ad_account", "starts_on", "ends_on", "daily_spend", "call_to_action", "landing_page")


def verdict_of(request: BrandRequest, form: FlightForm, row: Flight | None, now: datetime) -> dict[str, Any]:
    """What the form says at this moment: the verdict, the strip, what to ask for, a name for the ad."""
    brand, values = request.brand, _values(form, row)
    account, post = values["ad_account"], row.post if row else values["post"]
    zone = brand.zone_of(account)
    context: dict[str, Any] = {
        "zone": viewer_zone(request),
        "zone_words": zone_words(zone, account.name if account else ""),
        "planned": None,
        "suggested": "",
        "problems": _problems(form),
    }
    if post is None:
        return context
    dates = _dates(values, row, zone)
    same = row is not None and (dates, account) == (FlightDates.of(row), row.ad_account)
    planned = planned_flight(brand, post, dates, account, now=now, stored=row if same else None)
    times = TimeWords(now=now, zone=zone, viewer_zone=context["zone"], contract_zone=brand.time_zone)
    subject = Subject(post.creator.handle, linked=post.method != Method.CODE)
    return context | {
        "planned": planned,
        "post": post,
        "said": planned_words(planned, times),
        "strip": strip_of(planned.line, subject, times) if planned.line.starts_at else "",
        "money": money_of(planned.line),
        "traction": traction_warning(planned.traction, brand) if dates.launched_at is None else "",
        "suggested": _suggested(brand, post, values),
    }


def _problems(form: FlightForm) -> list[str]:
    """What cannot be judged, in the words of the form; a post that is not said yet is none."""
    names = (
        ("post", "starts_on", "ends_on") if form.data.get("post", "").strip() else ("starts_on", "ends_on")
    )
    return [str(each) for name in names for each in form.errors.get(name, ())]


def _values(form: FlightForm, row: Flight | None) -> dict[str, Any]:
    """What the form says, as far as it can be read."""
    names = ("post", "campaign", *COPIED)
    if form.is_bound:
        return dict.fromkeys(names) | form.cleaned_data
    if row is not None:
        return {name: getattr(row, name) for name in COPIED} | {
            "post": row.post,
            "campaign": row.campaign.name,
        }
    probe = FlightForm(
        {name: getattr(value, "pk", value) for name, value in form.initial.items() if value}, brand=form.brand
    )
    probe.is_valid()
    return dict.fromkeys(names) | probe.cleaned_data


def _dates(values: Mapping[str, Any], row: Flight | None, zone: str) -> FlightDates:
    """The instants of the typed dates; none where they make no flight yet."""
    instants: Mapping[str, Any] = {}
    with suppress(RefusedError):
        instants = flight_dates(values["starts_on"], values["ends_on"], zone)
    spend: Decimal | None = values["daily_spend"]
    kept = FlightDates.of(row) if row else FlightDates(None, None, None, None, None, None)
    return kept._replace(
        starts_at=instants.get("starts_at"), ends_at=instants.get("ends_at"), daily_spend=spend
    )


def _suggested(brand: Brand, post: Post, values: Mapping[str, Any]) -> str:
    """The ad's name by the template of the brand; a template that cannot be used suggests nothing."""
    if check_template(brand.ad_name_template):
        return ""
    parts = name_parts(
        brand,
        post,
        counting_rights(brand, post),
        starts_on=values["starts_on"],
        campaign=values["campaign"] or "",
        account=values["ad_account"],
        buyer=values["buyer"],
    )
    return build_ad_name(brand.ad_name_template, parts)
