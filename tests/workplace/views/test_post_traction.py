"""Numbers that support a lane, what is worth a look for paid, and what is done to many posts at once."""

from decimal import Decimal

import pytest
from django.urls import reverse

from brands.enums import Role
from brands.rules import POLICY, Action
from posts.enums import MetricsSource, Stage
from posts.models import Post
from posts.operations.briefs import add_briefs
from posts.operations.metrics import Metrics, record_metrics
from posts.operations.stages import StageReached, record_stages
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


def change_of(answer):
    return answer.content.decode().split('name="change" value="')[1].split('"')[0]


@pytest.mark.parametrize(
    ("fields", "said", "name", "values"),
    [
        (
            {"do": "use_case", "use_case-use_case": "unboxing"},
            "2 posts changed: unboxing.",
            "use_case",
            ["", "unboxing"],
        ),
        (
            {"do": "payment", "payment-payment": "paid"},
            "2 posts changed. Payment: paid.",
            "payment_state",
            ["none", "paid"],
        ),
        (
            {"do": "stage", "stage-stage": "approved"},
            "2 posts: approved.",
            "stage_now",
            ["briefed", "approved"],
        ),
        (
            {"do": "due", "due-days": "-2", "due-which": "both"},
            "2 posts due 2 days earlier.",
            "draft_due_on",
            [3, 1],
        ),
        (
            {"do": "brief", "brief-brief": "@"},
            "2 posts attached to “Winter”.",
            "brief__title",
            [None, "Winter"],
        ),
    ],
)
def test_many_posts_are_changed_at_once_and_taken_back(world, client, url, fields, said, name, values):  # noqa: PLR0917
    (brief,) = add_briefs(drafts=[{"title": "Winter"}], **world.by)
    posts = [world.post(title=title, details={"draft_due_on": world.day(3)}) for title in ("One", "Two")]
    apart = world.post(title="Three", details={"draft_due_on": world.day(3)})
    record_stages(
        stages=[StageReached(post, Stage.BRIEFED, world.now - DAY) for post in (*posts, apart)], **world.by
    )
    before, after = (world.day(value) if isinstance(value, int) else value for value in values)

    def stored():
        return dict(posts_of(world.brand, world.now).values_list("title", name))

    data = {key: brief.pk if value == "@" else value for key, value in fields.items()}
    answer = client.post(url, {**data, "id": [post.pk for post in posts]}, follow=True)
    assert said in answer.content.decode()
    assert stored() == {"One": after, "Two": after, "Three": before}
    undo = reverse("undo", args=[world.brand.slug])
    back = client.post(undo, {"change": change_of(answer)}, follow=True)
    assert "Taken back: 2 rows as before." in back.content.decode()
    assert stored() == {"One": before, "Two": before, "Three": before}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"do": "due", "due-days": "7", "due-which": "post_due_on"}, "has such a due date"),
        ({"do": "due", "due-days": "7000", "due-which": "both"}, "less than or equal to 365"),
        ({"do": "payment", "payment-payment": "none"}, "are like that already"),
        ({"do": "brief", "brief-brief": ""}, "are like that already"),
        ({"do": "stage", "stage-stage": "posted"}, "it stays posted"),
    ],
)
def test_what_cannot_be_done_to_many_posts_is_said(world, client, url, data, words):
    post = world.post(title="One", tiktok_post_id="7301184422019655681" if data["do"] == "stage" else "")
    answer = client.post(url, {**data, "id": post.pk})
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_whoever_may_change_payments_may_read_them():
    assert all(Action.READ_FEES in allowed for allowed in POLICY.values() if Action.WRITE_POSTS in allowed)
