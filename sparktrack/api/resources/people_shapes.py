"""What people look like to scripts, and what can be said about them."""

from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from brands.enums import Role
from brands.models import Brand, Membership
from brands.rules import Action
from sparktrack.api.answers import Answer
from sparktrack.api.bodies import Body, Choice, Day
from sparktrack.api.fields import InstantField, MemberField
from workplace.enums import Duty
from workplace.people_words import DUTIES
from workplace.queries.people import can_act

_EXAMPLE = {
    "id": "019a9f4f-3c2b-7d4e-8f90-1a2b3c4d5e6f",
    "user": "019a9f4f-2b1a-7c3d-9e8f-7a6b5c4d3e2f",
    "name": "Mara Okafor",
    "email": "mara@northbeam.example",
    "role": "manager",
    "deputy": "019a9f4f-1a09-7b2c-8d7e-6f5e4d3c2b1a",
    "deputy_from": "2026-11-23",
    "deputy_until": "2026-11-27",
    "is_active": True,
    "is_you": False,
    "last_login": "2026-11-21T14:05:00Z",
    "created_at": "2026-09-01T08:00:00Z",
}


@extend_schema_serializer(examples=[OpenApiExample("A manager", _EXAMPLE, response_only=True)])
class PersonAnswer(Answer):
    """Somebody in the brand. ``user`` is what fields such as ``buyer``, ``manager`` and ``deputy`` hold."""

    private = {"email": Action.READ_CONTACTS, "last_login": Action.MANAGE_PEOPLE}
    reads: ClassVar = {"name": ("user__full_name", "user__email"), "is_you": ("user",)}

    name = serializers.SerializerMethodField(
        help_text="Of somebody who has not said it, the part of the e-mail before the @."
    )
    email = serializers.CharField(source="user.email", read_only=True)
    is_active = serializers.BooleanField(
        source="user.is_active", read_only=True, help_text="Whether the account is on."
    )
    is_you = serializers.SerializerMethodField(help_text="Whether it is you who asks.")
    last_login = InstantField(source="user.last_login", read_only=True, allow_null=True)

    class Meta:
        model = Membership
        fields = tuple(_EXAMPLE)
        read_only_fields = fields

    def get_name(self, row: Membership) -> str:
        """As pages call them."""
        return str(row.user.full_name or row.user.get_short_name())

    def get_is_you(self, row: Membership) -> bool:
        """A token is nobody."""
        return bool(row.user_id == self.context.get("me"))


class CoveringField(MemberField):
    """The id of a person who can answer for something here."""

    default_error_messages = {
        "does_not_exist": "Nobody who may do more than read here has this id: {pk_value}."
    }

    def rows_of(self, brand: Brand) -> Any:
        """As the pages offer them."""
        return can_act(brand)


class PersonChanges(Body):
    """What somebody is in the brand, and who hears of their alerts. Everybody may set their own deputy."""

    role = Choice(Role, required=False)
    deputy = CoveringField(allow_null=True, required=False, help_text="null: nobody.")
    deputy_from = Day(allow_null=True, required=False, help_text="The first day; null: from now on.")
    deputy_until = Day(allow_null=True, required=False, help_text="The last day; null: until it is changed.")


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Flights to a colleague",
            {"flights": "019a9f4f-1a09-7b2c-8d7e-6f5e4d3c2b1a", "alerts": None},
            request_only=True,
        )
    ]
)
class Removal(Body):
    """Who takes over each thing that they answer for; null: nobody does."""

    flights = CoveringField(allow_null=True, required=False, help_text=DUTIES[Duty.FLIGHTS])
    campaigns = CoveringField(allow_null=True, required=False, help_text=DUTIES[Duty.CAMPAIGNS])
    creators = CoveringField(allow_null=True, required=False, help_text=DUTIES[Duty.CREATORS])
    alerts = CoveringField(allow_null=True, required=False, help_text=DUTIES[Duty.ALERTS])
    deputy = CoveringField(allow_null=True, required=False, help_text=DUTIES[Duty.DEPUTY])


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A buyer",
            {
                "flights": 14,
                "flights_to_come": 5,
                "campaigns": 2,
                "creators": 0,
                "alerts": 1,
                "deputy": 0,
                "shared_views": 1,
            },
            response_only=True,
        )
    ]
)
class BelongingsAnswer(serializers.Serializer[Any]):
    """How much somebody answers for: who removes them says who takes over each that is not 0."""

    flights = serializers.IntegerField(help_text=DUTIES[Duty.FLIGHTS])
    flights_to_come = serializers.IntegerField(help_text="Of these, those that are running or planned.")
    campaigns = serializers.IntegerField(help_text=DUTIES[Duty.CAMPAIGNS])
    creators = serializers.IntegerField(help_text=DUTIES[Duty.CREATORS])
    alerts = serializers.IntegerField(help_text=DUTIES[Duty.ALERTS])
    deputy = serializers.IntegerField(help_text=DUTIES[Duty.DEPUTY])
    shared_views = serializers.IntegerField(help_text="They become those of whoever removes them.")
