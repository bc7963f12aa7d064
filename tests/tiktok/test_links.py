from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparktrack.core.cells import Refusal
from sparktrack.tiktok.links import (
    BadHandle,
    BadLink,
    BadPostId,
    LinkKind,
    OtherPlatform,
    PostLink,
    parse_handle,
    parse_post_id,
    parse_post_link,
    posted_at,
)

ID = "7707118892083964347"
HANDLES = st.from_regex(r"[a-z0-9_][a-z0-9_.]{0,22}[a-z0-9_]", fullmatch=True)
IDS = st.integers(min_value=10**14, max_value=2**64 - 1).map(str)


@pytest.mark.parametrize(
    "cell",
    [
        "luca_pours",
        "@LUCA_POURS",
        " luca_pours\u200b ",
        "@ luca_pours",
        "＠luca_pours",
        "'@luca_pours'",
        "https://www.tiktok.com/@luca_pours",
        "https://www.tiktok.com/@Luca_Pours?lang=en&_t=8abc",
        "http://m.tiktok.com/@luca_pours/",
        "tiktok.com/@luca_pours",
        "www.tiktok.com/%40luca_pours",
        f"https://www.tiktok.com/@luca_pours/video/{ID}",
        "<https://www.tiktok.com/@luca_pours>",
    ],
)
def test_a_handle_comes_out_of_every_way_of_pasting_it(cell):
    assert parse_handle(cell) == "luca_pours"


@pytest.mark.parametrize(
    "cell",
    [
        "", "@", "Luca Pours", "luca@pours.example", "luca-pours", "lüca", "n/a", "-", "...", "x" * 65,
        "https://www.tiktok.com/", f"https://www.tiktok.com/v/{ID}.html", "https://vm.tiktok.com/ZMabc123/",
        "https://tiktok.com.evil.com/@luca", "https://evil.com/tiktok.com/@luca", "https://tiktok.com@evil.com/@luca",
        "javascript:alert(1)", "javascript://www.tiktok.com/@luca", "https://www.tiktok.com\\@luca",
    ],
)  # fmt: skip
def test_what_is_no_handle_is_refused(cell):
    with pytest.raises(BadHandle):
        parse_handle(cell)


def test_a_profile_of_another_platform_is_named():
    with pytest.raises(OtherPlatform, match="Instagram"):
        parse_handle("https://instagram.com/luca_pours")


@pytest.mark.parametrize(
    "cell",
    [
        f"https://www.tiktok.com/@luca_pours/video/{ID}",
        f"http://tiktok.com/@luca_pours/video/{ID}/",
        f"tiktok.com/@luca_pours/video/{ID}",
        f"m.tiktok.com/@Luca_Pours/video/{ID}?_r=1&_t=8abc#top",
        f"//www.tiktok.com/@luca_pours/video/{ID}",
        f"HTTPS://WWW.TIKTOK.COM/@LUCA_POURS/video/{ID}?is_from_webapp=1&amp;sender_device=pc",
        f" <https://www.tiktok.com/@luca_pours/video/{ID}>, ",
        f"“https://www.tiktok.com/%40luca_pours/video/{ID}”",
        f"https://www.tiktok.com:443/@luca_pours/video/{ID}",
        f"https://www.tiktok.com./@luca_pours/video/{ID}",
        f"https://www.tiktok.com/@luca_pours/video/\u200b{ID}\ufeff",
    ],
)
def test_every_form_with_a_handle_leads_to_one_canonical_url(cell):
    url = f"https://www.tiktok.com/@luca_pours/video/{ID}"
    assert parse_post_link(cell) == PostLink(LinkKind.VIDEO, url, ID, "luca_pours")
    assert parse_post_link(cell).url_for("somebody.else") == url


def test_a_photo_post_stays_a_photo_post():
    link = parse_post_link(f"https://www.tiktok.com/@luca/photo/{ID}?x=1")
    assert link == PostLink(LinkKind.PHOTO, f"https://www.tiktok.com/@luca/photo/{ID}", ID, "luca")


@pytest.mark.parametrize(
    "cell",
    [
        f"https://m.tiktok.com/v/{ID}.html",
        f"https://m.tiktok.com/v/{ID}.html?u_code=1",
        f"https://www.tiktok.com/embed/v2/{ID}",
        f"https://www.tiktok.com/embed/{ID}",
        f"https://www.tiktok.com/player/v1/{ID}?autoplay=1",
        f"https://www.tiktok.com/@/video/{ID}",
    ],
)
def test_a_form_without_handle_keeps_the_id_and_takes_the_handle_it_is_given(cell):
    link = parse_post_link(cell)
    assert link == PostLink(LinkKind.VIDEO, "", ID)
    assert link.url_for("luca") == f"https://www.tiktok.com/@luca/video/{ID}"


@pytest.mark.parametrize(
    ("cell", "url"),
    [
        ("https://vm.tiktok.com/ZMabC123/", "https://vm.tiktok.com/ZMabC123/"),
        ("vt.tiktok.com/ZSabC123?x=1", "https://vt.tiktok.com/ZSabC123/"),
        ("http://www.tiktok.com/t/ZTabC123", "https://www.tiktok.com/t/ZTabC123/"),
        ("tiktok.com/t/ZTabC123/", "https://www.tiktok.com/t/ZTabC123/"),
    ],
)
def test_a_short_link_is_kept_with_its_case_and_carries_no_id(cell, url):
    assert parse_post_link(cell) == PostLink(LinkKind.SHORT, url)


@pytest.mark.parametrize(
    ("cell", "platform"),
    [
        ("https://www.instagram.com/reel/Cx12345/", "Instagram"),
        ("instagram.com/p/x", "Instagram"),
        ("https://youtu.be/abc", "YouTube"),
        ("https://www.youtube.com/shorts/abc", "YouTube"),
        ("https://fb.watch/abc", "Facebook"),
        ("https://m.facebook.com/reel/1", "Facebook"),
        ("https://www.snapchat.com/spotlight/x", "Snapchat"),
        ("https://x.com/a/status/1", "X"),
    ],
)
def test_links_to_other_platforms_are_told_apart(cell, platform):
    with pytest.raises(OtherPlatform) as refused:
        parse_post_link(cell)
    assert refused.value.platform == platform
    assert platform in refused.value.message


@pytest.mark.parametrize(
    "cell",
    [
        "", "video 3, see drive", ID, "https://www.tiktok.com/tag/skincare", "https://www.tiktok.com/@luca",
        "https://www.tiktok.com/@luca/live", "https://www.tiktok.com/@luca/video/123", f"https://tiktok.com/{ID}",
        f"https://www.tiktok.com/@luca/video/{ID}/x", f"https://www.tiktok.com/@lu ca/video/{ID}",
        f"https://www.tiktok.com/@luca/video/{ID}99999", f"https://vm.tiktok.com/@luca/video/{ID}",
        "https://vm.tiktok.com/", "https://www.tiktok.com/t/",
        # look-alikes and tricks
        f"https://tiktok.com.evil.com/@a/video/{ID}", f"https://evil.com/tiktok.com/@a/video/{ID}",
        f"https://eviltiktok.com/@a/video/{ID}", f"https://ads.tiktok.com/@a/video/{ID}",
        f"https://tiktok.com@evil.com/@a/video/{ID}", f"https://www.tiktok.com:pass@evil.com/@a/video/{ID}",
        f"https://evil.com\\@www.tiktok.com/@a/video/{ID}", f"https://www.tiktok.com\\.evil.com/@a/video/{ID}",
        f"https://evil.com?https://www.tiktok.com/@a/video/{ID}", f"https://evil.com#www.tiktok.com/@a/video/{ID}",
        f"https://www.tiktok.com:8443/@a/video/{ID}", f"https://www.tiktok.com:x/@a/video/{ID}",
        f"https://www.tıktok.com/@a/video/{ID}", f"https://[::1]/@a/video/{ID}", f"https://[/@a/video/{ID}",
        f"javascript:alert(1)//www.tiktok.com/@a/video/{ID}", f"javascript://www.tiktok.com/@a/video/{ID}",
        f"data:text/html,https://www.tiktok.com/@a/video/{ID}", f"ftp://www.tiktok.com/@a/video/{ID}",
        f"mailto:a@tiktok.com/@a/video/{ID}", "https://instagram.com.evil.com/reel/1", "https://notinstagram.com/p/1",
    ],
)  # fmt: skip
def test_anything_else_is_refused(cell):
    with pytest.raises(BadLink):
        parse_post_link(cell)


@given(HANDLES, IDS, st.sampled_from(["video", "photo"]))
def test_a_canonical_url_is_its_own_canonical_url(handle, post_id, kind):
    url = f"https://www.tiktok.com/@{handle}/{kind}/{post_id}"
    link = parse_post_link(url)
    assert (link.url, link.post_id, link.handle) == (url, post_id, handle)
    assert parse_handle(url) == handle


@given(HANDLES)
def test_a_clean_handle_stays_as_it_is(handle):
    assert parse_handle(handle) == parse_handle(f"@{handle.upper()}") == handle


@given(
    st.one_of(st.text(), st.from_regex(r"(https?://|//)?[a-z.@:\\/\[\]%]{0,12}tiktok\.com[/@a-z0-9:.%\\]*"))
)
def test_whatever_is_taken_leads_to_tiktok_and_nowhere_else(text):
    with suppress(Refusal):
        link = parse_post_link(text)
        assert link.url_for("a").startswith(
            (
                "https://www.tiktok.com/@",
                "https://www.tiktok.com/t/",
                "https://vm.tiktok.com/",
                "https://vt.tiktok.com/",
            )
        )
    with suppress(Refusal):
        assert parse_handle(text) == parse_handle(parse_handle(text))


def test_a_post_id_knows_when_the_post_was_born():
    assert posted_at(ID) == datetime(2026, 11, 12, 3, 17, 32, tzinfo=UTC)


def test_a_post_id_is_digits_in_a_string():
    assert parse_post_id(f" {ID}\u200b") == ID
    assert parse_post_id(f'"{ID}"') == ID


@pytest.mark.parametrize(
    "cell", ["", "12345678901234", "1" * 21, "77071188920839643x7", "٧٧٠٧١١٨٨٩٢٠٨٣٩٦٤٣٤٧"]
)
def test_what_is_no_post_id_is_refused(cell):
    with pytest.raises(BadPostId, match="15 to 20 digits"):
        parse_post_id(cell)


@pytest.mark.parametrize("cell", [7.707118892083964e18, "7.70712E+18"])
def test_a_rounded_post_id_is_refused_and_never_completed(cell):
    with pytest.raises(BadPostId, match="rounded"):
        parse_post_id(cell)
    with pytest.raises(BadLink, match="rounded"):
        parse_post_link(cell)
