"""``creators``: who makes the posts."""

from collections.abc import Sequence
from typing import Any

from rest_framework import serializers

from authorizations.operations.posts import set_own_account
from brands.operations.deleting import delete_rows
from brands.operations.edits import Edit
from brands.rules import Action
from creators.models import Creator
from creators.operations import EDITABLE, CreatorDraft, add_creators, edit_creators, rename_creators
from sparktrack.api.addresses import addresses
from sparktrack.api.answers import Answer
from sparktrack.api.bodies import Body, Flag, Mail, Text, Words, Zone
from sparktrack.api.fields import MemberField
from sparktrack.api.many import ManyMixin
from sparktrack.api.reading import newest_first
from sparktrack.api.resource import WRITES
from sparktrack.core.refusals import RefusedError
from sparktrack.tiktok.links import parse_handle
from workplace.views.creators_list import CREATORS


class CreatorAnswer(Answer):
    """A creator. ``handle`` has no ``@``."""

    private = {
        "email": Action.READ_CONTACTS,
        "agent_name": Action.READ_CONTACTS,
        "agent_email": Action.READ_CONTACTS,
        "notes": Action.READ_INTERNAL_NOTES,
    }

    class Meta:
        model = Creator
        fields = (
            "id",
            "handle",
            "former_handles",
            "display_name",
            "email",
            "agent_name",
            "agent_email",
            "country",
            "language",
            "time_zone",
            "tags",
            "notes",
            "manager",
            "own_account",
            "created_at",
        )
        read_only_fields = fields


class CreatorChanges(Body):
    """What is known about a creator. A new handle keeps the old one among the former ones."""

    handle = Text(max_length=300, required=False, help_text="With or without @, or a profile URL.")
    display_name = Text(max_length=120, allow_blank=True, required=False)
    email = Mail(allow_blank=True, required=False)
    agent_name = Text(max_length=120, allow_blank=True, required=False)
    agent_email = Mail(allow_blank=True, required=False)
    country = Text(max_length=2, allow_blank=True, required=False, help_text="Two letters, such as US or DE.")
    language = Text(max_length=16, allow_blank=True, required=False)
    time_zone = Zone(allow_blank=True, required=False)
    tags = Words(required=False)
    notes = Text(max_length=5000, allow_blank=True, required=False)
    manager = MemberField(allow_null=True, required=False)
    own_account = Flag(required=False, help_text="The brand's own account: its posts need no code.")

    def validate_handle(self, value: str) -> str:
        """The bare handle."""
        try:
            return parse_handle(value)
        except RefusedError as refused:
            raise serializers.ValidationError(refused.message) from refused

    def validate_country(self, value: str) -> str:
        """Two capital letters."""
        if value and not (len(value) == 2 and value.isascii() and value.isalpha()):
            raise serializers.ValidationError("Two letters, such as US or DE.")
        return value.upper()


class NewCreator(CreatorChanges):
    """A creator to put on file."""

    handle = Text(max_length=300, help_text="With or without @, or a profile URL.")


class Creators(ManyMixin):
    """The creators of the brand."""

    shelf = newest_first(CREATORS)
    answer = CreatorAnswer
    creates = NewCreator
    changes = CreatorChanges
    needs = dict.fromkeys(WRITES, Action.WRITE_CREATORS)

    def add(self, items: Sequence[dict[str, Any]]) -> Sequence[Creator]:
        """By ``add_creators``."""
        drafts = [
            CreatorDraft(item["handle"], item.get("own_account", False), _details(item)) for item in items
        ]
        return add_creators(drafts=drafts, **self.by)

    def edit(self, edits: Sequence[tuple[Creator, dict[str, Any]]]) -> None:
        """Three operations, for a handle and the brand's own account are more than words."""
        handles = [(row, values["handle"]) for row, values in edits if "handle" in values]
        if handles:
            rename_creators(handles=handles, **self.by)
        for own in (True, False):
            rows = [row for row, values in edits if values.get("own_account") is own]
            if rows:
                set_own_account(creators=rows, own=own, **self.by)
        edit_creators(edits=[Edit(row, _details(values)) for row, values in edits], **self.by)

    def remove(self, rows: Sequence[Creator]) -> None:
        """Those whom no post, right or link needs."""
        delete_rows(Creator, rows=rows, action="creator.deleted", **self.by)


def _details(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name in EDITABLE}


urlpatterns = addresses("creators", Creators, can=("get", "post", "patch", "delete"))
