"""TikTok's errors in plain words: found in whatever is pasted, none invented."""

import pytest

from sparktrack.tiktok.errors import BY_KEY, ERRORS, Mover, find_error, message_to_creator


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Error 4025: Authorization expired.", "expired"),
        ('{"code": 40002, "message": "auth_code_expired: the authorization code has expired"}', "expired"),
        ('{"code": 40002, "message": "auth_code_format_error"}', "format"),
        ("auth_code_not_found", "not-found"),
        ("4002 video_deleted", "deleted"),
        ("Code 4002: The video is not available due to community guidelines violation.", "unavailable"),
        ("(900012) illegal_item_status_error", "status"),
        ("-500 call_rpc_fail", "temporary"),
        ("error: -500", "temporary"),
        ("930002", "mentions"),
        ("Advertiser (7000000000000000001)'s QPS of tt_video/authorize reaches QPS limit", "often"),
        ("Access token is incorrect or has been revoked.", "account"),
    ],
)
def test_an_error_is_known_by_its_name_or_number(text, key):
    found = find_error(text)
    assert found is not None
    assert found.key == key


@pytest.mark.parametrize(
    "text", ["", "It does not work", "40002", "14025", "error 4025000", "7304025", "code-500x"]
)
def test_what_names_no_error_is_none(text):
    assert find_error(text) is None


def test_every_error_is_found_by_all_that_it_is_shown_as_and_says_who_moves():
    assert len(BY_KEY) == len(ERRORS)
    for error in ERRORS:
        assert find_error(error.shown) == error
        assert all(find_error(f"({sign})") == error for sign in error.signs)
        assert error.cause.endswith(".")
        assert error.step.endswith(".")
        written = message_to_creator(error, name="Maya", post="Routine\nhttps://…", days=60)
        assert bool(written) == bool(error.told)
        assert "{" not in written
        assert error.mover is not Mover.CREATOR or "Maya" in written


def test_the_period_is_named_where_it_is_known():
    asked = {"name": "Maya", "post": "Routine"}
    assert "for 60 days" in message_to_creator(BY_KEY["expired"], days=60, **asked)
    assert "the longest period" in message_to_creator(BY_KEY["expired"], days=None, **asked)
