"""What callers get: the fields that they may see and asked for."""

from collections.abc import Callable, Mapping
from functools import cached_property
from operator import attrgetter
from types import MappingProxyType
from typing import Any, ClassVar

from django.db import models
from django.db.models import Model
from rest_framework import serializers

from brands.rules import Action
from sparktrack.api.fields import InstantField

Render = Callable[[Any], Any]


class Answer(serializers.ModelSerializer[Any]):
    """A row as JSON. ``private``: fields that only those with a leave see; others never learn that there is a value.

    ``reads``: for fields that are worked out, the columns that this takes (``post__title`` of a row beside it); a field
    that is no column and not named there makes lists read whole rows.

    The context holds ``brand``, ``allowed``, ``now`` and ``wanted`` (names of fields; None: all). The ``id`` is always
    there.
    """

    serializer_field_mapping = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.DateTimeField: InstantField,
        # An empty text is neither a mailbox nor an address on the web.
        models.EmailField: serializers.CharField,
        models.URLField: serializers.CharField,
    }
    private: ClassVar[Mapping[str, Action]] = MappingProxyType({})
    reads: ClassVar[Mapping[str, tuple[str, ...]]] = MappingProxyType({})

    @classmethod
    def model(cls) -> type[Model]:
        """The model of the rows."""
        model: type[Model] = cls.Meta.model
        return model

    def get_fields(self) -> dict[str, Any]:
        """The fields that this caller gets."""
        fields = super().get_fields()
        allowed = self.context.get("allowed")
        if allowed is not None:
            fields = {
                name: field
                for name, field in fields.items()
                if name not in self.private or self.private[name] in allowed
            }
        wanted = self.context.get("wanted")
        if wanted is not None:
            fields = {name: field for name, field in fields.items() if name == "id" or name in wanted}
        return fields

    @cached_property
    def _plan(self) -> list[tuple[str, Callable[[Any], Any], Render]]:
        return [(name, *_way(field)) for name, field in self.fields.items()]

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """As DRF does it, without asking each field of each row how it wants to be read."""
        found = {}
        for name, read, render in self._plan:
            value = read(instance)
            found[name] = None if value is None else render(value)
        return found


def _way(field: Any) -> tuple[Callable[[Any], Any], Render]:
    """How a field is read from a row, and rendered."""
    source = field.source
    if isinstance(field, serializers.PrimaryKeyRelatedField):
        return attrgetter(f"{source}_id"), str
    if isinstance(field, serializers.UUIDField):
        return attrgetter(source), str
    if source == "*" or len(field.source_attrs) > 1:
        return field.get_attribute, field.to_representation
    return attrgetter(source), field.to_representation


def columns_of(answer: Answer) -> set[str] | None:
    """What the fields of ``answer`` read of the row and of rows beside it, for ``only()``; None: nobody can say."""
    names = {field.name for field in answer.model()._meta.concrete_fields}
    columns: set[str] = set()
    for name, field in answer.fields.items():
        if name in answer.reads:
            columns.update(answer.reads[name])
        elif str(field.source).split(".")[0] in names:
            columns.add(str(field.source).replace(".", "__"))
        else:
            return None
    return columns
