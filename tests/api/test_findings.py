"""The findings of the API: those of the page, with ids and reasons."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from brands.enums import Role, TokenScope
from campaigns.enums import ImportState
from campaigns.models import ImportedRow, ImportRun
from campaigns.queries.findings import findings
from sparktrack.core.ids import uuid7
from tests.api.scripts import person, script
from tests.campaigns.scenes import SCENES, stops
from tests.world import DAY, NOW, World

pytestmark = pytest.mark.django_db

FLIGHTS = ("without_rights", "blocked", "stops", "must_pause", "waiting", "too_short")
LINES = ("unverified", "drifted", "duplicates", "pasted_twice")


@pytest.fixture
def world(time_machine):
    time_machine.move_to(NOW, tick=False)
    return World()


def test_each_kind_says_how_many_and_names_the_first(world):
    flight = stops(world)
    code = flight.post.codes.get()
    answer = script(world, TokenScope.READ).get("findings").json()
    nothing = {"count": 0, "at_risk": [], "a_day": [], "lines": []}
    none = {"count": 0, "count_is_bound": False, "lines": []}
    (line,) = answer["stops"]["lines"]
    assert answer == {
        "as_of": "2026-11-21T14:05:00Z",
        "flights": 1,
        "next_at": "2026-11-26T14:05:00Z",
        **dict.fromkeys(FLIGHTS, nothing),
        "stops": {
            "count": 1,
            "at_risk": [{"currency": "USD", "amount": "1600.00"}],
            "a_day": [{"currency": "USD", "amount": "100.00"}],
            "lines": [line],
        },
        **dict.fromkeys(LINES, none),
        "unverified": {
            "count": 1,
            "count_is_bound": False,
            "lines": [
                {
                    "post": str(flight.post_id),
                    "post_title": str(flight.post),
                    "handle": flight.post.creator.handle,
                    "code": str(code.pk),
                    "ends_at": "2026-11-26T14:05:00Z",
                    "end_source": code.end_source,
                    "start_assumed": False,
                }
            ],
        },
        "idle_unverified": {"count": 0, "count_is_bound": False},
    }
    assert (line["id"], line["reasons"], line["stops_itself"]) == (str(flight.pk), ["code_expired"], True)


def test_they_are_those_of_the_page(world):
    for scene in SCENES.values():
        scene(world)
    twice = world.creator("maya")
    for _ in range(2):
        world.post(twice, title="Same")
    drifted = world.post(title="Drifted")
    world.code(drifted, NOW - 40 * DAY, 30)
    world.right(world.day(-30), world.day(90), post=drifted)
    report = {"warnings": [{"row": 7, "column": "Code", "code": "duplicate_code", "message": "Twice."}]}
    ImportRun.objects.create(
        brand=world.brand, file_name="t.csv", created_at=NOW, state=ImportState.APPLIED, report=report
    )
    page = findings(world.brand, now=NOW)
    found = person(world, Role.VIEWER).get("findings").json()
    for name in FLIGHTS:
        part = getattr(page, name)
        assert found[name]["count"] == part.count, name
        assert [line["id"] for line in found[name]["lines"]] == [str(each.flight_id) for each in part.lines]
    for name in LINES:
        part = getattr(page, name)
        assert (found[name]["count"], len(found[name]["lines"])) == (part.count, len(part.lines)), name
        assert part.count > 0, name
    assert found["flights"] == page.flights == len(SCENES)
    assert found["pasted_twice"]["lines"] == [{"row": 7, "text": "Twice."}]
    (same,) = found["duplicates"]["lines"]
    assert (same["same"], same["name"], same["handles"]) == ("title", "Same", ["maya"])
    assert len(same["posts"]) == 2
    (drift,) = found["drifted"]["lines"]
    assert drift == {
        "post": str(drifted.pk),
        "post_title": "Drifted",
        "handle": drifted.creator.handle,
        "rights_over": False,
        "since": "2026-11-11T14:05:00Z",
        "until": drift["until"],
        "again": False,
    }


def test_they_can_be_asked_of_one_import_of_the_brand(world):
    flight = stops(world)
    stops(world)
    run = ImportRun.objects.create(
        brand=world.brand, file_name="t.csv", created_at=NOW, state=ImportState.APPLIED
    )
    ImportedRow.objects.create(brand=world.brand, run=run, kind="flight", object_id=flight.pk, label="x")
    reader, stranger = script(world, TokenScope.READ), script(World(), TokenScope.READ)
    lines = reader.get(f"findings?import={run.pk}").json()["stops"]["lines"]
    assert [line["id"] for line in lines] == [str(flight.pk)]
    assert reader.get("findings").json()["stops"]["count"] == 2
    assert stranger.get("findings").json()["flights"] == 0
    for caller, query, parameter in (
        (stranger, f"import={run.pk}", "import"),
        (reader, f"import={uuid7()}", "import"),
        (reader, "import=1", "import"),
        (reader, "import=", "import"),
        (reader, "import=%20", "import"),
        (reader, "import=%00", "import"),
        (reader, "limit=5", "limit"),
    ):
        answer = caller.get(f"findings?{query}")
        assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (400, parameter), query


def test_they_cost_the_same_however_much_is_wrong(world):
    reader, counts = script(world, TokenScope.READ), []
    reader.get("findings")  # notes that the token was used
    for _ in range(2):
        for name in ("stops", "waiting", "must_pause"):
            SCENES[name](world)
        with CaptureQueriesContext(connection) as queries:
            assert reader.get("findings").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
