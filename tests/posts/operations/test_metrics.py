"""Numbers of posts."""

import pytest

from posts.enums import MetricsSource
from posts.models import MetricsSnapshot
from posts.operations.metrics import Metrics, NegativeNumberError, record_metrics
from tests.audit import changes
from tests.world import NOW, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World()


def test_numbers_are_kept_once_for_each_source_and_instant(world):
    post = world.post()
    person = Metrics(post, NOW, MetricsSource.PERSON, {"views": 10, "likes": 0})
    sheet = Metrics(post, NOW, MetricsSource.SHEET, {"views": 9})
    assert len(record_metrics(metrics=[person, sheet, person], **world.by)) == 2
    again = Metrics(post, NOW, MetricsSource.PERSON, {"views": 99})
    assert record_metrics(metrics=[again, sheet], **world.by) == []
    kept = MetricsSnapshot.objects.get(source="person")
    assert (kept.views, kept.likes, kept.comments) == (10, 0, None)
    assert changes(world.brand, "post.metrics_recorded") == [
        ({}, {"views": 10, "likes": 0}),
        ({}, {"views": 9}),
    ]


def test_numbers_below_zero_or_of_nothing_known_are_refused(world):
    good = Metrics(world.post(), NOW, MetricsSource.SHEET, {"views": 1})
    with pytest.raises(NegativeNumberError, match="Likes cannot be -3"):
        record_metrics(
            metrics=[good, Metrics(world.post(), NOW, MetricsSource.SHEET, {"likes": -3})], **world.by
        )
    with pytest.raises(ValueError, match="Not edited here: plays"):
        record_metrics(
            metrics=[good, Metrics(world.post(), NOW, MetricsSource.SHEET, {"plays": 3})], **world.by
        )
    assert not MetricsSnapshot.objects.exists()
