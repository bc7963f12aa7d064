"""Several workers make the mornings of the same people at once: one mail a person, nothing lost, nothing twice."""

from datetime import UTC, date, datetime

import pytest

from alerts.enums import DeliveryKind
from alerts.models import Delivery, Notice
from alerts.operations.mornings import send_mornings
from brands.enums import Role
from tests.alerts import scenes
from tests.concurrency.crowd import at_once, no_errors
from tests.world import DAY, World

pytestmark = pytest.mark.django_db(transaction=True)

MONDAY = datetime(2026, 11, 16, 8, tzinfo=UTC)


def test_four_at_a_barrier_make_one_mail_a_person():
    world = World(now=MONDAY)
    people = [world.member(Role.MANAGER) for _ in range(3)]
    for manager in people:
        creator = world.creator(details={"manager": manager})
        for days in (13, 3):
            post = world.post(creator)
            world.code(post, MONDAY + (days - 90) * DAY, days=90)
            world.right(world.day(-80), date(2028, 1, 1), post=post)
            world.flight(post, world.day(-60))
    scenes.mornings_made(MONDAY - DAY)
    answers = at_once(*[lambda: send_mornings(now=MONDAY)] * 4)
    assert no_errors(answers)
    assert sum(answers) == len(people)
    mails = Delivery.objects.filter(kind=DeliveryKind.MORNING)
    assert {mail.user: mail.notices.count() for mail in mails} == dict.fromkeys(people, 2)
    assert Notice.objects.count() == Notice.objects.exclude(delivery=None).count() == 2 * len(people)
