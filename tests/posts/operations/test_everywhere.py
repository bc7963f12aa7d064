"""What holds for every write on posts: the brand, nothing at all, and very many."""

from datetime import timedelta

import pytest
from django.db import connection

from brands.operations.edits import Edit, OtherBrandError
from posts.enums import MetricsSource, Stage
from posts.models import MetricsSnapshot, StageEvent
from posts.operations.briefs import add_briefs, edit_briefs
from posts.operations.metrics import Metrics, record_metrics
from posts.operations.posts import edit_posts
from posts.operations.stages import StageReached, record_stages
from tests.audit import entries
from tests.world import NOW, World

pytestmark = pytest.mark.django_db

POST_ID = "7690248111420345644"


@pytest.fixture
def world():
    return World()


def test_posts_of_another_brand_get_no_stage_and_no_numbers(world):
    ours, foreign = world.post(), World().post()
    with pytest.raises(OtherBrandError):
        record_stages(stages=[StageReached(post, Stage.POSTED, NOW) for post in (ours, foreign)], **world.by)
    with pytest.raises(OtherBrandError):
        record_metrics(
            metrics=[Metrics(post, NOW, MetricsSource.SHEET, {"views": 1}) for post in (ours, foreign)],
            **world.by,
        )
    assert not StageEvent.objects.exists()
    assert not MetricsSnapshot.objects.exists()


def test_nothing_is_a_sequence_too(world):
    assert add_briefs(drafts=[], **world.by) == edit_briefs(edits=[], **world.by) == []
    assert edit_posts(edits=[], **world.by) == record_stages(stages=[], **world.by) == []
    assert record_metrics(metrics=[], **world.by) == []
    assert entries(world.brand) == []


def test_sixty_take_as_many_queries_as_three(world, django_assert_max_num_queries):
    def queries(number):
        posts = world.posts(number)
        with django_assert_max_num_queries(1000) as counted:
            edit_posts(
                edits=[
                    Edit(post, {"tiktok_post_id": str(int(POST_ID) + number * 100 + n)})
                    for n, post in enumerate(posts)
                ],
                **world.by,
            )
            record_stages(stages=[StageReached(post, Stage.POSTED, NOW) for post in posts], **world.by)
            record_metrics(
                metrics=[
                    Metrics(post, NOW + timedelta(hours=1), MetricsSource.SHEET, {"views": 1})
                    for post in posts
                ],
                **world.by,
            )
        return sum("SAVEPOINT" not in query["sql"] for query in counted.captured_queries)

    few = queries(3)
    assert queries(60) - few <= (0 if connection.vendor == "postgresql" else 6)
