"""What a report counts, of the month that was worked out on paper (tests.workplace.reportdesk), on both databases."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from authorizations.enums import Reason
from authorizations.operations.codes import revoke_codes
from authorizations.operations.posts import attach_brief
from authorizations.operations.requests import RequestDraft, request_codes
from campaigns.operations.flights import end_flights
from posts.operations.briefs import add_briefs
from tests.workplace.reportdesk import October, at
from tests.world import DAY, NOW, World
from workplace.queries.reports import report
from workplace.rules.reports import Burnt, Period, total

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
OCTOBER = Period(date(2026, 10, 1), date(2026, 10, 31), "Europe/Berlin")


def ask(world, period=OCTOBER, now=NOW):
    return report(world.brand, period, now=now)


def test_a_month_is_what_was_worked_out_on_paper():
    found = ask(October())
    assert [(each.post.title, each.at) for each in found.activated] == [
        ("Agave", at(5)),
        ("Basil", at(20)),
        ("Dill", at(30)),
    ]
    assert [(each.post.title, each.answer) for each in found.asked] == [("Agave", 2 * DAY), ("Elder", None)]
    assert found.generated == 3
    assert {each.post.title: each.burnt for each in found.burnt} == {
        "Agave": Burnt(at(5), 2 * DAY, is_unused=False),
        "Basil": Burnt(at(20), 22 * DAY, is_unused=False),
        "Dill": Burnt(at(30), timedelta(), is_unused=False),
        "Fig": Burnt(at(8), 7 * DAY, is_unused=True),
    }
    assert {flown.post.title: flown.split.planned for flown in found.flown} == {
        "Agave": 10 * DAY,
        "Basil": 12 * DAY + HOUR,
        "Cedar": 2 * DAY,
        "Dill": 1.5 * DAY,
    }
    whole = total(flown.split for flown in found.flown)
    assert whole.lost == {Reason.CODE_EXPIRED: 5 * DAY, Reason.NO_CODE: 2 * DAY}
    assert whole.unpermitted == {Reason.RIGHTS_EXPIRED: 4 * DAY}
    assert whole.covered == 14.5 * DAY + HOUR
    assert [(right.name, right.fee) for right in found.unused] == [
        ("Elder · @elder.makes", Decimal(500)),
        ("all posts of @agave.makes", Decimal(200)),
    ]
    assert [(right.name, right.is_needed) for right in found.coming] == [
        ("all posts of @agave.makes", False),
        ("Gorse · @gorse.makes", True),
    ]


def test_asked_counts_by_the_day_of_the_request_and_received_whenever_the_code_came():
    world = World(now=at(3, month=11))
    first, second, third = world.posts(3)
    for post, when in ((first, at(31, 23)), (second, at(1, month=11)), (third, at(9))):
        request_codes(drafts=[RequestDraft(post, 30)], **{**world.by, "now": when})
    world.code(first, at(2, month=11))
    asked = [(each.post.pk, each.window_days, each.answered_at) for each in ask(world).asked]
    assert asked == [(third.pk, 30, None), (first.pk, 30, at(2, month=11))]
    assert [each.post.pk for each in ask(world, now=at(31, 22)).asked] == [third.pk]


def test_a_report_ends_now():
    found = ask(October(), now=at(7))
    assert {flown.post.title: flown.split.planned for flown in found.flown} == {
        "Agave": 2 * DAY,
        "Cedar": 2 * DAY,
    }
    assert [each.post.title for each in found.activated] == ["Agave"]
    assert [each.post.title for each in found.burnt] == ["Agave"]
    assert ask(October(), now=at(1, month=9)).flown == []


def test_a_flight_counts_until_it_was_ended_and_a_code_until_it_was_revoked():
    world = World(now=at(10))
    post = world.post()
    code = world.code(post, at(2), days=30)
    world.right(date(2026, 9, 1), post=post)
    flight = world.flight(post, date(2026, 10, 5), date(2026, 10, 20))
    revoke_codes(codes=[code], at=at(9), **world.by)
    end_flights(flights=[flight], **world.by)
    (flown,) = ask(world).flown
    # In UTC, the zone of this brand: two hours later.
    assert flown.split.planned == 5 * DAY - 2 * HOUR
    assert flown.split.lost == {Reason.CODE_REVOKED: DAY}


def test_rights_of_a_brief_count_for_its_posts_without_their_own():
    world = World(now=at(1))
    (brief,) = add_briefs(drafts=[{"title": "Gifts"}], **world.by)
    own, bare = world.post(title="own"), world.post(title="bare")
    attach_brief(posts=[own, bare], brief=brief, **world.by)
    world.right(date(2026, 9, 1), brief=brief, fee=Decimal(90))
    world.right(date(2026, 9, 1), post=own, fee=Decimal(10))
    world.flight(own, date(2026, 10, 2), date(2026, 10, 9))
    assert [right.name for right in ask(world).unused] == ["brief Gifts"]
    world.flight(bare, date(2026, 10, 31), date(2026, 11, 9))
    assert not ask(world).unused


def test_another_brand_is_not_counted():
    world = October()
    before = ask(world)
    October()
    assert ask(world) == before


def test_queries_are_constant(django_assert_num_queries):
    world = World()
    for number in (0, 1, 4):
        for post in world.posts(number):
            world.code(post, NOW - 9 * DAY)
            world.flight(post, world.day(-5), world.day(5))
        with django_assert_num_queries(8):
            ask(world, Period(date(2026, 11, 1), date(2026, 11, 30), "UTC"))
