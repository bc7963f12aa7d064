"""Codes of a sheet beside those on file: new, longer, corrected, revoked, used or the same (DOMAIN.md §4, §8)."""

from datetime import UTC, date, datetime, timedelta

import pytest

from authorizations.enums import EndSource
from authorizations.models import AuthorizationCode, CodeUse
from authorizations.operations.codes import (
    Extension,
    Use,
    Verification,
    extend_codes,
    mark_applied,
    reject_codes,
    revoke_codes,
    unrevoke_codes,
    verify_codes,
)
from sparktrack.core.days import first_instant
from tests.campaigns.importers.sheets import counts, post_url, row, said
from tests.world import NOW, spark_code

NEW_YORK = "America/New_York"
DAY = timedelta(days=1)


class Case:
    """One post with one code in a desk's sheet; every import may say something else of it."""

    def __init__(self, desk):
        self.desk = desk
        self.same = {
            "creator_handle": "maya",
            "post_link": post_url("maya", "2026-10-01", 1),
            "spark_code": spark_code(),
        }

    def take(self, **cells):
        return self.desk.take(row(**{**self.same, **cells}))

    @property
    def code(self):
        return AuthorizationCode.objects.for_brand(self.desk.brand).get()

    @property
    def window(self):
        code = self.code
        return str(code.starts_on or code.starts_at), code.window_days, code.end_source


@pytest.fixture
def case(desk):
    return Case(desk)


WINDOWS = [
    ({"auth_date": "2026-10-02", "days": "30"}, ("2026-10-02", 30, "computed")),
    ({"auth_date": "2026-10-02", "days": "1 month"}, ("2026-10-02", 30, "computed")),
    ({"auth_date": "2 Oct 2026", "days": "1 year"}, ("2026-10-02", 365, "computed")),
    ({"auth_date": "2026-10-02", "expires": "2026-11-01"}, ("2026-10-02", 30, "sheet")),
    ({"auth_date": "2026-10-02", "days": "30", "expires": "2026-11-01"}, ("2026-10-02", 30, "computed")),
    ({"auth_date": "2026-10-02", "days": "30", "expires": "2026-10-31"}, ("2026-10-02", 30, "computed")),
    ({"auth_date": "2026-10-02", "days": "30", "expires": "2026-12-01"}, ("2026-10-02", 60, "sheet")),
    (
        {"auth_date": "2026-10-02T04:00:00Z", "days": "30", "expires": "2026-12-01T04:00:00Z"},
        ("2026-10-02 04:00:00+00:00", 60, "sheet"),
    ),
    ({"expires": "2026-12-01"}, ("2026-10-01", 61, "sheet")),
    ({"days": "30", "expires": "2026-12-01"}, ("2026-11-01", 30, "sheet")),
    ({"days": "30"}, ("2026-11-20", 30, "assumed")),
    ({"auth_date": "2026-10-02T12:30:00Z", "days": "7"}, ("2026-10-02 12:30:00+00:00", 7, "computed")),
    ({"auth_date": "2026-10-02 08:30", "days": "7"}, ("2026-10-02 12:30:00+00:00", 7, "computed")),
]


@pytest.mark.parametrize(("cells", "window"), WINDOWS)
def test_window_is_read_from_what_the_row_states(case, cells, window):
    case.take(**cells)

    assert case.window == window
    assert case.code.start_assumed == ("auth_date" not in cells)
    assert case.code.expires_at == case.code.starts_at + window[1] * DAY


@pytest.mark.parametrize(("cells", "_window"), WINDOWS)
def test_the_same_row_changes_nothing_a_day_later(case, cells, _window):
    first = case.take(**cells)
    before = case.code.__dict__

    again = case.desk.take(row(**{**case.same, **cells}), now=NOW + DAY)

    assert counts(again, "created") == counts(again, "updated") == {}
    assert again.report["unchanged"] == first.report["created"]
    assert {**case.code.__dict__, "_state": 0} == {**before, "_state": 0}


def test_days_before_a_stated_end_tell_the_start_and_contradict_nothing(case):
    outcome = case.take(days="30", expires="2026-12-01")

    assert said(outcome, "warnings") == []
    assert case.code.expires_on == date(2026, 12, 1)


def test_typed_days_are_days_of_the_brand(case):
    case.take(auth_date="2026-10-02", days="7")

    assert case.code.starts_at == datetime(2026, 10, 2, 4, tzinfo=UTC)


def test_code_alone_adds_nothing_to_a_code_on_file_and_is_refused_for_a_new_one(case):
    assert said(case.take()) == [(2, "Days", "bad_window")]
    case.take(auth_date="2026-10-02", days="30")

    assert counts(case.take(), "unchanged") == {"creators": 1, "posts": 1, "codes": 1}


def test_longer_window_extends_the_code(case):
    case.take(auth_date="2026-10-02", days="30")

    outcome = case.take(auth_date="2026-10-02", days="60")

    assert counts(outcome, "updated") == {"codes": 1}
    assert case.window == ("2026-10-02", 60, "computed")


@pytest.mark.parametrize("source", [EndSource.TIKTOK, EndSource.ADS_MANAGER])
def test_what_was_read_at_tiktok_stays_when_the_sheet_says_later(case, source):
    case.take(auth_date="2026-11-01", days="30")
    read = Verification(case.code, case.code.starts_at + 7 * DAY, source=source)
    verify_codes(verifications=[read], **case.desk.world.by)

    outcome = case.take(auth_date="2026-11-01", days="30")

    assert said(outcome, "warnings") == [(2, "Days", "expiry_conflict")]
    assert counts(outcome, "updated") == {}
    assert case.window == ("2026-11-01", 7, source)


def test_shorter_window_corrects_what_the_sheet_itself_said(case):
    case.take(auth_date="2026-10-02", days="365")

    outcome = case.take(auth_date="2026-10-02", days="30")

    assert counts(outcome, "updated") == {"codes": 1}
    assert case.window == ("2026-10-02", 30, "computed")


@pytest.mark.parametrize("source", [EndSource.TIKTOK, EndSource.ADS_MANAGER, EndSource.CREATOR])
@pytest.mark.parametrize("cells", [{"days": "30"}, {"expires": "2026-11-01"}])
def test_shorter_window_than_a_better_source_says_is_a_conflict(case, source, cells):
    case.take(auth_date="2026-10-02", days="30")
    end = first_instant(date(2026, 12, 1), NEW_YORK)
    extend_codes(extensions=[Extension(case.code, expires_at=end, source=source)], **case.desk.world.by)

    outcome = case.desk.take(row(**case.same, auth_date="2026-10-02", title="x", **cells), skip_errors=True)

    column = "Expires" if "expires" in cells else "Days"
    assert said(outcome) == [(2, column, "conflict")]
    assert case.code.expires_at == end
    assert case.code.post.title == ""


def test_stated_end_is_weaker_than_a_computed_one(case):
    case.take(auth_date="2026-10-02", days="60")

    outcome = case.take(auth_date="2026-10-02", expires="2026-11-01")

    assert said(outcome) == [(2, "Expires", "conflict")]


def test_instants_that_tiktok_states_are_the_dates_of_the_sheet(case):
    case.take(auth_date="2026-10-02", days="30")
    start = datetime(2026, 10, 2, 18, 20, 11, tzinfo=UTC)
    verify_codes(
        verifications=[Verification(case.code, start + 30 * DAY + timedelta(seconds=3), starts_at=start)],
        **case.desk.world.by,
    )

    for cells in ({"days": "30"}, {"expires": "2026-11-01"}, {"days": "30", "expires": "2026-11-01"}):
        outcome = case.take(auth_date="2026-10-02", **cells)
        assert (said(outcome), counts(outcome, "updated")) == ([], {})


def test_stated_instant_counts_to_the_hour(case):
    case.take(auth_date="2026-10-02", expires="2026-12-01")
    end = case.code.expires_at

    assert counts(case.take(expires=f"{end - timedelta(hours=3):%Y-%m-%dT%H:%M:%SZ}"), "updated") == {
        "codes": 1
    }
    assert case.code.expires_at == end - timedelta(hours=3)


def test_end_that_stays_keeps_who_said_it(case):
    case.take(auth_date="2026-10-02", days="30")

    assert counts(case.take(auth_date="2026-10-01", expires="2026-11-01"), "updated") == {"codes": 1}
    assert case.window == ("2026-10-01", 31, "computed")


def test_assumed_start_gives_way_to_a_stated_one(case):
    case.take(expires="2026-12-01")

    outcome = case.take(auth_date="2026-11-01", expires="2026-12-01")

    assert counts(outcome, "updated") == {"codes": 1}
    assert case.window == ("2026-11-01", 30, "sheet")
    assert not case.code.start_assumed


def test_later_row_of_the_same_code_extends_it(case):
    rows = [row(**case.same, auth_date="2026-10-02", days=days) for days in ("30", "60")]

    first = case.desk.take(*rows)
    assert counts(first, "created")["codes"] == 1
    assert case.window == ("2026-10-02", 60, "computed")

    assert counts(case.desk.take(*rows), "updated") == {}


def test_revoked_without_a_date_is_revoked_at_the_import_and_stays_so(case):
    first = case.take(auth_date="2026-10-02", days="60", status="REVOKED")
    assert said(first, "warnings") == [(2, "Status", "revoked_date_unknown")]
    assert case.code.revoked_at == NOW

    again = case.desk.take(
        row(**case.same, auth_date="2026-10-02", days="60", status="revoked"), now=NOW + DAY
    )

    assert (said(again, "warnings"), counts(again, "updated")) == ([], {})
    assert case.code.revoked_at == NOW


def test_code_on_file_is_revoked_by_a_sheet(case):
    case.take(auth_date="2026-10-02", days="60")

    outcome = case.take(status="revoked")

    assert counts(outcome, "updated") == {"codes": 1}
    assert case.code.revoked_at == NOW


REVOKED = ("Creator handle", "Post link", "Spark code", "Auth date", "Days", "Revoked at")


def _revoked(case, at):
    same = case.same
    values = [same["creator_handle"], same["post_link"], same["spark_code"], "2026-10-02", "60", at]
    return case.desk.take(values, header=REVOKED)


def test_date_of_a_revocation_is_kept_and_may_become_earlier_but_not_later(case):
    _revoked(case, "2026-11-10")
    assert case.code.revoked_at == first_instant(date(2026, 11, 10), NEW_YORK)
    assert counts(_revoked(case, "2026-11-10"), "updated") == {}
    assert counts(_revoked(case, ""), "updated") == {}

    assert counts(_revoked(case, "2026-11-09T10:00:00Z"), "updated") == {"codes": 1}
    assert case.code.revoked_at == datetime(2026, 11, 9, 10, tzinfo=UTC)

    assert said(_revoked(case, "2026-11-11")) == [(2, "Revoked at", "conflict")]


def test_sheet_does_not_make_a_revoked_code_good_again(case):
    case.take(auth_date="2026-10-02", days="60", status="active")
    revoke_codes(codes=[case.code], at=NOW - DAY, **case.desk.world.by)

    assert said(case.take(status="active")) == [(2, "Status", "conflict")]
    assert said(case.take()) == []
    assert case.code.revoked_at == NOW - DAY

    unrevoke_codes(codes=[case.code], **case.desk.world.by)
    assert said(case.take(status="active")) == []


@pytest.mark.parametrize("word", ["Applied", "in use", "IN-USE", "live"])
def test_word_of_use_is_a_use_with_nobody_saying_where(case, word):
    first = case.take(auth_date="2026-10-02", days="30", status=word)

    assert first.report["created"]["code_uses"] == 1
    assert CodeUse.objects.get().ad_account is None
    assert counts(case.take(status=word), "created") == {}
    assert case.code.post.notes == ""


def test_use_in_a_known_account_is_not_repeated_as_one_in_an_unknown_account(case):
    case.take(auth_date="2026-10-02", days="30")
    mark_applied(uses=[Use(case.code, case.desk.world.account())], **case.desk.world.by)

    outcome = case.take(status="applied")

    assert outcome.report["unchanged"]["code_uses"] == 1
    assert CodeUse.objects.count() == 1


@pytest.mark.parametrize("word", ["active", "Expired", "expiring", "scheduled"])
def test_states_that_follow_from_the_dates_are_not_kept(case, word):
    case.take(auth_date="2026-10-02", days="30", status=word)

    assert case.code.post.notes == ""


@pytest.mark.parametrize("word", ["received", "asked again", "rejected"])
def test_other_words_of_status_go_to_the_notes(case, word):
    case.take(auth_date="2026-10-02", days="30", status=word)

    assert case.code.post.notes == f"Status: {word}"


def test_rejected_code_stays_rejected_without_a_note(case):
    case.take(auth_date="2026-10-02", days="30")
    reject_codes(codes=[case.code], error="invalid", **case.desk.world.by)

    assert counts(case.take(status="rejected"), "updated") == {}
    assert case.code.rejected_error == "invalid"


@pytest.mark.parametrize("shown", ["…{}", "code ending {}", "...{}", "****{}"])
def test_masked_code_is_unchanged_if_the_post_has_one_with_this_ending(case, shown):
    case.take(auth_date="2026-10-02", days="30")
    same = {**case.same, "spark_code": shown.format(case.code.ending)}

    outcome = case.desk.take(row(**same, auth_date="2026-10-02", days="60"))

    assert counts(outcome, "unchanged") == {"creators": 1, "posts": 1, "codes": 1}
    assert case.code.window_days == 30
    other = {**same, "post_link": post_url("maya")}
    assert said(case.desk.take(row(**other))) == [(2, "Spark code", "masked_code")]


def test_pasted_code_is_cleaned_before_it_is_compared(case):
    case.take(auth_date="2026-10-02", days="30")
    pasted = f' "{case.same["spark_code"]}"\n'.replace("#", "%23").replace("=", "%3D")

    outcome = case.desk.take(row(**{**case.same, "spark_code": pasted}))

    assert outcome.report["unchanged"]["codes"] == 1


def test_row_without_a_code_needs_no_window(case):
    outcome = case.desk.take(row(creator_handle="maya", post_link=post_url(), auth_date="2026-10-02"))

    assert said(outcome) == []
    assert counts(outcome, "created") == {"creators": 1, "posts": 1}
