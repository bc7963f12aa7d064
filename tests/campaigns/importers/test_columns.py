"""Columns are known by the names teams give them; what a name could mean otherwise is left to the notes."""

import pytest

from campaigns.importers.columns import (
    EXPORTED,
    ColumnRefused,
    Field,
    asked_columns,
    map_columns,
    refuse_missing,
    tracker_header,
    tracker_score,
)
from sparktrack.core.tabular import Row

NAMES = {
    Field.CODE: "spark code|Spark Ad Code|spark ads code|Ad code|auth_code|Authorization Code|allowlisting code|"
    "boost code|video code|code",
    Field.POST_URL: "Post link|post URL|TikTok link|tiktok url|Video URL|Link|url",
    Field.HANDLE: "Creator|creator handle|Handle|Username|Influencer|@|TikTok username",
    Field.CREATOR_NAME: "creator name|Display name",
    Field.CREATOR_EMAIL: "Email|E-mail|creator email",
    Field.STARTS_AT: "Authorization date|auth date|Code date|Generated",
    Field.EXPIRES_AT: "Expires|expiry|Exp. date|valid until|spark_code_expiry_date|Expires (UTC)",
    Field.WINDOW_DAYS: "Duration|window|Usage window|days",
    Field.RIGHTS_START: "Usage start|rights start|Usage rights start",
    Field.RIGHTS_END: "Usage end|rights expiry|Rights end|usage expiry",
    Field.PAID: "Rights type|paid usage approved|Paid|Paid?",
    Field.CAMPAIGN: "Campaign|project|Batch",
    Field.FLIGHT_START: "Flight start",
    Field.FLIGHT_END: "flight end",
    Field.DAILY_SPEND: "Daily budget|daily spend",
    Field.BUYER: "Buyer|Campaign owner|Owner",
    Field.SKU: "SKU",
    Field.PRODUCT: "Product",
    Field.HOOK_ANGLE: "Hook angle|Angle",
    Field.USE_CASE: "Use case",
    Field.LANDING_PAGE: "Landing page",
    Field.OFFER: "Offer",
    Field.AD_ACCOUNT: "Ad account",
    Field.CONTRACT: "contract",
    Field.FEE: "Fee",
    Field.TERRITORIES: "Territories",
    Field.STAGE: "Stage",
    Field.VIEWS: "Views",
    Field.LIKES: "Likes",
    Field.COMMENTS: "Comments",
    Field.NOTES: "Notes|comment",
    Field.STATUS: "Status",
}


@pytest.mark.parametrize(
    ("field", "name"), [(field, name) for field, names in NAMES.items() for name in names.split("|")]
)
def test_column_is_known_by_the_names_teams_give_it(field, name):
    assert map_columns([name], {}) == {0: field}


def test_every_column_of_the_export_is_known():
    assert map_columns(EXPORTED, {}) == dict(enumerate(EXPORTED))


def test_source_is_who_said_the_end_only_in_our_own_export():
    assert map_columns(["Source", "Spark code"], {}) == {1: Field.CODE}
    assert map_columns(["Source"], asked_columns(["Source=source"])) == {0: Field.SOURCE}


@pytest.mark.parametrize(
    "name",
    [
        "Term",
        "Usage term",
        "Promo code",
        "Discount Code",
        "Contract expiry",
        "Drive link",
        "Instagram handle",
        "YouTube URL",
        "Shipping status",
        "Invoice paid",
        "Agent email",
        "Start date",
        "Date",
        "",
        "#",
    ],
)
def test_name_that_means_something_else_is_not_guessed(name):
    assert map_columns([name], {}) == {}


def test_longest_name_wins_and_a_field_takes_one_column():
    names = ["Expires", "Spark code expiry date", "Rights expiry", "Code", "Spark code", "Link", "Post link"]

    assert map_columns(names, {}) == {
        1: Field.EXPIRES_AT,
        2: Field.RIGHTS_END,
        4: Field.CODE,
        6: Field.POST_URL,
    }


def test_a_wish_wins_over_every_name():
    asked = asked_columns(["Promo = code =code", "Instagram handle=handle"])

    assert map_columns(["Spark code", "promo = CODE", "Instagram handle"], asked) == {
        1: Field.CODE,
        2: Field.HANDLE,
    }


@pytest.mark.parametrize(
    ("word", "field"),
    [
        ("post", Field.POST_URL),
        ("Post URL", Field.POST_URL),
        ("e-mail", Field.CREATOR_EMAIL),
        ("days", Field.WINDOW_DAYS),
    ],
)
def test_a_wish_may_name_a_field_by_any_of_its_names(word, field):
    assert asked_columns([f"X={word}"]) == {"X": field}


@pytest.mark.parametrize("wish", ["Header", "=code", "Header=", "Header=term", "Header=nothing"])
def test_wish_that_says_nothing_is_refused(wish):
    with pytest.raises(ColumnRefused):
        asked_columns([wish])


def test_two_columns_for_one_field_are_refused():
    with pytest.raises(ColumnRefused, match="Only one column"):
        asked_columns(["A=code", "B=spark code"])


def test_wish_for_a_column_that_is_not_there_is_refused():
    with pytest.raises(ColumnRefused, match=r"“Kode”.*Handle, Link"):
        refuse_missing(["Handle", "", "Link"], {"Kode": Field.CODE})


def test_header_is_found_below_title_lines_and_a_sheet_of_codes_is_most_like_a_tracker():
    rows = [
        Row(1, ["Codes of spring"]),
        Row(3, ["Handle", "Post link", "Spark code"]),
        Row(4, ["maya", "x", "y"]),
    ]

    header = tracker_header(rows, {})

    assert header is not None
    assert (header.row, header.columns) == (
        3,
        {"Handle": "handle", "Post link": "post_url", "Spark code": "code"},
    )
    people = [Row(1, ["Handle", "Email", "Notes", "Status", "Owner"])]
    assert tracker_score(rows, {}) > tracker_score(people, {}) > tracker_score([Row(1, ["How to"])], {}) == 0
