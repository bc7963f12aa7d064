"""The audit in words: what was done to what, and each value before and after. English, no clock, no query."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import DecimalField, Field, ForeignKey, Model

from brands.models import AuditEntry, BrandOwned, User
from sparktrack.core.wording import clock, local_year, weekday

# The kinds of things, by how the names of actions begin.
KINDS: Mapping[str, str] = {
    "ad_account": "Ad account",
    "alert": "Alert",
    "attachment": "Attachment",
    "brand": "Brand",
    "brief": "Brief",
    "campaign": "Campaign",
    "channel": "Channel",
    "code": "Code",
    "creator": "Creator",
    "flight": "Flight",
    "import": "Import",
    "invitation": "Invitation",
    "link": "Account link",
    "member": "Member",
    "peak": "Peak",
    "person": "Person",
    "post": "Post",
    "request": "Request for a code",
    "right": "Right",
    "token": "Token",
}

# What was done where the name of the action does not say it as people do.
_VERBS = {
    "ad_account.zone_changed": "reads dates in another zone",
    "alert.handed_over": "handed over",
    "brand.rights_tracking_set": "looks at rights or not",
    "brand.zone_changed": "reads dates in another zone",
    "code.applied": "taken to Ads Manager",
    "code.source_post_code_kept": "got the code of the source post",
    "code.source_post_code_revealed": "revealed with the code of its source post",
    "code.unrevoked": "not revoked after all",
    "creator.own_account_set": "is the brand’s own account or not",
    "flight.account_assigned": "moved to an ad account",
    "flight.put_back": "as before again",
    "flight.run_anyway": "runs anyway",
    "flight.taken_back": "not planned after all",
    "import.asked": "asked for",
    "link.closed": "no longer",
    "member.deputy_set": "has another deputy",
    "person.hour_chosen": "chose an hour for mails",
    "person.alerts_chosen": "chose what to hear of",
    "post.back": "public again",
    "post.gone": "private or deleted",
    "request.reopened": "waits for an answer again",
    "right.triggered": "began",
}

# What fields are called where their own name is not what people say.
_FIELDS = {
    "ends_on": "last day",
    "starts_on": "first day",
    "digest_hour": "hour of the morning mail",
    "rows_moved": "rows with other instants",
    "sku": "SKU",
    "strong_engagement": "engagement worth paying for, %",
    "strong_views": "views worth paying for",
    "tiktok_ad_ids": "ad ids",
    "tiktok_post_id": "post id",
    "time_zone": "time zone",
    "tracks_rights": "looks at rights",
    "url": "link",
    "warning_steps": "days of warnings",
    "window_days": "days of a code",
}
_LONGEST = 160
_MODELS: Mapping[str, type[Model]] = {
    model.__name__.lower(): model
    for model in apps.get_models()
    if issubclass(model, BrandOwned | User) or model.__name__ == "Brand"
}

# Where an entry is about another row than the value's own: what a name such as ``ad_account`` refers to everywhere.
_REFERRED: Mapping[str, "Field[Any, Any]"] = {
    field.name: field
    for model in _MODELS.values()
    for field in model._meta.concrete_fields
    if isinstance(field, ForeignKey) and field.name != "brand"
}
_STORED_WORD = re.compile(r"[a-z]+(_[a-z]+)+")

# Names of rows by the model and id.
Names = Mapping[tuple[type[Model], str], str]


@dataclass(frozen=True, slots=True)
class ValueChange:
    """A value that changed, in words."""

    label: str
    before: str
    after: str


def kind_of(action: str) -> str:
    """``Ad account``: what an action is about."""
    kind = action.partition(".")[0]
    return KINDS.get(kind, kind.replace("_", " ").capitalize())


def verb_of(action: str) -> str:
    """``moved``: what was done."""
    return _VERBS.get(action, action.partition(".")[2].replace("_", " "))


def references(entry: AuditEntry) -> Iterator[tuple[type[Model], str]]:
    """The rows that the values of an entry name by their ids."""
    for name in entry.before.keys() | entry.after.keys():
        field = _field(entry, name)
        if not isinstance(field, ForeignKey):
            continue
        for values in (entry.before, entry.after):
            if _is_id(value := values.get(name)):
                related = field.related_model
                assert isinstance(related, type)
                yield related, value


def changes_of(entry: AuditEntry, names: Names, *, zone: str, now: datetime) -> list[ValueChange]:
    """Each value before and after, in the order in which it was written down; instants on the clock of ``zone``.

    Values that are empty before and after, such as those that a new row has not, are left out.
    """
    found = []
    for name in dict.fromkeys([*entry.after, *entry.before]):
        field = _field(entry, name)
        before, after = (
            _said(values.get(name), field, names, zone=zone, now=now)
            for values in (entry.before, entry.after)
        )
        if before or after:
            found.append(ValueChange(_FIELDS.get(name, name.replace("_", " ")), before, after))
    return found


def _field(entry: AuditEntry, name: str) -> "Field[Any, Any] | None":
    model = _MODELS.get(entry.object_kind)
    try:
        field = model._meta.get_field(name) if model else None
    except FieldDoesNotExist:
        field = None
    return field if isinstance(field, Field) else _REFERRED.get(name)


def _is_id(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(UUID(value))
    except ValueError:
        return False


def _said(value: Any, field: "Field[Any, Any] | None", names: Names, *, zone: str, now: datetime) -> str:
    """One value; empty for nothing."""
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, list | dict):
        items = value.items() if isinstance(value, dict) else (("", each) for each in value)
        said = ((key, _said(each, None, names, zone=zone, now=now)) for key, each in items)
        return _cut(", ".join(f"{key}: {words}" if key else words for key, words in said))
    if isinstance(field, ForeignKey):
        return names.get((field.related_model, str(value)), "somebody or something that is gone")
    if isinstance(value, bool):
        return "yes" if value else "no"
    words = f"{value:,}" if isinstance(value, int) else str(value)
    if isinstance(field, DecimalField):
        words = words.removesuffix(".00")
    if field is not None and field.choices:
        words = str(dict(field.flatchoices).get(value, words))
    if _STORED_WORD.fullmatch(words):
        words = words.replace("_", " ")
    return _time(words, zone=zone, now=now) or _cut(words)


def _time(words: str, *, zone: str, now: datetime) -> str:
    """A day or an instant as people say it; empty for any other text."""
    if not words[:4].isdecimal():
        return ""
    try:
        if len(words) == 10:
            return weekday(date.fromisoformat(words), year=local_year(now, zone))
        at = datetime.fromisoformat(words)
    except ValueError:
        return ""
    return clock(at, zone, now=now) if at.tzinfo else ""


def _cut(words: str) -> str:
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST]}…"
