"""Usage rights of a sheet: a right of a post is known by the day it starts."""

from datetime import date
from decimal import Decimal

import pytest

from authorizations.enums import RightTrigger
from authorizations.models import UsageRight
from authorizations.windows import Term
from posts.models import Post
from tests.campaigns.importers.sheets import counts, post_url, row, said
from tests.world import spark_code


@pytest.fixture
def take(desk):
    """Imports a row about always the same post and code."""
    same = {
        "creator_handle": "maya",
        "post_link": post_url(),
        "spark_code": spark_code(),
        "auth_date": "2026-10-05",
    }
    return lambda **cells: desk.take(row(**{**same, "days": "30", **cells}))


def rights():
    """What the rights on file say, by their start."""
    return [
        (
            str(right.starts_on),
            str(right.ends_on or ("perpetual" if right.perpetual else "open")),
            right.paid_amplification,
        )
        for right in UsageRight.objects.order_by("starts_on")
    ]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (
            {"rights_start": "2026-10-10", "rights_end": "2027-01-10", "paid": "yes"},
            ("2026-10-10", "2027-01-10", True),
        ),
        (
            {"rights_start": "2026-10-10", "rights_end": "2026-10-10", "paid": "no"},
            ("2026-10-10", "2026-10-10", False),
        ),
        ({"rights_start": "2026-10-10", "paid": "Organic + paid social"}, ("2026-10-10", "open", True)),
        (
            {"rights_start": "2026-10-10", "rights_end": "perpetual", "paid": "x"},
            ("2026-10-10", "perpetual", True),
        ),
        (
            {"rights_start": "2026-10-10", "rights_end": "not stated", "paid": "y"},
            ("2026-10-10", "open", True),
        ),
        ({"rights_start": "2026-10-10", "rights_end": "2027-01-10"}, ("2026-10-10", "2027-01-10", False)),
        ({"paid": "yes"}, ("2026-10-01", "open", True)),
        ({"paid": "Organic only"}, ("2026-10-01", "open", False)),
        ({"paid": "yes", "auth_date": "2026-09-20"}, ("2026-09-20", "open", True)),
        ({"paid": "yes", "rights_end": "2026-12-31"}, ("2026-10-01", "2026-12-31", True)),
    ],
)
def test_right_is_made_as_the_row_states_it_and_again_without_change(take, cells, expected):
    assert counts(take(**cells), "created")["rights"] == 1
    assert rights() == [expected]

    again = take(**cells)
    assert (again.report["unchanged"]["rights"], counts(again, "updated")) == (1, {})


def test_no_right_is_invented_and_the_report_says_so(desk):
    outcome = desk.take(["maya", post_url()], header=("Handle", "Link"))

    assert not UsageRight.objects.exists()
    assert any("usage rights" in note for note in outcome.report["notes"])


def test_rights_without_a_word_on_paid_use_are_made_without_it_and_the_report_says_so(desk):
    outcome = desk.take(["maya", post_url(), "2026-10-10"], header=("Handle", "Link", "Usage start"))

    assert rights() == [("2026-10-10", "open", False)]
    assert any("paid use" in note for note in outcome.report["notes"])


def test_end_and_paid_of_the_right_that_starts_on_the_day_follow_the_sheet(take):
    take(rights_start="2026-10-10", rights_end="2027-01-10", paid="no")

    for cells, expected in (
        ({"rights_end": "2027-02-10", "paid": "yes"}, ("2026-10-10", "2027-02-10", True)),
        ({"rights_end": "2027-01-01"}, ("2026-10-10", "2027-01-01", True)),
        ({"rights_end": "perpetual"}, ("2026-10-10", "perpetual", True)),
        ({"rights_end": "not stated"}, ("2026-10-10", "perpetual", True)),
        ({"rights_end": ""}, ("2026-10-10", "perpetual", True)),
        ({"rights_end": "2027-03-01"}, ("2026-10-10", "2027-03-01", True)),
    ):
        take(rights_start="2026-10-10", **cells)
        assert rights() == [expected]


def test_not_stated_takes_back_no_end(take):
    take(rights_start="2026-10-10", rights_end="2027-01-10", paid="yes")

    assert counts(take(rights_start="2026-10-10", rights_end="not stated"), "updated") == {}
    assert rights() == [("2026-10-10", "2027-01-10", True)]


def test_rights_of_several_starts_stand_side_by_side(take):
    take(rights_start="2026-10-10", rights_end="2026-10-31", paid="yes")
    take(rights_start="2026-11-01", rights_end="2026-11-30", paid="no")

    assert rights() == [("2026-10-10", "2026-10-31", True), ("2026-11-01", "2026-11-30", False)]
    assert counts(take(paid="yes"), "updated") == {}
    assert counts(take(paid="no", rights_end="2026-11-30"), "updated") == {}
    assert said(take(paid="yes", rights_end="2026-12-31")) == [(2, "Rights start", "conflict")]


def test_word_on_paid_use_without_dates_speaks_of_the_one_right_on_file(take):
    take(rights_start="2026-10-10", rights_end="2026-10-31", paid="no")

    assert counts(take(paid="yes"), "updated") == {"rights": 1}
    assert rights() == [("2026-10-10", "2026-10-31", True)]


def test_last_day_of_a_term_is_the_term(desk, take):
    take()
    desk.world.right(date(2026, 10, 10), post=Post.objects.get(), term=Term(months=3))

    outcome = take(rights_start="2026-10-10", rights_end="2027-01-09", paid="yes")

    assert (outcome.report["unchanged"]["rights"], counts(outcome, "updated")) == (1, {})
    assert UsageRight.objects.get().term_months == 3


def test_right_whose_trigger_has_not_happened_is_recognised(desk, take):
    take()
    desk.world.right(None, post=Post.objects.get(), term=Term(days=90), trigger=RightTrigger.DELIVERY)

    outcome = take(paid="yes")

    assert (outcome.report["unchanged"]["rights"], counts(outcome, "updated")) == (1, {})


def test_fee_contract_and_territories_stand_on_the_right(desk):
    header = ("Handle", "Link", "Paid", "Fee", "Contract", "Territories")
    link = post_url()

    desk.take(["maya", link, "yes", "$1,200.50", "C-17", "US, Canada"], header=header)

    right = UsageRight.objects.get()
    assert (right.fee, right.contract_reference, right.territories) == (
        Decimal("1200.50"),
        "C-17",
        ["US", "Canada"],
    )
    again = desk.take(["maya", link, "yes", "1200.5", "", ""], header=header)
    assert counts(again, "updated") == {}
    changed = desk.take(["maya", link, "yes", "1500", "C-18", ""], header=header)
    assert counts(changed, "updated") == {"rights": 1}
    assert UsageRight.objects.get().contract_reference == "C-18"


def test_fee_without_a_right_goes_to_the_notes(desk):
    outcome = desk.take(["maya", post_url(), "", "300"], header=("Handle", "Link", "Paid", "Fee"))

    assert said(outcome, "warnings") == [(2, "Fee", "kept_as_note")]
    assert Post.objects.get().notes == "Fee: 300"


@pytest.mark.parametrize(
    ("first", "then", "warned", "ends"),
    [
        ({"rights_end": "2027-10-01"}, {"rights_end": "2027-03-01"}, True, "2027-03-01"),
        ({"rights_end": "perpetual"}, {"rights_end": "2027-03-01"}, True, "2027-03-01"),
        ({"rights_end": "2027-10-01"}, {"rights_end": "2027-12-01"}, False, "2027-12-01"),
        ({"rights_end": "2027-10-01"}, {"rights_end": "perpetual"}, False, "perpetual"),
        ({"rights_end": "2027-10-01"}, {"rights_end": "not stated"}, False, "2027-10-01"),
        ({}, {"rights_end": "2027-03-01"}, False, "2027-03-01"),
    ],
)
def test_a_sheet_that_ends_rights_earlier_counts_and_says_so(take, first, then, warned, ends):
    said_before = {"paid": "yes", "rights_start": "2026-10-05"}
    take(**said_before, **first)

    outcome = take(**said_before, **then)

    assert said(outcome, "warnings") == ([(2, "Rights end", "right_shortened")] if warned else [])
    assert rights() == [("2026-10-05", ends, True)]
