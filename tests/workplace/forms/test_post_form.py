"""The form of a post: what a pasted link fills."""

from datetime import date

import pytest

from brands.rules import Action
from creators.operations import rename_creator
from tests.world import World
from workplace.forms.posts import PostForm

pytestmark = pytest.mark.django_db

ID = "7301184422019655681"  # born on 14 Nov 2023
LONG = f"https://www.tiktok.com/@maya/video/{ID}"


@pytest.fixture
def world():
    world = World(time_zone="America/New_York")
    rename_creator(creator=world.creator("maya.old"), handle="maya", **world.by)
    world.creator("liam")
    return world


def form_for(world, **data):
    return PostForm({"method": "code", **data}, brand=world.brand, allowed=frozenset(Action))


@pytest.mark.parametrize(
    ("link", "handle", "url", "post_id"),
    [
        (LONG, "", LONG, ID),
        (f" tiktok.com/@Maya/video/{ID}?is_from_webapp=1 ", "", LONG, ID),
        (f"Hi! It is live: {LONG} 🎉", "", LONG, ID),
        (
            f"https://www.tiktok.com/@maya/photo/{ID}",
            "",
            f"https://www.tiktok.com/@maya/photo/{ID}",
            ID,
        ),
        (f"https://m.tiktok.com/v/{ID}.html", "@maya", LONG, ID),
        # A former handle means the same creator; the address stays as it was pasted.
        (
            f"https://www.tiktok.com/@maya.old/video/{ID}",
            "",
            f"https://www.tiktok.com/@maya.old/video/{ID}",
            ID,
        ),
        (
            f"https://www.tiktok.com/@maya.old/video/{ID}",
            "maya",
            f"https://www.tiktok.com/@maya.old/video/{ID}",
            ID,
        ),
        ("https://vm.tiktok.com/ZMabc123/", "maya", "https://vm.tiktok.com/ZMabc123/", ""),
        ("", "https://www.tiktok.com/@maya", "", ""),
    ],
)
def test_a_link_fills_handle_id_and_day(world, link, handle, url, post_id):
    form = form_for(world, link=link, handle=handle)
    assert form.is_valid(), form.errors
    values = form.cleaned_data
    assert (values["link"], values["tiktok_post_id"], form.read.creator.handle) == (url, post_id, "maya")
    assert values["posted_on"] == (date(2023, 11, 14) if post_id else None)
    assert form.details(values)["posted_at"] == (form.read.born if post_id else None)


@pytest.mark.parametrize(
    ("data", "field", "words"),
    [
        ({"link": "https://www.instagram.com/reel/Cabc/"}, "link", "Instagram, not to TikTok"),
        ({"link": "look: https://youtu.be/abcdefg"}, "link", "YouTube, not to TikTok"),
        ({"link": "https://tiktok.com.evil.example/@maya/video/1"}, "link", "not a link to a TikTok post"),
        ({"link": f"{LONG} and {LONG[:-1]}9"}, "link", "more than one link"),
        ({"link": LONG, "handle": "liam"}, "handle", "The link is of @maya, not of @liam."),
        ({"link": "https://vm.tiktok.com/ZMabc123/"}, "handle", "Say whose post it is."),
        ({}, "handle", "Say whose post it is."),
        ({"handle": "not a handle"}, "handle", "is not a TikTok handle"),
        ({"handle": "maja"}, "handle", "@maja is not on file yet. Save again"),
        ({"handle": "maja", "new_creator": "mia"}, "handle", "@maja is not on file yet. Save again"),
        ({"link": LONG, "tiktok_post_id": "7301184422019655682"}, "tiktok_post_id", f"The link says {ID}."),
        ({"handle": "maya", "tiktok_post_id": "7.30118E+18"}, "tiktok_post_id", "rounded by the spreadsheet"),
        ({"handle": "maya", "posted_on": "14.11.2023"}, "posted_on", "This is not a day."),
        ({"handle": "maya", "draft_link": "javascript:alert(1)"}, "draft_link", "not an address on the web"),
    ],
)
def test_what_cannot_be_meant_is_said_beside_its_field(world, data, field, words):
    form = form_for(world, **data)
    assert not form.is_valid()
    assert words in str(form.errors[field])


def test_a_new_creator_is_asked_for_once(world):
    form = form_for(world, link=LONG.replace("maya", "noor"))
    assert not form.is_valid()
    again = form_for(world, link=LONG.replace("maya", "noor"), new_creator=form.data["new_creator"])
    assert again.is_valid(), again.errors
    assert (again.read.handle, again.read.creator) == ("noor", None)


def test_a_day_without_an_id_is_the_first_instant_of_it_where_the_brand_is(world):
    form = form_for(world, link="https://vm.tiktok.com/ZMabc123/", handle="maya", posted_on="2026-11-20")
    assert form.is_valid(), form.errors
    assert form.instant_of_posting().isoformat() == "2026-11-20T05:00:00+00:00"


def test_notes_and_fees_are_for_those_who_may_read_them(world):
    form = PostForm(brand=world.brand, allowed={Action.VIEW, Action.WRITE_POSTS})
    assert not {"notes", "hand_off_note", "payment_state"} & set(form.fields)
