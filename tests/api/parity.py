"""What a page and an endpoint leave behind that were given the same."""

import re
from typing import Any

from django.db.models import Model

from brands.models import Brand
from tests.audit import entries

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def left_in(brand: Brand, *models: type[Model]) -> tuple[list[Any], list[Any]]:
    """The rows of ``models`` in the brand and what the audit says, without ids, actors and tokens."""
    rows: list[Any] = []
    for model in models:
        plain = [
            field.attname
            for field in model._meta.concrete_fields
            if not field.primary_key and not field.is_relation
        ]
        found = model._default_manager.filter(brand=brand).order_by("pk")
        rows += [(model.__name__, *values) for values in found.values_list(*plain)]
    told = [
        (
            entry.action,
            entry.object_kind,
            entry.object_label,
            _anonymous(entry.before),
            _anonymous(entry.after),
        )
        for entry in entries(brand)
        if entry.action != "token.issued"
    ]
    return rows, told


def _anonymous(values: dict[str, Any]) -> dict[str, str]:
    return {name: _ID.sub("an id", str(value)) for name, value in values.items()}
