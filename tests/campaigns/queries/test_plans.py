"""How the databases answer the hot queries when a small brand lives beside a large one: by index, never by reading all.

Stable because it is lopsided: 2,000 rows of a neighbour, 40 of one's own. A plan that reads a whole big table here
would read a million rows there.
"""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from authorizations.models import AuthorizationCode, CodeUse, PostGap, UsageRight
from brands.enums import Role
from brands.models import AuditEntry
from campaigns.models import Campaign, Flight
from creators.models import Creator
from posts.models import Post
from tests.campaigns.scenes import SCENES, ready_post
from tests.world import NOW, World, client_of

pytestmark = pytest.mark.django_db

NEIGHBOURS = 2000
# Not Post: a few thousand are so few pages that PostgreSQL may rightly read them all.
BIG = (Flight, AuthorizationCode, CodeUse, UsageRight, PostGap, AuditEntry)
# The names that tables have in campaigns.sections.
ALIASES = {"f": Flight, "x": PostGap, "y": PostGap, "g": PostGap}


def crowd(world: World) -> None:
    """Thousands of rows in every big table."""
    common = {"brand": world.brand, "created_at": NOW}
    creator = Creator.objects.create(handle="crowd", **common)
    campaign = Campaign.objects.create(name="Crowd", **common)
    posts = Post.objects.bulk_create(
        Post(creator=creator, title=f"Post {number}", **common) for number in range(NEIGHBOURS)
    )
    day = timedelta(days=1)
    codes = AuthorizationCode.objects.bulk_create(
        AuthorizationCode(
            post=post,
            ciphertext=b"x",
            key_id="1",
            fingerprint=f"{number:064d}",
            ending="abc=",
            starts_at=NOW - day,
            expires_at=NOW + number % 60 * day,
            window_days=30,
            end_source="computed",
            **common,
        )
        for number, post in enumerate(posts)
    )
    CodeUse.objects.bulk_create(CodeUse(brand=world.brand, code=code, at=NOW) for code in codes)
    starts = (NOW - 9 * day).date()
    UsageRight.objects.bulk_create(
        UsageRight(post=post, starts_on=starts, starts_at=NOW - 9 * day, **common) for post in posts
    )
    PostGap.objects.bulk_create(
        PostGap(
            brand=world.brand,
            post=post,
            starts_at=NOW + number % 60 * day,
            reasons="code_expired",
            stops_itself=True,
        )
        for number, post in enumerate(posts)
    )
    Flight.objects.bulk_create(
        Flight(
            post=post,
            campaign=campaign,
            starts_on=starts,
            starts_at=NOW - 9 * day,
            daily_spend=10,
            **common,
        )
        for post in posts
    )
    AuditEntry.objects.bulk_create(
        AuditEntry(
            brand=world.brand,
            at=NOW,
            actor_kind="system",
            action="post.added",
            object_kind="post",
            object_id=post.pk,
        )
        for post in posts
    )


def whole_tables(sql: str) -> set[str]:
    """The big tables that the plan of ``sql`` reads from end to end."""
    explain = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
    with connection.cursor() as cursor:
        cursor.execute(f"{explain} {sql.replace('%', '%%')}", [])
        lines = [str(row[-1]) for row in cursor.fetchall()]
    big = {model._meta.db_table for model in BIG}
    names = {alias: model._meta.db_table for alias, model in ALIASES.items()}
    if connection.vendor == "postgresql":
        read = {found[1] for line in lines if (found := re.search(r"Seq Scan on (\w+)", line))}
    else:
        # A scan of an index that covers the query still reads all of it.
        read = {found[1] for line in lines if (found := re.match(r"SCAN (\w+)", line))}
    return {names.get(name, name) for name in read} & big


@pytest.fixture
def world():
    with time_machine.travel(NOW, tick=False):
        crowd(World())
        world = World()
        for _ in range(4):
            for scene in SCENES.values():
                scene(world, buyer=world.member(Role.BUYER))
            ready_post(world)
        if connection.vendor == "postgresql":
            # As autovacuum does; nobody does it on SQLite.
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
        yield world


def test_the_guard_sees_a_table_that_is_read_whole():
    sql = f"SELECT * FROM {PostGap._meta.db_table} WHERE reasons = 'code_expired'"
    assert whole_tables(sql) == {PostGap._meta.db_table}


def test_no_query_of_board_findings_or_post_page_reads_a_big_table_whole(world):
    client = client_of(world.member())
    board = f"/b/{world.brand.slug}/"
    post = Flight.objects.filter(brand=world.brand).first().post_id
    buyer = Flight.objects.filter(brand=world.brand).first().buyer_id
    pages = [
        board,
        f"{board}?section=stops",
        f"{board}?section=inventory",
        f"{board}?reason=code_expired&lapses_within=30",
        f"{board}?buyer={buyer}",
        f"{board}?q=creator",
        f"{board}posts/{post}/",
        f"{board}findings/",
    ]
    found = {}
    for page in pages:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(page).status_code == 200
        for query in captured:
            sql = query["sql"].strip()
            if sql.startswith(("SELECT", "WITH")) and (tables := whole_tables(sql)):
                found[page, sql[:4000]] = tables
    assert not found
