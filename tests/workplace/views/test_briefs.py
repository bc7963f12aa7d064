"""Briefs: the page with the contract lines, the forms, posts that are attached."""

import pytest
from django.urls import reverse

from brands.enums import Role
from brands.operations.edits import Edit
from posts.models import Brief, Post
from posts.operations.briefs import add_briefs, edit_briefs
from tests.world import World, client_of

pytestmark = pytest.mark.django_db

SAID = {
    "title": "Winter skin",
    "product_truth": "It has 5 % urea.",
    "audience_problem": "Dry hands",
    "claim_boundaries": "Nothing about healing",
    "tone_examples": "As to a friend",
    "usage_days": "90",
    "usage_paid": "True",
}


@pytest.fixture
def world(time_machine):
    world = World(name="Northbeam", window_days=60)
    time_machine.move_to(world.now, tick=False)
    return world


@pytest.fixture
def client(world):
    return client_of(world.member(Role.MANAGER))


def address(world, name, *args):
    return reverse(name, args=[world.brand.slug, *args])


def briefs(world, *titles, **fields):
    return add_briefs(drafts=[{"title": title, **fields} for title in titles], **world.by)


def test_a_brief_is_written_and_gives_the_lines_for_the_contract(world, client):
    answer = client.post(address(world, "add-brief"), SAID, follow=True)
    text = answer.content.decode()
    brief = Brief.objects.get()
    assert (brief.usage_days, brief.usage_paid) == (90, True)
    for words in (
        "It has 5 % urea.",
        "usage 90 days, paid",
        "will send the TikTok authorization code for 60 days together with the live link, on the day of posting.",
        "Northbeam may use the post in paid ads on TikTok (Spark Ads) for 90 days from posting.",
        "As the code lasts 60 days, the Creator will extend it",
        'data-copy="contract"',
        "data-print",
        f"add/?brief={brief.pk}",
    ):
        assert words in text
    organic = edit_briefs(edits=[Edit(brief, {"usage_paid": False})], **world.by)[0]
    text = client.get(address(world, "brief", organic.pk)).content.decode()
    assert "It is not used in paid ads." in text
    assert "authorization code" not in text


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"title": ""}, "Give it a title."),
        ({"title": "Known"}, "There is a brief called Known already."),
        ({"usage_days": "0"}, "greater than or equal to 1"),
        ({"usage_paid": "perhaps"}, "is not one of the available choices"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(world, client, data, words):
    briefs(world, "Known")
    answer = client.post(address(world, "add-brief"), {**SAID, **data})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert words in text
    assert "Nothing about healing" in text
    assert Brief.objects.count() == 1


def test_two_people_who_edit_a_brief_see_both_versions(world, client):
    (brief,) = briefs(world, "Winter")
    url = address(world, "edit-brief", brief.pk)
    was = client.get(url).context["form"]["was"].value()
    edit_briefs(edits=[Edit(brief, {"tone_examples": "Loud"})], **world.by)
    answer = client.post(url, {**SAID, "was": was})
    assert answer.status_code == 409
    assert "to: Loud. Save again" in answer.content.decode()
    brief.refresh_from_db()
    assert (brief.title, brief.tone_examples) == ("Winter", "Loud")
    client.post(url, {**SAID, "was": answer.context["form"].data["was"]})
    brief.refresh_from_db()
    assert (brief.title, brief.tone_examples) == ("Winter skin", "As to a friend")


def test_the_page_shows_the_posts_and_rights_of_the_brief_alone(world, client, django_assert_max_num_queries):
    (brief, other) = briefs(world, "Winter", "Summer")
    world.posts(14, title="Glow", brief=brief)
    world.posts(1, title="Elsewhere", brief=other)
    world.right(world.day(0), world.day(29), brief=brief, contract_reference="C-7")
    with django_assert_max_num_queries(13):
        text = client.get(address(world, "brief", brief.pk)).content.decode()
    assert text.count(">Glow</a>") == 12
    assert "All 14 posts" in text
    assert "Elsewhere" not in text
    assert "Rights C-7" in text


def test_briefs_of_another_brand_are_not_there(world, client):
    other = World()
    (theirs,) = briefs(other, "Canary")
    for name in ("brief", "edit-brief"):
        assert client.get(address(world, name, theirs.pk)).status_code == 404
    assert client.post(address(world, "edit-brief", theirs.pk), SAID).status_code == 404
    assert "Canary" not in client.get(address(world, "briefs")).content.decode()
    post = world.post(title="Glow")
    answer = client.post(address(world, "posts"), {"do": "brief", "brief-brief": theirs.pk, "id": post.pk})
    assert answer.status_code == 422
    assert "Choose a brief of this brand." in answer.content.decode()
    theirs.refresh_from_db()
    assert theirs.title == "Canary"
    assert Post.objects.get().brief is None


def test_a_viewer_reads_briefs_and_is_offered_nothing_to_change(world):
    (brief,) = briefs(world, "Winter")
    viewer = client_of(world.member(Role.VIEWER))
    text = viewer.get(address(world, "brief", brief.pk)).content.decode()
    assert "Lines for the contract" in text
    assert "edit/" not in text
    assert "New brief" not in viewer.get(address(world, "briefs")).content.decode()
