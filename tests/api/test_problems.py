"""What is said of a bad request can always be said, whatever was sent."""

import pytest

from tests.api.scripts import script
from tests.world import World, spark_code

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "pointer"),
    [
        ("colour", "/colour"),
        ("a/b~c", "/a~1b~0c"),
        ("\ud800", "/\\ud800"),
        ("\0", "/\0"),
        (spark_code(7), f"/…{spark_code(7)[-4:]}"),
    ],
)
def test_a_field_of_any_name_is_pointed_at(name, pointer):
    answer = script(World()).post("creators", {"handle": "maya", name: 1})
    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
