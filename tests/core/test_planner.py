"""SQLite finds the rows of one post by the post, not by walking the brand, once it has counted."""

import pytest
from django.db import connection

from authorizations.models import AuthorizationCode
from posts.models import Post
from sparktrack.core.planner import count_tables
from sparktrack.core.tasks import learn_table_sizes
from tests.world import NOW, World

pytestmark = pytest.mark.django_db


def test_codes_of_a_post_are_found_by_the_post_once_the_tables_are_counted():
    world = World()
    for _ in range(30):
        world.code(world.post(), NOW)
    learn_table_sizes()
    codes = AuthorizationCode.objects.for_brand(world.brand).filter(
        post__in=[Post.objects.first(), Post.objects.last()]
    )
    if connection.vendor == "sqlite":
        assert "(post_id=?)" in codes.explain()
    assert codes.count() == 2


def test_counting_again_does_no_harm():
    learn_table_sizes()
    learn_table_sizes()


def test_tables_that_grew_are_counted_at_once():
    world = World()
    world.posts(7)
    count_tables(Post)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT reltuples FROM pg_class WHERE relname = %s", [Post._meta.db_table])
            assert cursor.fetchone() == (7,)
