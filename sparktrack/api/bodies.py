"""What callers send: only fields that there are, with the types that the document states."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from campaigns.forms.planner import FIRST_YEAR, LAST_YEAR
from sparktrack.api.fields import InstantField, MemberField, OwnedField
from sparktrack.core.cells import is_blank
from sparktrack.core.models import words as said
from sparktrack.core.zones import is_zone

# Rows that one request may change.
MOST = 500
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Body(serializers.Serializer[Any]):
    """A body. A field that there is none of is an error: it was meant to do something."""

    def to_internal_value(self, data: Any) -> Any:
        """The values; errors at their fields."""
        if isinstance(data, Mapping):
            known = {name for name, field in self.fields.items() if not field.read_only}
            if unknown := sorted(str(name) for name in data if name not in known):
                raise ValidationError({name: ["There is no such field here."] for name in unknown})
        return super().to_internal_value(data)


class Text(serializers.CharField):
    """A text; a number is none."""

    def to_internal_value(self, data: Any) -> str:
        """The text without blanks around it. One that nobody can see is empty."""
        if not isinstance(data, str):
            self.fail("invalid")
        if is_blank(data) and not self.allow_blank:
            self.fail("blank")
        return super().to_internal_value(data)


class Whole(serializers.IntegerField):
    """A whole number; a text is none."""

    def to_internal_value(self, data: Any) -> int:
        """The number."""
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return super().to_internal_value(data)


class Flag(serializers.BooleanField):
    """True or false, and no word for it."""

    def to_internal_value(self, data: Any) -> bool:
        """The value."""
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class Choice(serializers.ChoiceField):
    """One of some words. What else was sent is not said again: it may be a secret in the wrong place."""

    default_error_messages = {"invalid_choice": "One of: {words}."}

    def __init__(self, words: Iterable[StrEnum], **options: Any) -> None:
        self._words = {word.value: word for word in words}
        # Said as the models say it: then the document has one name for both.
        super().__init__(choices=[(name, said(word)) for name, word in self._words.items()], **options)

    def to_internal_value(self, data: Any) -> StrEnum | str:
        """The member of the enum; the empty text where that may be."""
        if data == "" and self.allow_blank:
            return ""
        if not isinstance(data, str) or data not in self._words:
            self.fail("invalid_choice", words=", ".join(self._words))
        return self._words[data]


class Mail(serializers.EmailField):
    """The address of a mailbox."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": 254, **options})


class Words(serializers.ListField):
    """Some words, each once, without blanks around them."""

    def __init__(self, **options: Any) -> None:
        super().__init__(child=Text(max_length=60), max_length=50, **options)

    def run_validation(self, data: Any = serializers.empty) -> list[str]:
        """The words in the order in which they were sent, as many as were allowed before doubles go."""
        return list(dict.fromkeys(super().run_validation(data)))


class Zone(Text):
    """The name of an IANA time zone."""

    default_error_messages = {"zone": "There is no such time zone."}

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": 64, "help_text": "Such as Europe/Berlin.", **options})

    def to_internal_value(self, data: Any) -> str:
        """The name, in exactly this spelling."""
        zone = super().to_internal_value(data)
        if zone and not is_zone(zone):
            self.fail("zone")
        return zone


class Web(serializers.URLField):
    """An address on the web."""

    default_error_messages = {"web": "This is not an address on the web: it begins with https:// or http://."}

    def to_internal_value(self, data: Any) -> str:
        """The address; no other scheme is one."""
        url = super().to_internal_value(data)
        if url and not url.lower().startswith(("https://", "http://")):
            self.fail("web")
        return url


class Day(serializers.DateField):
    """A day of the years that people plan in; no other has instants around it that can be reckoned with."""

    default_error_messages = {"year": f"Choose a year from {FIRST_YEAR} to {LAST_YEAR}."}

    def to_internal_value(self, data: Any) -> date:
        """The day, as it is written in ISO 8601; a number or an instant is none."""
        if not isinstance(data, str) or not _DAY.fullmatch(data):
            self.fail("invalid", format="YYYY-MM-DD")
        day: date = super().to_internal_value(data)
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            self.fail("year")
        return day


class Instant(InstantField):
    """An instant of the same years, with its offset from UTC."""

    default_error_messages = {"year": f"Choose a year from {FIRST_YEAR} to {LAST_YEAR}."}

    def to_internal_value(self, value: Any) -> datetime:
        """The instant in UTC."""
        if not isinstance(value, str):
            self.fail("invalid", format="YYYY-MM-DDThh:mm:ssZ")
        instant: datetime = super().to_internal_value(value)
        if not FIRST_YEAR <= instant.year <= LAST_YEAR:
            self.fail("year")
        return instant


@extend_schema_field({"type": ["string", "number"]})
class Money(serializers.DecimalField):
    """An amount, as a text (exact) or a number."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_digits": 12, "decimal_places": 2, "min_value": Decimal(0), **options})

    def validate_empty_values(self, data: Any) -> tuple[bool, Any]:
        """Null is no amount; the empty text is a mistake."""
        if isinstance(data, str) and not data.strip():
            self.fail("invalid")
        return super().validate_empty_values(data)

    def to_internal_value(self, data: Any) -> Decimal:
        """The amount."""
        if isinstance(data, bool) or not isinstance(data, str | int | float | Decimal):
            self.fail("invalid")
        return super().to_internal_value(data)


def read_many(
    body: type[Body], data: Any, *, context: Mapping[str, Any], named: bool = False, **options: Any
) -> list[dict[str, Any]]:
    """The values of each of the objects in ``data``, at most MOST; ``named``: each says its ``id``, no two the same.

    Related rows are looked up for all at once. Raises ValidationError with the place of each error.
    """
    if not isinstance(data, list):
        raise ValidationError({"": ["Send a list of objects."]})
    if not data or len(data) > MOST:
        raise ValidationError({"": [f"Send 1 to {MOST} objects."]})
    found: dict[Any, dict[Any, Any]] = {}
    for name, field in body().fields.items():
        if isinstance(field, OwnedField | MemberField):
            rows = field.rows_of(context["brand"]).in_bulk(_ids(data, name))
            found[field.kind] = {**found.get(field.kind, {}), **rows}
    many = body(data=data, many=True, context={**context, "found": found}, **options)
    if not many.is_valid():
        # By place, as problem details point at them.
        raise ValidationError({str(place): errors for place, errors in many.errors.items()})
    values: list[dict[str, Any]] = many.validated_data
    if named:
        _refuse_nameless([item.get("id") for item in values])
    return values


def _ids(data: Sequence[Any], name: str) -> set[UUID]:
    ids = set()
    for item in data:
        text = item.get(name) if isinstance(item, Mapping) else None
        if isinstance(text, str):
            try:
                ids.add(UUID(text))
            except ValueError:
                continue  # the field says so at its place
    return ids


def _refuse_nameless(ids: Sequence[UUID | None]) -> None:
    """Raises ValidationError for rows without an id (a change needs no other field), and for one that came before."""
    seen: set[UUID] = set()
    errors = {}
    for place, pk in enumerate(ids):
        if pk is None:
            errors[str(place)] = {"id": ["This field is required."]}
        elif pk in seen:
            errors[str(place)] = {"id": ["This id is there twice."]}
        else:
            seen.add(pk)
    if errors:
        raise ValidationError(errors)
