"""What follows from numbers, dates and steps."""

from datetime import date
from decimal import Decimal

import pytest

from posts.enums import Stage
from posts.rules import StrongRule, engagement, is_step_back, is_strong, next_due, usual_next

RULE = StrongRule(50_000, Decimal(3))


@pytest.mark.parametrize(
    ("views", "engaged", "percent"),
    [
        (1000, (20, 5, None, 5), Decimal(3)),
        (1000, (None, None, None, None), None),
        (None, (20,), None),
        (0, (20,), None),
        (1000, (0,), Decimal(0)),
    ],
)
def test_engagement_is_told_of_numbers_that_somebody_noted(views, engaged, percent):
    assert engagement(views, engaged) == percent


@pytest.mark.parametrize(
    ("rule", "views", "percent", "strong"),
    [
        (RULE, 50_000, Decimal(3), True),
        (RULE, 49_999, Decimal(30), False),
        (RULE, 50_000, Decimal("2.99"), False),
        (RULE, 50_000, None, False),
        (StrongRule(50_000, None), 50_000, None, True),
        (StrongRule(None, Decimal(3)), None, Decimal(3), True),
        (StrongRule(None, Decimal(3)), None, None, False),
        (StrongRule(None, None), 10**9, Decimal(99), False),
    ],
)
def test_a_post_is_strong_from_the_numbers_on_that_its_brand_asks_for(rule, views, percent, strong):
    assert is_strong(rule, views=views, percent=percent) is strong


DRAFT, POST = date(2026, 12, 1), date(2026, 12, 8)


@pytest.mark.parametrize(
    ("stage", "draft_on", "post_on", "day"),
    [
        (None, DRAFT, POST, DRAFT),
        (Stage.BRIEFED, None, POST, POST),
        (Stage.REVISION_ASKED, DRAFT, POST, DRAFT),
        (Stage.DRAFT_RECEIVED, DRAFT, POST, POST),
        (Stage.DRAFT_RECEIVED, DRAFT, None, None),
        (Stage.APPROVED, None, None, None),
        (Stage.POSTED, DRAFT, POST, None),
    ],
)
def test_what_is_due_next_depends_on_how_far_it_is(stage, draft_on, post_on, day):
    due = next_due(stage, draft_on=draft_on, post_on=post_on)
    assert (due and due.day) == day
    assert due is None or due.is_draft == (due.day == DRAFT)


def test_a_new_draft_after_a_revision_is_no_step_back():
    assert is_step_back(Stage.APPROVED, Stage.DRAFT_RECEIVED)
    assert is_step_back(Stage.BRIEFED, None)
    assert not is_step_back(Stage.REVISION_ASKED, Stage.DRAFT_RECEIVED)
    assert not is_step_back(None, Stage.POSTED)
    assert [
        usual_next(stage) for stage in (None, Stage.REVISION_ASKED, Stage.DRAFT_RECEIVED, Stage.POSTED)
    ] == [
        Stage.BRIEFED,
        Stage.DRAFT_RECEIVED,
        Stage.APPROVED,
        None,
    ]
