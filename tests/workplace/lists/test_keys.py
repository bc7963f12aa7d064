"""Lists from A to Z go on by key: every row once, in an order that both databases and Python agree about."""

import re
from types import SimpleNamespace

import pytest
from django.db import connection
from django.db.models.functions import Length
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns.models import Campaign
from posts.models import Post
from sparktrack.core.ids import uuid7
from tests.world import DAY, NOW, World
from workplace.lists.folding import folded
from workplace.lists.keys import BadCursorError, Sort, as_instant

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


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), max_size=12), st.booleans(), st.booleans())
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_pages_by_key_visit_rows_with_the_same_value_once_in_their_order(made, ranked, descending):
    world = World()
    Campaign.objects.bulk_create(
        Campaign(brand=world.brand, name=str(place), objective="x" * rank, created_at=NOW + days * DAY)
        for place, (rank, days) in enumerate(made)
    )
    rows = Campaign.objects.for_brand(world.brand).alias(number=Length("objective"))
    sort = Sort(
        key="made",
        label="",
        field="created_at",
        rank="number" if ranked else "",
        descending=descending,
        parse=as_instant,
    )

    def place(row):
        return (len(row.objective) if ranked else 0, row.created_at, row.pk)

    expected = sorted(rows, key=place, reverse=descending)
    assert [row.pk for row in pages(rows, sort)] == [row.pk for row in expected]


@pytest.mark.parametrize("descending", [False, True])
def test_a_deep_page_begins_at_its_place_in_the_index(descending):
    """Nothing that lies before it is read: the place bounds a range of the index of the key."""
    sort = Sort(key="newest", label="", field="pk", descending=descending)
    posts = Post.objects.for_brand(World().brand)
    deep = sort.ordered(sort.behind(posts, sort.cursor(SimpleNamespace(pk=uuid7()))))
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")  # an empty table needs no index
    # Of an empty table PostgreSQL may take the index of the key or that of brand and key; both begin at the place.
    sought = {"sqlite": r"\(brand_id=\? AND id[<>]\?\)", "postgresql": r"Index Cond: .*[(]id [<>] "}
    assert re.search(sought[connection.vendor], deep[:101].explain())


@pytest.mark.parametrize("rank", ["x", None, [], 10**30, -(10**3), "1e9"])
def test_a_place_with_an_odd_rank_is_refused(rank):
    sort = Sort(key="name", label="", field="name", rank="number")
    cursor = sort.cursor(SimpleNamespace(name="Ada", pk=uuid7(), number=rank))
    with pytest.raises(BadCursorError):
        sort.behind(Campaign.objects.all(), cursor)
