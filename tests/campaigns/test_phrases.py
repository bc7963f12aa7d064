"""Every choice has a phrase, and the next step follows from the limiting reason."""

from datetime import UTC, datetime, timedelta

import pytest

from authorizations.enums import CodeStatus, EndSource, Reason
from authorizations.rules import Gap
from campaigns.enums import Section
from campaigns.phrases import (
    CODE_TONES,
    HEADINGS,
    LANES,
    SOURCES,
    Moment,
    Subject,
    all_reasons,
    label,
    limiting,
    next_step,
    sentence,
)
from posts.enums import Lane
from sparktrack.core.wording import TimeWords

NOW = datetime(2026, 11, 21, 19, 5, tzinfo=UTC)
TIMES = TimeWords(now=NOW, zone="UTC", viewer_zone="UTC")
MAYA = Subject("maya.glow")


def test_every_choice_has_a_phrase():
    assert set(HEADINGS) == set(Section)
    assert set(CODE_TONES) == set(CodeStatus)
    assert set(SOURCES) == set(EndSource)
    assert set(LANES) == set(Lane)


@pytest.mark.parametrize("reason", Reason)
@pytest.mark.parametrize("moment", Moment)
def test_every_reason_has_a_badge_and_a_sentence_at_every_moment(reason, moment):
    assert limiting(Gap(None, None, (reason,))) is reason
    badge, words = label(reason, MAYA, moment), sentence(reason, MAYA, moment)
    assert badge[0].isupper()
    assert words.endswith(".")
    assert "{" not in badge + words


@pytest.mark.parametrize(
    ("reason", "step"),
    [
        (Reason.NO_CODE, "Ask @maya.glow for 30 days"),
        (Reason.CODE_EXPIRED, "Ask @maya.glow for 30 days"),
        (Reason.CODE_REVOKED, "Ask @maya.glow for 30 days"),
        (Reason.POST_UNAVAILABLE, "Ask @maya.glow to make it public"),
        (Reason.RIGHTS_EXPIRED, "Agree the rights"),
        (Reason.NO_RIGHTS, "Agree the rights"),
        (Reason.PAID_NOT_ALLOWED, "Agree the rights"),
    ],
)
def test_the_next_step_mends_the_limiting_reason(reason, step):
    ends_at = NOW + timedelta(days=20)
    assert next_step(Gap(None, None, (reason,)), ends_at=ends_at, subject=MAYA, times=TIMES) == step


@pytest.mark.parametrize(("days", "asked"), [(5, 7), (7, 7), (8, 30), (61, 365), (400, 365)])
def test_a_creator_is_asked_for_the_shortest_window_that_lasts(days, asked):
    gap = Gap(None, None, (Reason.NO_CODE,))
    step = next_step(gap, ends_at=NOW + timedelta(days=days), subject=MAYA, times=TIMES)
    assert step == f"Ask @maya.glow for {asked} days"


def test_all_reasons_are_named_once_in_order_of_weight():
    gap = Gap(None, None, (Reason.CODE_EXPIRED, Reason.RIGHTS_EXPIRED))
    assert all_reasons(gap, MAYA) == "code ended, rights ended"
