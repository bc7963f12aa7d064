"""Every error, warning and skipped row is said beside its cell, all at once; a row with an error changes nothing."""

import pytest

from authorizations.models import AuthorizationCode
from campaigns.importers.messages import Problem
from creators.models import Creator
from posts.models import Post
from tests.campaigns.importers.sheets import post_url, row, said
from tests.world import spark_code

GOOD = {"creator_handle": "maya", "auth_date": "2026-10-02", "days": "30"}


def good(**cells):
    """A row without a fault, but for ``cells``."""
    return row(**{**GOOD, "post_link": post_url(), "spark_code": spark_code(), **cells})


ERRORS = [
    ("bad_url", "Post link", {"post_link": "video 3, see drive"}),
    (
        "bad_url",
        "Post link",
        {"post_link": "https://www.tiktok.com.evil.example/@maya/video/7705527395862967617"},
    ),
    ("bad_url", "Post link", {"post_link": "https://www.tiktok.com/tag/skincare"}),
    ("bad_date", "Auth date", {"auth_date": "31/02/2026"}),
    ("bad_date", "Expires", {"expires": "soon"}),
    ("bad_date", "Rights start", {"rights_start": "when paid"}),
    ("bad_date", "Flight start", {"campaign": "Q4", "flight_end": "2026-11-30"}),
    ("ambiguous_date", "Auth date", {"auth_date": "03/04/2026"}),
    ("bad_window", "Days", {"days": "soon"}),
    ("bad_window", "Days", {"days": ""}),
    ("bad_window", "Days", {"days": "0"}),
    ("end_before_start", "Expires", {"expires": "2026-10-01"}),
    ("end_before_start", "Expires", {"days": "", "expires": "2026-10-02"}),
    ("end_before_start", "Expires", {"auth_date": "", "days": "", "expires": "2026-09-30"}),
    ("end_before_start", "Rights end", {"rights_start": "2026-10-02", "rights_end": "2026-10-01"}),
    ("end_before_start", "Rights end", {"rights_end": "2026-09-01"}),
    (
        "end_before_start",
        "Flight end",
        {"campaign": "Q4", "flight_start": "2026-11-02", "flight_end": "2026-11-01"},
    ),
    ("handle_mismatch", "Creator handle", {"creator_handle": "someone.else"}),
    ("missing_post", "Post link", {"post_link": ""}),
    (
        "missing_handle",
        "Creator handle",
        {"creator_handle": "", "post_link": "https://vm.tiktok.com/ZMabc123/"},
    ),
    (
        "missing_handle",
        "Creator handle",
        {"creator_handle": "Maya Glow", "post_link": "https://vm.tiktok.com/ZMabc123/"},
    ),
    ("masked_code", "Spark code", {"spark_code": "…k2Y="}),
    ("masked_code", "Spark code", {"spark_code": "****"}),
]


@pytest.mark.parametrize(("problem", "column", "cells"), ERRORS)
def test_error_stands_beside_its_cell_and_the_row_changes_nothing(desk, problem, column, cells):
    outcome = desk.take(good(**cells), skip_errors=True)

    assert said(outcome) == [(2, column, problem)]
    assert outcome.report["errors"][0]["message"].endswith((".", "?"))
    assert not Creator.objects.for_brand(desk.brand).exists()
    assert not Post.objects.for_brand(desk.brand).exists()


def test_code_on_two_posts_stays_with_the_first_and_the_message_names_it(desk):
    code = "#" + "aB" * 31 + "c="
    first = good(spark_code=code, title="Morning routine")

    outcome = desk.take(
        first, good(spark_code=code.lower()), good(spark_code=f'  "{code}"\n'), skip_errors=True
    )

    assert said(outcome) == [(4, "Spark code", "duplicate_code")]
    assert "Morning routine" in outcome.report["errors"][0]["message"]
    again = desk.take(good(spark_code=code))
    assert said(again) == [(2, "Spark code", "duplicate_code")]
    assert "Morning routine" in again.report["errors"][0]["message"]


def test_first_row_keeps_a_code_even_if_another_of_its_cells_is_wrong(desk):
    code = spark_code()

    outcome = desk.take(
        good(spark_code=code, days="soon", title="A"), good(spark_code=code), skip_errors=True
    )

    assert said(outcome) == [(2, "Days", "bad_window"), (3, "Spark code", "duplicate_code")]


def test_a_refused_row_does_not_make_its_repetition_a_duplicate_code(desk):
    code, url = spark_code(), post_url()

    outcome = desk.take(
        good(spark_code=code, post_link=url, days="soon"),
        good(spark_code=code, post_link=url),
        skip_errors=True,
    )

    assert said(outcome) == [(2, "Days", "bad_window")]
    assert AuthorizationCode.objects.for_brand(desk.brand).count() == 1


def test_all_errors_of_a_row_and_of_a_sheet_are_said_at_once(desk):
    outcome = desk.take(
        good(creator_handle="someone.else", auth_date="31/02/2026", days="soon", rights_start="x"),
        good(post_link="nowhere", expires="2026-10-01"),
    )

    assert sorted(said(outcome)) == [
        (2, "Auth date", "bad_date"),
        (2, "Creator handle", "handle_mismatch"),
        (2, "Days", "bad_window"),
        (2, "Rights start", "bad_date"),
        (3, "Expires", "end_before_start"),
        (3, "Post link", "bad_url"),
    ]


@pytest.mark.parametrize(
    "link",
    [
        "https://www.instagram.com/reel/Cx12345/",
        "youtu.be/abc",
        "https://m.facebook.com/1",
        "https://snapchat.com/t/x",
    ],
)
def test_post_of_another_platform_is_skipped_and_said_alone(desk, link):
    outcome = desk.take(good(post_link=link, days="soon"), good())

    assert said(outcome) == []
    assert said(outcome, "skipped") == [(2, "Post link", "other_platform")]
    assert outcome.report["applied"]
    assert outcome.report["created"]["posts"] == 1


WARNINGS = [
    ("short_link", "Post link", {"post_link": "https://vm.tiktok.com/ZMabc123/"}),
    ("odd_code", "Spark code", {"spark_code": "abc-123"}),
    ("code_before_post", "Auth date", {"auth_date": "2026-09-30"}),
    ("expiry_conflict", "Expires", {"expires": "2026-11-15"}),
    ("unknown_owner", "Owner", {"campaign": "Q4", "owner": "nobody@example.com"}),
    ("revoked_date_unknown", "Status", {"status": "Revoked"}),
    ("kept_as_note", "Owner", {"owner": "tom@example.com"}),
    ("kept_as_note", "Daily budget", {"campaign": "Q4", "daily_budget": "as agreed"}),
    ("kept_as_note", "Paid", {"paid": "ask legal"}),
    ("kept_as_note", "Title", {"title": "long " * 60}),
]


@pytest.mark.parametrize(("problem", "column", "cells"), WARNINGS)
def test_warning_stands_beside_its_cell_and_the_row_counts(desk, problem, column, cells):
    outcome = desk.take(good(**cells))

    assert said(outcome, "warnings") == [(2, column, problem)]
    assert said(outcome) == []
    assert outcome.report["created"]["codes"] == 1


def test_identical_row_is_said_and_counts_once(desk):
    twice = good()

    outcome = desk.take(twice, good(), twice)

    assert said(outcome, "warnings") == [(4, "", "duplicate_row")]
    assert outcome.report["rows"] == 3
    assert outcome.report["created"]["codes"] == 2


def test_former_handle_is_a_warning_and_no_mismatch(desk):
    from creators.operations import rename_creator

    url = post_url("maya")
    desk.take(good(post_link=url))
    creator = Creator.objects.for_brand(desk.brand).get()
    rename_creator(creator=creator, handle="maya.glow", **desk.world.by)

    outcome = desk.take(good(post_link=url, creator_handle="maya.glow", title="x"))

    assert said(outcome) == []
    assert said(outcome, "warnings") == [(2, "Post link", "former_handle")]
    assert Creator.objects.for_brand(desk.brand).count() == 1


def test_every_problem_has_a_test_here_or_beside():
    shown = {problem for problem, _, _ in ERRORS + WARNINGS}
    shown |= {"duplicate_code", "duplicate_row", "former_handle", "other_platform"}  # above
    shown |= {"conflict", "conflict_kept", "conflict_taken"}  # test_conflicts.py
    shown |= {"right_shortened"}  # test_planning_rights.py
    assert shown == {problem.value for problem in Problem}
