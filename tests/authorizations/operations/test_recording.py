"""Codes that arrive: new, repeated, longer, of another post."""

import traceback
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from authorizations.enums import EndSource
from authorizations.models import AuthorizationCode
from authorizations.operations.recording import (
    CodeDraft,
    DuplicateCodeError,
    Outcome,
    WrongPostError,
)
from authorizations.secrets import open_code
from authorizations.windows import WindowError
from brands.operations.edits import OtherBrandError
from sparktrack.tiktok.codes import MaskedCode, NoCode
from tests.audit import changes, entries
from tests.authorizations.recordingdesk import START, record
from tests.authorizations.test_gaps import reasons_now
from tests.world import DAY, NOW, World, spark_code

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World(time_zone="America/New_York", tracks_rights=False)


def outcomes(answers):
    return [answer.outcome for answer in answers]


# --- a new code --------------------------------------------------------------------------------------------------
def test_a_code_is_put_on_file_with_its_window_and_opens_the_post(world):
    post = world.post()
    (answer,) = record(
        world,
        CodeDraft(
            post, spark_code(7), starts_on=date(2026, 11, 20), window_days=30, end_source=EndSource.CREATOR
        ),
    )
    row = AuthorizationCode.objects.get()
    assert answer.outcome is Outcome.CREATED
    assert answer.code == row
    assert (row.post, row.brand, row.ending, row.end_source) == (post, world.brand, "007=", "creator")
    assert (row.starts_on, row.expires_on, row.window_days) == (date(2026, 11, 20), None, 30)
    assert row.starts_at == datetime(2026, 11, 20, 5, tzinfo=UTC)  # midnight in New York
    assert row.expires_at == row.starts_at + 30 * DAY
    assert (row.start_assumed, row.supersedes, row.created_at) == (False, None, NOW)
    assert open_code(row) == spark_code(7)
    assert reasons_now(world, post) == ""


@pytest.mark.parametrize(
    "pasted",
    ["  {}\n", "“{}”", "{}\u200b", "\ufeff {} ", "'{}'", "`{}`"],
)
def test_a_code_is_cleaned_before_it_is_kept(world, pasted):
    code = "#aB+/" + "x" * 59 + "="
    (first,) = record(world, CodeDraft(world.post(), pasted.format(code), starts_at=START, window_days=30))
    assert open_code(first.code) == code
    assert first.code.ending == "xxx="


def test_escapes_and_line_breaks_are_undone_so_that_the_same_code_is_recognised(world):
    post = world.post()
    draft = {"starts_at": START, "window_days": 30}
    answers = record(
        world,
        CodeDraft(post, "#aB+/" + "x" * 59 + "=", **draft),
        CodeDraft(post, "%23aB%2B%2f" + "x" * 30 + "\r\n " + "x" * 29 + "%3D", **draft),
    )
    assert outcomes(answers) == [Outcome.CREATED, Outcome.REPEATED]


def test_codes_differ_by_case(world):
    post = world.post()
    drafts = [CodeDraft(post, code, starts_at=START, window_days=30) for code in ("#aaa=", "#AAA=")]
    assert outcomes(record(world, *drafts)) == [Outcome.CREATED, Outcome.CREATED]


def test_a_code_of_an_odd_shape_is_kept(world):
    (answer,) = record(world, CodeDraft(world.post(), "hello", starts_at=START, window_days=30))
    assert open_code(answer.code) == "hello"
    assert answer.code.ending == "lo"  # at most half of it is shown


@pytest.mark.parametrize(
    ("text", "error"),
    [("", NoCode), (" \u200b'' ", NoCode), ("n/a", NoCode), ("…k2Y=", MaskedCode), ("***k2Y=", MaskedCode)],
)
def test_a_text_that_is_no_code_is_refused_and_nothing_of_the_call_is_written(world, text, error):
    good = CodeDraft(world.post(), spark_code(), starts_at=START, window_days=30)
    with pytest.raises(error):
        record(world, good, CodeDraft(world.post(), text, starts_at=START, window_days=30))
    assert not AuthorizationCode.objects.exists()
    assert entries(world.brand, "code.recorded") == []
    assert reasons_now(world, good.post) == "no_code"


def test_a_window_that_is_none_is_refused_and_nothing_of_the_call_is_written(world):
    good = CodeDraft(world.post(), spark_code(), starts_at=START, window_days=30)
    with pytest.raises(WindowError):
        record(world, good, CodeDraft(world.post(), spark_code(), starts_at=START))
    assert not AuthorizationCode.objects.exists()


def test_no_drafts_are_no_codes(world):
    assert record(world) == []
    assert entries(world.brand) == []


# --- a code that is known ----------------------------------------------------------------------------------------
def test_the_same_code_again_is_a_repeat_that_leaves_no_trace(world):
    draft = CodeDraft(world.post(), spark_code(1), starts_at=START, window_days=30)
    (first,) = record(world, draft)
    before = AuthorizationCode.objects.values().get()
    (again,) = record(world, draft)
    assert (again.outcome, again.code) == (Outcome.REPEATED, first.code)
    assert AuthorizationCode.objects.values().get() == before
    assert len(entries(world.brand, "code.recorded")) == 1


@pytest.mark.parametrize(
    "shorter", [{"window_days": 7}, {"expires_at": START + DAY}, {"expires_on": date(2026, 11, 5)}]
)
def test_a_shorter_window_is_a_repeat_too(world, shorter):
    post = world.post()
    record(world, CodeDraft(post, spark_code(1), starts_at=START, window_days=30))
    (again,) = record(world, CodeDraft(post, spark_code(1), starts_at=START, **shorter))
    assert again.outcome is Outcome.REPEATED
    assert AuthorizationCode.objects.get().expires_at == START + 30 * DAY


def test_the_same_code_with_a_later_end_is_an_extension_of_the_row(world):
    post = world.post()
    (first,) = record(world, CodeDraft(post, spark_code(1), starts_at=NOW - 40 * DAY, window_days=30))
    assert reasons_now(world, post) == "code_expired"
    longer = CodeDraft(
        post, spark_code(1), starts_at=NOW - 40 * DAY, window_days=60, end_source=EndSource.CREATOR
    )
    (again,) = record(world, longer)
    row = AuthorizationCode.objects.get()
    assert (again.outcome, again.code, row) == (Outcome.EXTENDED, first.code, first.code)
    assert (row.starts_at, row.expires_at) == (NOW - 40 * DAY, NOW + 20 * DAY)
    assert (row.window_days, row.end_source) == (60, "creator")
    assert reasons_now(world, post) == ""
    ((before, after),) = changes(world.brand, "code.extended")
    assert (before["window_days"], after["window_days"]) == (30, 60)
    assert after["expires_at"] == (NOW + 20 * DAY).isoformat()


def test_an_extension_by_a_typed_date_keeps_the_date(world):
    post = world.post()
    record(world, CodeDraft(post, spark_code(1), starts_on=date(2026, 11, 1), window_days=7))
    record(world, CodeDraft(post, spark_code(1), starts_on=date(2026, 11, 1), expires_on=date(2026, 12, 1)))
    row = AuthorizationCode.objects.get()
    assert (row.expires_on, row.window_days) == (date(2026, 12, 1), 30)
    assert row.expires_at == row.starts_at + 30 * DAY


def test_a_guessed_start_does_not_lengthen_a_code_that_is_known(world):
    """Whoever finds the code in a chat again does not know when it was generated; the file does."""
    post = world.post()
    record(world, CodeDraft(post, spark_code(1), starts_on=date(2026, 11, 1), window_days=30))
    guess = {"starts_on": date(2026, 11, 20), "start_assumed": True, "end_source": EndSource.ASSUMED}
    (again,) = record(world, CodeDraft(post, spark_code(1), window_days=30, **guess))
    assert again.outcome is Outcome.REPEATED
    (longer,) = record(world, CodeDraft(post, spark_code(1), window_days=60, **guess))
    assert longer.outcome is Outcome.EXTENDED
    row = AuthorizationCode.objects.get()
    assert (row.starts_on, row.window_days, row.start_assumed) == (date(2026, 11, 1), 60, False)


def test_a_code_of_another_post_is_refused_by_the_name_of_that_post(world):
    first, second = world.post(title="Cold brew"), world.post()
    record(world, CodeDraft(first, spark_code(1), starts_at=START, window_days=30))
    new = CodeDraft(second, spark_code(2), starts_at=START, window_days=30)
    with pytest.raises(DuplicateCodeError, match="another post: Cold brew") as refused:
        record(world, new, CodeDraft(second, spark_code(1), starts_at=START, window_days=30))
    assert refused.value.post == first
    assert refused.value.field == "code"
    assert AuthorizationCode.objects.count() == 1
    assert spark_code(1) not in "".join(traceback.format_exception(refused.value))


def test_another_brand_may_have_the_same_code(world):
    other = World()
    for one in (world, other):
        (answer,) = record(one, CodeDraft(one.post(), spark_code(1), starts_at=START, window_days=30))
        assert answer.outcome is Outcome.CREATED


def test_one_call_may_bring_a_code_three_times(world):
    post = world.post()
    drafts = [CodeDraft(post, spark_code(1), starts_at=START, window_days=days) for days in (30, 30, 60)]
    answers = record(world, *drafts)
    assert outcomes(answers) == [Outcome.CREATED, Outcome.REPEATED, Outcome.EXTENDED]
    row = AuthorizationCode.objects.get()
    assert {answer.code for answer in answers} == {row}
    assert (row.window_days, row.expires_at) == (60, START + 60 * DAY)
    ((_, recorded),) = changes(world.brand, "code.recorded")
    assert recorded["window_days"] == 30
    assert len(changes(world.brand, "code.extended")) == 1


def test_one_call_with_a_code_for_two_posts_is_refused(world):
    drafts = [CodeDraft(world.post(), spark_code(1), starts_at=START, window_days=30) for _ in range(2)]
    with pytest.raises(DuplicateCodeError):
        record(world, *drafts)
    assert not AuthorizationCode.objects.exists()


def test_a_known_code_that_was_revoked_stays_revoked(world):
    post = world.post()
    (first,) = record(world, CodeDraft(post, spark_code(1), starts_at=START, window_days=30))
    AuthorizationCode.objects.update(revoked_at=START + DAY)
    (again,) = record(world, CodeDraft(post, spark_code(1), starts_at=START, window_days=60))
    assert again.outcome is Outcome.EXTENDED
    assert AuthorizationCode.objects.get(pk=first.code.pk).revoked_at == START + DAY


# --- replacements ------------------------------------------------------------------------------------------------
def test_a_replacement_names_the_code_it_replaces_and_the_old_one_goes_on(world):
    post = world.post()
    old = world.code(post, NOW - 20 * DAY, 30)
    new = world.code(post, NOW - DAY, 60, supersedes=old)
    assert new.supersedes == old
    assert AuthorizationCode.objects.get(pk=old.pk).expires_at == NOW + 10 * DAY
    assert len(entries(world.brand, "code.replaced")) == 1


def test_a_code_of_another_post_cannot_be_replaced(world):
    old = world.code(world.post(), START)
    draft = CodeDraft(world.post(), spark_code(), starts_at=START, window_days=30, supersedes=old)
    with pytest.raises(WrongPostError) as refused:
        record(world, draft)
    assert refused.value.field == "supersedes"
    assert AuthorizationCode.objects.count() == 1


def test_rows_of_another_brand_are_refused(world):
    other = World()
    foreign_post, foreign_code = other.post(), other.code(other.post(), START)
    ours = world.post()
    for draft in (
        CodeDraft(foreign_post, spark_code(), starts_at=START, window_days=30),
        CodeDraft(ours, spark_code(), starts_at=START, window_days=30, supersedes=foreign_code),
    ):
        with pytest.raises(OtherBrandError):
            record(world, CodeDraft(ours, spark_code(), starts_at=START, window_days=30), draft)
    assert not AuthorizationCode.objects.for_brand(world.brand).exists()


# --- many at once ------------------------------------------------------------------------------------------------
def test_a_hundred_codes_take_as_many_queries_as_three(world, django_assert_max_num_queries):
    posts = world.posts(103)

    def queries(part):
        drafts = [CodeDraft(post, spark_code(), starts_at=NOW - DAY, window_days=30) for post in part]
        with django_assert_max_num_queries(1000) as counted:
            record(world, *drafts)
        return sum("SAVEPOINT" not in query["sql"] for query in counted.captured_queries)

    few = queries(posts[:3])
    assert queries(posts[3:]) - few <= (0 if connection.vendor == "postgresql" else 6)
    assert few <= 14


def test_more_codes_than_fit_in_one_query_are_recognised(world):
    post = world.post()
    drafts = [
        CodeDraft(post, spark_code(number), starts_at=START + timedelta(hours=number), window_days=30)
        for number in range(1000)
    ]
    assert set(outcomes(record(world, *drafts))) == {Outcome.CREATED}
    assert set(outcomes(record(world, *drafts))) == {Outcome.REPEATED}
