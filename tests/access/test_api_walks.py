"""At every address of the API: what no answer may have, that reading changes nothing, and takes few statements."""

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from authorizations.models import AuthorizationCode
from authorizations.secrets import open_code
from brands.enums import Role
from tests.access.everything import Everything
from tests.access.stored import everything_stored
from tests.access.test_api import callers, doings
from tests.api.rows import resources
from tests.api.scripts import person
from tests.world import NOW, spark_code

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def world():
    with time_machine.travel(NOW, tick=False):
        yield Everything()


def test_no_answer_has_anything_of_another_brand_or_a_code(world):
    other = Everything(handle="stranger", code=spark_code())
    other.write_everywhere("Kanarienvogel")
    codes = [open_code(code) for code in AuthorizationCode.objects.all()]
    stranger = callers(other)["admin"]
    own = callers(world)
    for client, ending in (own["reads"], own["viewer"], own["admin"], stranger):
        for name, method, address in doings(world):
            if method == "GET":
                told = b"".join(client.get(address + ending)).decode()
                assert client is stranger[0] or "Kanarienvogel" not in told, name
                assert not any(code in told for code in codes), name
    told = stranger[0].get(f"/api/v1/creators?brand={other.brand.slug}").content.decode()
    assert "Kanarienvogel" in told


def test_reading_changes_nothing(world):
    columns = callers(world)
    before = everything_stored()
    for name, method, address in doings(world):
        if method == "GET":
            for client, ending in (columns["reads"], columns["admin"]):
                assert client.get(address + ending).status_code < 500, name
    after = everything_stored()
    # That a token was used is noted.
    for stored in (before, after):
        stored.pop("brands.ApiToken")
    assert after == before


def test_no_field_alone_is_read_row_by_row(world):
    reader = person(world, Role.ADMIN)
    for name, views in resources().items():
        if len(reader.get(name).json()["results"]) < 2:
            continue
        for field in views.answer().fields:
            spent = [statements(reader, f"{name}?fields={field}&limit={limit}") for limit in (1, 200)]
            assert spent[0] == spent[1], (name, field)


def statements(reader, path):
    """How many statements a list takes."""
    with CaptureQueriesContext(connection) as found:
        assert reader.get(path).status_code == 200
    return len(found)
