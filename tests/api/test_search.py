"""``search`` of the API: what Ctrl K finds, with ids."""

import pytest

from brands.enums import TokenScope
from tests.api.scripts import script
from tests.world import World

pytestmark = pytest.mark.django_db


def test_things_are_found_by_every_word_as_people_find_them():
    world, other = World(), World()
    maya = world.creator("maya.glow", details={"display_name": "Maya Winter"})
    post = world.post(maya, title="Winter skin")
    campaign = world.campaign("Winter 26")
    world.posts(8, title="Summer skin")
    other.post(other.creator("canary"), title="Winter canary")
    caller = script(world, TokenScope.READ)
    assert caller.get("search?q=winter").json() == {
        "results": [
            {"kind": "post", "id": str(post.pk), "name": "Winter skin", "note": "@maya.glow"},
            {"kind": "creator", "id": str(maya.pk), "name": "@maya.glow", "note": "Maya Winter"},
            {"kind": "campaign", "id": str(campaign.pk), "name": "Winter 26", "note": ""},
        ],
        "more": [],
    }
    many = caller.get("search?q=summer+skin").json()
    assert (len(many["results"]), many["more"]) == (6, ["post"])
    assert caller.get("search?q=canary").json() == {"results": [], "more": []}
    for query in ("", "?q=", "?q=%20%20", "?q=@", f"?q={'a' * 201}", "?q=a%00", "?q=a&kind=post"):
        assert caller.get(f"search{query}").status_code == 400, query
