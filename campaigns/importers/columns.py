"""Which column of a tracker is what: the names teams use, and the one that a person says with ``--map``."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Final

from sparktrack.core.cells import Refusal, masked
from sparktrack.core.tabular import Header, Row, find_header, fold_name, match_columns


class Field(StrEnum):
    """What a column can hold, in the order of the export and by its names; the last ones are only read."""

    HANDLE = "handle"
    CREATOR_NAME = "creator_name"
    CREATOR_EMAIL = "creator_email"
    POST_URL = "post_url"
    POST_ID = "post_id"
    POSTED_AT = "posted_at"
    TITLE = "title"
    CODE = "code"
    STARTS_AT = "starts_at"
    WINDOW_DAYS = "window_days"
    EXPIRES_AT = "expires_at"
    SOURCE = "source"
    STATUS = "status"
    REVOKED_AT = "revoked_at"
    PAID = "paid"
    RIGHTS_START = "rights_start"
    RIGHTS_END = "rights_end"
    CAMPAIGN = "campaign"
    FLIGHT_START = "flight_start"
    FLIGHT_END = "flight_end"
    DAILY_SPEND = "daily_spend"
    VERDICT = "verdict"
    RUNNABLE_UNTIL = "runnable_until"
    BUYER = "buyer"
    SKU = "sku"
    PRODUCT = "product"
    HOOK_ANGLE = "hook_angle"
    USE_CASE = "use_case"
    LANDING_PAGE = "landing_page"
    LANE = "lane"
    NOTES = "notes"
    OFFER = "offer"
    AD_ACCOUNT = "ad_account"
    CONTRACT = "contract"
    FEE = "fee"
    TERRITORIES = "territories"
    STAGE = "stage"
    VIEWS = "views"
    LIKES = "likes"
    COMMENTS = "comments"


EXPORTED: Final = tuple(Field)[: tuple(Field).index(Field.NOTES) + 1]
# The column of reasons in a sheet of rejected rows; mended and uploaded again, it says nothing.
REASON: Final = "Reason it was left out"
DATES: Final = (
    Field.POSTED_AT,
    Field.STARTS_AT,
    Field.EXPIRES_AT,
    Field.REVOKED_AT,
    Field.RIGHTS_START,
    Field.RIGHTS_END,
    Field.FLIGHT_START,
    Field.FLIGHT_END,
)

# Names that are meant also when other words stand before them: "TikTok username", "Our Spark code".
_NAMES: Final[Mapping[Field, str]] = {
    Field.HANDLE: "creator handle, handle, username",
    Field.CREATOR_NAME: "creator name, display name, influencer name",
    Field.CREATOR_EMAIL: "creator email, influencer email",
    Field.POST_URL: "post link, post url, tiktok link, tiktok url, video url, video link",
    Field.POST_ID: "post id, video id",
    Field.CODE: (
        "spark code, spark ad code, spark ads code, ad code, auth code, authorization code, authorisation code, "
        "allowlisting code, whitelisting code, boost code, video code"
    ),
    Field.STARTS_AT: "authorization date, authorisation date, auth date, code date, code start, code generated",
    Field.EXPIRES_AT: "spark code expiry date, code expiry date, code expiry, code expires, code end",
    Field.WINDOW_DAYS: "usage window, code duration, code window",
    Field.STATUS: "code status",
    Field.PAID: "rights type, paid usage approved, paid usage, paid allowed",
    Field.RIGHTS_START: "usage start, rights start, usage start date, rights start date",
    Field.RIGHTS_END: (
        "usage end, rights end, usage expiry, rights expiry, usage end date, rights end date, usage expiry date, "
        "rights expiry date"
    ),
    Field.FLIGHT_START: "flight start, flight start date",
    Field.FLIGHT_END: "flight end, flight end date",
    Field.DAILY_SPEND: "daily budget, daily spend",
    Field.BUYER: "media buyer, campaign owner",
    Field.HOOK_ANGLE: "hook angle",
    Field.USE_CASE: "use case",
    Field.LANDING_PAGE: "landing page, landing page url, landing page link",
    Field.AD_ACCOUNT: "ad account",
}

# Names that are meant only when they are the whole header: "Contract expiry" and "Promo code" are something else.
_WHOLE_NAMES: Final[Mapping[Field, str]] = {
    Field.HANDLE: "creator, influencer, @",
    Field.CREATOR_EMAIL: "email, e-mail",
    Field.POST_URL: "link, url",
    Field.POSTED_AT: "posted at, posted on, date posted",
    Field.TITLE: "title, post title, video title",
    Field.CODE: "code",
    Field.STARTS_AT: "generated, generated at, generated on, starts at",
    Field.EXPIRES_AT: "expires, expires at, expires on, expiry, expiry date, exp. date, valid until",
    Field.WINDOW_DAYS: "duration, window, days, window days",
    Field.SOURCE: "source",
    Field.STATUS: "status",
    Field.REVOKED_AT: "revoked at, revoked on",
    Field.PAID: "paid",
    Field.CAMPAIGN: "campaign, campaign name, project, project name, batch",
    Field.VERDICT: "verdict",
    Field.RUNNABLE_UNTIL: "runnable until",
    Field.BUYER: "buyer, owner",
    Field.SKU: "sku, product sku",
    Field.PRODUCT: "product, product name",
    Field.HOOK_ANGLE: "angle, hook",
    Field.LANE: "lane",
    Field.NOTES: "notes, comment",
    Field.OFFER: "offer",
    Field.CONTRACT: "contract, contract reference, contract number",
    Field.FEE: "fee, creator fee",
    Field.TERRITORIES: "territories, territory",
    Field.STAGE: "stage",
    Field.VIEWS: "views",
    Field.LIKES: "likes",
    Field.COMMENTS: "comments",
}

# Short words for --map only: as names of columns they could mean several things.
_SPOKEN: Final[Mapping[str, Field]] = {
    "post": Field.POST_URL,
    "name": Field.CREATOR_NAME,
    "start": Field.STARTS_AT,
    "end": Field.EXPIRES_AT,
    "angle": Field.HOOK_ANGLE,
}
_IN_BRACKETS: Final = re.compile(r"\([^)]*\)|\[[^\]]*\]")
# "Instagram handle" is no TikTok handle.
_ELSEWHERE: Final = re.compile(
    r"\b(instagram|insta|ig|youtube|yt|facebook|fb|snapchat|twitter|pinterest)\b", re.IGNORECASE
)


def _split(names: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in names.split(","))


_STRONG: Final = {field: _split(names) for field, names in _NAMES.items()}
_WEAK: Final = {field: _split(names) for field, names in _WHOLE_NAMES.items()}
_ALL: Final[Mapping[str, tuple[str, ...]]] = {
    field: (*_STRONG.get(field, ()), *_WEAK.get(field, ())) for field in Field
}


class ColumnRefused(Refusal):
    """A wish for the meaning of a column cannot be granted."""


def asked_columns(wishes: Iterable[str]) -> dict[str, Field]:
    """``Header=field`` wishes as header → field. A field goes by its name in the export or by any of its aliases.

    Raises ColumnRefused for a wish of another form, a field there is not, or two columns for one field.
    """
    fields = {fold_name(alias): Field(name) for name, aliases in _ALL.items() for alias in aliases}
    fields |= {fold_name(field): field for field in Field} | dict(_SPOKEN)
    asked: dict[str, Field] = {}
    for wish in wishes:
        name, equals, word = wish.rpartition("=")
        if not equals or not name.strip():
            raise ColumnRefused(f"“{wish}” must be of the form Header=field.")
        field = fields.get(fold_name(word))
        if field is None:
            raise ColumnRefused(f"There is no field “{word.strip()}”. The fields are: {', '.join(Field)}.")
        if field in asked.values():
            raise ColumnRefused(f"Only one column can be {field}.")
        asked[name.strip()] = field
    return asked


def chosen_columns(choices: Mapping[str, str]) -> dict[str, Field | None]:
    """Header → name of a field ("" = to the notes) as header → field.

    Raises ColumnRefused for a field there is not, or two columns for one field.
    """
    chosen: dict[str, Field | None] = {}
    for header, name in choices.items():
        if name and name not in set(Field):
            raise ColumnRefused(f"There is no field “{name}”.")
        field = Field(name) if name else None
        if field is not None and field in chosen.values():
            raise ColumnRefused(f"Only one column can be {field}.")
        chosen[header] = field
    return chosen


def tracker_header(rows: Iterable[Row], asked: Mapping[str, Field | None]) -> Header | None:
    """The header among the first rows of a sheet, with the meaning of its columns; None if there is none."""
    header = find_header(rows, _ALL, overrides={name: field for name, field in asked.items() if field})
    if header is None:
        return None
    # Names of columns are shown, remembered and written into notes: a code must not come along.
    names = tuple(map(masked, header.names))
    fields = map_columns(names, asked)
    return replace(header, names=names, fields=fields) if fields else None


def map_columns(names: Sequence[str], asked: Mapping[str, Field | None]) -> dict[int, str]:
    """Column index → field; see ``match_columns``. Short names count only as whole headers.

    A column that is ``asked`` to be no field (None) is left out.
    """
    whole = {fold_name(part) for name in names if name for part in (name, _IN_BRACKETS.sub(" ", name))}
    aliases: dict[str, tuple[str, ...]] = {
        field: (*_STRONG.get(field, ()), *(name for name in _WEAK.get(field, ()) if fold_name(name) in whole))
        for field in Field
    }
    wanted = {fold_name(name): field for name, field in asked.items()}
    ours = [
        name if wanted.get(key := fold_name(name)) or not (key in wanted or _ELSEWHERE.search(name)) else ""
        for name in names
    ]
    fields = match_columns(
        ours, aliases, overrides={name: field for name, field in asked.items() if field is not None}
    )
    if Field.VERDICT not in fields.values() and Field.SOURCE not in asked.values():
        # Our own export says by "source" who stated the end of a code; a team's sheet may mean anything by it.
        fields = {index: field for index, field in fields.items() if field != Field.SOURCE}
    return fields


def refuse_missing(names: Sequence[str], asked: Iterable[str]) -> None:
    """Raises ColumnRefused if a wish names a column that the sheet does not have."""
    there = {fold_name(name) for name in names}
    for name in asked:
        if fold_name(name) not in there:
            raise ColumnRefused(
                f"The sheet has no column “{masked(name)}”. It has: {', '.join(filter(None, names))}."
            )


def tracker_score(rows: Iterable[Row], asked: Mapping[str, Field | None]) -> int:
    """How much a sheet is like a tracker: the number of known columns; codes, posts and people count for more."""
    header = tracker_header(rows, asked)
    if header is None:
        return 0
    found = set(header.fields.values())
    return len(found) + 10 * len(found & {Field.CODE, Field.POST_URL, Field.HANDLE})
