"""One pass of the engine by hand says what changed."""

import pytest
from django.core.management import call_command

from alerts.models import Alert
from brands.enums import Role
from sparktrack.core.clock import utc_now
from tests.campaigns.scenes import without_rights
from tests.world import World

pytestmark = pytest.mark.django_db


def test_what_is_due_is_raised_once(capsys):
    world = World(now=utc_now())
    world.member(Role.ADMIN)
    without_rights(world)
    call_command("raise_alerts")
    assert "1 raised, 1 notices, 1 deliveries" in capsys.readouterr().out
    call_command("raise_alerts")
    assert capsys.readouterr().out == "Nothing changed.\n"
    assert Alert.objects.filter(closed_at=None).count() == 1
