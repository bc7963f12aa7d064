"""Numbers that support a lane, and what is worth a look for paid."""

from decimal import Decimal

import pytest
from django.urls import reverse

from brands.enums import Role
from posts.enums import MetricsSource
from posts.models import Post
from posts.operations.metrics import Metrics, record_metrics
from tests.world import DAY, World, client_of
from workplace.queries.posts import post_lines, posts_of, strong_posts

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(time_machine):
    world = World(strong_views=1000, strong_engagement=Decimal(3))
    time_machine.move_to(world.now, tick=False)
    return world


@pytest.fixture
def client(world):
    return client_of(world.member(Role.MANAGER))


@pytest.fixture
def url(world):
    return reverse("posts", args=[world.brand.slug])


def seen(world, title, *, days=0, **numbers):
    post = Post.objects.filter(brand=world.brand, title=title).first() or world.post(title=title)
    read = Metrics(post, world.now - days * DAY, MetricsSource.PERSON, numbers)
    record_metrics(metrics=[read], **world.by)
    return post


def titles(answer):
    return {line.name for line in answer.context["listed"].lines}


def test_the_filter_finds_what_the_rule_says(world):
    seen(world, "Strong", views=1000, likes=20, comments=5, shares=3, saves=2)
    seen(world, "Barely not", views=1000, likes=29)
    seen(world, "Unseen", views=999, likes=900)
    seen(world, "Without likes", views=5000)
    seen(world, "Was strong", views=9000, likes=9000, days=2)
    seen(world, "Was strong", views=9000, likes=9, days=1)
    seen(world, "Huge", views=9 * 10**17, likes=9 * 10**17)
    seen(world, "No views", likes=9)
    for views, percent in ((1000, 3), (1000, None), (None, 3), (None, None)):
        world.brand.strong_views, world.brand.strong_engagement = views, percent and Decimal(percent)
        rows = posts_of(world.brand, world.now)
        judged = {line.name for line in post_lines(world.brand, list(rows), world.now) if line.strong}
        assert {post.title for post in strong_posts(rows, world.brand)} == judged, (views, percent)
        assert ("Strong" in judged) == (views is not None or percent is not None)


def test_strong_posts_are_shown_for_paid_until_somebody_plans_them(world, client, url):
    seen(world, "Look", views=5000, likes=400)
    flown = seen(world, "Flown", views=5000, likes=400)
    world.flight(flown, world.day(1))
    kept = seen(world, "Kept", views=5000, likes=400)
    Post.objects.filter(pk=kept.pk).update(lane="keep_out_of_paid")
    seen(world, "Weak", views=10, likes=4)
    answer = client.get(url)
    text = answer.content.decode()
    section = text.split('id="look"')[1].split("</section>")[0]
    assert "at least 1,000 views and 3 % engagement" in section
    assert "5,000 views · 8.0 % engagement" in section
    assert "Flown" not in section
    assert "in a flight" in text
    assert "kept out of paid" in text
    assert titles(client.get(url, {"strong": "1"})) == {"Look", "Flown", "Kept"}
    assert titles(client.get(url, {"strong": "look"})) == {"Look"}
    assert "Worth a look for paid</h2>" not in client.get(url, {"q": "look"}).content.decode()
    page = client.get(Post.objects.get(title="Look").get_absolute_url()).content.decode()
    assert "Strong: worth a look for paid" in page
    assert "8.0 % engagement" in page
    assert "Strong" not in client.get(Post.objects.get(title="Weak").get_absolute_url()).content.decode()


def test_use_cases_are_counted_and_lead_to_their_posts(world, client, url):
    for title, case in (("A", "unboxing"), ("B", "unboxing"), ("C", "testimonial"), ("D", "")):
        world.post(title=title, details={"use_case": case})
    World().post(details={"use_case": "comparison"})
    text = client.get(url).content.decode()
    buckets = text.split('aria-label="Use cases"')[1].split("</nav>")[0]
    assert "Unboxing <b>2</b>" in buckets
    assert "Testimonial <b>1</b>" in buckets
    assert "Comparison" not in buckets
    assert titles(client.get(url, {"use_case": "unboxing"})) == {"A", "B"}
