"""The coverage planner judges the worked cases as the rules do, and says what it cannot read."""

import json
from pathlib import Path

import pytest

from brands.enums import Role, TokenScope
from tests.api.scripts import person, script
from tests.world import World

pytestmark = pytest.mark.django_db

CASES = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "data" / "vectors" / "coverage.jsonl").read_text().splitlines()
]
PATH = "planner/coverage"


@pytest.fixture
def reader():
    return script(World(), TokenScope.READ)


def test_all_worked_cases_are_answered_in_their_order(reader):
    for start in range(0, len(CASES), 1_000):
        part = CASES[start : start + 1_000]
        answers = reader.post(PATH, part).json()
        assert answers == [{"id": case["id"], **case["expected"]} for case in part]


def test_one_case_gets_one_answer_also_for_a_viewer():
    case = CASES[0]
    answer = person(World(), Role.VIEWER).post(PATH, case)
    assert answer.status_code == 200
    assert answer.json() == {"id": case["id"], **case["expected"]}


@pytest.mark.parametrize(
    ("sent", "pointer", "detail"),
    [
        ({}, "/id", "must be a text or an integer"),
        (5, "", "must be an object"),
        ([], "", "Send 1 to 1,000 cases."),
        ([CASES[0]] * 1_001, "", "Send 1 to 1,000 cases."),
        ([CASES[0], 5], "/1", "must be an object"),
        ({**CASES[0], "colour": 1}, "/colour", "unknown key"),
        (
            [CASES[0], {**CASES[0], "codes": [{"starts_at": "2026-04-18T09:00:00"}]}],
            "/1/codes/0/starts_at",
            "must be an instant with its zone, such as 2026-04-18T09:00:00Z",
        ),
    ],
)
def test_what_cannot_be_read_is_said_at_its_place(reader, sent, pointer, detail):
    answer = reader.post(PATH, sent)
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert (error["pointer"], error["detail"]) == (pointer, detail)


@pytest.mark.parametrize(
    ("odd", "pointer"),
    [
        ({"a.b": 1}, ""),
        ({"a" + ".a" * 3_000: 1}, ""),
        ({"id": "\ud800"}, ""),
        ({"codes": [{"starts_at": "2026-04-18T09:00:00Z", "é: x": 1}]}, ""),
    ],
)
def test_names_and_texts_of_the_callers_own_are_no_places(reader, odd, pointer):
    answer = reader.post(PATH, {**CASES[0], **odd})
    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


def test_every_case_that_cannot_be_read_is_named(reader):
    errors = reader.post(PATH, [5, CASES[0], {}]).json()["errors"]
    assert [error["pointer"] for error in errors] == ["/0", "/2/id"]
