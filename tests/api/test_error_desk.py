"""``error-desk`` of the API: TikTok's errors in plain words, with the message to the creator."""

import pytest
from django.urls import reverse

from brands.enums import Role, TokenScope
from sparktrack.tiktok.errors import ERRORS
from tests.api.scripts import script
from tests.world import World, client_of

pytestmark = pytest.mark.django_db


def test_errors_are_explained_as_the_page_does():
    world, other = World(), World()
    post = world.post(world.creator("maya", details={"display_name": "Maya"}), title="Glow")
    code, caller = world.code(post, world.now), script(world, TokenScope.READ)
    every = caller.get("error-desk").json()["results"]
    assert [row["error"] for row in every] == [error.key for error in ERRORS]
    (row,) = caller.get(f"error-desk?error=expired&code={code.pk}").json()["results"]
    message = row.pop("message")
    assert row == {
        "error": "expired",
        "shown": "4025 auth_code_expired",
        "cause": "The period of the code is over, whatever our dates say.",
        "mover": "creator",
        "step": "Ask the creator to extend the same code; if the app does not offer that, a new one is needed.",
        "refuses_code": True,
        "post_gone": False,
    }
    assert message.startswith("Hi Maya,\n\nthe ad code of your post has run out:\nGlow")
    page = client_of(world.member(Role.VIEWER)).get(
        reverse("error-desk", args=[world.brand.slug]), {"error": "expired", "code": code.pk}
    )
    assert page.context["message"] == message
    found = caller.post("error-desk", {"text": "Error 4025: try again", "post": str(post.pk)})
    assert found.json() == {**row, "message": message}
    unknown = caller.post("error-desk", {"text": "40002"})
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, "/text")
    both = {"text": "4025", "post": str(post.pk), "code": str(code.pk)}
    for answer in (
        caller.post("error-desk", both),
        caller.post("error-desk", {"text": "4025", "post": str(other.post().pk)}),
        caller.post("error-desk", {}),
        caller.get("error-desk?error=x"),
        caller.get("error-desk?code=x"),
        caller.get(f"error-desk?code={code.pk}&post={post.pk}"),
        caller.get("error-desk?text=4025"),
    ):
        assert answer.status_code == 400
    assert caller.get(f"error-desk?post={other.post().pk}").status_code == 404
