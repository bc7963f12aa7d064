"""The fields of bodies and answers that more than one resource has."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from rest_framework import serializers

from brands.models import Brand, BrandOwned, User
from workplace.forms.fields import buyers_of


class InstantField(serializers.DateTimeField):
    """An instant: RFC 3339 with an offset on the way in, in UTC with ``Z`` on the way out."""

    default_error_messages = {"naive": "Say the offset from UTC, such as 2026-11-21T14:05:00Z."}

    def __init__(self, **options: Any) -> None:
        super().__init__(default_timezone=UTC, **options)

    def enforce_timezone(self, value: datetime) -> datetime:
        """``value`` in UTC; without an offset nobody knows what it means."""
        if value.tzinfo is None:
            self.fail("naive")
        try:
            return value.astimezone(UTC)
        except OverflowError:
            self.fail("overflow")

    def to_representation(self, value: Any) -> Any:
        """``2026-11-21T14:05:00Z``, with microseconds where there are some."""
        return None if value is None else as_instant(value)


def as_instant(value: datetime) -> str:
    """RFC 3339 in UTC."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


class NamedField(serializers.PrimaryKeyRelatedField[Any]):
    """The id of something; the empty text is none, and does not mean null: a variable of the script was not set."""

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """What has the id, or null."""
        return super(serializers.RelatedField, self).run_validation(data)


class OwnedField(NamedField):
    """The id of a row of the brand; one of another brand is not there.

    The brand stands in the context of the serializer; what was looked up for many at once, in ``context["found"]``.
    """

    default_error_messages = {"does_not_exist": "There is no such thing in this brand: {pk_value}."}

    def __init__(self, model: type[BrandOwned], **options: Any) -> None:
        self.model = model
        super().__init__(queryset=model._default_manager.none(), pk_field=serializers.UUIDField(), **options)

    @property
    def kind(self) -> Any:
        """What it is found under in ``context["found"]``."""
        return self.model

    def rows_of(self, brand: Brand) -> Any:
        """The rows that may be named."""
        return self.model._default_manager.filter(brand=brand)

    def to_internal_value(self, data: Any) -> Any:
        """The row."""
        return _row_of(self, data)


class OwnedListField(serializers.ListField):
    """The ids of some rows of the brand, each once; looked up together."""

    default_error_messages = {"does_not_exist": "There is no such thing in this brand: {pk_value}."}

    def __init__(self, model: type[BrandOwned], **options: Any) -> None:
        self.model = model
        super().__init__(child=serializers.UUIDField(), **{"max_length": 500, **options})

    def to_internal_value(self, data: Any) -> list[Any]:
        """The rows, as they were named."""
        ids: list[UUID] = super().to_internal_value(data)
        found = self.model._default_manager.filter(brand=self.context["brand"]).in_bulk(ids)
        for pk in ids:
            if pk not in found:
                self.fail("does_not_exist", pk_value=pk)
        return [found[pk] for pk in ids]

    def run_validation(self, data: Any = serializers.empty) -> list[Any]:
        """The rows in the order in which they were named, each once."""
        return list(dict.fromkeys(super().run_validation(data)))


class MemberField(NamedField):
    """The id of a person who is in the brand."""

    default_error_messages = {"does_not_exist": "There is no such person in this brand: {pk_value}."}

    def __init__(self, **options: Any) -> None:
        super().__init__(queryset=User.objects.none(), pk_field=serializers.UUIDField(), **options)

    @property
    def kind(self) -> Any:
        """What they are found under in ``context["found"]``."""
        return type(self)

    def rows_of(self, brand: Brand) -> Any:
        """The members."""
        return User.objects.filter(memberships__brand=brand)

    def to_internal_value(self, data: Any) -> Any:
        """The person."""
        return _row_of(self, data)


class BuyerField(MemberField):
    """The id of a person who plans flights in the brand."""

    default_error_messages = {"does_not_exist": "Nobody who plans flights here has this id: {pk_value}."}

    def rows_of(self, brand: Brand) -> Any:
        """The members whose role lets them plan."""
        return buyers_of(brand)


def _row_of(field: OwnedField | MemberField, data: Any) -> Any:
    """The row that ``data`` names, of those that were looked up for many at once, else looked up now."""
    pk: UUID = field.pk_field.to_internal_value(data)  # type: ignore[union-attr]
    found: Mapping[Any, Any] | None = field.context.get("found", {}).get(field.kind)
    if found is None:
        found = field.rows_of(field.context["brand"]).in_bulk([pk])
    if pk not in found:
        field.fail("does_not_exist", pk_value=data)
    return found[pk]
