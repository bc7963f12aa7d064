"""The Django admin of creators, for staff; ``own_account`` changes coverage and is typed in authorizations.admin."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from brands.operations.edits import Edit
from brands.owned_admin import OwnedAdmin, by
from creators.models import Creator
from creators.operations import EDITABLE, CreatorDraft, add_creators, edit_creators, rename_creator


@admin.register(Creator)
class CreatorAdmin(OwnedAdmin):
    """Who makes the posts."""

    list_display = ("handle", "display_name", "brand", "country", "manager", "own_account", "created_at")
    list_filter = ("own_account",)
    list_select_related = ("brand", "manager")
    search_fields = ("handle__startswith", "display_name__istartswith", "email__iexact", "brand__slug__exact")
    ordering = ("-pk",)
    _details = (
        "display_name",
        "email",
        "agent_name",
        "agent_email",
        "country",
        "language",
        "time_zone",
        "tags",
        "manager",
        "notes",
    )
    adding = ("brand", "handle", "own_account", *_details)
    fields = ("brand", "handle", "former_handles", "own_account", *_details, "created_at")
    changing = EDITABLE | {"handle"}

    def add_row(self, request: HttpRequest, values: Mapping[str, Any]) -> Creator:
        """One creator."""
        details = {name: values[name] for name in self._details}
        draft = CreatorDraft(values["handle"], own_account=values["own_account"], details=details)
        return add_creators(drafts=[draft], **by(request, values["brand"]))[0]

    def change_row(self, request: HttpRequest, row: Creator, values: Mapping[str, Any]) -> None:
        """A new handle, and what else is known."""
        common = by(request, row.brand)
        if "handle" in values:
            rename_creator(creator=row, handle=values["handle"], **common)
        edit_creators(edits=[Edit(row, {name: values[name] for name in EDITABLE & set(values)})], **common)
