"""How the databases look for lapses when a small brand lives beside a large one: by index, never by reading all."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alerts.models import Alert, AlertFlight
from alerts.operations.raising import raise_alerts
from alerts.queries.lapses import Part, news_of, parts
from alerts.queries.standing import standing
from authorizations.models import PostGap
from brands.enums import Role
from campaigns.models import Flight
from tests.campaigns.queries import test_plans as board
from tests.campaigns.scenes import SCENES
from tests.world import NOW, World

pytestmark = pytest.mark.django_db

# The names that tables have in alerts.lapses_sql.
ALIASES = {"a": Alert, "h": AlertFlight, "f": Flight, "x": PostGap, "y": PostGap}


@pytest.fixture
def world(monkeypatch):
    # Not AlertFlight: so narrow a table of 2,000 rows PostgreSQL may rightly read whole.
    monkeypatch.setattr(board, "BIG", (*board.BIG, Alert))
    monkeypatch.setattr(board, "ALIASES", ALIASES)
    board.crowd(World())
    world = World()
    for scene in SCENES.values():
        scene(world, buyer=world.member(Role.BUYER))
    raise_alerts(now=NOW)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    return world


def test_neither_the_scan_nor_what_an_alert_stands_for_reads_a_big_table_whole(world):
    assert Alert.objects.exclude(brand=world.brand).count() > board.NEIGHBOURS // 3
    (reach,) = {part.reaches for part in parts(now=NOW)}
    with CaptureQueriesContext(connection) as captured:
        assert not news_of(Part((world.brand.pk,), reach), now=NOW)
        standing(Alert.objects.for_brand(world.brand).filter(closed_at=None), now=NOW)
    found = {}
    for query in captured:
        sql = query["sql"].strip()
        if tables := board.whole_tables(sql):
            found[sql[:3000]] = tables
    assert not found
