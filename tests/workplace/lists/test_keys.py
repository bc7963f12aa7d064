"""Lists from A to Z go on by key: every row once, in an order that both databases and Python agree about."""

from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns.models import Campaign
from sparktrack.core.ids import uuid7
from tests.world import NOW, World
from workplace.lists.folding import folded
from workplace.lists.keys import BadCursorError, Sort

pytestmark = pytest.mark.django_db

NAMES = Sort(key="name", label="Name A–Z", field="name", folded=True)
# Letters of all tables, their neighbours, signs that templates of SQL know, and what no table knows.
LETTERS = "aAzZäÄéßøØłĳŉǅəαΆЖёй_.-%'\"\\ 9\u0130\u1e9e\u4e2d\U0001f600"


def named(world, *names):
    Campaign.objects.bulk_create(
        Campaign(brand=world.brand, name=name, created_at=NOW) for name in sorted(names, reverse=True)
    )
    return Campaign.objects.for_brand(world.brand)


def pages(rows, sort, size=2):
    """All rows, page after page, each behind the last of the page before."""
    found, after = [], ""
    while part := list(sort.ordered(sort.behind(rows, after) if after else rows)[:size]):
        found += part
        after = sort.cursor(part[-1])
    return found


def test_neither_case_nor_accents_count():
    rows = named(World(), "Zoe", "bob", "Änne", "anna", "Łukasz", "Løv", "ANNE", "Über", "Émile", "émil")
    expected = ["anna", "Änne", "ANNE", "bob", "émil", "Émile", "Løv", "Łukasz", "Über", "Zoe"]
    found = [row.name for row in pages(rows, NAMES)]
    assert [folded(name) for name in found] == [folded(name) for name in expected]
    assert found[-1] == "Zoe"


@given(st.sets(st.text(LETTERS, min_size=1, max_size=4), max_size=12), st.booleans())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_pages_by_key_visit_each_row_once_in_the_order_of_python(names, descending):
    sort = Sort(key="name", label="", field="name", folded=True, descending=descending)
    rows = named(World(), *names)
    expected = sorted(rows, key=lambda row: (folded(row.name), row.pk), reverse=descending)
    assert [row.pk for row in pages(rows, sort)] == [row.pk for row in expected]


@pytest.mark.parametrize("rank", ["x", None, [], 10**30, -(10**3), "1e9"])
def test_a_place_with_an_odd_rank_is_refused(rank):
    sort = Sort(key="name", label="", field="name", rank="number")
    cursor = sort.cursor(SimpleNamespace(name="Ada", pk=uuid7(), number=rank))
    with pytest.raises(BadCursorError):
        sort.behind(Campaign.objects.all(), cursor)
