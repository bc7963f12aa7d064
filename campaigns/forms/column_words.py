"""What the columns of a tracker are called on the import pages: plain words, in groups. Plain Python, English."""

from collections.abc import Iterator
from typing import Final

from campaigns.importers.columns import Field

# Group → fields in the order in which people look for them.
_GROUPS: Final[dict[str, dict[Field, str]]] = {
    "Creator": {
        Field.HANDLE: "Creator handle",
        Field.CREATOR_NAME: "Creator name",
        Field.CREATOR_EMAIL: "Creator e-mail",
    },
    "Post": {
        Field.POST_URL: "Post link",
        Field.POST_ID: "Post id",
        Field.POSTED_AT: "Date posted",
        Field.TITLE: "Post title",
        Field.STAGE: "Stage",
        Field.VIEWS: "Views",
        Field.LIKES: "Likes",
        Field.COMMENTS: "Number of comments",
    },
    "Code": {
        Field.CODE: "Spark code",
        Field.STARTS_AT: "Code generated on",
        Field.WINDOW_DAYS: "Code good for (days)",
        Field.EXPIRES_AT: "Code ends on",
        Field.STATUS: "Code status",
        Field.REVOKED_AT: "Code revoked on",
        Field.SOURCE: "Who says when the code ends",
        Field.AD_ACCOUNT: "Ad account",
    },
    "Usage rights": {
        Field.PAID: "Paid use allowed",
        Field.RIGHTS_START: "Rights start",
        Field.RIGHTS_END: "Rights end",
        Field.FEE: "Fee",
        Field.CONTRACT: "Contract",
        Field.TERRITORIES: "Territories",
    },
    "Flight": {
        Field.CAMPAIGN: "Campaign",
        Field.FLIGHT_START: "Flight starts",
        Field.FLIGHT_END: "Flight ends",
        Field.DAILY_SPEND: "Spend a day",
        Field.BUYER: "Buyer",
    },
    "Brief and hand-off": {
        Field.SKU: "SKU",
        Field.PRODUCT: "Product",
        Field.HOOK_ANGLE: "Hook angle",
        Field.USE_CASE: "Use case",
        Field.LANDING_PAGE: "Landing page",
        Field.OFFER: "Offer",
        Field.LANE: "Lane",
        Field.NOTES: "Notes",
    },
    "From our own export, not read": {
        Field.VERDICT: "Verdict",
        Field.RUNNABLE_UNTIL: "Runnable until",
    },
}
COLUMN_WORDS: Final[dict[Field, str]] = {
    field: words for fields in _GROUPS.values() for field, words in fields.items()
}
AS_A_NOTE: Final = "Keep in the notes of the post"


def column_choices() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Groups of meanings for a select; "" is a column that has no place of its own."""
    yield "No place of its own", [("", AS_A_NOTE)]
    for group, fields in _GROUPS.items():
        yield group, [(field.value, words) for field, words in fields.items()]
