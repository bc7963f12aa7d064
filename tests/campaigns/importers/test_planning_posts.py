"""Creators and posts of a sheet: by handle, and by id, else short link, else creator and title."""

from datetime import UTC, datetime

import pytest

from creators.models import Creator
from posts.models import MetricsSnapshot, Post, StageEvent
from tests.campaigns.importers.sheets import counts, post_id, post_url, row, said
from tests.world import NOW

PID = post_id("2026-10-01", 7)
LONG = f"https://www.tiktok.com/@maya/video/{PID}"


@pytest.mark.parametrize(
    "link",
    [
        LONG,
        f"tiktok.com/@Maya/video/{PID}?is_from_webapp=1",
        f"https://m.tiktok.com/v/{PID}.html",
        f"https://www.tiktok.com/embed/v2/{PID}",
        f"https://www.tiktok.com/player/v1/{PID}",
        PID,
    ],
)
def test_every_form_of_a_link_is_the_same_post(desk, link):
    desk.take(row(creator_handle="@Maya", post_link=link))

    post = Post.objects.get()
    assert (post.tiktok_post_id, post.url, post.creator.handle) == (PID, LONG, "maya")
    assert post.posted_at == datetime(2026, 10, 1, 12, tzinfo=UTC)
    assert counts(desk.take(row(creator_handle="maya", post_link=LONG)), "created") == {}


def test_link_says_whose_post_it_is_if_the_row_does_not(desk):
    desk.take(row(post_link=LONG))
    assert Creator.objects.get().handle == "maya"

    outcome = desk.take(row(post_link=f"https://m.tiktok.com/v/{PID}.html", title="x"))

    assert counts(outcome, "updated") == {"posts": 1}


def test_name_in_the_column_of_handles_is_the_name_of_the_creator(desk):
    outcome = desk.take(row(creator_handle="Maya Glow", post_link=LONG))

    assert said(outcome) == said(outcome, "warnings") == []
    assert (Creator.objects.get().handle, Creator.objects.get().display_name) == ("maya", "Maya Glow")


def test_post_of_another_creator_on_file_is_a_mismatch(desk):
    desk.take(row(post_link=LONG))

    outcome = desk.take(row(creator_handle="ivy", post_link=f"https://m.tiktok.com/v/{PID}.html"))

    assert said(outcome) == [(2, "Creator handle", "handle_mismatch")]


def test_short_link_is_a_key_until_the_long_one_is_known(desk):
    same = {"creator_handle": "maya", "title": "Morning"}
    desk.take(row(**same, post_link="https://vm.tiktok.com/ZMabc123/"))
    assert Post.objects.get().tiktok_post_id == ""
    assert counts(desk.take(row(creator_handle="maya", post_link="vm.tiktok.com/ZMabc123")), "created") == {}

    outcome = desk.take(row(**same, post_link=LONG))

    assert counts(outcome, "updated") == {"posts": 1}
    post = Post.objects.get()
    assert (post.tiktok_post_id, post.url) == (PID, LONG)


def test_two_short_links_under_one_title_are_two_posts(desk):
    same = {"creator_handle": "maya", "title": "Morning"}

    for key in ("ZMabc123", "ZMxyz789"):
        desk.take(row(**same, post_link=f"https://vm.tiktok.com/{key}/"))

    assert Post.objects.count() == 2


def test_post_without_a_link_is_known_by_creator_and_title(desk):
    desk.take(row(creator_handle="maya", title="Morning Routine"))

    assert counts(desk.take(row(creator_handle="maya", title="morning  routine", notes="x")), "created") == {}
    assert counts(desk.take(row(creator_handle="ivy", title="Morning Routine")), "created")["posts"] == 1
    assert counts(
        desk.take(row(creator_handle="maya", title="Morning Routine", post_link=LONG)), "updated"
    ) == {"posts": 1}
    assert Post.objects.filter(creator__handle="maya").get().tiktok_post_id == PID


def test_title_that_two_posts_have_does_not_tell_which(desk):
    links = [post_url(), post_url()]
    desk.take(*(row(creator_handle="maya", title="Unboxing", post_link=link) for link in links))
    assert Post.objects.count() == 2

    assert said(desk.take(row(creator_handle="maya", title="Unboxing"))) == [(2, "Title", "missing_post")]


def test_new_post_of_the_sheet_gets_its_link_from_a_later_row(desk):
    rows = [
        row(creator_handle="maya", title="Morning"),
        row(creator_handle="maya", title="Morning", post_link=LONG),
    ]

    first = desk.take(*rows)

    assert counts(first, "created") == {"creators": 1, "posts": 1}
    post = Post.objects.get()
    assert (post.tiktok_post_id, post.url, post.posted_at) == (
        PID,
        LONG,
        datetime(2026, 10, 1, 12, tzinfo=UTC),
    )
    assert counts(desk.take(*rows), "updated") == {}


DETAILS = (
    "Handle",
    "Link",
    "Creator name",
    "Email",
    "SKU",
    "Product",
    "Angle",
    "Offer",
    "Use case",
    "Landing page",
    "Lane",
)
FULL = ["maya", LONG, "Maya Glow", "Maya@x.example", "S-1", "Serum", "why", "20 %", "Problem / solution"]
FULL += ["northbeam.example/glow", "ready for spark"]


def test_details_are_taken_over_and_empty_cells_change_nothing(desk):
    desk.take(FULL, header=DETAILS)

    post = Post.objects.select_related("creator").get()
    assert (post.creator.display_name, post.creator.email) == ("Maya Glow", "Maya@x.example")
    assert (post.sku, post.product, post.hook_angle, post.offer) == ("S-1", "Serum", "why", "20 %")
    assert (post.use_case, post.lane) == ("problem_solution", "ready_for_spark")
    assert post.landing_page == "northbeam.example/glow"
    assert counts(desk.take(FULL, header=DETAILS), "updated") == {}
    assert counts(desk.take([*FULL[:2], *[""] * 9], header=DETAILS), "updated") == {}

    changed = desk.take([*FULL[:2], "Maya G.", "", "S-2", *[" "] * 6], header=DETAILS)

    assert counts(changed, "updated") == {"creators": 1, "posts": 1}
    post.refresh_from_db()
    assert (post.sku, post.product) == ("S-2", "Serum")


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("Email", "ask agent"),
        ("Use case", "dance"),
        ("Lane", "maybe"),
        ("Landing page", "javascript:alert(1)"),
        ("SKU", "S-" * 31),
        ("Views", "many"),
        ("Stage", "stuck"),
    ],
)
def test_cell_that_fits_nowhere_is_kept_in_the_notes_with_a_warning(desk, column, cell):
    outcome = desk.take(["maya", LONG, cell], header=("Handle", "Link", column))

    assert said(outcome, "warnings") == [(2, column, "kept_as_note")]
    assert Post.objects.get().notes.endswith(cell[-4:])


def test_unknown_columns_go_to_the_notes_and_are_named(desk):
    header = ("#", "Handle", "Link", "Agency", "Term", "Comments")

    outcome = desk.take(["1", "maya", LONG, "Blue\n Ltd", "12 months", "loved it"], header=header)

    assert outcome.report["unmapped"] == ["#", "Agency", "Term"]
    assert Post.objects.get().notes == "Agency: Blue Ltd\nTerm: 12 months\nComments: loved it"
    assert said(outcome, "warnings") == []


def test_numbers_and_stages_are_recorded_when_they_are_new(desk):
    header = ("Handle", "Link", "Views", "Likes", "Comments", "Stage")

    first = desk.take(["maya", LONG, "12.3k", "1,200", "7", "Approved"], header=header)
    again = desk.take(["maya", LONG, "12300", "1200", "7", "approved"], header=header)
    more = desk.take(["maya", LONG, "13000", "", "", ""], header=header, now=NOW.replace(minute=30))

    assert counts(first, "created") == {"creators": 1, "posts": 1}
    assert counts(again, "updated") == {}
    assert counts(more, "updated") == {"posts": 1}
    snapshots = MetricsSnapshot.objects.order_by("at").values_list("views", "likes", "comments")
    assert list(snapshots) == [(12300, 1200, 7), (13000, None, None)]
    assert StageEvent.objects.get().stage == "approved"


def test_stated_day_of_posting_counts_more_than_the_id(desk):
    header = ("Handle", "Link", "Posted at")

    desk.take(["maya", LONG, "2026-10-03"], header=header)

    assert Post.objects.get().posted_at == datetime(2026, 10, 3, 4, tzinfo=UTC)
    assert counts(desk.take(["maya", LONG, "2026-10-03"], header=header), "updated") == {}
    assert counts(desk.take(["maya", LONG, "2026-10-03T04:00:00Z"], header=header), "updated") == {}
    assert counts(desk.take(["maya", LONG, "2026-10-04"], header=header), "updated") == {"posts": 1}


def test_link_and_id_of_two_posts_are_refused_and_a_rounded_id_beside_a_link_is_not_read(desk):
    header = ("Handle", "Link", "Post id")

    assert said(desk.take(["maya", LONG, post_id()], header=header)) == [(2, "Post id", "bad_url")]
    assert said(desk.take(["maya", "", "7.70552739586297E+18"], header=header)) == [(2, "Post id", "bad_url")]
    assert said(desk.take(["maya", LONG, "7.70552739586297E+18"], header=header)) == []
